"""Formats: one module each, which turns the bytes of a file into *records*, the fields of an article as they stand.

A format module offers ``records(stream, context)``. ``registry`` lists the readers in the order in which they are
tried; ``on_demand`` loads a module when the first file of its format comes. Helpers that formats share: ``xmlstream``,
``markup``, ``page_layout``, ``field_names``.
"""
