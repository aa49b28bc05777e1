"""The alerts after a command that publishes: their run, and its summary in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchapp import bootstrap
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, print_error, print_out
from searchapp.config import Config
from searchapp.errors import SearchappError
from searchapp.i18n import Message

if TYPE_CHECKING:
    from searchapp.alerts.alert_run import AlertsSummary

__all__ = ["print_summary", "run_after_publish"]


def run_after_publish(config: Config) -> None:
    """Run the alerts after a command has published; whatever goes wrong is told, and is no error of the command."""
    try:
        if (summary := bootstrap.run_alerts(config)) is not None:
            print_summary(summary)
    except SearchappError as error:
        print_error(Message("The alerts were not run: {reason}", reason=error.message))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        print_error(Message("The alerts were not run: {reason}", reason=reason))


def print_summary(summary: AlertsSummary) -> None:
    """Print what a run found and delivered."""
    if summary.baseline:
        print_out(_("Alerts: they tell of articles that come from now on."))
        return
    parts = (
        counted("{count} new article", "{count} new articles", summary.articles),
        counted("{count} match", "{count} matches", summary.matches),
        counted("{count} digest delivered", "{count} digests delivered", summary.delivered),
    )
    print_out(_("Alerts:") + " " + ", ".join(parts))
    if summary.failed:
        print_error(
            counted(
                "{count} digest was not delivered. The reasons: searchapp alerts list",
                "{count} digests were not delivered. The reasons: searchapp alerts list",
                summary.failed,
            )
        )
