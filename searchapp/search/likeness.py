"""Likeness: how much articles have in common with the best ones of their search, in all their words.

The best three are mostly about what is looked for (the cluster hypothesis of Jardine and van Rijsbergen, 1971): an
article that shares their words is likelier of the subject than one that only holds the words of the query. The likeness
is the cosine between an article and the sum of these three, each by its score (Rocchio's feedback, 1971). Stems weigh
(1 + ln tf) · ln((n + 1) / df), where df is among the n candidates: so no engine is asked, and the words of the query,
which all of them hold, weigh next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from searchapp.derived.rerank_features import STEM_SIZE, RerankFeatures, read_rerank_features
from searchapp.search.term_counts import Floats, Numbers, stem_hashes

__all__ = ["likeness"]

# With four or more, headlines lost; with two, queries as people type them gained half as much.
_BEST: Final = 3
# Content words of an article that are compared, the first ones: the time of a search is bounded by them.
_WORDS: Final = 1_000
_HASH_BITS: Final = 8 * STEM_SIZE


def likeness(stored: Iterable[bytes], scores: Floats) -> Floats:
    """Return the likeness of each article, from 0 to 1, given its rerank features and its score by the query."""
    best = np.argsort(-scores, kind="stable")[:_BEST]
    if not scores[best].any():
        return np.zeros(len(scores))
    article, stem, weight = _vectors(list(map(read_rerank_features, stored)))
    centre = np.zeros(stem.max(initial=-1) + 1)
    for one in best.tolist():
        own = slice(*np.searchsorted(article, [one, one + 1]))
        centre[stem[own]] += scores[one] * weight[own]
    alike: Floats = np.bincount(article, centre[stem] * weight, minlength=len(scores)) / scores[best].sum()
    return alike


def _vectors(features: list[RerankFeatures]) -> tuple[Numbers, NDArray[np.intp], Floats]:
    """Return the vectors of articles, of length 1: of each component the article, the number of its stem, the weight.

    They come by article.
    """
    words = [min(one.title_words + one.body_words, _WORDS) for one in features]
    hashes = stem_hashes(b"".join(one.stems[: STEM_SIZE * count] for one, count in zip(features, words, strict=True)))
    keys = np.repeat(np.arange(len(features)), words) << _HASH_BITS | hashes
    keys, counts = np.unique(keys, return_counts=True)
    article = keys >> _HASH_BITS
    _, stem, frequency = np.unique(keys & ((1 << _HASH_BITS) - 1), return_inverse=True, return_counts=True)
    weight = (1 + np.log(counts)) * np.log((len(features) + 1) / frequency)[stem]
    lengths = np.sqrt(np.bincount(article, weight**2, minlength=len(features)))
    return article, stem, weight / lengths[article]
