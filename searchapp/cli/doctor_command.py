"""``doctor``: checks of the machine and the installation, each with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import click

from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import print_out
from searchapp.config import Config
from searchapp.operations.doctor import examine, exit_code
from searchapp.operations.finding import Finding, Level

__all__ = ["doctor"]

_NAMES: Final = {Level.OK: _("ok"), Level.WARNING: _("warning"), Level.ERROR: _("error")}


@click.command(
    help=_("Check the machine and the installation, and say what to do.")
    + "\n\n"
    + _(
        "Settings, versions, permissions, disk, fsync, clock, memory, index and corpus are checked; nothing is "
        "changed. The exit code is 0 without errors, 2 for a wrong setting or corpus, 4 for what is missing or denied, "
        "5 for a damaged index."
    ),
)
@click.option("--json", "as_json", is_flag=True, help=_("print JSON"))
@with_config("corpus", "index", "engine")
def doctor(config: Config, as_json: bool) -> None:
    """Print a line for each finding, with the advice below it."""
    file: Path | None = click.get_current_context().params.get("config_file")
    findings = list(examine(config, file))
    if as_json:
        print_out(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _print(finding)
    if code := exit_code(findings):
        raise click.exceptions.Exit(code)


def _print(finding: Finding) -> None:
    print_out(f"{_NAMES[finding.level]:<14}{finding.check:<13}{finding.text.render(_)}")
    if finding.advice:
        print_out(f"{'':<27}→ {finding.advice.render(_)}")


def _as_json(finding: Finding) -> dict[str, str | None]:
    advice = str(finding.advice) if finding.advice else None
    return {"check": finding.check, "level": finding.level.value, "text": str(finding.text), "advice": advice}
