"""What is wrong with the files of a generation, as its manifest knows them."""

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
"""Names, in the folder of a generation, its files that were found damaged: other processes need not meet them."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A file of a generation (its path in there) and what is wrong with it; ``denied``: we may not read it."""

    file: str
    reason: Message
    denied: bool = False

    def message(self) -> Message:
        """Return both as one line."""
        return Message("{file}: {reason}", file=self.file, reason=self.reason)


def missing_or_resized(folder: Path, files: Mapping[str, tuple[int, str]]) -> Iterator[Damage]:
    """Yield the files that are gone, unreadable or of another size; one system call a file."""
    for name, (size, _) in files.items():
        try:
            found = (folder / name).stat().st_size
        except FileNotFoundError:
            yield Damage(name, Message("it is missing"))
        except OSError as error:
            yield unreadable(name, error)
        else:
            if found != size:
                yield Damage(name, Message("it has {found} bytes in place of {size}", found=found, size=size))


def unlike_digests(
    folder: Path,
    files: Mapping[str, tuple[int, str]],
    on_read: Callable[[int], None] = lambda size: None,
    *,
    from_disk: bool = False,
) -> Iterator[Damage]:
    """Yield the files whose content is not what was written; reads all of them."""
    for name, (_, digest) in files.items():
        try:
            found = digest_of(folder / name, on_read, from_disk=from_disk)
        except OSError as error:
            yield unreadable(name, error)
        else:
            if found != digest:
                yield Damage(name, Message("its content is not what was written"))


def unreadable(name: str, error: OSError) -> Damage:
    """Return the damage of a file that the system cannot read."""
    reason = Message("it cannot be read ({reason})", reason=system_reason(error))
    return Damage(name, reason, denied=isinstance(error, PermissionError))


def write_mark(folder: Path, files: list[str]) -> None:
    """Mark a generation as damaged, where that can be written."""
    try:
        write_durably(folder / _MARK, json.dumps(files, ensure_ascii=False) + "\n")
    except OSError:
        return


def remove_mark(folder: Path) -> None:
    """Take the mark away from a generation that was found whole."""
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
