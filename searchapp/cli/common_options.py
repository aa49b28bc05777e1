"""The options that commands share; each is a row of the settings table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from searchapp.bootstrap import load_config
from searchapp.cli.localization import gettext as _
from searchapp.config import CONFIG_FILE, SETTINGS

__all__ = ["with_config"]

_METAVARS: Final = {"corpus": "DIR", "index": "DIR", "lock_wait": "SECONDS"}


def with_config(*names: str, argument: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options ``names`` and ``--config``; it is called with the Config made of them, first.

    Values are checked by the table, not by click, so that all wrong settings are told at once. ``argument`` names the
    setting that the command also takes without an option.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(config_file: Path | None, **arguments: Any) -> Any:
            options = {name: arguments.pop(name) for name in names}
            given = arguments.pop("argument", None)
            if given is not None:
                options[argument] = given
            return command(load_config(options, config_file), **arguments)

        wrapped = click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help=_("settings file (default: {file} of this folder, if there is one)").format(file=CONFIG_FILE),
        )(run)
        for setting in reversed([row for row in SETTINGS if row.name in names]):
            text = _("{help} (default: {default}, or {variable})").format(
                help=setting.help.render(_), default=setting.default or "–", variable=setting.variable
            )
            metavar = _METAVARS.get(setting.name, setting.name.upper())
            wrapped = click.option(setting.option, setting.name, metavar=metavar, help=text)(wrapped)
        return wrapped

    return decorate
