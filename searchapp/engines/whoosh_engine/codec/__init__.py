"""The bytes of an index: each part of a file has one module, which encodes and decodes it.

An index is a *table of contents* and *segments*. A segment is one file (*compound file*) of parts with a *directory*
at the end: of each field its *posting lists* and its *dictionary* (terms, each with its number of documents and the
place of its list), and *columns*, one value a document.

``index_files``
    the table of contents and the compound file.
``layout``, ``varints``
    what the parts have in common: how posting lists are spelled, and numbers in as few bytes as they need.
``posting_lists``, ``term_dictionary``, ``columns``
    the parts.
``pickles``, ``malformed_index``
    pickles read as data, and errors in the bytes reported as IndexDamaged.
``library``
    all that is used of Whoosh, imported there only; names that it does not document are checked at import.

What is read is compared with what it can be: offsets and sizes with the file, documents with the segment, types with
the port. No pickle is run.
"""
