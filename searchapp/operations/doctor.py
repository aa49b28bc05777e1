"""The doctor: every check of an installation, in the order in which a fault of one explains those after it."""

from __future__ import annotations

import os
import platform
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from searchapp import __version__, bootstrap
from searchapp.config import CONFIG_FILE, SETTINGS, Config
from searchapp.errors import IndexDamaged, IndexMissing, SearchappError
from searchapp.i18n import Message
from searchapp.indexing import Generations
from searchapp.indexing.disk_space import needed_bytes
from searchapp.model import JOURNAL_FOLDER
from searchapp.operations.finding import Finding, Level
from searchapp.operations.machine_checks import (
    check_clock,
    check_disk,
    check_fsync,
    check_memory,
    check_open_files,
)

__all__ = ["examine", "exit_code"]

_READABLE_BY_OTHERS: Final = stat.S_IRGRP | stat.S_IROTH


def examine(config: Config, settings_file: Path | None = None) -> Iterator[Finding]:
    """Yield the findings of all checks. ``settings_file`` is the one that was named, None for the usual one.

    Files of the corpus are listed, not read; nothing is written but temporary files in the folder of the index.
    """
    generations = Generations(config.index)
    folder = _existing(config.index)
    yield from _check_settings(config, settings_file or Path(CONFIG_FILE))
    yield from _check_versions(config)
    yield from _check_permissions(config, folder)
    yield from check_disk(folder, needed_bytes(generations, lambda: _corpus_bytes(config)))
    if os.access(folder, os.W_OK):
        yield from check_fsync(folder)
    yield from check_clock(folder, _newest(generations), datetime.now(UTC))
    yield from check_memory(config.workers)
    yield from check_open_files()
    yield from _check_index(config)
    yield from _check_corpus(config)


def exit_code(findings: list[Finding]) -> int:
    """Return the exit code of the gravest error, 0 without one: warnings do not count."""
    return max((finding.exit_code for finding in findings if finding.level is Level.ERROR), default=0)


def _existing(path: Path) -> Path:
    """Return a folder, or the nearest one above it that exists."""
    path = path.absolute()
    return next(folder for folder in (path, *path.parents) if folder.is_dir())


def _check_settings(config: Config, file: Path) -> Iterator[Finding]:
    variables = sorted(row.variable for row in SETTINGS if row.variable in os.environ)
    origins = ", ".join([str(file)] * file.is_file() + variables)
    yield Finding.ok("settings", Message("from {origins}", origins=origins) if origins else Message("all defaults"))
    secret = any(getattr(config, row.name) for row in SETTINGS if row.secret)
    if secret and file.is_file() and os.name != "nt" and file.stat().st_mode & _READABLE_BY_OTHERS:
        yield Finding.warning(
            "settings",
            Message("{file} has a secret, and other users can read it", file=file),
            Message("Run: chmod 600 {file}", file=file),
        )
    if config.host not in ("127.0.0.1", "::1", "localhost") and not config.trusted_proxies:
        yield Finding.warning(
            "settings",
            Message("The server listens on {host} for everybody, without a proxy", host=config.host),
            Message("Put a proxy with TLS before it, and name it in “trusted_proxies”: docs/proxy.md"),
        )


def _check_versions(config: Config) -> Iterator[Finding]:
    try:
        engine = bootstrap.engine_named(config.engine, config).version
    except SearchappError as error:
        yield Finding.error("versions", error.message)
        return
    versions = f"searchapp {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {engine}"
    yield Finding.ok("versions", Message("{versions}", versions=versions))


def _check_permissions(config: Config, folder: Path) -> Iterator[Finding]:
    places = [folder, *(path for path in config.index.glob("*") if path.is_dir())]
    if denied := [path for path in places if not os.access(path, os.R_OK | os.W_OK | os.X_OK)]:
        yield Finding.error(
            "permissions",
            Message("The folder {folder} cannot be read and written", folder=denied[0]),
            Message("Give searchapp this permission, or choose another folder: --index DIR"),
        )
    else:
        yield Finding.ok("permissions", Message("{folder} can be read and written", folder=folder))
    key = config.index / "SIGNING_KEY"
    with suppress(OSError):
        if os.name != "nt" and key.stat().st_mode & _READABLE_BY_OTHERS:
            yield Finding.warning(
                "permissions",
                Message("Other users can read {file}, which signs cursors", file=key),
                Message("Run: chmod 600 {file}", file=key),
            )
    if config.audit_log and not _can_append(config.audit_log):
        yield Finding.error(
            "permissions",
            Message("The audit log {file} cannot be written, so that nothing can be changed", file=config.audit_log),
            Message("Make its folder, and give searchapp permission to write there."),
        )
    journal = config.corpus / JOURNAL_FOLDER
    target = journal if journal.is_dir() else config.corpus
    if _anyone_writes(config) and target.is_dir() and not os.access(target, os.W_OK | os.X_OK):
        yield Finding.error(
            "permissions",
            Message("Articles cannot be written into {folder}", folder=target),
            Message("Give searchapp permission to write there, or remove the tokens that may write."),
        )


