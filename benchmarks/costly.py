"""The most costly requests that a stranger can send, to both engines: none may take much longer than query_seconds.

``python -m benchmarks.costly [--articles 20000] [--seconds 2.0] [--slowest 12]``: makes a corpus (sentences of the
demonstration articles, made-up words for a large dictionary, articles of up to 16 MB), indexes it once with each
engine, and prints the slowest requests with how far they went over the setting, or how much was left.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import cycle, product
from pathlib import Path
from string import ascii_lowercase

from benchmarks.common import ROOT, Figures, machine
from searchapp import bootstrap
from searchapp.config import ENGINES, Config
from searchapp.model import Filters, SearchRequest, Sort
from searchapp.output.highlight_html import paragraphs
from searchapp.query import LONGEST_QUERY
from searchapp.schema import FACET_FIELDS
from searchapp.search.service import SearchService

LARGEST = 15_900_000
FUNCTION_WORDS = """
le la les de des du un une et en à au aux pour dans sur par que qui est il elle ce se ne pas plus avec son sa
"""
COMMON = FUNCTION_WORDS.split()
SIGNS = [*"*a-+!=~()\"«»|:1&/_.,'’", "\u00a0", "\u0301", "1\u00a0200\u00a0", "a ", "(a ", "-a ", "é*", "a~", "~1"]
Work = Callable[[], object]


def articles(count: int) -> Iterator[dict[str, str]]:
    """Yield ``count`` articles as JSON records, always the same."""
    rng = random.Random(14)
    texts = [path.read_text("utf-8", "replace") for path in sorted((ROOT / "corpus").rglob("*.txt"))]
    sentences = [part for text in texts for part in re.split(r"(?<=[.!?])\s+", text) if 20 < len(part) < 300]
    syllables = ["".join(pair) for pair in product("bcdfglmnprstv", ["a", "e", "i", "o", "u", "ai", "ou", "an"])]
    made_up = ["".join(rng.choices(syllables, k=rng.randint(2, 4))) for _ in range(150_000)]

    def prose(characters: int) -> str:
        parts: list[str] = []
        while characters > 0:
            parts.append(f"{rng.choice(sentences)} {' '.join(rng.choices(made_up, k=6))}.")
            characters -= len(parts[-1]) + 1
        return "\n\n".join(" ".join(parts[start : start + 6]) for start in range(0, len(parts), 6))

    for number in range(count):
        text = prose(rng.randint(400, 3_500))
        date = f"20{number % 24:02}-0{1 + number % 9}-1{number % 10}"
        source, author = f"Journal {number % 60}", f"{rng.choice(made_up).title()} {rng.choice(made_up).title()}"
        yield {"id": f"a{number}", "title": text[:70], "text": text, "date": date, "source": source, "author": author}
    for name, text in {
        "prose": prose(LARGEST),
        "common": ("de la " * LARGEST)[:LARGEST],
        "medium": prose(1_000_000),
    }.items():
        yield {"id": f"large-{name}", "title": f"De la mairie, {name}", "text": text, "date": "2022-02-02"}


def filled(parts: Iterator[str]) -> str:
    """Return as many parts as the longest query holds."""
    text = ""
    for part in parts:
        if len(text) + len(part) > LONGEST_QUERY:
            break
        text += part
    return text


def queries() -> dict[str, str]:
    """Return the queries by what they are about."""
    pairs = [f"{one} {other}" for one, other in product(COMMON, COMMON)]
    letters = ["".join(pair) for pair in product("bcdfglmnprstv", "aeiou")]
    words = [f"{one}{other}{end}" for one, other in product(letters, letters) for end in ("ne", "ti")]
    rng = random.Random(5)
    rng.shuffle(pairs)
    rng.shuffle(words)
    made = {
        "1,023 stars and a letter": "*" * 1023 + "a",
        "one proximity 70 times": filled(cycle(["le PROCHE/50 la "])),
        "proximities": filled(f'"{pair}"~{5 + number % 90} ' for number, pair in enumerate(cycle(pairs))),
        "proximities, excluded": "maire "
        + filled(f'-"{pair}"~{5 + number % 90} ' for number, pair in enumerate(pairs)),
        "narrow proximities": filled(f'"{pair}"~5 ' for pair in pairs[:8]),
        "any narrow proximity": filled(f'"{pair}"~5 OU ' for pair in pairs[:8]) + "le",
        "one proximity": '"de la"~5',
        "a wide proximity": '"de la"~99',
        "proximity of ten words": f'"{" ".join(COMMON[:10])}"~30',
        "phrases": filled(f'"{pair}" ' for pair in pairs),
        "either phrase": filled(f'"{pair}" OU ' for pair in pairs) + "le",
        "a phrase of one word": f'"{"de " * 300}"',
        "prefixes": filled(f"{one}{other}* " for one, other in product(ascii_lowercase, "aeioulr")),
        "prefixes, required": filled(f"+{letter}* " for letter in letters),
        "prefixes, excluded": "maire " + filled(f"-{letter}* " for letter in letters),
        "prefixes of titles": filled(f"titre:{letter}* " for letter in letters),
        "fuzzy words": filled(f"{word}~2 " for word in words),
        "fuzzy words, excluded": "maire " + filled(f"-{word}~2 " for word in words),
        "unknown words": filled(f"{word}xq " for word in words),
        "glued words": filled(f"{word}{other} " for word, other in zip(words, words[9:], strict=False)),
        "joined unknown words": filled(f"{word}xq-" for word in words),
        "common words": " ".join(COMMON),
        "joined words": filled(cycle(f"{word}-" for word in COMMON)),
        "many words": filled(f"{word} " for word in words),
        "all of many words": filled(f"{word} ET " for word in words) + "maire",
        "any of many words": filled(f"{word} OU " for word in words) + "maire",
        "words of the text": filled(f"texte:{word} " for word in words),
        "words of a part": f"texte:({filled(f'{word} ' for word in words)[:900]})",
        "authors": filled(f"auteur:{word[:4]}* " for word in words),
        "fuzzy authors": filled(f"auteur:{word}~2 " for word in words),
        "near authors": filled(f'auteur:"{word} {word[::-1]}"~9 ' for word in words),
        "deep": "(" * 400 + "a " * 100 + ")" * 100,
        "groups": filled(cycle(["(le OU la) ET (de OU du) "])),
        "exclusions": filled(f"-{word} " for word in words),
        "dates": filled(f'date:"il y a {number} jours" ' for number in range(99)),
        "a word alone": "maire",
    }
    return made | {f"{sign!r} repeated": (sign * LONGEST_QUERY)[:LONGEST_QUERY] for sign in SIGNS}


def requests(service: SearchService) -> Iterator[tuple[str, Work]]:
    """Yield what is asked, each with a name."""
    many = Filters(dict.fromkeys(FACET_FIELDS, tuple(f"Journal {number}" for number in range(50))))

    def show(article: str, query: str) -> None:
        list(paragraphs(service.article(article, query).text))

    for name, query in queries().items():
        yield name, partial(service.search, SearchRequest(query))
        wide = SearchRequest(query, filters=many, sort=Sort.NEWEST, per_page=100)
        yield f"{name}; 300 values, newest, 100 a page", partial(service.search, wide)
        for article in ("large-prose", "large-common"):
            yield f"{name}; {article} shown", partial(show, article, query)


def indexed(engine: str, count: int, work: Path) -> Config:
    """Return the settings of an index of the corpus, made once."""
    corpus = work / f"costly-{count}"
    if not corpus.is_dir():
        new = work / "costly-new"
        new.mkdir(parents=True, exist_ok=True)
        with (new / "articles.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(article, ensure_ascii=False) + "\n" for article in articles(count))
        new.rename(corpus)
    folder = work / f"index-{engine}-costly-{count}"
    config = bootstrap.load_config({"corpus": corpus, "index": folder, "engine": engine})
    if not (folder / "CURRENT").is_file():
        bootstrap.reindex(config)
    return config


def measure(config: Config, seconds: float, slowest: int) -> Figures:
    """Send every request and return the slowest; CPU seconds are what to compare when the machine has other work."""
    service = bootstrap.open_service(replace(config, query_seconds=seconds))
    service.search(SearchRequest("maire"))
    taken: dict[str, tuple[float, float]] = {}
    for name, ask in requests(service):
        started, used = time.perf_counter(), time.process_time()
        ask()
        taken[name] = time.perf_counter() - started, time.process_time() - used
    service.close()
    worst = sorted(taken.items(), key=lambda entry: entry[1], reverse=True)
    return {
        "requests": len(taken),
        "worst_over_query_seconds": round(worst[0][1][0] - seconds, 2),
        "worst_cpu": round(max(cpu for _, cpu in taken.values()), 2),
        "slowest": {name: {"seconds": round(wall, 2), "cpu": round(cpu, 2)} for name, (wall, cpu) in worst[:slowest]},
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--articles", type=int, default=20_000)
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--slowest", type=int, default=12)
    options.add_argument("--engine", action="append", choices=ENGINES)
    options.add_argument("--work", type=Path, default=ROOT / "benchmarks/environments")
    given = options.parse_args()
    report: Figures = {"machine": machine(), "articles": given.articles, "query_seconds": given.seconds}
    for engine in given.engine or ENGINES:
        report[engine] = measure(indexed(engine, given.articles, given.work), given.seconds, given.slowest)
    print(json.dumps(report, ensure_ascii=False, indent=1))
    worst = max(report[engine]["worst_over_query_seconds"] for engine in given.engine or ENGINES)
    sys.exit(worst > 0.5)


if __name__ == "__main__":
    main()
