"""Identities: a name and scopes, found by the secret that a request carries."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Final

from searchapp.access.token_file import TokenFile
from searchapp.model import Scope

__all__ = ["SETTING_NAME", "Identities", "Identity"]

SETTING_NAME: Final = "write_token"
"""Name of the token of the settings, which no token of the file may have."""
WRITING: Final = frozenset({Scope.WRITE, Scope.ADMIN})
SETTING_SCOPES: Final = frozenset({Scope.SEARCH, Scope.EXPORT, Scope.WRITE})


@dataclass(frozen=True, slots=True)
class Identity:
    """The sender of a request: the name of a token, of a user that a proxy names, or "" for anonymous ones."""

    name: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Return whether the scopes include ``scope``; ADMIN includes all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class Identities:
    """The identities of secrets: the token of the settings and those of ``file``. Safe to share between threads."""

    def __init__(self, write_token: str, file: TokenFile) -> None:
        self._write_token = write_token
        self._file = file

    def find(self, secret: str, *, used: bool = True) -> Identity | None:
        """Return the identity of ``secret``, None for an unknown, revoked or expired one; raises TokensUnusable.

        ``used`` records the time of use.
        """
        if not secret:
            return None
        if self._write_token and hmac.compare_digest(secret.encode("utf-8", "replace"), self._write_token.encode()):
            return Identity(SETTING_NAME, SETTING_SCOPES)
        token = self._file.find(secret)
        if token is None or token.is_expired():
            return None
        if used:
            self._file.record_use(token)
        return Identity(token.name, token.scopes)

    def anyone_writes(self) -> bool:
        """Return whether there is a token that may write; raises TokensUnusable."""
        return bool(self._write_token) or any(WRITING & token.scopes for token in self._file.tokens())
