"""Near duplicates: precision, recall and cost of their groups, on copies that are known.

``python -m benchmarks.duplicates FILE.jsonl [--edits N]`` reads articles (JSON Lines, perhaps .gz). With ``--edits`` N
of them are edited as newspapers edit wire copy: a cut end, a new title, merged paragraphs, corrected words, paragraphs
added, another byline; each edit is a copy to be found. Without, copies are the articles that differ from an earlier one
by one sentence, as the corpora for speed tests have them. ``--minhash`` measures bands of MinHash on the same copies
(rensa, which is no dependency).

Pairs count: two articles of one true group that have the same group (recall), and two articles of the same group that
are of one true group (precision). Without ``--edits`` the groups among the articles themselves are unknown, and with
it those among the articles before the edits are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from searchapp.derived.duplicates_writer import DuplicatesWriter
from searchapp.derived.near_duplicates import NearDuplicates
from searchapp.model import Article

Record = dict[str, Any]
Pairs = set[tuple[str, str]]
# Characters: what a sentence of those corpora may have.
SENTENCE = 460


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    options.add_argument("--edits", type=int, default=0)
    options.add_argument("--minhash", action="store_true")
    options.add_argument("--show", type=int, default=0, help="wrong pairs to print")
    given = options.parse_args()
    articles = [Article(record["id"], record["title"], record["text"]) for record in _records(given.file)]
    if given.edits:
        natural = _pairs(group_by_shingles(articles)[0])
        articles, true = _with_edits(articles, given.edits)
    else:
        natural, true = set(), _pairs(_edited_sentences(articles))
    for name, method in {"shingles": group_by_shingles, **({"minhash": _by_bands} if given.minhash else {})}.items():
        groups, seconds = method(articles)
        found = _pairs(groups)
        known = {pair for pair in found if _base(pair) not in natural}
        right = len(known & true)
        sys.stdout.write(
            f"{name}: {len(articles)} articles, {len(true)} pairs of copies, precision {right / max(1, len(known)):.4f}"
            f", recall {right / max(1, len(true)):.4f}, {seconds / len(articles) * 1e6:.0f} µs an article\n"
        )
        _show(given.show, known - true, true - known, articles)


def group_by_shingles(articles: list[Article]) -> tuple[list[list[str]], float]:
    """Return the groups as indexing finds them, and the processor seconds it took."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "duplicates.sqlite"
        started = time.process_time()
        with closing(DuplicatesWriter(path)) as writer:
            for article in articles:
                writer.add(article)
            writer.complete({article.id: article for article in articles}.get)
        seconds = time.process_time() - started
        opened = NearDuplicates(path)
        groups = [list(opened.members(number)) for number in set(opened.groups().numbers)]
        opened.close()
    return groups, seconds


def _by_bands(articles: list[Article]) -> tuple[list[list[str]], float]:
    """Return the groups of 128 MinHash values in 32 bands, compared by the share of equal values (0.5)."""
    from rensa import RMinHash

    started = time.process_time()
    digests, buckets = {}, defaultdict(list)
    for article in articles:
        words = article.text.lower().split()
        shingles = [" ".join(words[at : at + 5]) for at in range(len(words) - 4)]
        (sketch,) = RMinHash.from_token_sets([shingles], num_perm=128, seed=1)
        digests[article.id] = sketch.digest()
        for band in range(32):
            buckets[band, tuple(digests[article.id][4 * band : 4 * band + 4])].append(article.id)
    parents: dict[str, str] = {}

    def root(one: str) -> str:
        while parents.setdefault(one, one) != one:
            one = parents[one]
        return one

    for members in buckets.values():
        for one, other in combinations(members[:100], 2):
            if sum(map(int.__eq__, digests[one], digests[other])) >= 64:
                parents[root(one)] = root(other)
    groups = defaultdict(list)
    for one in list(parents):
        groups[root(one)].append(one)
    return list(groups.values()), time.process_time() - started


