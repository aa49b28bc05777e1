"""Loading the settings: each value from its default, the settings file, the environment or the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from searchapp.config.setting_values import NotAllowedError
from searchapp.config.settings_table import CONFIG_FILE, SETTINGS, Config
from searchapp.errors import ConfigurationError, system_reason
from searchapp.i18n import Message

__all__ = ["load_config"]


def load_config(
    options: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    file: Path | None = None,
    defaults: Mapping[str, object] | None = None,
) -> Config:
    """Return the settings of this run.

    ``options`` are those of the command line; None means not given. ``file`` is the settings file; without it,
    ``searchapp.toml`` of the working folder is read if it exists. ``defaults`` replace those of the table.

    Raises ConfigurationError, which names every wrong setting with its value, its origin and the allowed values.
    """
    problems: list[Message] = []
    values = {row.name: row.convert((defaults or {}).get(row.name, row.default)) for row in SETTINGS}
    for origin, name, value in _values_by_precedence(options or {}, environ or {}, file, problems):
        setting = next((row for row in SETTINGS if row.name == name), None)
        if setting is None:
            problems.append(_unknown(origin, name))
            continue
        try:
            values[name] = setting.convert(value)
            values["entries"] = () if name == "corpus" else values["entries"]  # a later "corpus" replaces [[corpus]]
        except NotAllowedError as error:
            problems.append(
                Message(
                    "{origin}: “{value}” is not allowed; give {allowed}",
                    origin=origin,
                    value="…" if setting.secret else value,
                    allowed=error.allowed,
                )
            )
    if problems:
        raise ConfigurationError(Message("Some settings are wrong:"), problems)
    return Config(**values)


def _values_by_precedence(
    options: Mapping[str, object], environ: Mapping[str, str], file: Path | None, problems: list[Message]
) -> Iterator[tuple[str, str, object]]:
    """Yield (origin, setting, value) in rising order of precedence."""
    path = file or Path(CONFIG_FILE)
    for name, value in _read_file(path, must_exist=file is not None, problems=problems).items():
        tables = name == "corpus" and isinstance(value, list)
        yield f"{path}: {name}", "entries" if tables else name, value
    for variable, value in sorted(environ.items()):
        if variable.startswith("SEARCHAPP_"):
            yield variable, variable.removeprefix("SEARCHAPP_").lower(), value
    for name, value in options.items():
        if value is not None:
            yield next(row.option for row in SETTINGS if row.name == name), name, value


def _read_file(path: Path, *, must_exist: bool, problems: list[Message]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if must_exist:
            problems.append(Message("{file}: there is no such settings file", file=path))
    except OSError as error:
        problems.append(Message("{file}: cannot be read ({reason})", file=path, reason=system_reason(error)))
    except ValueError as error:  # TOML syntax, or not UTF-8
        problems.append(Message("{file}: not valid TOML ({reason})", file=path, reason=error))
    return {}


def _unknown(origin: str, name: str) -> Message:
    near = get_close_matches(name, [setting.name for setting in SETTINGS], n=1)
    if near:
        return Message("{origin}: unknown setting; did you mean {near}?", origin=origin, near=near[0])
    known = ", ".join(setting.name for setting in SETTINGS)
    return Message("{origin}: unknown setting; there are {known}", origin=origin, known=known)
