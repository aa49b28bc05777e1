"""Search while reindexes publish: python -m benchmarks.load_while_reindexing [--clients 16] [--publishes 20] [--sent]

No request may fail, no answer mix two generations, none be of an old one a second after the new one was published
(tests/indexing/proofs/load.py). With --sent, articles are sent and withdrawn meanwhile in place of the searches: what
was taken has to be found, and to stay found (tests/indexing/proofs/sent_articles.py).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.indexing.proofs.in_full import arguments_for, prove, tell
from tests.indexing.proofs.load import Load, Report
from tests.indexing.proofs.sent_articles import Report as SentReport
from tests.indexing.proofs.sent_articles import SentArticles


def loaded(engine: str, work: Path, clients: int, publishes: int, workers: int, articles: int) -> Report:
    """Let clients ask without pause; a late answer is a failure here."""
    load = Load(work, engine, clients=clients, workers=workers, articles=articles)
    report = load.run(
        publishes, lambda report: tell(report.publishes, f"publishes, {engine}", report.failures, every=5)
    )
    if report.late:
        report.failures.append(f"{report.late} answers were late, the worst by {report.longest_old_s - 1:.2f} s")
    return report


def sent(engine: str, work: Path, writers: int, each: int, reindexes: int, workers: int, articles: int) -> SentReport:
    """Let writers send articles."""
    sending = SentArticles(work, engine, writers=writers, workers=workers, articles=articles)
    return sending.run(
        each, reindexes, lambda report: tell(report.reindexes, f"reindexes, {engine}", report.failures, every=5)
    )


if __name__ == "__main__":
    parser = arguments_for(__doc__)
    parser.add_argument("--clients", type=int, default=16, help="that ask at a time; with --sent, that write")
    parser.add_argument("--publishes", type=int, default=20, help="reindexes")
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--articles", type=int, default=2000, help="size of the corpus")
    parser.add_argument("--sent", action="store_true", help="send articles in place of searching")
    parser.add_argument("--each", type=int, default=20, help="articles that each client writes, with --sent")
    given = parser.parse_args()
    common = {"workers": given.workers, "articles": given.articles}
    if given.sent:
        prove(given.engine, partial(sent, writers=given.clients, each=given.each, reindexes=given.publishes, **common))
    prove(given.engine, partial(loaded, clients=given.clients, publishes=given.publishes, **common))
