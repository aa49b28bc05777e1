"""The rejects of a generation: their reasons in the index state, and ``rejects.jsonl`` for people."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from searchapp.i18n import Message
from searchapp.indexing.generation_layout import REJECTS
from searchapp.model import Reject

__all__ = ["from_stored", "to_stored", "write_rejects"]


def write_rejects(generation: Path, rejects: Iterable[Reject]) -> None:
    """Write ``rejects.jsonl`` into the folder of a generation: file, line and reason of each reject."""
    with (generation / REJECTS).open("w", encoding="utf-8") as file:
        for reject in rejects:
            record = {"file": reject.file, "line": reject.line, "reason": reject.reason.render()}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def to_stored(reason: Message) -> str:
    """Return the reason of a reject as JSON, which keeps it translatable."""
    return json.dumps(_to_list(reason), ensure_ascii=False)


def from_stored(stored: str) -> Message:
    """Return the reason that :func:`to_stored` was given."""
    return _from_list(json.loads(stored))


def _to_list(message: Message) -> list[Any]:
    """Return the text of a message and its values; a value that is a message becomes a list too."""
    parts = {
        name: _to_list(value) if isinstance(value, Message) else str(value) for name, value in message.values.items()
    }
    return [message.text, parts]


def _from_list(stored: list[Any]) -> Message:
    text, values = stored
    parts = {name: _from_list(value) if isinstance(value, list) else value for name, value in values.items()}
    return Message(text, **parts)
