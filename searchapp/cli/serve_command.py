"""``serve``: the pages and the JSON endpoint on a server of several processes (:mod:`searchapp.server`)."""

from __future__ import annotations

import errno
import gc
import socket
from contextlib import closing, suppress
from typing import Any, Final

import click

from searchapp import create_app
from searchapp.bootstrap import embedding_beside, index_status, open_identities, open_service
from searchapp.cli.common_options import with_config
from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import counted, print_error, print_out
from searchapp.config import Config
from searchapp.errors import ConfigurationError, EngineUnavailable, IndexMissing, SearchappError, system_reason
from searchapp.i18n import Message
from searchapp.search.service import SearchService

__all__ = ["serve"]

# Requests that load the parts of a generation and of the program that most searches use.
WARM_QUERIES: Final = ("", "le gouvernement", "« président de la république »", "france depuis:hier")
WARM_PAGES: Final = ("/", "/search?q=france+depuis:hier", "/api/v1/search?q=paris")


@click.command(
    help=_("Serve the search page and the JSON endpoint until Ctrl-C."),
)
@with_config(
    "corpus",
    "index",
    "engine",
    "host",
    "port",
    "url_prefix",
    "trusted_proxies",
    "workers",
    "threads",
    "stop_delay",
    "log_format",
    "server_timing",
    "metrics_clients",
    "language",
    "semantic",
)
def serve(config: Config) -> None:
    """Serve. The socket listens before an index is opened, so that a port in use is reported at once."""
    server = _server()
    if config.log_format == "json":
        server.log_as_json()
    with server.shared_metrics():
        _serve(config, server)


def _serve(config: Config, server: Any) -> None:
    service = open_service(config)
    app = create_app(config, service=service)
    listener = _listen(config)
    host, port = listener.getsockname()[:2]
    _print_state(config)
    shown = f"[{host}]" if ":" in host else host
    print_out(_("Searching at {address} (Ctrl-C stops)").format(address=f"http://{shown}:{port}{config.url_prefix}/"))
    _run(app, service, config, listener, server)


def _server() -> Any:
    """Return the package of the server."""
    try:
        from searchapp import server
    except ImportError:  # gunicorn needs a POSIX system
        raise EngineUnavailable(
            Message("gunicorn does not run on this system. Serve “searchapp:create_app()” with another WSGI server.")
        ) from None
    return server


def _listen(config: Config) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        return socket.create_server((config.host, config.port), family=family, backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = Message(
                "Port {port} is in use. Choose another: searchapp serve --port {other}",
                port=config.port,
                other=config.port + 1,
            )
        else:
            reason = Message(
                "The server cannot listen on {host}:{port} ({reason}). Choose another address: --host, --port",
                host=config.host,
                port=config.port,
                reason=system_reason(error),
            )
        raise ConfigurationError(reason) from error


def _print_state(config: Config) -> None:
    try:
        articles = index_status(config).manifest.articles
        print_out(counted("{count} article is indexed.", "{count} articles are indexed.", articles))
    except IndexMissing as error:
        print_error(error.render(_))
    except SearchappError as error:
        print_error(error.render(_))


def _preload(config: Config) -> None:
    """Open the index and read queries once before the processes are forked, so that they share the loaded modules.

    Nothing is searched, since an engine may start threads for that, which no fork has.
    """
    with suppress(SearchappError), closing(open_service(config)) as service:
        for query in WARM_QUERIES:
            service.parsed(query)
        service.generation()


def _run(app: Any, service: SearchService, config: Config, listener: socket.socket, server: Any) -> None:
    def start(replaces: bool) -> None:
        """Warm up a new process. One that replaces a process that died verifies the files of its generation first."""
        service.follow(WARM_QUERIES, at_once=writes, verify=replaces)
        client = app.test_client()
        for path in WARM_PAGES:
            # A search of nobody, which neither rate limits nor metrics count.
            client.get(path, environ_overrides={"REMOTE_ADDR": "", server.UNMEASURED: True})
        # The warmed-up objects stay; without freezing them, collecting garbage pauses a search for 40 ms.
        gc.collect()
        gc.freeze()

    _preload(config)
    writes = open_identities(config).anyone_writes()
    with embedding_beside(config):
        numbers = (config.workers, config.threads)
        options = server.Options(*numbers, start, config.stop_delay, config.log_format == "json")
        server.run(server.application_of(app, config), options, listener)
