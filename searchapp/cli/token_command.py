"""``token``: the tokens of people and programs, with their scopes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import click
from rich.table import Table

from searchapp import bootstrap
from searchapp.access.token_file import Token
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import date_text, out, print_error, print_out
from searchapp.config import Config
from searchapp.model import Scope

__all__ = ["token"]

_scopes = click.Choice([scope.value for scope in Scope])


@click.group(
    help=_("Tokens of people and programs: what each may do, until when, and its last use."),
    subcommand_metavar=_("COMMAND [ARGS]..."),
)
def token() -> None:
    """The group of the commands below."""


@token.command(
    help=_("Add a token called NAME and print it. It is shown this once; the file has only its digest.")
    + "\n\n"
    + _("Scopes: search (read the archive), export (all hits of a search), write (articles), admin (all of these)."),
)
@click.argument("name", metavar=_("NAME"))
@click.option(
    "--scope", "scopes", type=_scopes, multiple=True, required=True, help=_("something it may do (repeatable)")
)
@click.option("--days", type=click.IntRange(1, 36_500), metavar=_("N"), help=_("days after which it expires"))
@with_config("tokens")
def add(config: Config, name: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Add a token; the secret alone goes to standard output, for scripts."""
    lifetime = timedelta(days=days) if days else None
    with bootstrap.open_audit_log(config).recorded("add-token", token=name, scopes=scopes, days=days):
        added, secret = bootstrap.open_tokens(config).add(name, [Scope(scope) for scope in scopes], lifetime)
    print_out(secret)
    print_error(_("added: {id}").format(id=added.name))
    if Scope.WRITE in added.scopes:
        print_error(_("A server that was started before the first token for writing takes writes after a restart."))


@token.command("list", help=_("Show the tokens, without their secrets."))
@click.option("--json", "as_json", is_flag=True, help=_("print JSON"))
@with_config("tokens")
def list_tokens(config: Config, *, as_json: bool) -> None:
    """Print a line for each token."""
    tokens = bootstrap.open_tokens(config).tokens()
    if as_json:
        print_out(json.dumps([_as_json(one) for one in tokens], ensure_ascii=False, indent=2))
        return
    if not tokens:
        print_out(_("There is no token. To add one: searchapp token add NAME --scope search"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in (_("Token"), _("Scopes"), _("Made"), _("Expires"), _("Last use")):
        table.add_column(heading)
    for one in tokens:
        moments = [moment and date_text(moment.astimezone(config.timezone)) for moment in _moments(one).values()]
        moments[1] = _("expired") if one.is_expired() else moments[1]
        table.add_row(one.name, ", ".join(sorted(one.scopes)), *(moment or "–" for moment in moments))
    out().print(table)


@token.command(help=_("Revoke the token called NAME. It ends at once, in every process of the server."))
@click.argument("name", metavar=_("NAME"))
@with_config("tokens")
def revoke(config: Config, name: str) -> None:
    """Revoke a token."""
    with bootstrap.open_audit_log(config).recorded("revoke-token", token=name):
        bootstrap.open_tokens(config).revoke(name)
    print_out(_("revoked: {id}").format(id=name))


def _moments(one: Token) -> dict[str, datetime | None]:
    return {"created": one.created, "expires": one.expires, "last_used": one.last_used}


def _as_json(one: Token) -> dict[str, object]:
    moments = {key: moment and moment.isoformat() for key, moment in _moments(one).items()}
    return {"name": one.name, "scopes": sorted(one.scopes), **moments, "expired": one.is_expired()}
