"""The bytes of a Whoosh index: each part of a file has one module, which encodes and decodes it.

An index is a *table of contents* and *segments*. A segment is one file (*compound file*) of parts with a *directory*
at the end: *postings* (per field and term a *posting list*, in *blocks*), the *dictionary* (terms, with a *term info*
each) and *columns*.

``index_files``
    the table of contents and the compound file.
``byte_arrays``
    numbers at known offsets, for all terms of a field at once.
``layout``
    how posting lists are spelled; ``posting_encoder`` writes those of a field, ``posting_decoder`` reads one list,
    ``field_decoder`` those of a field, for merging.
``term_dictionary``, ``columns``
    the dictionary and the columns.
``pickles``, ``compression``, ``malformed_index``
    pickles read as data, deflate, and errors in the bytes reported as IndexDamaged.
``library``
    all that is used of Whoosh, imported there only; names that it does not document are checked at import.

What is read is compared with what it can be: offsets and sizes with the file, documents with the segment, types with
the port. No pickle is run.
"""
