"""``alerts``: saved searches, run on the new articles after each publish."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import click
from rich.table import Table

from searchapp import bootstrap
from searchapp.alerts.alert_file import AlertFile
from searchapp.alerts.digest import DeliveryError, Digest, digest_id
from searchapp.alerts.feed_file import feed_path
from searchapp.alerts.saved_search import FEED, SavedSearch, from_table
from searchapp.cli.alerts_summary import print_summary
from searchapp.cli.common_options import with_config
from searchapp.cli.exclusions import QueryCommand
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, date_text, number, out, print_error, print_out
from searchapp.config import Config
from searchapp.errors import IndexMissing, NotFound, Unavailable
from searchapp.i18n import Message
from searchapp.model import Sort
from searchapp.schema import FACETS

__all__ = ["alerts"]

_TESTED: Final = 5


@click.group(
    help=_("Saved searches that tell of new articles, by mail, as a feed or to a webhook."),
    subcommand_metavar=_("COMMAND [ARGS]..."),
)
def alerts() -> None:
    """The group of the commands below."""


def _search_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for facet in reversed(FACETS):
        text = Message("{label}: only articles with this value (repeatable)", label=facet.label).render(_)
        command = click.option(f"--{facet.field}", facet.field, multiple=True, metavar=_("VALUE"), help=text)(command)
    command = click.option("--to", "to", metavar=_("DATE"), help=_("last day, such as 2024-11-06"))(command)
    command = click.option("--from", "from", metavar=_("DATE"), help=_("first day, such as 2024-11-06"))(command)
    return click.option("--match", "match", metavar="all|most", help=_("articles with all words (default) or most"))(
        command
    )


@alerts.command(
    cls=QueryCommand,
    help=_("Save a search under NAME. It tells of articles that come from now on, not of those that are there."),
)
@click.argument("name", metavar=_("NAME"))
@click.argument("query", nargs=-1, metavar=_("[QUERY]..."))
@_search_options
@click.option("--mail", multiple=True, metavar=_("ADDRESS"), help=_("send digests to this address (repeatable)"))
@click.option("--feed", is_flag=True, help=_("write a feed, a file in the folder of the alerts"))
@click.option("--webhook", metavar="URL", help=_("post digests to this address of a private network"))
@click.option("--corrections", is_flag=True, help=_("tell of an article again when it was corrected"))
@with_config("index", "alerts")
def add(config: Config, name: str, query: tuple[str, ...], **chosen: Any) -> None:
    """Add an alert, and take note of the archive before the next articles come."""
    table = {"name": name, "query": " ".join(query), **{key: _plain(value) for key, value in chosen.items()}}
    search = from_table({key: value for key, value in table.items() if value})
    AlertFile(config.alerts).add(search)
    service = bootstrap.open_service(config)
    try:
        with suppress(IndexMissing):  # then the first index is the archive
            bootstrap.open_alerts(config, service).note_archive()
    finally:
        service.close()
    print_out(_("added: {id}").format(id=name))
    print_out(_("To see what it finds: searchapp alerts test {name}").format(name=name))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@alerts.command("list", help=_("Show the alerts, what they have delivered, and what went wrong."))
@with_config("index", "alerts")
def list_alerts(config: Config) -> None:
    """Print a line for each alert, and its last error below it."""
    searches, errors = AlertFile(config.alerts).read()
    service = bootstrap.open_service(config)
    try:
        statuses = bootstrap.open_alerts(config, service).statuses()
    finally:
        service.close()
    if not searches and not errors:
        print_out(_("There is no alert. To add one: searchapp alerts add NAME QUERY --mail ADDRESS"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("Alert"), _("Query"), _("Channels"), _("Delivered"), _("Last"), _("Waiting")):
        table.add_column(heading)
    for name, search in searches.items():
        status = statuses.get(name)
        last = date_text(datetime.fromtimestamp(status.last, config.timezone)) if status and status.last else "–"
        counts = (number(status.delivered), last, number(status.pending)) if status else ("0", last, "0")
        table.add_row(name, _described(search), ", ".join(search.channels), *counts)
    out().print(table)
    for name, status in statuses.items():
        if status.error and name not in errors:
            print_error(Message("The alert “{name}”: {reason}", name=name, reason=status.error))
    for error in errors.values():
        print_error(error.render(_))


def _described(search: SavedSearch) -> str:
    filters = search.filters
    values = [f"{field}: {', '.join(chosen)}" for field, chosen in filters.values.items()]
    excluded = [f"-{field}: {', '.join(chosen)}" for field, chosen in filters.excluded.items()]
    days = f"{filters.date_from or ''}…{filters.date_to or ''}" if filters.has_days else ""
    return " · ".join(filter(None, (search.query, *values, *excluded, days)))


@alerts.command(help=_("Remove the alert NAME, and what it has not delivered."))
@click.argument("name", metavar=_("NAME"))
@with_config("alerts")
def remove(config: Config, name: str) -> None:
    """Remove an alert from the file, and its feed; the next run forgets the rest."""
    AlertFile(config.alerts).remove(name)
    with suppress(OSError):  # else the next run removes it
        feed_path(config.alerts, name).unlink()
    print_out(_("removed: {id}").format(id=name))


@alerts.command(help=_("Look for new articles, and deliver what waits, as after a publish."))
@with_config("index", "alerts")
def run(config: Config) -> None:
    """Run the alerts; digests that could not be delivered are an error."""
    summary = bootstrap.run_alerts(config)
    if summary is None:
        print_out(_("There is no alert. To add one: searchapp alerts add NAME QUERY --mail ADDRESS"))
        return
    print_summary(summary)
    if summary.failed:
        raise Unavailable(
            Message("Digests that were not delivered are tried again later. The reasons: searchapp alerts list")
        )


@alerts.command(help=_("Show what the alert NAME finds in the archive, and with --send deliver it as a digest."))
@click.argument("name", metavar=_("NAME"))
@click.option("--send", is_flag=True, help=_("deliver the articles shown, marked as a test, by mail and webhook"))
@with_config("index", "alerts")
def test(config: Config, name: str, send: bool) -> None:
    """Search as the alert does, and try its channels."""
    searches, errors = AlertFile(config.alerts).read()
    if name in errors:
        raise errors[name]
    if name not in searches:
        raise NotFound(Message("There is no alert “{name}”. To see all: searchapp alerts list", name=name))
    search = searches[name]
    service = bootstrap.open_service(config)
    try:
        result = service.search(replace(search.request, sort=Sort.NEWEST, per_page=_TESTED))
        print_out(counted("{count} article", "{count} articles", result.total))
        for hit in result.hits:
            print_out(f"  {hit.article.title}  ({hit.article.id})")
        if send:
            articles = [hit.article for hit in result.hits]
            digest = Digest(
                digest_id(name, "test", 0, [datetime.now().astimezone().isoformat()]),
                f"{name} (test)",
                search.query,
                articles,
            )
            channels = bootstrap.open_alerts(config, service).channels
            for channel in search.channels:
                if channel != FEED:
                    channels.send(search, channel, digest)
                    print_out(_("delivered: {channel}").format(channel=channel))
    except DeliveryError as error:
        raise Unavailable(
            Message("The test was not delivered: {reason}. Correct the alert or the settings.", reason=error.message)
        ) from error
    finally:
        service.close()
