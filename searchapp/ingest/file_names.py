"""Names of files as text. Ids are made of them, so names of different bytes must give different texts.

A name in UTF-8 is taken as it is. Any other one is read as Windows-1252 where that gives letters, and marked:
``p\\xeacheur.txt`` is ``pêcheur~cp1252.txt``. Failing that, each of its bytes beyond ASCII is written in hexadecimal:
``p\\x88cheur.txt`` is ``p~88cheur~bytes.txt``. A name in UTF-8 that ends with a mark is marked too, ``…~utf8``. So no
two names meet, whatever else lies in the folder or comes to it later. Marks stand before the extension.
"""

from __future__ import annotations

import os
from typing import Final

__all__ = ["is_western", "name_inside", "name_on_disk", "text_of_name"]

_WESTERN, _BYTES, _UTF8 = _MARKS = ("~cp1252", "~bytes", "~utf8")
_PUNCTUATION: Final = frozenset("«»’°–")
"""Characters of file names beside letters and ASCII; others show that the bytes are of another encoding."""
_MAX_EXTENSIONS: Final = 3
_LONGEST_EXTENSION: Final = 8


def name_on_disk(path: str) -> str:
    """Return the text of a relative path of this system, with ``/`` between its parts."""
    return path if _is_plain(path) else text_of_name(os.fsencode(path.replace(os.sep, "/")))


def name_inside(name: str) -> str:
    """Return the text of a name inside an archive or a mail, decoded as UTF-8 with ``surrogateescape``."""
    if _is_plain(name):
        return name
    try:
        return text_of_name(name.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:  # the name itself has half of a surrogate pair
        return text_of_name(name.encode("utf-8", "surrogatepass"))


def text_of_name(name: bytes) -> str:
    """Return the text of a path, part by part."""
    return "/".join(map(_text_of_part, name.split(b"/")))


def is_western(text: str) -> bool:
    """Return whether ``text`` has only characters of western Europe, as names decoded rightly have."""
    return all(
        letter.isascii() or (letter.isalpha() and letter < "\u0180") or letter in _PUNCTUATION for letter in text
    )


def _is_plain(name: str) -> bool:
    return name.isascii() and "~" not in name and os.sep == "/"


def _text_of_part(part: bytes) -> str:
    try:
        stem, extensions = _split(part.decode())
    except UnicodeDecodeError:
        return _decoded(part)
    return stem + (_UTF8 if stem.endswith(_MARKS) else "") + extensions


def _decoded(part: bytes) -> str:
    text = part.decode("cp1252", "replace")
    mark = _WESTERN
    if not is_western(text):
        text = "".join(f"~{byte:02X}" if byte > 0x7F or byte == ord("~") else chr(byte) for byte in part)
        mark = _BYTES
    stem, extensions = _split(text)
    return stem + mark + extensions


def _split(name: str) -> tuple[str, str]:
    """Return ``name`` without its extensions (``.tar.gz`` are two), and these."""
    stem = name
    for _ in range(_MAX_EXTENSIONS):
        before, dot, extension = stem.rpartition(".")
        if not (dot and extension[:1].isalpha() and extension.isalnum() and extension.isascii()):
            break
        if len(extension) > _LONGEST_EXTENSION:
            break
        stem = before
    return stem, name[len(stem) :]
