"""Sources: where articles come from, as *units* that are read again as a whole when they changed.

``walk`` lists the files of a folder in a stable order, ``corpus`` gives them as units, ``connectors`` read standard
input and databases. A file is read by ``file_reader``, either in this process or, for every foreign format, in one that
can be killed (``isolation``, ``reader_processes``, ``reader_process``). ``folders`` holds what the folders give to
their articles, ``sibling_files`` what lies beside a file.
"""
