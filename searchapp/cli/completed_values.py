"""Completion of the values of settings: folders, or the values that a setting knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from searchapp.config import CLUSTER_ENGINES, ENGINES
from searchapp.i18n import LANGUAGES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["complete_value"]

# "argument" is the setting that a command also takes without an option: the corpus.
_FOLDERS: Final = ("corpus", "index", "argument")
_VALUES: Final = {
    "engine": (*ENGINES, *CLUSTER_ENGINES),
    "language": tuple(LANGUAGES),
    "match": ("most", "all"),
    "log_format": ("text", "json"),
    "server_timing": ("true", "false"),
}


def complete_value(_context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer values of the setting that an option or argument is named after; click wants this signature."""
    from click.shell_completion import CompletionItem  # only a shell that completes needs it

    if parameter.name in _FOLDERS:
        return [CompletionItem(incomplete, type="dir")]
    return [CompletionItem(value) for value in _VALUES.get(parameter.name or "", ()) if value.startswith(incomplete)]
