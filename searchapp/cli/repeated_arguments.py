"""Commands that messages name, completed by the arguments of this run, so that they can be pasted.

``searchapp reindex --index ~/index`` that fails names ``searchapp reindex --index ~/index --full``, not
``searchapp reindex --full``. The same command gets all arguments, another one those that it has too.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any, Final

import click
from click.core import ParameterSource

from searchapp.cli.group import OnDemandCommand

__all__ = ["complete_commands", "remember"]

# A command followed by its process is one of somebody else, who holds a lock.
_COMMAND: Final = re.compile(r"\bsearchapp ([a-z]+)(?![a-z:/]| \(process)")

_SHARED: Final = frozenset({"corpus", "index", "engine", "config_file"})
"""Parameters that mean the same in every command."""
_run: dict[str, Any] = {}
"""The context of the command that runs, and the setting that its positional argument stands for."""


def remember(context: click.Context, argument: str = "") -> None:
    """Note the command that runs; ``argument`` is the setting that its positional argument stands for."""
    _run.update(context=context, argument=argument)


def complete_commands(text: str) -> str:
    """Return ``text`` with the arguments of this run behind each command that it names."""
    context: click.Context | None = _run.get("context")
    if context is None or "searchapp " not in text:
        return text

    def completed(match: re.Match[str]) -> str:
        command = _command(context, match[1])
        rest = text[match.end() :].partition(". ")[0]
        return " ".join([match[0], *(_arguments(context, command, rest) if command else ())])

    return _COMMAND.sub(completed, text)


def _command(context: click.Context, name: str) -> click.Command | None:
    group = context.find_root().command
    command = group.commands.get(name) if isinstance(group, click.Group) else None
    return command.load() if isinstance(command, OnDemandCommand) else command


def _arguments(context: click.Context, command: click.Command, rest: str) -> Iterator[str]:
    """Yield what was given of the parameters of ``command``, but for those that ``rest`` of the sentence names."""
    same = command.name == context.command.name
    options = {option for parameter in command.params for option in parameter.opts}
    for parameter in context.command.params:
        if context.get_parameter_source(parameter.name or "") is not ParameterSource.COMMANDLINE:
            continue
        value = context.params[parameter.name or ""]
        if isinstance(parameter, click.Argument):
            if same and not rest.startswith((" FOLDER", " DOSSIER")):
                yield from map(shlex.quote, map(str, value if isinstance(value, tuple) else (value,)))
            elif not same and f"--{_run['argument']}" in options:
                yield f"--{_run['argument']} {shlex.quote(str(value))}"
        elif (same or parameter.name in _SHARED) and parameter.opts[0] in options and parameter.opts[0] not in rest:
            yield from _option(parameter, value)


def _option(parameter: click.Parameter, value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield (parameter.opts if value else parameter.secondary_opts)[0]
        return
    for one in value if isinstance(value, tuple) else (value,):
        yield f"{parameter.opts[0]} {shlex.quote(str(one))}"
