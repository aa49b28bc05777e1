"""The token file: a small SQLite database that many processes read and change.

It has SHA-256 digests only. A secret is 32 random bytes, so nobody can find it by guessing from its digest, and a slow
password hash would only cost time. SQLite changes a file in place: owner and mode stay as they are, whoever runs the
command.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from searchapp.errors import InvalidTokenName, TokenExists, TokenMissing, TokensUnusable
from searchapp.model import Scope

__all__ = ["Token", "TokenFile"]

PREFIX: Final = "searchapp_"
"""Beginning of each secret, by which scanners of published source text recognise it."""
SECRET_BYTES: Final = 32
WAIT_SECONDS: Final = 5.0
USE_RECORDED_EVERY: Final = timedelta(minutes=1)
NAME: Final = re.compile(r"\w[\w .@-]{0,63}")
RESERVED: Final = frozenset({"write_token"})
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS tokens (
    name TEXT PRIMARY KEY, digest BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL,
    created TEXT NOT NULL, expires TEXT, last_used TEXT
)
"""
_COLUMNS: Final = "name, scopes, created, expires, last_used"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. Moments are aware; ``expires`` is None for a token without an end."""

    name: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None

    def is_expired(self) -> bool:
        """Return whether the end has come."""
        return self.expires is not None and self.expires <= datetime.now(UTC)


class TokenFile:
    """The tokens in the file ``path``, which need not exist. Methods raise TokensUnusable when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, name: str, scopes: Sequence[Scope], lifetime: timedelta | None = None) -> tuple[Token, str]:
        """Add a token and return it with its secret, which is stored nowhere.

        Raises InvalidTokenName, and TokenExists for a name that is taken.
        """
        if not NAME.fullmatch(name) or name in RESERVED:
            raise InvalidTokenName(name)
        secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        created = datetime.now(UTC).replace(microsecond=0)
        token = Token(name, frozenset(scopes), created, created + lifetime if lifetime else None)
        expires = token.expires.isoformat() if token.expires else None
        values = (name, _digest(secret), " ".join(sorted(token.scopes)), created.isoformat(), expires)
        with suppress(FileExistsError):  # readable by its owner only, from the first moment
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with self._open() as connection:
            connection.execute(_TABLE)
            try:
                connection.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)", values)
            except sqlite3.IntegrityError:
                raise TokenExists(name) from None
        return token, secret

    def revoke(self, name: str) -> None:
        """Remove a token; from then on no process accepts it. Raises TokenMissing."""
        if name not in {token.name for token in self.tokens()}:
            raise TokenMissing(name)
        with self._open() as connection:
            connection.execute("DELETE FROM tokens WHERE name = ?", (name,))

    def tokens(self) -> list[Token]:
        """Return all tokens by name, expired ones too."""
        if not self._is_there():
            return []
        with self._open() as connection:
            return [_token(row) for row in connection.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY name")]  # noqa: S608

    def find(self, secret: str) -> Token | None:
        """Return the token of ``secret``, also an expired one.

        The file is opened each time, which takes 0.15 ms: a revoked token ends at once, and a file may be replaced.
        """
        if not self._is_there():
            return None
        with self._open() as connection:
            statement = f"SELECT {_COLUMNS} FROM tokens WHERE digest = ?"  # noqa: S608
            row = connection.execute(statement, (_digest(secret),)).fetchone()
        return _token(row) if row else None

    def copy(self, target: Path) -> None:
        """Copy the file as it is at one moment to ``target``, unless there are no tokens."""
        if self._is_there():
            with self._open() as connection, closing(sqlite3.connect(target)) as copy:
                connection.backup(copy)

    def record_use(self, token: Token) -> None:
        """Record that ``token`` is used now, to the minute; skipped when the file is read-only or being changed."""
        now = datetime.now(UTC).replace(microsecond=0)
        if token.last_used is not None and now < token.last_used + USE_RECORDED_EVERY:
            return
        with suppress(TokensUnusable), self._open(wait=0.0) as connection:
            connection.execute("UPDATE tokens SET last_used = ? WHERE name = ?", (now.isoformat(), token.name))

    def _is_there(self) -> bool:
        """Return whether the file has tokens; it is empty for a moment when ``add`` makes it."""
        try:
            return self._path.stat().st_size > 0
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise TokensUnusable(self._path, str(error.strerror)) from error

    @contextmanager
    def _open(self, wait: float = WAIT_SECONDS) -> Iterator[sqlite3.Connection]:
        """Open the file for one transaction. It is never created here, so its mode is always that of ``add``."""
        try:
            uri = f"{self._path.resolve().as_uri()}?mode=rw"
            with closing(sqlite3.connect(uri, uri=True, timeout=wait)) as connection, connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                yield connection
        except sqlite3.Error as error:
            raise TokensUnusable(self._path, str(error)) from error


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


def _token(row: tuple[str, str, str, str | None, str | None]) -> Token:
    name, scopes, created, expires, last_used = row
    known = frozenset(Scope(scope) for scope in scopes.split() if scope in set(Scope))
    return Token(name, known, datetime.fromisoformat(created), _moment(expires), _moment(last_used))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
