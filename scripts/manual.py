#!/usr/bin/env python3
"""Write the manual page ``searchapp(1)`` in English and French: ``make manual``.

Its text is that of ``--help`` and of the table of settings, so it says what the program says. The page has neither date
nor version, so that it changes only when they do. click-man was looked at: it writes a page a command, without
arguments and settings, and does not escape lines that begin with a dot or an apostrophe, which French ones do.
"""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from searchapp import cli as command_line
from searchapp.cli.group import OnDemandCommand
from searchapp.cli.localization import gettext, language, translate_click
from searchapp.config import SETTINGS

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"en": ("C.UTF-8", ROOT / "docs/man/searchapp.1"), "fr": ("fr_FR.UTF-8", ROOT / "docs/man/fr/searchapp.1")}
HEADINGS = {
    "en": ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "ENVIRONMENT", "FILES", "EXIT STATUS"),
    "fr": ("NOM", "SYNOPSIS", "DESCRIPTION", "COMMANDES", "ENVIRONNEMENT", "FICHIERS", "CODE DE RETOUR"),
}
SETTINGS_FILE = {
    "en": "Settings, in the folder where the program is started. Variables come before it, options before variables.",
    "fr": "Les réglages, dans le dossier de départ. Les variables l’emportent sur lui, les options sur elles.",
}
EXIT_CODES = {
    "en": "0 done, 2 wrong input or settings, 3 not found, 4 unavailable, 5 corrupt, 130 interrupted.",
    "fr": "0 fait, 2 saisie ou réglages faux, 3 introuvable, 4 indisponible, 5 index abîmé, 130 interrompu.",
}


def main() -> None:
    """Write both pages, each by a process in its language: help texts are translated while they are imported."""
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(page())
        return
    for locale, path in PAGES.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(printed(locale), "utf-8")


def printed(locale: str) -> str:
    """Return the page in the language of a locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "SEARCHAPP_"))}
    variables = {**kept, "LANG": locale, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "scripts.manual", "--print"]
    return subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, check=True).stdout.decode()


def page() -> str:
    """Return the page as roff, in the language of this process."""
    translate_click()
    spoken = language()
    name, synopsis, description, commands, environment, files, status = HEADINGS[spoken]
    context = click.Context(command_line.cli, info_name="searchapp")
    lines = ['.TH SEARCHAPP 1 "" searchapp', f".SH {name}", rf"searchapp \- {escaped(str(command_line.cli.help))}"]
    lines += [f".SH {synopsis}", escaped(usage(context)), f".SH {description}", *paragraphs(epilog())]
    lines += [f".SH {commands}", *(line for command in loaded() for line in section(command, context))]
    lines += [f".SH {environment}"]
    for setting in SETTINGS:
        default = f" ({setting.default})" if setting.default != "" else ""
        lines += entry(setting.variable, setting.help.render(gettext) + default)
    lines += [f".SH {files}", *entry("searchapp.toml", SETTINGS_FILE[spoken])]
    return "\n".join([*lines, f".SH {status}", escaped(EXIT_CODES[spoken]), ""])


def epilog() -> str:
    return f"{command_line.cli.help}\n\n{command_line.cli.epilog}"


def loaded() -> Iterator[click.Command]:
    for command in command_line.cli.commands.values():
        yield command.load() if isinstance(command, OnDemandCommand) else command


def section(command: click.Command, parent: click.Context) -> Iterator[str]:
    """Yield a command: its usage, its help and its options; then the commands below it."""
    context = click.Context(command, info_name=command.name, parent=parent)
    yield f".SS {escaped(usage(context))}"
    yield from paragraphs(inspect.cleandoc(command.help or ""))
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1] and parameter.name != "help":
            yield from entry(*record)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from section(below, context)


def usage(context: click.Context) -> str:
    return f"{context.command_path} {' '.join(context.command.collect_usage_pieces(context))}"


def entry(term: str, text: str) -> list[str]:
    return [".TP", rf"\fB{escaped(term)}\fR", escaped(" ".join(text.split()))]


def paragraphs(text: str) -> Iterator[str]:
    for paragraph in text.replace("\b\n", "").split("\n\n"):
        yield ".PP"
        yield escaped(" ".join(paragraph.split()))


def escaped(text: str) -> str:
    r"""Return text in which roff reads no request or escape: ``\&`` begins a line that a dot or apostrophe begins."""
    plain = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    main()
