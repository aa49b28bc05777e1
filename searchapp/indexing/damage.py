"""Damages of a generation: files that are not as its manifest describes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from searchapp.errors import system_reason
from searchapp.i18n import Message
from searchapp.indexing.durability import digest_of, write_durably

__all__ = [
    "Damage",
    "marked_files",
    "missing_or_resized",
    "remove_mark",
    "shared_files",
    "unlike_digests",
    "unreadable",
    "write_mark",
]

_MARK: Final = "DAMAGED"
"""In the folder of a generation: its damaged files, so that other processes do not open it."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged file of a generation, by its path in the folder; ``denied``: we may not read it."""

    file: str
    reason: Message
    denied: bool = False

    def message(self) -> Message:
        """Return file and reason as one line."""
        return Message("{file}: {reason}", file=self.file, reason=self.reason)


def missing_or_resized(folder: Path, files: Mapping[str, tuple[int, str]]) -> Iterator[Damage]:
    """Yield the files that are missing, unreadable or of another size; one system call a file."""
    for name, (size, _) in files.items():
        try:
            actual = (folder / name).stat().st_size
        except FileNotFoundError:
            yield Damage(name, Message("it is missing"))
        except OSError as error:
            yield unreadable(name, error)
        else:
            if actual != size:
                yield Damage(name, Message("it has {found} bytes in place of {size}", found=actual, size=size))


def unlike_digests(
    folder: Path,
    files: Mapping[str, tuple[int, str]],
    on_read: Callable[[int], None] = lambda size: None,
    *,
    from_disk: bool = False,
) -> Iterator[Damage]:
    """Yield the files whose content has another digest; reads all of them."""
    for name, (_, digest) in files.items():
        try:
            actual = digest_of(folder / name, on_read, from_disk=from_disk)
        except OSError as error:
            yield unreadable(name, error)
        else:
            if actual != digest:
                yield Damage(name, Message("its content differs from its digest"))


def unreadable(name: str, error: OSError) -> Damage:
    """Return the damage of a file that the system cannot read."""
    reason = Message("it cannot be read ({reason})", reason=system_reason(error))
    return Damage(name, reason, denied=isinstance(error, PermissionError))


def write_mark(folder: Path, files: list[str]) -> None:
    """Mark a generation as damaged, if its folder can be written."""
    try:
        write_durably(folder / _MARK, json.dumps(files, ensure_ascii=False) + "\n")
    except OSError:
        return


def remove_mark(folder: Path) -> None:
    """Remove the mark of a generation that was found intact."""
    try:
        (folder / _MARK).unlink(missing_ok=True)
    except OSError:
        return


def marked_files(folder: Path) -> tuple[str, ...] | None:
    """Return the files that the mark of a generation names, None without a mark."""
    try:
        names = json.loads((folder / _MARK).read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return ()
    return tuple(map(str, names)) if isinstance(names, list) else ()


def shared_files(folder: Path, other: Path, files: list[str]) -> list[str]:
    """Return which of ``files`` are the same file, by a hard link, in both folders."""
    return [
        name
        for name in files
        if (folder / name).exists() and (other / name).exists() and (folder / name).samefile(other / name)
    ]
