"""The journal: what the program itself was told to write, in ``_journal/`` of the corpus, a file a month that only
grows.

``written_articles`` validates a record, ``journal`` appends it durably, ``journal_index`` finds the last *entry* of an
id, ``journal_source`` gives the files to a reindex, ``torn_lines`` takes away what a crash left of a line.
"""
