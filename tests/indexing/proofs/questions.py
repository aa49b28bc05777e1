"""Requests to a server over a corpus whose articles all name their state, and the states that fit an answer."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from tests.indexing.proofs.states import AUBE, SOIR, Corpus, State, other

__all__ = ["STATES", "Answer", "Question", "Questions"]

STATES: Final = (AUBE, SOIR)
# Each finds what its letters are found in, and nothing else of this corpus has its stem.
_WORDS: Final = ("baignoire", "mouettes", "institutrice", "géomètre", "boulangère", "train de midi", "", "")
_SOURCES: Final = ("", "", "La Gazette de Sarmane", "Le Phare du Ponant")
_SORTS: Final = ("relevance", "newest", "oldest")


@dataclass(frozen=True, slots=True)
class Answer:
    """``generation`` is "" where an answer does not name it, as pages do not."""

    generation: str
    fits: frozenset[State]


@dataclass(frozen=True, slots=True)
class Question:
    """An address, and how its answer is read; reading raises ValueError or KeyError for what is no answer."""

    path: str
    read: Callable[[bytes], Answer]


class Questions:
    """Draws questions about ``corpus``, each of whose articles is rewritten when the state changes (``fresh=1``)."""

    def __init__(self, corpus: Corpus) -> None:
        assert corpus.fresh == 1
        self._corpus = corpus
        self._words = (*_WORDS, *(state.word for state in STATES))
        self._totals = {state: self._count(state) for state in STATES}
        self._lasting = [number for number in range(corpus.size) if all(state.has(number) for state in STATES)]

    def draw(self, dice: random.Random) -> Question:
        """Return a search, now and then an article or a page of either."""
        chance = dice.random()
        if chance < 0.8:
            return self._drawn_search(dice)
        number = dice.choice(self._lasting)
        if chance < 0.9:
            return Question(f"/api/v1/articles/depeche/{number}", _read_article)
        if chance < 0.95:
            return Question(f"/articles/depeche/{number}", _read_page)
        return Question("/search?" + urlencode({"q": dice.choice(_WORDS[:5])}), _read_page)

    def everything(self) -> Question:
        """Return the search for all articles."""
        return self._search("", "", "newest", 1, 10)

    def _drawn_search(self, dice: random.Random) -> Question:
        words, source, sort = dice.choice(self._words), dice.choice(_SOURCES), dice.choice(_SORTS)
        return self._search(words, source, sort, page=dice.randint(1, 4), per_page=dice.choice((5, 10, 20)))

    def _search(self, words: str, source: str, sort: str, page: int, per_page: int) -> Question:
        query = f'"{words}"' if " " in words else words
        asked = {"q": query, "source": source, "sort": sort, "page": page, "per_page": per_page}

        def read(body: bytes) -> Answer:
            answer = json.loads(body)
            fits = (
                state
                for state in STATES
                if _counts(answer, state, self._totals[state][words, source], filtered=bool(source))
                and _holds(answer, state, first=1 + (page - 1) * per_page, per_page=per_page)
            )
            return Answer(answer["generation"], frozenset(fits))

        return Question("/api/v1/search?" + urlencode({name: value for name, value in asked.items() if value}), read)

    def _count(self, state: State) -> dict[tuple[str, str], int]:
        """Return how many articles of ``state`` hold the words and are of the source, "" for any."""
        records = [(f"{each['title']} {each['text']}".lower(), each["source"]) for each in self._corpus.articles(state)]
        return {
            (words, source): sum(words in text and source in ("", where) for text, where in records)
            for words in self._words
            for source in set(_SOURCES)
        }


def _counts(answer: dict[str, Any], state: State, total: int, *, filtered: bool) -> bool:
    """Return whether the total is right, and what counts by section, source and month add up to it."""
    if (answer["total"], answer["total_relation"]) != (total, "eq"):
        return False
    sections = {bucket["value"]: bucket["count"] for bucket in answer["facets"]["section"]}
    sources = sum(bucket["count"] for bucket in answer["facets"]["source"])
    months = sum(bucket["count"] for bucket in answer["histogram"])
    return sections == ({state.section: total} if total else {}) and months == total and (filtered or sources == total)


def _holds(answer: dict[str, Any], state: State, first: int, per_page: int) -> bool:
    """Return whether the results are as many as they should be, and all of ``state``."""
    results = answer["results"]
    ranks = list(range(first, min(first + per_page, answer["total"] + 1)))
    return [result["rank"] for result in results] == ranks and all(_is_of(result, state) for result in results)


def _is_of(result: dict[str, Any], state: State) -> bool:
    number = int(result["id"].partition("/")[2])
    return state.has(number) and f"({state.word})" in result["title"] and result["section"] == state.section


def _read_article(body: bytes) -> Answer:
    article = json.loads(body)
    fits = (state for state in STATES if _is_of(article, state) and _names(article["text"], state))
    return Answer(article["generation"], frozenset(fits))


def _read_page(body: bytes) -> Answer:
    text = body.decode()
    return Answer("", frozenset(state for state in STATES if _names(text, state)))


def _names(text: str, state: State) -> bool:
    return state.word in text and other(state).word not in text and other(state).section not in text
