"""Words that the project does not use any more: old names of code, riddles in prose, docstrings that circumscribe."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted(
    path for folder in ("searchapp", "tests", "benchmarks", "scripts") for path in ROOT.glob(f"{folder}/**/*.py")
)
PROSE = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "searchapp/translations/fr/LC_MESSAGES/searchapp.po")
    for path in ROOT.glob(pattern)
    if path.name != "CHANGELOG.md"
)

# Old identifier -> the word that replaced it.
OLD_NAMES: Final = {
    "Wanted": "HighlightTerms",
    "wanted_by": "highlight_terms",
    "Kept": "ReaderCache",
    "LastWords": "JournalIndex",
    "lastwords": "journal_index",
    "Beside": "SiblingFiles",
    "TooSlow": "CpuLimitExceeded",
    "hiding": "exclude_withdrawn",
    "_HidingReader": "ExcludingReader",
    "_Mended": "SpellingCorrector",
    "mend": "correct",
    "enough_weight": "minimum_should_match",
    "wears_out": "needs_rebuild_on_deletes",
    "_swollen": "sparse segment",
    "_Tail": "AppendFile",
    "reads_the_same": "same_content",
    "let_in": "require_write_access",
    "Rate": "RateLimiter",
    "Trouble": "Occurrence",
    "turn_back": "previous_page",
    "turn_forward": "next_page",
    "differs": "needs_explanation",
    "nothing_asked": "empty_search",
    "with_marks": "with_highlights",
    "let_click_speak": "translate_click",
    "WithdrawnIds": "exclude_withdrawn",
    "articles_from": "read_articles",
    "_LOOK_EVERY": "POLL_SECONDS",
    "ALONE": "MIN_PARALLEL_CHARS",
    "_AHEAD": "QUEUE_PER_WORKER",
    "on_word": "on_entry",
    "hidden_in": "excluded_from",
    "Evidence": "RerankFeatures",
    "kin": "related_stems",
    "_LEAST": "MIN_DOCUMENT_FREQUENCY",
    "WeightClause": "MinimumWeightClause",
    "EveryClause": "MatchAllClause",
    "Every": "MatchAll",
    "Bag": "Bool",
    "small_words": "stopwords",
    "TermFilter": "TermMatcher",
    "Lexicon": "SpellingDictionary",
    "Register": "IndexState",
    "BaseWornOut": "CompactionRequired",
    "doubtful": "needs_recheck",
    "overrules": "from_journal",
    "goes_on": "resumes",
    "digest_of_facts": "content_digest",
    "Verdict": "Resolution",
    "judge": "resolve",
    "flaws": "quick_check",
    "is_sound": "is_intact",
    "newest_sound": "latest_intact",
    "says_disk_full": "is_disk_full",
    "says_the_same": "excludes_the_same",
    "_PATIENCE": "VERIFY_TIMEOUT",
    "_SETTLED": "MTIME_GRANULARITY_NS",
    "_FAST": "_PRAGMAS",
    "_LISTED": "MAX_LISTED",
    "when_behind": "on_missing_withdrawals",
    "panics_caught": "panics_as_exceptions",
    "JournalReader": "JournalSource",
}
# Phrases that a reader has to guess at.
RIDDLES: Final = (
    "by another hand",
    "goes forward again",
    "let go of",
    "made anew",
    "settle on it",
    "what is owed",
    "who asks",
)
# A docstring names the thing: not "What lets in" but "Token bucket: n requests a second".
OPENINGS: Final = re.compile(r"(?:What|Whether|How|Who|Which|Return what|Tells|Says)\b")


def named(tree: ast.Module) -> Iterator[str]:
    """Yield every identifier of a module, and the parts of the modules that it imports."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name):
                yield from name.split(".")
            case ast.ImportFrom(module=str(module)):
                yield from module.split(".")


@cache
def users() -> dict[str, list[str]]:
    """Return identifier -> the modules that have it."""
    found: dict[str, set[str]] = {}
    for path in CODE:
        for name in named(ast.parse(path.read_text("utf-8"))):
            found.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())
    return {name: sorted(paths) for name, paths in found.items()}


@pytest.mark.parametrize("name", OLD_NAMES)
def test_an_old_name_is_not_used_any_more(name: str) -> None:
    assert users().get(name, []) == [], f"say {OLD_NAMES[name]}"


def test_names_that_are_used_are_found() -> None:
    assert "searchapp/web/rate_limiter.py" in users()["RateLimiter"]
    assert "searchapp/web/site.py" in users()["rate_limiter"]


@pytest.mark.parametrize("phrase", RIDDLES)
def test_no_text_speaks_in_riddles(phrase: str) -> None:
    texts = {path: path.read_text("utf-8") for path in (*CODE, *PROSE) if path != Path(__file__)}
    on_one_line = {path: re.sub(r"\s*\n\s*(?:# )?", " ", text) for path, text in texts.items()}
    assert [path.relative_to(ROOT).as_posix() for path, text in on_one_line.items() if phrase in text] == []


def docstrings(path: Path) -> Iterator[str]:
    """Yield the docstrings of a module, its classes and functions, and the texts below its constants and fields."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_docstring_names_the_thing(path: Path) -> None:
    assert [text for text in docstrings(path) if OPENINGS.match(text)] == []
