"""Two states of one corpus, each of which an answer betrays: how many articles, which word they hold, which section.

State « aube » becomes state « soir » when some articles are rewritten, some go and some come; what stays the same is
the larger part, so that an incremental reindex has little to do and a full one all of it.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.model import SearchRequest, Sort
from searchapp.search.service import SearchService

__all__ = ["AUBE", "SOIR", "Corpus", "State", "opened", "other", "read_everything", "shown_state"]

_FILES: Final = 20
_SUBJECTS: Final = (
    "le maire",
    "la boulangère",
    "le facteur",
    "une institutrice",
    "le pêcheur",
    "la juge",
    "un géomètre",
)
_VERBS: Final = ("compte", "répare", "refuse", "raconte", "mesure", "attend", "traverse", "photographie", "oublie")
_THINGS: Final = (
    "le pont de pierre", "trois paniers de pommes", "la mairie annexe", "une baignoire en cuivre", "le train de midi",
    "le marché couvert", "les comptes de la fanfare", "un cerf-volant", "la digue du nord", "une lettre sans adresse",
)  # fmt: skip
_PLACES: Final = ("à Sarmane", "près du canal", "devant la gare", "au bord de l’Orle", "dans la salle des fêtes")
_ENDINGS: Final = (
    "et personne ne s’en étonne", "malgré la pluie", "avant le conseil du soir", "pour la seconde fois cette année",
    "sans lever la voix", "comme chaque automne", "au grand dam des mouettes", "selon le registre communal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """A state of the corpus: ``word`` and ``section`` are those of articles that only this state has."""

    word: str
    section: str
    absent: tuple[int, ...]
    """Of every hundred articles, those that are not there."""

    def has(self, number: int) -> bool:
        """Return whether this state has the article of this number."""
        return number % 100 not in self.absent


AUBE: Final = State("tramontane", "Matin", (3,))
SOIR: Final = State("crachin", "Soir", (8, 53))


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus of about ``size`` articles in some files; one in ``fresh`` is rewritten when the state changes."""

    folder: Path
    size: int
    sentences: int = 14
    fresh: int = 20

    def write(self, state: State) -> None:
        """Put the corpus into ``state``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for part in range(_FILES):
            lines = (json.dumps(article, ensure_ascii=False) for article in self._articles(state, part))
            new = self.folder / f".{part:02}.new"
            new.write_text("".join(line + "\n" for line in lines), "utf-8")
            new.replace(self.folder / f"depeches-{part:02}.jsonl")

    def count(self, state: State) -> int:
        """Return how many articles ``state`` has."""
        return sum(1 for number in range(self.size) if state.has(number))

    def fresh_count(self, state: State) -> int:
        """Return how many of them hold the word of ``state``."""
        return sum(1 for number in range(0, self.size, self.fresh) if state.has(number))

    def articles(self, state: State) -> Iterator[dict[str, Any]]:
        """Yield the records of ``state``."""
        for part in range(_FILES):
            yield from self._articles(state, part)

    def _articles(self, state: State, part: int) -> Iterator[dict[str, Any]]:
        for number in range(part, self.size, _FILES):
            if state.has(number):
                yield self._article(state, number)

    def _article(self, state: State, number: int) -> dict[str, Any]:
        dice = random.Random(number)
        own = number % self.fresh == 0
        sentences = [_sentence(dice) for _ in range(self.sentences)]
        if own:
            sentences.insert(1, f"Le {state.word} souffle, dit la dépêche {number}.")
        return {
            "id": f"depeche/{number}",
            "title": f"{_sentence(dice)[:-1]} ({state.word})" if own else _sentence(dice)[:-1],
            "text": " ".join(sentences),
            "date": f"20{10 + number % 14}-{1 + number % 12:02}-{1 + number % 28:02}T07:00:00+01:00",
            "source": "La Gazette de Sarmane" if number % 3 else "Le Phare du Ponant",
            "section": state.section if own else "Société",
        }


def _sentence(dice: random.Random) -> str:
    words = (dice.choice(part) for part in (_SUBJECTS, _VERBS, _THINGS, _PLACES, _ENDINGS))
    text = " ".join(words) + "."
    return text[0].upper() + text[1:]


def shown_state(service: SearchService, corpus: Corpus) -> State:
    """Return the state that the service's generation shows; raises AssertionError when it is not exactly one of them.

    Looks at the number of articles, the sections' counts, each state's word, and an article's text.
    """
    everything = service.search(SearchRequest(per_page=1))
    sections = {bucket.value: bucket.count for bucket in everything.facets["section"]}
    state = next((state for state in (AUBE, SOIR) if everything.total == corpus.count(state)), None)
    assert state is not None, f"{everything.generation} is no state: {everything.total} articles, {sections}"
    fresh = corpus.fresh_count(state)
    assert sections == {"Société": corpus.count(state) - fresh, state.section: fresh}
    found = service.search(SearchRequest(f'"{state.word}"', per_page=100))
    assert found.total == fresh
    assert all(state.word in hit.article.text and state.word in hit.article.title for hit in found.hits)
    assert service.search(SearchRequest(f'"{other(state).word}"')).total == 0
    assert state.word in service.article("depeche/0").article.title
    return state


def read_everything(service: SearchService, corpus: Corpus, state: State) -> None:
    """Read every stored article; raises AssertionError when one is missing, twice there, or of another state."""
    expected = {f"depeche/{number}": number for number in range(corpus.size) if state.has(number)}
    cursor = None
    while True:
        page = service.search(SearchRequest(per_page=100, sort=Sort.OLDEST, cursor=cursor))
        for hit in page.hits:
            number = expected.pop(hit.article.id)
            assert (state.word in hit.article.text) == (number % corpus.fresh == 0)
            assert other(state).word not in hit.article.text
        if (cursor := page.next_cursor) is None:
            break
    assert not expected


@contextmanager
def opened(index: Path, engine: str) -> Iterator[SearchService]:
    """Give the search service over ``index``, as the program itself opens it."""
    service = bootstrap.open_service(replace(_config(engine), index=index))
    try:
        yield service
    finally:
        service.close()


@cache
def _config(engine: str) -> Config:
    return bootstrap.load_config({"engine": engine})


def other(state: State) -> State:
    """Return the state that the corpus changes to."""
    return SOIR if state is AUBE else AUBE
