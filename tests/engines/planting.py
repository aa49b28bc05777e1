"""Pickles that would do something, and the places of an index where they can be planted."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import Final

from searchapp.engines.whoosh_engine.codec.index_files import COLUMN, read_toc
from searchapp.engines.whoosh_engine.schema import STORED
from searchapp.engines.whoosh_engine.segment_reader import SegmentReader
from searchapp.engines.whoosh_engine.segment_writer import stored_column

__all__ = ["BOMBS", "PLACES", "change_part", "live_payloads", "plant"]

_HEAD: Final = Struct("!qi")

Parts = dict[str, bytes]


def _text(text: str) -> bytes:
    return pickle.BINUNICODE + len(text.encode()).to_bytes(4, "little") + text.encode()


def live_payloads(marker: Path) -> dict[str, bytes]:
    """Pickles that make the file ``marker`` when Python's own unpickler reads them."""
    make = f"__import__('pathlib').Path({str(marker)!r}).touch()"
    call = _text(make) + pickle.TUPLE1 + pickle.REDUCE + pickle.STOP
    named = _text("builtins") + _text("eval") + b"\x93"
    held = _text("os") + _text("environ.__class__.__init__.__globals__") + b"\x93"
    return {
        "a global by protocol 0": b"cbuiltins\neval\n(V" + make.encode() + b"\ntR.",
        "a global from the stack": b"\x80\x04" + named + call,
        "a shell": f"cos\nsystem\n(S'touch {marker}'\ntR.".encode(),
        "an instance": f"(S'touch {marker}'\nios\nsystem\n.".encode(),
        "an object": f"(cos\nsystem\nS'touch {marker}'\no.".encode(),
        "a dotted name": b"\x80\x04" + held + b"0" + named + call,
        "getattr": f"cbuiltins\ngetattr\n(cbuiltins\n__import__\n(Vos\ntRVsystem\ntR(Vtouch {marker}\ntR.".encode(),
        "copyreg": b"\x80\x02ccopyreg\n_reconstructor\n(cbuiltins\nobject\ncbuiltins\nobject\nNtR0" + named + call,
        "behind data": b"\x80\x04}" + b"0" + named + call,
    }


BOMBS: Final = {
    "memory for 2^31 objects": b"\x80\x04}r\xff\xff\xff\x7f.",
    "bytes of 2^40": b"\x80\x04\x8e" + (1 << 40).to_bytes(8, "little") + b"x.",
    "text of 2^62": b"\x80\x04\x8d" + (1 << 62).to_bytes(8, "little") + b"x.",
    "a number of 2^31 bytes": b"\x80\x04\x8b\xff\xff\xff\x7f1.",
    "tuples in tuples": b"\x80\x04)" + b"\x85" * 200_000 + b".",
    "a deep key": b"\x80\x04})" + b"\x85" * 200_000 + b"Ns.",
    "lists that double": b"\x80\x04]" + b"\x94(h\x00h\x00e" * 3 + b".",
    "a persistent object": b"\x80\x04\x8c\x01xQ.",
    "the extension registry": b"\x80\x04\x82\x01.",
    "a protocol to come": b"\x80\x09N.",
    "no end": b"\x80\x04",
    "nothing": b"",
    "marks alone": b"(((.",
}


def plant(folder: Path, place: str, payload: bytes) -> None:
    """Put ``payload`` there."""
    PLACES[place](folder, payload)


def _toc(folder: Path, payload: bytes, *, schema: bool) -> None:
    (path,) = folder.glob("*.toc")
    data = path.read_bytes()
    start = data.index(b"\x80")
    at, size, shift = start, 0, 0
    while (at := at - 1) and data[at - 1] & 128:
        pass
    for byte in data[at:start]:
        size, shift = size | (byte & 127) << shift, shift + 7
    after = data[start + size : start + size + 8]
    if schema:
        path.write_bytes(data[:at] + _varint(len(payload)) + payload + data[start + size :])
    else:
        path.write_bytes(data[: start + size] + after + payload)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _repack(folder: Path, change: Callable[[Parts, SegmentReader], None], tail: bytes | None = None) -> None:
    (segment,) = read_toc(folder)
    reader = SegmentReader(folder, segment)
    path = folder / reader.file
    parts = {name: bytes(part) for name, part in reader._parts.items()}
    change(parts, reader)
    body, directory = bytearray(_HEAD.size), {}
    for name, part in parts.items():
        directory[name] = {"offset": len(body), "length": len(part)}
        body += part
    end = pickle.dumps(directory) + pickle.dumps({}) if tail is None else tail.replace(b"DIRECTORY", b"")
    if tail is not None and tail.startswith(b"DIRECTORY"):
        end = pickle.dumps(directory) + end
    body[: _HEAD.size] = _HEAD.pack(len(body), len(end))
    path.unlink()
    path.write_bytes(body + end)


def change_part(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Replace a part of the only segment; the directory says its new size."""

    def change_all(parts: Parts, _: SegmentReader) -> None:
        parts[name] = change(parts[name])

    _repack(folder, change_all)


def _stored(folder: Path, payload: bytes) -> None:
    """Store ``payload`` as each article."""

    def change_all(parts: Parts, reader: SegmentReader) -> None:
        column = stored_column()
        for _ in range(reader.count):
            column.append(payload)
        parts[STORED + COLUMN] = b"".join(column.pieces())

    _repack(folder, change_all)


PLACES: Final[dict[str, Callable[[Path, bytes], None]]] = {
    "the schema": lambda folder, payload: _toc(folder, payload, schema=True),
    "the segments": lambda folder, payload: _toc(folder, payload, schema=False),
    "a directory": lambda folder, payload: _repack(folder, lambda _parts, _reader: None, payload),
    "its options": lambda folder, payload: _repack(folder, lambda _parts, _reader: None, b"DIRECTORY" + payload),
    "stored articles": _stored,
}
