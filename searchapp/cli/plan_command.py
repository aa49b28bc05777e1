"""``plan``: what a number of articles takes, estimated from measurements."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

import click

from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import number, print_out, size_text
from searchapp.config import ENGINES
from searchapp.operations.growth import ARTICLE_KB, Estimate, best_engine, estimate, uncertainty

__all__ = ["plan"]

_LARGEST: Final = 1e9
# The largest measured size is a tenth of it.
_NEAR: Final = 1e7


@click.command(
    help=_("Estimate time, memory and disk for a number of articles.")
    + "\n\n"
    + _(
        "The estimates come from measurements of 1,000 to a million articles on two cores. The factor of uncertainty "
        "is shown with them."
    ),
)
@click.option(
    "--articles", type=click.FloatRange(1, _LARGEST), required=True, metavar=_("N"), help=_("articles, such as 3e6")
)
@click.option(
    "--daily", type=click.FloatRange(0, _LARGEST), default=0, metavar=_("N"), help=_("new articles a day (default: 0)")
)
@click.option(
    "--kb",
    type=click.FloatRange(0.1, 10_000),
    default=ARTICLE_KB,
    metavar=_("KB"),
    help=_("mean size of an article in kilobytes (default: {size})").format(size=number(ARTICLE_KB)),
)
@click.option("--json", "as_json", is_flag=True, help=_("print JSON"))
def plan(articles: float, daily: float, kb: float, as_json: bool) -> None:
    """Print an estimate for each engine that suits, the one to use first."""
    best = best_engine(articles)
    names = [best, *(name for name in ENGINES if name != best and articles <= _NEAR)]
    estimates = [estimate(name, articles, daily, kb) for name in names]
    if as_json:
        figures = [
            {name: value if isinstance(value, str) else round(value, 1) for name, value in asdict(each).items()}
            for each in estimates
        ]
        print_out(json.dumps({"uncertainty": round(uncertainty(articles), 1), "engines": figures}, indent=2))
        return
    for each in estimates:
        _print(each, best)
    print_out(
        _("Each figure may be {factor} times higher or lower.").format(factor=number(round(uncertainty(articles))))
    )
    if articles > _NEAR:
        print_out(_("Nothing near this size was measured. Try a tenth of it first, or split the corpus by years."))


def _print(figures: Estimate, best: str) -> None:
    print_out(_("{engine} (recommended)").format(engine=figures.engine) if figures.engine == best else figures.engine)
    rows = [
        (_("first index"), duration(figures.index_seconds)),
        (_("reindex of a day"), duration(figures.daily_seconds)),
        (_("memory to index"), size_text(round(figures.index_memory_mb * 1e6))),
        (_("memory of a server process"), size_text(round(figures.search_memory_mb * 1e6))),
        (_("disk (index, twice while it is rebuilt)"), size_text(round(figures.disk_mb * 1e6))),
        (_("95 % of searches within"), _("{count} ms").format(count=number(round(figures.search_p95_ms)))),
    ]
    for name, value in rows:
        print_out(f"  {name:<42}{value}")


def duration(seconds: float) -> str:
    """Return seconds in the unit that suits them: seconds, minutes or hours."""
    if seconds < 120:
        return _("{count} s").format(count=number(max(1, round(seconds))))
    if seconds < 7200:
        return _("{count} min").format(count=number(round(seconds / 60)))
    return _("{count} h").format(count=number(round(seconds / 3600)))
