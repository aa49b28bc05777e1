"""Searching: from a request to an answer.

A search runs in *stages* over one *query plan* and one open generation, with one deadline::

    parse (query) -> plan -> match -> rank -> fetch -> name missing words -> explain, if asked -> highlight

``stages`` calls them in this order for the ``service``, which finds the generation and highlights. A stage is a plain
function: it takes the plan and the result of the stage before, and returns what it found and whether there was time for
all of it.

*Plan* (``plan``): the tree is corrected (``corrections``), *resolved* into clauses of terms (``resolve``, with
``dictionary`` for prefixes, ``fuzzy`` words, ``wildcards`` and stems, ``field_terms`` for values, ``span_builder`` for
what stands near each other; ``offers`` for values that another field holds), its *scored terms* are weighed
(``scored_terms``) with their ``synonyms``, its *highlight terms* extracted (``highlight_terms``). *Match*
(``matching``): the engine finds *candidates*, for bare words those that reach a minimum that should match, and counts
those with all *preferred parts* (``preferred_parts``; ``missing_words`` of a hit). *Rank* (``ranking``): the best
hundred are *reranked* by features and, if asked, by ``recency``; ``hit_explanation`` takes a score apart. *Fetch*
(``paging``): the stored articles of one page; a ``cursor`` is a signed position after it. *Highlight* (``highlight``):
``term_marks`` and ``fragments``.

The ``searcher`` gives each request an ``open_generation`` without withdrawn articles (``exclude_withdrawn``) and
follows the published one; ``generation_opener`` opens the one before where that is damaged (``file_verification``).
Without results, ``facet_values`` has all values of a facet, ``trends`` the shares of queries by period (``timeline``);
``suggest`` completes what is typed, ``batch`` searches a list of queries. ``evaluation`` measures the ranking on judged
queries.
"""

from searchapp.search.paging import DEEPEST_RESULT
from searchapp.search.service import SearchService
from searchapp.search.synonyms import read_synonyms

__all__ = ["DEEPEST_RESULT", "SearchService", "read_synonyms"]
