"""Output to the terminal: standard output and standard error, numbers and dates in the user's language."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from datetime import datetime, time
from typing import IO, TYPE_CHECKING

import click
from babel.dates import format_datetime
from babel.numbers import format_decimal
from rich.console import Console
from rich.text import Text

from searchapp.cli.localization import gettext, language, ngettext
from searchapp.cli.repeated_arguments import complete_commands
from searchapp.errors import SearchappError
from searchapp.i18n import Message
from searchapp.model import DateQuality, Reject

if TYPE_CHECKING:
    from searchapp.ingest import RemarkCount

__all__ = [
    "counted",
    "date_text",
    "echo",
    "fail",
    "known_date_text",
    "number",
    "out",
    "print_error",
    "print_out",
    "print_reject",
    "print_remarks",
    "size_text",
]


class _Console(Console):
    """A console whose reader, such as head, may end: what is printed then is discarded, and the command goes on.

    rich would exit with 1, in the middle of a reindex too.
    """

    def on_broken_pipe(self) -> None:
        self.quiet = True
        _discard(self.file)


def echo(text: str, *, newline: bool = True) -> None:
    """Print data for programs as it is. When the reader of a pipe has ended, the command ends, without an error."""
    try:
        click.echo(text, nl=newline)
    except BrokenPipeError:
        _discard(sys.stdout)
        raise click.exceptions.Exit(0) from None


def _discard(file: IO[str]) -> None:
    """Lead the rest of an output nowhere, what Python flushes at its end included."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, file.fileno())
    os.close(nowhere)


def out() -> Console:
    """Return the console of standard output; in a pipe, lines are not wrapped and have no colours."""
    return _Console(file=sys.stdout, highlight=False, soft_wrap=not sys.stdout.isatty())


def print_out(text: Text | str = "") -> None:
    """Print one line on standard output; a plain string is printed without markup."""
    out().print(Text(text) if isinstance(text, str) else text)


def print_error(message: Message | str) -> None:
    """Print one line on standard error; commands in it get the arguments of this run."""
    text = message.render(gettext) if isinstance(message, Message) else message
    _Console(stderr=True, highlight=False, soft_wrap=True).print(Text(complete_commands(text)))


def print_remarks(remarks: Iterable[RemarkCount]) -> None:
    """Print, on standard error, how many articles have which remark, and the first of them."""
    for remark in remarks:
        count = counted("{count} article", "{count} articles", remark.articles)
        examples = ", ".join(remark.examples) + (" …" if remark.articles > len(remark.examples) else "")
        text = gettext("remark: {count}: {remark}: {examples}")
        print_error("  " + text.format(count=count, remark=remark.remark.render(gettext), examples=examples))


def print_reject(reject: Reject, indent: str = "") -> None:
    """Print a rejected article, its file and line, and the reason on standard error."""
    origin = f"{reject.file}:{reject.line}" if reject.line else reject.file
    print_error(
        indent + gettext("rejected: {place}: {reason}").format(place=origin, reason=reject.reason.render(gettext))
    )


def fail(error: SearchappError) -> int:
    """Print the error and what to do next on standard error; return the exit code."""
    console = _Console(stderr=True, highlight=False, soft_wrap=True)
    first, *details = complete_commands(error.render(gettext)).split("\n")
    console.print(Text.assemble((gettext("Error:") + " ", "bold red"), first))
    for detail in details:
        console.print(Text("  " + detail))
    return error.exit_code


def number(value: float) -> str:
    """Return a number with the separators of the language."""
    return str(format_decimal(value, locale=language()))


def counted(singular: str, plural: str, count: int, **values: str) -> str:
    """Return the singular or plural text for ``count`` in the user's language, with count and values put in."""
    return ngettext(singular, plural, count).format(count=number(count), **values)


def size_text(size: float) -> str:
    """Return bytes in a readable unit, such as 12.3 MB (powers of 1,000)."""
    for unit in (gettext("bytes"), gettext("kB"), gettext("MB")):
        if size < 1000:
            return f"{number(round(size, 1))} {unit}"
        size /= 1000
    return f"{number(round(size, 1))} {gettext('GB')}"


def date_text(date: datetime) -> str:
    """Return a date and time in the language."""
    return str(format_datetime(date, "d MMMM y, HH:mm", locale=language()))


def known_date_text(date: datetime, quality: DateQuality) -> str:
    """Return an article's date without what its file did not give: a time, a day, a month.

    Midnight stands for an unknown time.
    """
    patterns = {DateQuality.YEAR: "y", DateQuality.MONTH: "MMMM y", DateQuality.DAY: "d MMMM y"}
    pattern = patterns.get(quality, "d MMMM y, HH:mm" if date.time() != time() else "d MMMM y")
    return str(format_datetime(date, pattern, locale=language()))
