"""The command line. One place maps errors to exit codes; each command is a few lines over ``bootstrap``.

Exit codes: 0 done, 2 you can fix it, 3 not found, 4 unavailable, 5 corrupt, 130 interrupted.
"""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from searchapp import __version__
from searchapp.cli.add_command import add
from searchapp.cli.evaluate_command import evaluate
from searchapp.cli.generation_commands import check, rollback, status
from searchapp.cli.index_commands import reindex
from searchapp.cli.ingest_commands import ingest
from searchapp.cli.language import gettext as _
from searchapp.cli.search_commands import analyze, search
from searchapp.cli.serve import serve
from searchapp.cli.terminal import fail
from searchapp.errors import SearchappError

__all__ = ["cli", "main"]


@click.group(
    help=_("Make a folder of French news articles searchable."),
    epilog=_("Start with: searchapp reindex, then searchapp serve"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="searchapp", message="%(prog)s %(version)s", help=_("Show the version."))
def cli() -> None:
    """The group that the commands hang on; its help is given above so that it is translated."""


for command in (reindex, add, serve, search, status, check, rollback, analyze, ingest, evaluate):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and exit."""
    try:
        sys.exit(cli.main(prog_name="searchapp", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SearchappError as error:
        sys.exit(fail(error))
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        sys.stderr.close()
        sys.exit(0)
