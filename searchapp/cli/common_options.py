"""The options that commands share; each is a row of the settings table."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from searchapp.bootstrap import load_config
from searchapp.cli.completed_values import complete_value
from searchapp.cli.localization import gettext as _
from searchapp.cli.repeated_arguments import remember
from searchapp.config import CONFIG_FILE, SEMANTICS, SETTINGS

__all__ = ["with_config"]

_METAVARS: Final = {
    "corpus": _("DIR"),
    "index": _("DIR"),
    "alerts": _("DIR"),
    "lock_wait": _("SECONDS"),
    "engine": _("ENGINE"),
    "tokens": _("FILE"),
    "host": _("ADDRESS"),
    "url_prefix": _("PATH"),
    "trusted_proxies": _("NETWORKS"),
    "language": _("LANGUAGE"),
    "match": "most|all",
    "recency_half_life": _("DAYS"),
    "semantic": "|".join((*SEMANTICS, _("DIR"))),
    "stop_delay": _("SECONDS"),
    "log_format": "text|json",
    "server_timing": "true|false",
    "metrics_clients": _("NETWORKS"),
}


def with_config(*names: str, argument: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options ``names`` and ``--config`` to a command; its first argument is the Config made from them.

    Values are checked by the settings table, not by click, so that one error lists all wrong settings. ``argument``
    names the setting that the command also takes as a positional argument.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(config_file: Path | None, **arguments: Any) -> Any:
            remember(click.get_current_context(), argument)
            options = {name: arguments.pop(name) for name in names}
            positional = arguments.pop("argument", None)
            if positional is not None:
                options[argument] = positional
            return command(load_config(options, config_file), **arguments)

        wrapped = click.option(
            "--config",
            "config_file",
            type=click.Path(path_type=Path),
            metavar=_("FILE"),
            help=_("settings file (default: {file} of this folder, if there is one)").format(file=CONFIG_FILE),
        )(run)
        for setting in reversed([row for row in SETTINGS if row.name in names]):
            default = "false" if setting.default is False else setting.default or "–"
            text = _("{help} (default: {default}, or {variable})").format(
                help=setting.help.render(_), default=default, variable=setting.variable
            )
            metavar = _METAVARS.get(setting.name, _("N"))
            wrapped = click.option(
                setting.option, setting.name, metavar=metavar, help=text, shell_complete=complete_value
            )(wrapped)
        return wrapped

    return decorate
