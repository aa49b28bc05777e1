"""Did you mean, measured: ``python -m benchmarks.spelling INDEX [--engine tantivy]``; the test data must be there.

INDEX is an index of the articles of orange. Prints JSON. ``first`` is the share of 1,000 words of headlines, each with
one random edit (a letter changed, added, left out, or two swapped), that are put right: the first suggestion is the
word, or the edited word finds it anyway, having its stem. ``listed`` counts the second suggestion too. ``wrongly`` is
the share of 5,000 words drawn from the index, names among them, for which another word is offered or looked for;
``wrongly_twice`` that of words in two articles or more, since many of the others are misspellings themselves.
``replaced`` is the share of 5,000 French words of a dictionary, most of which the articles hold, that are replaced.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random
from string import ascii_lowercase

from benchmarks.common import Figures, shared
from searchapp import bootstrap
from searchapp.analysis import FrenchAnalyzer
from searchapp.derived.spelling import FILE_NAME, SpellingDictionary
from searchapp.indexing.generation_layout import ENGINE
from searchapp.indexing.generations import Generations
from searchapp.model import Deadline
from searchapp.schema import WORDS
from searchapp.search.corrections import Corrections, SpellingCorrector
from searchapp.search.query_statistics import QueryStatistics

EDITED, RIGHT = 1_000, 5_000
ANALYZER = FrenchAnalyzer()
Correct = Callable[[str], Corrections]


def headline_words(held: Callable[[str], bool]) -> list[str]:
    """Return the content words of four letters or more of the headlines, as often as they stand there."""
    lines = (shared() / "data/orange/queries.tsv").read_text("utf-8").splitlines()
    terms = (term for line in lines for term in ANALYZER.terms(line.split("\t")[1]))
    kept = (term for term in terms if len(term.word) > 3 and term.word.isalpha() and not term.is_stopword)
    return [term.exact for term in kept if held(term.word)]


def edited(word: str, random: Random) -> str:
    """Return ``word`` with one random edit."""
    at, letter = random.randrange(len(word)), random.choice(ascii_lowercase)
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    changed = random.choice(
        (word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :], swapped)
    )
    return changed if changed != word else edited(word, random)


def put_right(words: Sequence[str], correct: Correct, random: Random) -> Figures:
    first = listed = 0
    missed: list[str] = []
    for word in words:
        typed = edited(word, random)
        suggestions = correct(typed).suggestions(typed, ANALYZER)
        stems = [ANALYZER.term(each).stem for each in suggestions]
        stem = ANALYZER.term(word).stem
        is_found = ANALYZER.term(typed).stem == stem
        first += is_found or stems[:1] == [stem]
        listed += is_found or stem in stems
        if not is_found and stems[:1] != [stem]:
            missed.append(f"{word} {typed}: {' '.join(suggestions)}")
    return {"first": first / len(words), "listed": listed / len(words), "missed": missed}


def changed(words: Iterable[str], correct: Correct) -> list[str]:
    """Return those of ``words`` for which another is offered, each with it."""
    corrected = ((word, correct(word).suggestions(word, ANALYZER)) for word in words)
    return [f"{word}: {suggestions[0]}" for word, suggestions in corrected if suggestions]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("index", type=Path)
    options.add_argument("--engine", default="whoosh")
    options.add_argument("--seed", type=int, default=1, help="another draw of words and edits")
    options.add_argument("--verbose", action="store_true", help="list what went wrong")
    given = options.parse_args()
    generations = Generations(given.index, 2, engine_of=bootstrap.engine_named)
    folder = generations.path(generations.current())
    reader = bootstrap.engine_named(given.engine).open(folder / ENGINE)
    dictionary = SpellingDictionary(folder / FILE_NAME, ANALYZER)

    def correct(word: str) -> Corrections:
        corrector = SpellingCorrector(QueryStatistics(reader), dictionary, ANALYZER)
        terms = ANALYZER.terms(word)
        return corrector.correct(terms, {term.exact for term in terms}, Deadline())

    random = Random(given.seed)
    counts = dict(reader.terms_with_prefix(WORDS["text"], "", 1 << 30))
    words = headline_words(lambda word: counts.get(word, 0) >= 3)
    figures = put_right(random.sample(words, EDITED), correct, random)
    held = [word for word in counts if word.isalpha() and len(word) > 3]
    twice = [word for word in held if counts[word] > 1]
    known = [word for word in (shared() / "data/words/snowball_voc.txt").read_text("utf-8").split() if len(word) > 3]
    for name, right in (("wrongly", held), ("wrongly_twice", twice), ("replaced", known)):
        wrong = changed(random.sample(right, RIGHT), correct)
        figures |= {name: len(wrong) / RIGHT, f"{name}_as": wrong}
    if not given.verbose:
        figures = {name: value for name, value in figures.items() if not isinstance(value, list)}
    print(json.dumps(figures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
