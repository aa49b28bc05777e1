"""Formats: from bytes to *records*, mappings with the fields of a JSON Lines record; one module a format.

``registry`` lists the readers in the order in which they are tried. ``on_demand`` loads a format's module when the
first file of it comes. Shared: ``field_names`` (names and synonyms of fields), ``jsonrecords`` (records in JSON),
``xml_text``, ``xmlstream`` and ``markup`` (XML and HTML), ``page_layout`` (articles without markup), ``mets_pages``
(pages that are no articles of their own), ``scanned_page`` (ALTO and PAGE XML), ``archive_records`` and ``web_pages``
(WARC and ARC).
"""