def _can_append(file: Path) -> bool:
    return os.access(file, os.W_OK) if file.exists() else os.access(file.parent, os.W_OK | os.X_OK)


def _anyone_writes(config: Config) -> bool:
    with suppress(SearchappError):
        return bootstrap.open_identities(config).anyone_writes()
    return bool(config.write_token)


def _newest(generations: Generations) -> datetime | None:
    with suppress(SearchappError, OSError, IndexError, ValueError):
        return datetime.fromisoformat(generations.manifest(generations.names()[-1]).created)
    return None


def _check_index(config: Config) -> Iterator[Finding]:
    try:
        status = bootstrap.index_status(config)
    except IndexMissing as error:
        yield Finding.warning("index", Message("There is no index yet"), error.message)
        return
    except SearchappError as error:
        yield Finding.error("index", error.message, exit_code=error.exit_code)
        return
    manifest = status.manifest
    values = {"generation": manifest.generation, "articles": manifest.articles}
    if status.degraded:
        yield Finding.error(
            "index",
            Message("The generation {current} is damaged; {generation} is used", current=status.current, **values),
            Message("Run: searchapp reindex --full"),
            IndexDamaged.exit_code,
        )
    elif failure := _error_of_searching(config):
        yield Finding.error("index", failure.message, exit_code=failure.exit_code)
    else:
        yield Finding.ok("index", Message("{generation}: {articles} articles; its files have their sizes", **values))
    for reason in status.rebuild:
        yield Finding.warning(
            "index",
            Message("The next reindex will be a full one: {reason}", reason=reason),
            Message("Run it when the machine has time: searchapp reindex"),
        )
    if status.unfinished and not status.holder:
        advice = Message("To continue it, run: searchapp reindex")
        yield Finding.warning("index", Message("A reindex was interrupted"), advice)


def _error_of_searching(config: Config) -> SearchappError | None:
    """Return the error of opening the index as a search does, None without one."""
    try:
        service = bootstrap.open_service(config)
        try:
            service.probe()
        finally:
            service.close()
    except SearchappError as error:
        return error
    return None


def _corpus_bytes(config: Config) -> int:
    """Return the bytes of the files of the corpus, 0 when it cannot be listed."""
    if str(config.corpus) == "-":
        return 0
    try:
        return sum(source.total_bytes() for source in bootstrap.open_sources(config))
    except (SearchappError, OSError):
        return 0


def _check_corpus(config: Config) -> Iterator[Finding]:
    if str(config.corpus) == "-":
        return
    try:
        size = sum(source.total_bytes() for source in bootstrap.open_sources(config))
    except SearchappError as error:
        yield Finding.error("corpus", error.message, exit_code=error.exit_code)
        return
    places = ", ".join(entry.shown for entry in config.entries)
    values = {"corpus": places or config.corpus, "size": f"{size / 1_000_000:.1f}"}
    if size or any(entry.kind in ("sqlite", "postgresql") for entry in config.entries):
        yield Finding.ok("corpus", Message("{corpus}: {size} MB of files", **values))
    else:
        yield Finding.warning(
            "corpus",
            Message("{corpus} has no files", **values),
            Message("Is its disk mounted, its name right? Put articles into it, or name another folder: --corpus DIR"),
        )
    yield from _check_readable(config)


def _check_readable(config: Config) -> Iterator[Finding]:
    """Report the first file or folder of the corpus that the system denies: its articles would not be updated."""
    paths = [Path(entry.place).expanduser() for entry in config.entries if entry.kind == "path"]
    for top in paths or [config.corpus] * (not config.entries):
        denied = next((path for path in _walk(top) if not os.access(path, os.R_OK)), None)
        if denied:
            yield Finding.error(
                "corpus",
                Message("{file} cannot be read", file=denied),
                Message("Give searchapp permission to read it: its articles are not updated meanwhile."),
            )


def _walk(top: Path) -> Iterator[Path]:
    yield top
    for folder, names, files in os.walk(top):
        yield from (Path(folder, name) for name in (*names, *files))
