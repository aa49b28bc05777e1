"""A finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from searchapp.i18n import Message

__all__ = ["Finding", "Level"]


class Level(Enum):
    """The severity of a finding. Searches and reindexes may go wrong where it is an error, and not for a warning."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. ``check`` names it, ``advice`` says what to do when it is not in order.

    ``exit_code`` is that of the doctor when this is its gravest error.
    """

    check: str
    level: Level
    text: Message
    advice: Message | None = None
    exit_code: int = 0

    @classmethod
    def ok(cls, check: str, text: Message) -> Finding:
        return cls(check, Level.OK, text)

    @classmethod
    def warning(cls, check: str, text: Message, advice: Message) -> Finding:
        return cls(check, Level.WARNING, text, advice)

    @classmethod
    def error(cls, check: str, text: Message, advice: Message | None = None, exit_code: int = 4) -> Finding:
        return cls(check, Level.ERROR, text, advice, exit_code)
