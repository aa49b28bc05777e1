"""A model of a disk behind a file system: what programs see, and what a power cut leaves of it.

Of what a program did only this is certain afterwards: a file's content as of its last fsync, and a folder's entries as
of the folder's last fsync. Of the rest anything may have reached the disk: no entry, some, all; a file of no length, of
the right length full of zeros, with its first half, with every other block. A rename within a folder happens whole or
not at all; across folders the name may be found in both, but is not lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.indexing.proofs.record import Kind, Operation

__all__ = ["STYLES", "Disk"]

_BLOCK: Final = 4096

STYLES: Final = ("lost", "names", "zeros", "all", "torn", "early")
"""The unsynced data that survive: none; names without content; names and lengths; all; any part; the earliest."""


@dataclass(slots=True, eq=False)
class _File:
    synced: bytes = b""
    seen: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    """Writes since the last fsync; nothing at a place cuts the file off there."""

    def write(self, offset: int, content: bytes) -> None:
        self.waiting.append((offset, content))
        _put(self.seen, offset, content)

    def truncate(self, size: int) -> None:
        self.waiting.append((size, b""))
        _put(self.seen, size, b"")

    def sync(self) -> None:
        self.synced, self.waiting = bytes(self.seen), []

    def after_cut(self, style: str, dice: random.Random) -> bytes:
        if style == "all" or not self.waiting:
            return bytes(self.seen)
        if style in ("lost", "names"):
            return self.synced
        if style == "zeros":
            return self.synced[: len(self.seen)].ljust(len(self.seen), b"\0")
        return self._first_writes(dice) if style == "early" or dice.random() < 0.5 else self._some_blocks(dice)

    def _first_writes(self, dice: random.Random) -> bytes:
        content = bytearray(self.synced)
        kept = dice.randint(0, len(self.waiting))
        for offset, part in self.waiting[:kept]:
            _put(content, offset, part)
        if kept < len(self.waiting) and self.waiting[kept][1]:
            offset, part = self.waiting[kept]
            _put(content, offset, part[: dice.randrange(len(part))] or b"\0")
        return bytes(content)

    def _some_blocks(self, dice: random.Random) -> bytes:
        content = bytearray(self.synced[: len(self.seen)].ljust(len(self.seen), b"\0"))
        for start in range(0, len(self.seen), _BLOCK):
            if dice.random() < 0.5:
                content[start : start + _BLOCK] = self.seen[start : start + _BLOCK]
        return bytes(content)


@dataclass(slots=True, eq=False)
class _Change:
    """A change of a folder's entries, which happens whole; ``follows`` is the arrival without which nothing departs."""

    added: tuple[str, _File | _Folder] | None = None
    removed: str = ""
    follows: _Change | None = None
    synced: bool = False


@dataclass(slots=True, eq=False)
class _Folder:
    synced: dict[str, _File | _Folder] = field(default_factory=dict)
    seen: dict[str, _File | _Folder] = field(default_factory=dict)
    waiting: list[_Change] = field(default_factory=list)

    def change(self, change: _Change) -> None:
        self.waiting.append(change)
        _make(self.seen, change)

    def sync(self) -> None:
        self.synced = dict(self.seen)
        for change in self.waiting:
            change.synced = True
        self.waiting = []


