"""French analysis: from text to terms, the same on every side of every engine.

A *token* is a stretch of the original text with its *span*; the *term* is what is indexed for it, in three forms of
falling strictness::

    l’État  ->  exact "état"    as typed, lower case, elision gone
                word  "etat"    accents folded: phrases and accent-blind matching
                stem  "etat"    inflection gone: what candidates are found by

Indexing, searching and highlighting all call :class:`FrenchAnalyzer`. If one of them used another chain, articles
would be found without marks, or marked without being found. The order of the steps stands in :mod:`.french`.
"""

from searchapp.analysis.french import FrenchAnalyzer, Joined, Step, Term, TermMatcher, Token

__all__ = ["FrenchAnalyzer", "Joined", "Step", "Term", "TermMatcher", "Token"]
