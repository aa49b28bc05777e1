"""Evaluation: measures of the ranking on judged queries, through the same service as the web.

Queries are ``id<TAB>text`` lines, judgments TREC qrels (``query 0 article grade``), runs TREC runs. Measures come from
ir-measures, the significance test from scipy: the extra ``searchapp[evaluate]``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from searchapp.errors import EngineUnavailable, FileMissing, UserError, install_command, system_reason
from searchapp.i18n import Message
from searchapp.search.service import SearchService

__all__ = ["DEPTH", "MEASURES", "Report", "compare", "evaluate", "read_run", "write_run"]

DEPTH: Final = 100
MEASURES: Final = ("nDCG@10", "RR@10", "R@100", "Success@1")

Run = dict[str, dict[str, float]]


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
    run = {name: dict(service.ranking(text, DEPTH)) for name, text in texts.items()}
    milliseconds = (time.perf_counter() - started) * 1000 / len(run)
    values = _measure(_text(qrels), _in_order(run))
    means = {name: sum(by_query.get(query, 0.0) for query in run) / len(run) for name, by_query in values.items()}
    return Report(len(run), sum(not hits for hits in run.values()), milliseconds, means, values, run)


def compare(report: Report, other: Run, qrels: Path) -> dict[str, tuple[float, float]]:
    """Return for each measure the mean of an earlier run and the p-value of a paired t-test against it."""
    from scipy.stats import ttest_rel  # an extra, as heavy as everything else together

    values = _measure(_text(qrels), _in_order(other))
    outcome = {}
    for name in MEASURES:
        now = [report.values[name].get(query, 0.0) for query in report.run]
        then = [values[name].get(query, 0.0) for query in report.run]
        p_value = 1.0 if now == then else float(ttest_rel(now, then).pvalue)
        outcome[name] = (sum(then) / len(then), p_value)
    return outcome


def write_run(run: Run, path: Path) -> None:
    """Write a run in TREC form."""
    with path.open("w", encoding="utf-8") as file:
        for query, hits in run.items():
            for rank, (article, score) in enumerate(hits.items(), 1):
                file.write(f"{query} Q0 {article.replace(' ', '%20')} {rank} {score:.6f} searchapp\n")


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