def _records(path: Path) -> Iterator[Record]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _pairs(groups: Iterable[Iterable[str]]) -> Pairs:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def _base(pair: tuple[str, str]) -> tuple[str, str]:
    one, other = sorted(name.partition("#")[0] for name in pair)
    return one, other


def _edited_sentences(articles: list[Article]) -> list[list[str]]:
    """Return the groups of articles that differ from an earlier one by one sentence, at most SENTENCE characters."""
    by_end: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    group_of: dict[str, str] = {}
    for article in articles:
        lines = article.text.split("\n")
        ends = {f"<{lines[:2]}", f">{lines[-2:]}", f"={lines[0]}{lines[-1]}"}
        near = (other for end in ends for other in by_end[end])
        for other, theirs in near:
            if _is_edited(lines, theirs):
                group_of[article.id] = group_of.setdefault(other, other)
                break
        for end in ends:
            by_end[end].append((article.id, lines))
    groups = defaultdict(list)
    for member, first in group_of.items():
        groups[first].append(member)
    return list(groups.values())


def _is_edited(one: list[str], other: list[str]) -> bool:
    shorter = min(len(one), len(other))
    before = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    after = next((at for at in range(shorter - before) if one[-1 - at] != other[-1 - at]), shorter - before)
    rests = (sum(map(len, lines[before : len(lines) - after])) for lines in (one, other))
    return before + after >= 2 and max(rests) <= SENTENCE


def _with_edits(articles: list[Article], count: int) -> tuple[list[Article], Pairs]:
    draw = random.Random(7)
    # Added paragraphs are of articles that are not there themselves.
    others, articles = articles[: len(articles) // 5], articles[len(articles) // 5 :]
    long_enough = [article for article in articles if len(article.text.split()) > 80]
    edited = list(articles)
    groups = []
    for article in draw.sample(long_enough, min(count, len(long_enough))):
        copies = [
            Article(f"{article.id}#{number}", f"{draw.choice(others).title}", edit(article.text, others, draw))
            for number, edit in enumerate(draw.sample(_EDITS, 2))
        ]
        edited += copies
        groups.append([article.id, *(copy.id for copy in copies)])
    draw.shuffle(edited)
    return edited, _pairs(groups)


def _cut(text: str, articles: list[Article], draw: random.Random) -> str:
    paragraphs = text.split("\n")
    words = text.split()
    kept = draw.uniform(0.4, 0.85)
    if len(paragraphs) > 2:
        return "\n".join(paragraphs[: max(2, round(len(paragraphs) * kept))])
    return " ".join(words[: round(len(words) * kept)])


def _merged(text: str, articles: list[Article], draw: random.Random) -> str:
    return "Avec AFP. " + text.replace("\n", " ").replace('"', "»")


def _corrected(text: str, articles: list[Article], draw: random.Random) -> str:
    words = text.split(" ")
    for at in range(draw.randrange(20), len(words), 20):
        words[at] = draw.choice(("selon", "hier", "lundi", "toutefois", words[at] + "s"))
    return " ".join(words)


def _extended(text: str, articles: list[Article], draw: random.Random) -> str:
    paragraphs = text.split("\n")
    for _ in range(draw.randint(1, 1 + len(paragraphs))):
        paragraphs.insert(draw.randint(0, len(paragraphs)), draw.choice(draw.choice(articles).text.split("\n")))
    return "\n".join(paragraphs)


def _cut_and_corrected(text: str, articles: list[Article], draw: random.Random) -> str:
    return "PARIS (Reuters) - " + _corrected(_cut(text, articles, draw), articles, draw)


_EDITS: list[Callable[[str, list[Article], random.Random], str]] = [
    _cut,
    _merged,
    _corrected,
    _extended,
    _cut_and_corrected,
]


def _show(count: int, wrong: Pairs, missed: Pairs, articles: list[Article]) -> None:
    texts = {article.id: article.text for article in articles}
    for name, pairs in (("wrong", wrong), ("missed", missed)):
        for pair in sorted(pairs)[:count]:
            sys.stdout.write(f"-- {name} {pair}\n" + "".join(f"{texts[one][:600]}\n~~\n" for one in pair))


if __name__ == "__main__":
    main()
