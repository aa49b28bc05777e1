"""Errors of access: tokens and their scopes."""

from __future__ import annotations

from pathlib import Path

from searchapp.errors.base import NotFound, Unavailable, UserError
from searchapp.i18n import Message

__all__ = ["AuditUnwritable", "InvalidTokenName", "ScopeMissing", "TokenExists", "TokenMissing", "TokensUnusable"]


class AuditUnwritable(Unavailable):
    """The audit log cannot be written, so that nothing may be changed."""

    slug = "audit-unwritable"
    title = Message("Changes cannot be recorded")

    def __init__(self, reason: Message) -> None:
        super().__init__(
            Message(
                "Nothing was changed, since the file of the setting audit_log cannot be written ({reason}). Make its "
                "folder, give searchapp permission to write there, or make room on its disk; then try again.",
                reason=reason,
            )
        )


class ScopeMissing(UserError):
    """The token, or the user that a proxy names, lacks the scope that the request needs."""

    slug = "scope-missing"
    title = Message("This token may not do this")
    http_status = 403

    def __init__(self, scope: str) -> None:
        super().__init__(Message("This needs the scope “{scope}”. Ask the operator for a token with it.", scope=scope))


class InvalidTokenName(UserError):
    """No token can have this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Message(
                "A token cannot be named “{name}”. Give 1 to 64 letters, digits, spaces and “-._@”, "
                "and not write_token, which is the one of the settings.",
                name=name,
            )
        )


class TokenExists(UserError):
    """A token has this name already."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Message(
                "There is a token “{name}” already. Choose another name, or first run: searchapp token revoke “{name}”",
                name=name,
            )
        )


class TokenMissing(NotFound):
    """No token has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(Message("There is no token “{name}”. To list them: searchapp token list", name=name))


class TokensUnusable(Unavailable):
    """The file of the tokens is damaged, or the system denies it."""

    slug = "tokens-unusable"
    title = Message("Tokens cannot be checked")

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            Message(
                "The file of tokens “{path}” cannot be used ({reason}). Give it to the user that the server runs as. "
                "If it is damaged, delete it and add the tokens again: searchapp token add",
                path=path,
                reason=reason,
            )
        )
