"""``analyze``: the French analysis of a text, step by step."""

from __future__ import annotations

import click
from rich.table import Table

from searchapp.bootstrap import open_analyzer
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import out, print_error

__all__ = ["analyze"]


@click.command(
    help=_("Show the French analysis of TEXT, step by step.")
    + "\n\n"
    + _("Two words match each other when their stems are equal."),
)
@click.argument("text", nargs=-1, required=True, metavar=_("TEXT..."))
def analyze(text: tuple[str, ...]) -> None:
    """Print a table with a row for each token and a column for each step."""
    steps = list(open_analyzer().steps(" ".join(text)))
    if not steps:
        print_error(_("There is no word in this text."))
        return
    headings = {"elision": _("elision"), "exact": _("exact"), "word": _("word"), "stem": _("stem")}
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", _("text"), *(headings[name] for name, _outcome in steps[0].stages), ""):
        table.add_column(heading)
    for step in steps:
        outcomes = (outcome for _name, outcome in step.stages)
        table.add_row(f"{step.start}–{step.end}", step.raw, *outcomes, _("stopword") if step.is_stopword else "")
    out().print(table)
