"""Mutation testing: change the code in one place after the other, and see whether its nearest tests notice.

``make mutation`` or ``python -m tests.mutation [MODULE ...] [--sample N]`` prints each survivor as a diff and, for each
module, how many mutants its tests killed. cosmic-ray makes the mutants; each is tried in a copy of the tree, and the
checkout stays as it is. ``--sample`` takes so many mutants of each module, the same ones each time; 0 takes all, which
lasts hours. None of this is part of the test command: each mutant costs a run of its tests.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]

# Module -> the tests that stand nearest to it: where somebody who changes it would look first.
NEAREST: dict[str, tuple[str, ...]] = {
    "analysis/tokenizer": ("tests/analysis", "tests/oracle"),
    "analysis/filters": ("tests/analysis", "tests/oracle"),
    "analysis/stemmer": ("tests/analysis/test_stemmer.py",),
    "analysis/stem_table": ("tests/analysis/test_stemmer.py",),
    "analysis/stretches": ("tests/analysis/test_compounds.py", "tests/analysis"),
    "analysis/compounds": ("tests/analysis/test_compounds.py", "tests/analysis"),
    "analysis/variants": ("tests/analysis",),
    "analysis/french": ("tests/analysis", "tests/oracle"),
    "query/lexer": ("tests/query/test_limits.py", "tests/query"),
    "query/leaves": ("tests/query/test_limits.py", "tests/query"),
    "query/parser": ("tests/query/test_limits.py", "tests/query"),
    "query/ast": ("tests/query/test_language.py", "tests/query/test_limits.py"),
    "query/token_repair": ("tests/query/test_limits.py", "tests/query"),
    "query/dates": ("tests/query/test_language.py", "tests/query/test_limits.py"),
    "query/grammar": ("tests/query/test_language.py", "tests/query/test_limits.py", "tests/contract/test_lookup.py"),
    "query/date_words": ("tests/query/test_date_words.py", "tests/query/test_language.py"),
    "search/rerank_score": ("tests/search/test_rerank_score.py",),
    "search/fragments": ("tests/search/test_excerpts.py", "tests/search/test_highlight.py"),
    "search/highlight": ("tests/search/test_excerpts.py", "tests/search/test_highlight.py"),
    "search/term_marks": ("tests/search/test_highlight.py", "tests/search/test_excerpts.py"),
    "search/matching": ("tests/search/test_matching.py", "tests/search/test_all_words.py"),
    "search/preferred_parts": ("tests/search/test_all_words.py",),
    "search/missing_words": ("tests/search/test_all_words.py",),
    "search/recency": ("tests/search/test_recency.py",),
    "search/hit_explanation": ("tests/search/test_hit_explanation.py",),
    "derived/misspellings": ("tests/derived/test_corrections.py",),
    "derived/spelling": ("tests/derived/test_corrections.py", "tests/derived/test_spelling.py"),
    "search/exclude_withdrawn": ("tests/contract/test_hiding.py",),
    "search/service": ("tests/archive", "tests/search/test_paging.py", "tests/search/test_service.py"),
    "search/generation_opener": ("tests/indexing/test_checking.py", "tests/indexing/test_restored_index.py"),
    "search/cursor": ("tests/search/test_cursor.py",),
    "search/resolve": ("tests/contract/test_resolving.py", "tests/archive", "tests/oracle"),
    "search/dictionary": ("tests/contract/test_lookup.py", "tests/contract/test_resolving.py"),
    "engines/proximity": ("tests/engines/test_proximity.py",),
    "engines/whoosh_engine/clause_matcher": (
        "tests/contract/test_sums.py",
        "tests/contract/test_differential.py",
        "tests/contract",
    ),
    "engines/whoosh_engine/matches": ("tests/contract/test_sums.py", "tests/contract"),
    "engines/whoosh_engine/positions": ("tests/contract/test_phrases.py", "tests/contract/test_differential.py"),
    "engines/whoosh_engine/merging": ("tests/engines/test_whoosh_merging.py", "tests/engines/test_whoosh_growth.py"),
    "indexing/versions": ("tests/indexing/test_versions.py",),
    "indexing/index_state": ("tests/indexing/test_index_state.py", "tests/indexing/test_incremental.py"),
    "indexing/update": ("tests/indexing/test_same_tick.py", "tests/indexing/test_incremental.py"),
    "indexing/verification": ("tests/indexing/test_publishing.py",),
    "indexing/coverage": ("tests/indexing/test_coverage.py",),
    "ingest/journal/journal": ("tests/ingest/journal",),
    "ingest/journal/journal_index": ("tests/ingest/journal",),
    "ingest/file_names": ("tests/ingest/test_names.py",),
    "ingest/formats/mets": ("tests/ingest/test_bindings.py",),
    "web/params": ("tests/web/test_params.py",),
}

# The operators that stand for a slip which somebody could make: a boundary, a constant, a sign, a condition, a branch.
# Those that replace « | » would change type annotations only.
_OPERATORS = re.compile(
    r"core/(?:NumberReplacer|ReplaceComparisonOperator_\w+|ReplaceBinaryOperator_(?:Add_Sub|Sub_Add|Mul_Div|Div_Mul|"
    r"FloorDiv_Mul)|ReplaceAndWithOr|ReplaceOrWithAnd|ReplaceTrueWithFalse|ReplaceFalseWithTrue|AddNot|"
    r"ReplaceBreakWithContinue|ReplaceContinueWithBreak|ReplaceUnaryOperator_(?:USub_UAdd|Delete_Not))"
)
# A comparison has eight others; two of them (its opposite, its neighbour at the boundary) say what all would.
_COMPARISONS = {
    "Eq": {"NotEq", "IsNot"},
    "NotEq": {"Eq"},
    "Lt": {"LtE", "Gt"},
    "LtE": {"Lt", "Gt"},
    "Gt": {"GtE", "Lt"},
    "GtE": {"Gt", "Lt"},
    "Is": {"IsNot"},
    "IsNot": {"Is"},
}


_MOST_MEMORY = 8 << 20
"""KiB of address space that the tests of a mutant may take."""


@dataclass(frozen=True)
class Score:
    """Outcome of the mutants of one module: ``survivors`` as diffs."""

    module: str
    mutants: int
    survivors: tuple[str, ...]

    @property
    def killed(self) -> int:
        return self.mutants - len(self.survivors)


def measure(module: str, tests: Sequence[str], sample: int, copy: Path) -> Score:
    """Try the mutants of ``module`` in the tree ``copy``."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import TestOutcome

    path = copy / "searchapp" / f"{module}.py"
    mutations = list(_mutations(path))
    if sample and len(mutations) > sample:
        mutations = random.Random(module).sample(mutations, sample)
    arguments = "-x -q -p no:xdist -p no:cacheprovider -W error"
    runner = f"{sys.executable} -m pytest {arguments} {' '.join(tests)} --rootdir {copy}"
    # A changed boundary may ask for all the memory that there is.
    command = f"/bin/sh -c 'cd {copy} && ulimit -v {_MOST_MEMORY} && CI=1 PYTHONPATH={copy} exec {runner}'"
    if subprocess.run(shlex.split(command), capture_output=True, check=False).returncode:
        sys.exit(f"The tests of {module} fail without any change: {command}")
    survivors = []
    for mutation in mutations:
        result: Any = mutate_and_test([mutation], command, 120)
        if result.test_outcome == TestOutcome.SURVIVED:
            survivors.append(str(result.diff).replace(str(copy) + os.sep, ""))
    return Score(module, len(mutations), tuple(survivors))


