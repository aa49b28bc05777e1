"""The command line. Each command is a few lines over ``bootstrap``; ``main`` maps errors to exit codes.

Exit codes: 0 done, 2 wrong input or settings, 3 not found, 4 unavailable, 5 corrupt, 130 interrupted.

A command's module is loaded when the command runs, so that the imports of one command do not slow down the others.
"""

from __future__ import annotations

import os
import sys
from typing import Final, NoReturn

import click

from searchapp import __version__
from searchapp.cli.group import OnDemandCommand, OnDemandGroup
from searchapp.cli.localization import gettext as _
from searchapp.cli.localization import translate_click
from searchapp.errors import SearchappError, SystemRefused

__all__ = ["cli", "main"]

_COMMANDS: Final = (
    ("reindex", "reindex_command", _("Bring the index up to date and publish it.")),
    ("add", "add_command", _("Write articles into the corpus and index them.")),
    ("serve", "serve_command", _("Serve the search page.")),
    ("search", "search_command", _("Search the index.")),
    ("status", "generation_commands", _("Show the state of the index.")),
    ("check", "generation_commands", _("Check every file and article of the index.")),
    ("rollback", "generation_commands", _("Go back to an earlier generation.")),
    ("queries", "queries_command", _("Show what people searched for.")),
    ("backup", "backup_commands", _("Copy index, journal and settings into one file.")),
    ("restore", "backup_commands", _("Restore a backup.")),
    ("doctor", "doctor_command", _("Check the machine and the installation, and say what to do.")),
    ("analyze", "analyze_command", _("Show the French analysis of a text.")),
    ("ingest", "ingest_command", _("Show the articles of a file as they would be indexed.")),
    ("alerts", "alerts_command", _("Tell of new articles by mail, as a feed or to a webhook.")),
    ("embed", "embed_command", _("Compute what ordering by meaning needs.")),
    ("token", "token_command", _("Add, list and revoke tokens of people and programs.")),
    ("evaluate", "evaluate_command", _("Measure the ranking on judged queries.")),
    ("compare", "compare_command", _("Compare the answers of two indexes.")),
    ("plan", "plan_command", _("Estimate time, memory and disk for a number of articles.")),
    ("completion", "completion_command", _("Print the completion script of a shell.")),
)


@click.group(
    cls=OnDemandGroup,
    commands=[OnDemandCommand(name, f"{__name__}.{module}:{name}", help_) for name, module, help_ in _COMMANDS],
    help=_("Make a folder of French news articles searchable."),
    subcommand_metavar=_("COMMAND [ARGS]..."),
    epilog=_("Start with: searchapp reindex, then searchapp serve"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="searchapp", message="%(prog)s %(version)s", help=_("Show the version."))
def cli() -> None:
    """The group of commands. Its help is an argument above, so that it is translated."""


def main() -> NoReturn:
    """Run the command line and exit."""
    translate_click()
    if "embed" not in sys.argv:  # the one command that multiplies large matrices
        # Otherwise OpenBLAS starts a thread for each processor with numpy, in each process: 25 ms of work and more.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        sys.exit(cli.main(prog_name="searchapp", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SearchappError as error:
        from searchapp.cli.terminal import fail  # loaded by every command, but not for --help

        sys.exit(fail(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except OSError as error:
        if error.errno is None or sys.flags.dev_mode:  # a fault of the program, or a developer who wants the traceback
            raise
        from searchapp.cli.terminal import fail

        sys.exit(fail(SystemRefused(error)))
