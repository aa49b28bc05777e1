"""Engines find candidates; everything that makes an answer French or rich happens above them.

``port`` says in prose what an engine must do, ``clauses`` are what it is asked; one package an engine does it. What
they share: ``stored_form`` (an article as JSON), ``field_values`` (the values of facets), ``sort_keys`` (positions in
an order), ``days``, ``proximity``, ``folder_places`` (files shared by hard links), ``panics`` (of compiled code, as
exceptions), ``workers`` (processes that analyse).
"""