def _mutations(path: Path) -> Iterator[Any]:
    """Yield the mutations of a file that are worth trying."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names
    from cosmic_ray.work_item import MutationSpec

    tree, lines = get_ast_from_path(path), path.read_text("utf-8").splitlines()
    for name in filter(_is_wanted, sorted(operator_names())):
        operator = get_operator(name)()
        spans = (span for node in ast_nodes(tree) for span in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(spans):
            if not lines[start[0] - 1].startswith("@dataclass"):  # frozen, slots: nothing that a user could see
                yield MutationSpec(path, name, occurrence, start, end)


def _is_wanted(operator: str) -> bool:
    if not _OPERATORS.fullmatch(operator):
        return False
    _, _, change = operator.partition("ReplaceComparisonOperator_")
    before, _, after = change.partition("_")
    return not change or after in _COMPARISONS.get(before, ())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("modules", nargs="*", metavar="MODULE", help="such as query/lexer; all without one")
    options.add_argument("--sample", type=int, default=40, help="mutants of each module (40; 0: all)")
    options.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="modules at a time")
    given = options.parse_args()
    unknown = set(given.modules) - set(NEAREST)
    if unknown:
        options.error(f"no tests are known for {', '.join(sorted(unknown))}; there are {', '.join(NEAREST)}")
    chosen = given.modules or list(NEAREST)
    with TemporaryDirectory() as folder, ThreadPoolExecutor(given.jobs) as pool:
        scores = [pool.submit(_measured, module, given.sample, Path(folder)) for module in chosen]
        found = [score.result() for score in scores]
    lines = [survivor + "\n" for score in found for survivor in score.survivors]
    lines.append(f"{'module':34}{'mutants':>8}{'killed':>8}{'score':>8}")
    lines += [
        f"{score.module:34}{score.mutants:8}{score.killed:8}{score.killed / max(score.mutants, 1):8.0%}"
        for score in found
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def _measured(module: str, sample: int, folder: Path) -> Score:
    copy = folder / module.replace("/", "-")
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "index", "environments", "__pycache__"))
    score = measure(module, NEAREST[module], sample, copy)
    sys.stderr.write(f"{module}: {score.killed} of {score.mutants} killed\n")
    return score


if __name__ == "__main__":
    main()
