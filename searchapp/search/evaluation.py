"""Evaluation: measures of the ranking on judged queries, through the same service as the web.

Queries are ``id<TAB>text`` lines, judgments TREC qrels (``query 0 article grade``), runs TREC runs. Measures come from
ir-measures, bootstrap and significance test from scipy: the extra ``searchapp[evaluate]``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from searchapp.errors import EngineUnavailable, FileMissing, UserError, install_command, system_reason
from searchapp.i18n import Message
from searchapp.search.order_explanation import ExplainedHit
from searchapp.search.service import SearchService

__all__ = [
    "DEPTH",
    "MEASURES",
    "Comparison",
    "ExplainedQuery",
    "Report",
    "compare",
    "evaluate",
    "explain_queries",
    "read_run",
    "trec_id",
    "write_run",
]

DEPTH: Final = 100
MEASURES: Final = ("nDCG@10", "RR@10", "R@100", "Success@1")

_WHITE_SPACE: Final = re.compile(r"\s")

Run = dict[str, dict[str, float]]

# Hits that are explained whatever their grade: as many as the measures look at.
_EXPLAINED: Final = 10
# Bounds the memory of a bootstrap: so many resamples of all queries at once.
_RESAMPLED_AT_A_TIME: Final = 100


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of one set: mean and per-query values of each measure, and the run that they were measured on."""

    queries: int
    without_hit: int
    milliseconds: float
    """A query, on average."""
    means: Mapping[str, float]
    values: Mapping[str, Mapping[str, float]]
    """Measure -> query -> value."""
    run: Run


@dataclass(frozen=True, slots=True)
class Comparison:
    """A measure against an earlier run: the mean before, and the mean difference over the queries.

    ``low`` and ``high`` hold 95 % of the differences of a paired bootstrap (9,999 resamples of the queries);
    ``p_value`` is that of a paired t-test.
    """

    before: float
    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ExplainedQuery:
    """A judged query with (grade, explained hit) pairs in their final order."""

    name: str
    text: str
    hits: Sequence[tuple[int, ExplainedHit]]


def evaluate(service: SearchService, queries: Path, qrels: Path) -> Report:
    """Return the measures of ``service`` on ``queries``; only those with a judgment count.

    Raises UserError for a file that cannot be read, EngineUnavailable without the extra.
    """
    judged = list(_load_measures().read_trec_qrels(_text(qrels)))
    judged_queries = {judgment.query_id for judgment in judged}
    texts = {name: text for name, text in _pairs(queries) if name in judged_queries}
    if not texts:
        raise UserError(Message("No query of {queries} is judged in {qrels}.", queries=queries, qrels=qrels))
    started = time.perf_counter()
    run = {name: _ranking(service, text) for name, text in texts.items()}
    milliseconds = (time.perf_counter() - started) * 1000 / len(run)
    values = _measure(_text(qrels), _in_order(run))
    means = {name: sum(by_query.get(query, 0.0) for query in run) / len(run) for name, by_query in values.items()}
    return Report(len(run), sum(not hits for hits in run.values()), milliseconds, means, values, run)


def trec_id(article_id: str) -> str:
    """Return the id of an article in TREC files, whose columns end at white space: spaces are percent-encoded."""
    return _WHITE_SPACE.sub(lambda space: quote(space[0]), article_id)


def _ranking(service: SearchService, text: str) -> dict[str, float]:
    return {trec_id(article): score for article, score in service.ranking(text, DEPTH)}


def compare(report: Report, other: Run, qrels: Path) -> dict[str, Comparison]:
    """Return the comparison of each measure with an earlier run."""
    values = _measure(_text(qrels), _in_order(other))
    outcome = {}
    for name in MEASURES:
        now = [report.values[name].get(query, 0.0) for query in report.run]
        then = [values[name].get(query, 0.0) for query in report.run]
        outcome[name] = _compared(now, then)
    return outcome


def _compared(now: Sequence[float], then: Sequence[float]) -> Comparison:
    # An extra, as heavy as everything else together.
    from scipy.stats import bootstrap, ttest_rel

    differences = [one - other for one, other in zip(now, then, strict=True)]
    before, difference = sum(then) / len(then), sum(differences) / len(differences)
    if len(set(differences)) == 1:  # nothing to resample
        return Comparison(before, difference, difference, difference, 1.0 if not difference else 0.0)
    resampled = bootstrap(
        (differences,),
        lambda sample, axis: sample.mean(axis=axis),
        method="percentile",
        batch=_RESAMPLED_AT_A_TIME,
        rng=0,
    )
    low, high = resampled.confidence_interval
    return Comparison(before, difference, float(low), float(high), float(ttest_rel(now, then).pvalue))


def explain_queries(service: SearchService, queries: Path, qrels: Path) -> Iterator[ExplainedQuery]:
    """Yield each judged query with its explained hits: the first ten, and all that are judged relevant.

    Raises UserError for a file that cannot be read, EngineUnavailable without the extra.
    """
    grades: dict[str, dict[str, int]] = {}
    for judgment in _load_measures().read_trec_qrels(_text(qrels)):
        grades.setdefault(judgment.query_id, {})[judgment.doc_id] = judgment.relevance
    for name, text in _pairs(queries):
        if judged := grades.get(name):
            hits = service.explanation(text)
            shown = (hit for hit in hits if hit.rank <= _EXPLAINED or judged.get(trec_id(hit.article), 0) > 0)
            yield ExplainedQuery(name, text, [(judged.get(trec_id(hit.article), 0), hit) for hit in shown])


def write_run(run: Run, path: Path) -> None:
    """Write a run in TREC form."""
    with path.open("w", encoding="utf-8") as file:
        for query, hits in run.items():
            for rank, (article, score) in enumerate(hits.items(), 1):
                file.write(f"{query} Q0 {article} {rank} {score:.6f} searchapp\n")


def read_run(path: Path) -> Run:
    """Return a run in TREC form; raises UserError when it is none."""
    run: Run = {}
    for line in _text(path).splitlines():
        try:
            query, _, article, _, score, _ = line.split()
            run.setdefault(query, {})[article] = float(score)
        except ValueError:
            raise UserError(Message("{file} is not a TREC run: “{line}”", file=path, line=line[:80])) from None
    return run


def _measure(qrels: str, run: Run) -> dict[str, dict[str, float]]:
    measures = _load_measures()
    parsed = [measures.parse_measure(name) for name in MEASURES]
    values: dict[str, dict[str, float]] = {name: {} for name in MEASURES}
    for metric in measures.iter_calc(parsed, measures.read_trec_qrels(qrels), run):
        values[str(metric.measure)][metric.query_id] = metric.value
    return values


def _in_order(run: Run) -> Run:
    """Return the run with ranks as scores: the measures order by score, and here equal scores have an order too."""
    return {query: {article: -float(rank) for rank, article in enumerate(hits)} for query, hits in run.items()}


def _load_measures() -> Any:
    try:
        import ir_measures  # an extra: only those who judge the ranking need it
    except ImportError:
        raise EngineUnavailable(
            Message("Evaluation needs ir-measures. Run: {command}", command=install_command("evaluate"))
        ) from None
    return ir_measures


def _pairs(queries: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(_text(queries).splitlines(), 1):
        name, tab, text = line.partition("\t")
        if not tab:
            raise UserError(
                Message("{file}, line {line}: an id, a tab and a query are needed", file=queries, line=number)
            )
        yield name, text


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise FileMissing(path, system_reason(error)) from error
    except UnicodeDecodeError as error:
        raise UserError(Message("“{file}” is not UTF-8 text. Save it as UTF-8.", file=path)) from error
