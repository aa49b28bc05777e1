"""Derived: what indexing computes of an article or of a generation, and searching reads back.

A module writes and reads one form: ``rerank_features`` (a string stored with each article, for the second stage of
ranking), ``spelling`` (the dictionary of a generation's words: spellings, families, corrections), ``suggestions``
(what people may be typing, with the ``title_phrases``), ``near_duplicates`` (groups of copies and versions, found by
``duplicates_writer`` by the ``shingles`` of texts). ``databases`` opens the SQLite files among them so that they can do
nothing but be read.
"""
