"""Latent semantic analysis: vectors of stems, learned from the corpus itself (Deerwester et al., 1990).

Articles are rows of weighted stems, (1 + ln tf) · idf, of length 1; the vectors of stems are the right singular vectors
of a sample of them by the singular values, so that stems of the same articles have vectors of a small angle. The
decomposition is a randomized one with power iterations (Halko, Martinsson and Tropp, "Finding structure with
randomness", 2011) from a fixed seed: the same articles give the same vectors.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["LSA_FILE", "SAMPLE", "FittedOn", "LatentSpace", "fit", "read_latent_space", "write_latent_space"]

LSA_FILE: Final = "lsa.npz"
SAMPLE: Final = 10_000
"""Articles that the vectors are learned from, at most: the memory of fitting is bounded by them."""
DIMENSIONS: Final = 200
_OVERSAMPLING: Final = 20
_POWER_ITERATIONS: Final = 2
_SEED: Final = 1
# Rarer stems have too few neighbours to learn from; of very many, the most frequent are kept.
_MIN_DOCUMENTS: Final = 4
_MOST_STEMS: Final = 40_000
# Content words of one article, the first ones.
_WORDS_OF_ARTICLE: Final = 1_000
# Chosen by looking at the neighbours of a hundred words of the news: below it they are of another subject.
_MIN_COSINE: Final = 0.5
_SHORTEST: Final = 3
# Nearest stems that are looked at beyond those asked for: some are no words, or of the same family.
_LEFT_OUT: Final = 20
_SAME_FAMILY: Final = 4

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FittedOn:
    """The articles that a latent space was fitted for: analyzer, number of all, number of the sample."""

    analyzer: str
    articles: int
    sample: int


@dataclass(frozen=True)
class LatentSpace:
    """The vectors of stems, a row each; ``rows`` maps a stem to its row, ``forms`` has its commonest form."""

    rows: Mapping[str, int]
    forms: Sequence[str]
    idf: Vectors
    vectors: NDArray[np.int8]
    """Each component by the largest of its row, times 127; the angles are those of the vectors."""
    fitted_on: FittedOn

    @cached_property
    def _directions(self) -> Vectors:
        """The vectors at length 1, made once a file: to make them takes longer than to compare them with a query."""
        directions = self.vectors.astype(np.float32)
        directions /= np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), np.finfo(np.float32).tiny)
        return directions

    @cached_property
    def _stems(self) -> tuple[str, ...]:
        return tuple(self.rows)

    def neighbours(self, stems: Collection[str], most: int) -> list[str]:
        """Return the forms of at most ``most`` stems that are near all of ``stems`` taken together, the nearest first.

        Stems of the same beginning are left out: they are mostly of one family, which a search finds as it is.
        """
        asked = [self.rows[stem] for stem in stems if stem in self.rows]
        if not asked:
            return []
        centre = self.idf[asked] @ self._directions[asked]
        cosines = self._directions @ (centre / np.float32(max(float(np.linalg.norm(centre)), 1e-9)))
        near = np.flatnonzero(cosines >= _MIN_COSINE)
        found: list[str] = []
        for row in near[np.argsort(-cosines[near], kind="stable")][: most + len(asked) + _LEFT_OUT]:
            form = self.forms[row]
            if len(form) >= _SHORTEST and form.isalpha() and not _is_related(self._stems[row], stems):
                found.append(form)
        return found[:most]


@dataclass(frozen=True, slots=True)
class _Matrix:
    """A sparse matrix by rows: the columns and values of row r stand from ``starts[r]`` to ``starts[r + 1]``."""

    starts: NDArray[Any]
    columns: NDArray[Any]
    values: NDArray[np.float32]
    width: int

    def times(self, dense: Vectors) -> Vectors:
        """Return the product with a dense matrix."""
        rows = len(self.starts) - 1
        product = np.zeros((rows, dense.shape[1]), np.float32)
        for row in range(rows):
            part = slice(self.starts[row], self.starts[row + 1])
            product[row] = self.values[part] @ dense[self.columns[part]]
        return product

    def transposed(self) -> _Matrix:
        """Return the transposed matrix."""
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.columns, minlength=self.width))])
        return _Matrix(starts, rows[order], self.values[order], len(self.starts) - 1)


def fit(articles: Iterable[Sequence[tuple[str, str]]], fitted_on: FittedOn) -> LatentSpace | None:
    """Return the latent space of a sample of articles, each as its content words: (stem, form) pairs.

    None for so few that there is nothing to learn.
    """
    numbers: dict[str, int] = {}
    starts, columns, counts = array("q", [0]), array("i"), array("f")
    forms: Counter[tuple[str, str]] = Counter()
    for words in islice(articles, SAMPLE):
        forms.update(words[:_WORDS_OF_ARTICLE])
        for stem, count in Counter(stem for stem, _ in words[:_WORDS_OF_ARTICLE]).items():
            columns.append(numbers.setdefault(stem, len(numbers)))
            counts.append(count)
        starts.append(len(columns))
    documents = np.bincount(np.array(columns, np.int64), minlength=len(numbers))
    frequent = [stem for stem, number in numbers.items() if documents[number] >= _MIN_DOCUMENTS]
    kept = sorted(sorted(frequent, key=lambda stem: (-documents[numbers[stem]], stem))[:_MOST_STEMS])
    if min(len(kept), len(starts) - 1) <= DIMENSIONS + _OVERSAMPLING:
        return None
    holding = documents[[numbers[stem] for stem in kept]]
    idf = np.log1p((len(starts) - 1 - holding + 0.5) / (holding + 0.5)).astype(np.float32)
    row_of = np.full(len(numbers), -1)
    row_of[[numbers[stem] for stem in kept]] = np.arange(len(kept))
    matrix = _weighted(np.array(starts), row_of[np.array(columns, np.int64)], np.array(counts), idf)
    vectors = _right_singular_vectors(matrix)
    largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    commonest = {stem: form for (stem, form), _ in sorted(forms.items(), key=lambda one: (one[1], one[0]))}
    return LatentSpace(
        {stem: row for row, stem in enumerate(kept)},
        [commonest[stem] for stem in kept],
        idf,
        np.rint(vectors / largest * 127).astype(np.int8),
        fitted_on,
    )


def _is_related(stem: str, others: Collection[str]) -> bool:
    return any(stem == other or stem[:_SAME_FAMILY] == other[:_SAME_FAMILY] for other in others)


def _weighted(starts: NDArray[Any], columns: NDArray[Any], counts: Vectors, idf: Vectors) -> _Matrix:
    """Return articles by stems, the rows of length 1; a column below 0 is a stem that is left out."""
    rows = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    known = columns >= 0
    rows, columns = rows[known], columns[known]
    values = (1 + np.log(counts[known])) * idf[columns]
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(starts) - 1))
    ends = np.cumsum(np.bincount(rows, minlength=len(starts) - 1))
    return _Matrix(np.concatenate([[0], ends]), columns, (values / lengths[rows]).astype(np.float32), len(idf))


def _right_singular_vectors(matrix: _Matrix) -> Vectors:
    """Return the first right singular vectors by their singular values, one a column."""
    transposed = matrix.transposed()
    start = np.random.default_rng(_SEED).standard_normal((matrix.width, DIMENSIONS + _OVERSAMPLING))
    basis = np.linalg.qr(matrix.times(start.astype(np.float32)))[0]
    for _ in range(_POWER_ITERATIONS):
        basis = np.linalg.qr(matrix.times(np.linalg.qr(transposed.times(basis))[0]))[0]
    left, _, _ = np.linalg.svd(transposed.times(basis), full_matrices=False)
    vectors: Vectors = left[:, :DIMENSIONS]
    return vectors


def write_latent_space(path: Path, space: LatentSpace) -> None:
    """Write a latent space in one step: readers see the one before or this one."""
    temporary = path.with_name(path.name + ".new")
    stems, forms = (np.frombuffer("\n".join(words).encode(), np.uint8) for words in (space.rows, space.forms))
    fitted_on = np.frombuffer(json.dumps(asdict(space.fitted_on)).encode(), np.uint8)
    with temporary.open("wb") as file:
        np.savez(file, stems=stems, forms=forms, fitted_on=fitted_on, idf=space.idf, vectors=space.vectors)
    temporary.replace(path)


def read_latent_space(path: Path) -> LatentSpace | None:
    """Return the latent space of a file, None when there is none that can be read; nothing in it is executed."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            stems, forms = (arrays[name].tobytes().decode().split("\n") for name in ("stems", "forms"))
            fitted_on = FittedOn(**json.loads(arrays["fitted_on"].tobytes()))
            idf, vectors = arrays["idf"], arrays["vectors"]
    except Exception:  # the errors that damage makes zipfile, zlib and NumPy raise have nothing in common
        return None
    if not len(stems) == len(forms) == len(idf) == len(vectors) or vectors.dtype != np.int8 or vectors.ndim != 2:
        return None
    return LatentSpace({stem: row for row, stem in enumerate(stems)}, forms, idf, vectors, fitted_on)
