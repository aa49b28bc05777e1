"""Searching: from a request to an answer.

``service`` runs the stages of a search over one open generation: the query tree is *resolved* into clauses of terms
(``resolve``, with ``dictionary`` for prefixes and slips, ``field_terms`` for values, ``synonyms`` for other ways to say
it), bare words are narrowed (``matching``), the engine gives *candidates*, ``ranking`` orders the best hundred anew,
``highlight`` marks what ``highlight_terms`` took from the query. ``cursor`` is a signed position in the results;
``searcher`` gives each request an open generation and follows the published one, without what ``exclude_withdrawn``
hides. ``evaluation`` measures the ranking on judged queries.
"""