class Disk:
    """The disk under ``root``, which at first holds what is there, all of it safe."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._nodes: dict[int, _File | _Folder] = {}
        self._folder = self._load(root)

    def apply(self, operation: Operation) -> None:
        """Do what a program did."""
        match operation.kind:
            case Kind.WRITE:
                self._file(operation.inode).write(operation.offset, operation.content)
            case Kind.TRUNCATE:
                self._file(operation.inode).truncate(operation.offset)
            case Kind.SYNC:
                self._nodes[operation.inode].sync()
            case Kind.SYNC_ALL:
                for node in self._nodes.values():
                    node.sync()
            case Kind.CREATE | Kind.MKDIR | Kind.NAMELESS:
                self._create(operation)
            case Kind.LINK:
                node = self._parent(operation.path).seen[operation.path.name]
                self._parent(operation.target).change(_Change(added=(operation.target.name, node)))
            case Kind.UNLINK | Kind.RMDIR:
                self._parent(operation.path).change(_Change(removed=operation.path.name))
            case Kind.RENAME:
                self._rename(operation.path, operation.target)

    def _create(self, operation: Operation) -> None:
        node = self._nodes[operation.inode] = _Folder() if operation.kind is Kind.MKDIR else _File()
        if operation.kind is not Kind.NAMELESS:  # no folder has it: of its content a power cut leaves nothing
            self._parent(operation.path).change(_Change(added=(operation.path.name, node)))

    def contents(self) -> dict[str, bytes | None]:
        """Return the files as programs see them: path below the root -> content, None for a folder."""
        return dict(_walk(self._folder, lambda folder: folder.seen, lambda file: bytes(file.seen)))

    def after_cut(self, style: str, dice: random.Random) -> dict[str, bytes | None]:
        """Return the files after a power cut in the form of ``contents``; ``style`` is one of STYLES."""
        folders = [node for node in (self._folder, *self._nodes.values()) if isinstance(node, _Folder)]
        kept = {change for folder in folders for change in _survivors(folder.waiting, style, dice)}

        def entries(folder: _Folder) -> dict[str, _File | _Folder]:
            left = dict(folder.synced)
            for change in folder.waiting:
                if change in kept and (change.follows is None or change.follows.synced or change.follows in kept):
                    _make(left, change)
            return left

        return dict(_walk(self._folder, entries, lambda file: file.after_cut(style, dice)))

    def _load(self, path: Path) -> _Folder:
        folder = _Folder()
        for child in path.iterdir():
            inode = child.stat().st_ino
            if child.is_dir():
                folder.seen[child.name] = self._load(child)
            else:
                content = child.read_bytes()
                node = self._nodes.setdefault(inode, _File(content, bytearray(content)))
                folder.seen[child.name] = node
        folder.sync()
        self._nodes[path.stat().st_ino] = folder
        return folder

    def _rename(self, source: Path, target: Path) -> None:
        old, new = self._parent(source), self._parent(target)
        node = old.seen[source.name]
        if old is new:
            old.change(_Change(added=(target.name, node), removed=source.name))
            return
        arrival = _Change(added=(target.name, node))
        new.change(arrival)
        old.change(_Change(removed=source.name, follows=arrival))

    def _parent(self, path: Path) -> _Folder:
        folder = self._folder
        for name in path.parent.relative_to(self._root).parts:
            child = folder.seen[name]
            assert isinstance(child, _Folder)
            folder = child
        return folder

    def _file(self, inode: int) -> _File:
        node = self._nodes[inode]
        assert isinstance(node, _File)
        return node


def _survivors(changes: list[_Change], style: str, dice: random.Random) -> list[_Change]:
    match style:
        case "lost":
            return []
        case "early":
            return changes[: dice.randint(0, len(changes))]
        case "torn":
            return [change for change in changes if dice.random() < 0.5]
        case _:
            return changes


def _make(entries: dict[str, _File | _Folder], change: _Change) -> None:
    entries.pop(change.removed, None)
    if change.added:
        entries[change.added[0]] = change.added[1]


def _put(content: bytearray, offset: int, part: bytes) -> None:
    """Write ``part`` into ``content``; nothing cuts it off, or fills it up, at ``offset``."""
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    if part:
        content[offset : offset + len(part)] = part
    else:
        del content[offset:]


def _walk(
    folder: _Folder,
    entries: Callable[[_Folder], dict[str, _File | _Folder]],
    content: Callable[[_File], bytes],
    prefix: str = "",
) -> Iterator[tuple[str, bytes | None]]:
    for name, node in sorted(entries(folder).items()):
        if isinstance(node, _Folder):
            yield prefix + name, None
            yield from _walk(node, entries, content, f"{prefix}{name}/")
        else:
            yield prefix + name, content(node)
