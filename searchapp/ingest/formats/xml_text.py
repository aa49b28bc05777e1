"""The text of an XML file, made fit for a parser: the commonest faults of feeds and agencies are repaired.

Repaired are control characters, entities of HTML, a bare ``&`` and a bare ``<``. CDATA sections pass as they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from searchapp.i18n import Message
from searchapp.ingest.cleaning.encoding import decode_stream
from searchapp.ingest.reader_protocol import FileContext, UnreadableError, peek

__all__ = ["XML_REPAIR", "sound_chunks"]

XML_REPAIR: Final = "xml"
"""The repair that is told when a file is no well-formed XML and was read all the same."""

_HEAD: Final = 400
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{1,200}encoding=["']([\w.:-]{1,40})["']""")
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_FORBIDDEN: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# The DTD of another format, which agencies name in theirs, is never loaded.
_ENTITY: Final = re.compile(r"<!ENTITY(?!\s{1,20}%\s{1,20}[\w.:-]{1,80}\s{1,20}(?:SYSTEM|PUBLIC)\b)")
_CDATA: Final = "<![CDATA["
_CDATA_END: Final = "]]>"
# A chunk may end inside an entity, a tag's beginning or the mark of a CDATA section.
_UNFINISHED: Final = re.compile(r"(?:[&<][^&<>;\s]{0,31}|\]{1,2})$")
_LONGEST_UNFINISHED: Final = 32
_DOUBTFUL: Final = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,9}|#x[0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{0,30});)?"
    r"|<(?![^\W\d]|[/!?:])"
)


def sound_chunks(stream: BinaryIO, context: FileContext) -> Iterator[bytes]:
    """Yield ``stream`` as UTF-8 without an XML declaration, repaired; what XML forbids is added to the repairs.

    Unless ``context.lenient`` a bare ``&`` or ``<`` stays, so that the parser refuses it.

    Raises UnreadableError when entities are declared, which could stand for gigabytes.
    """
    repairer = _Repairer(context)
    rest = ""
    begun = False
    declared = _DECLARED.search(peek(stream, _HEAD))
    for text in decode_stream(stream, declared[1].decode() if declared else "", context):
        text = _FORBIDDEN.sub("", rest + text)
        if not begun:
            text = _DECLARATION.sub("", text).lstrip()
            begun = bool(text)
        if "<!ENTITY" in text and _ENTITY.search(text):
            raise UnreadableError(Message("the XML declares entities of its own, which are not read"))
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_UNFINISHED))
        rest = unfinished[0] if unfinished else ""
        yield repairer.repair(text[: len(text) - len(rest)]).encode()
    yield repairer.repair(rest).encode()


class _Repairer:
    """Repairs pieces of a file one after the other; it remembers whether the last one ended in a CDATA section."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._in_cdata = False

    def repair(self, text: str) -> str:
        pieces = []
        position = 0
        while position < len(text):
            mark = _CDATA_END if self._in_cdata else _CDATA
            found = text.find(mark, position)
            end = len(text) if found < 0 else found + len(mark)
            piece = text[position:end]
            pieces.append(piece if self._in_cdata else self._repair_markup(piece))
            self._in_cdata ^= found >= 0
            position = end
        return "".join(pieces)

    def _repair_markup(self, text: str) -> str:
        return _DOUBTFUL.sub(self._sound, text) if "&" in text or "<" in text else text

    def _sound(self, match: re.Match[str]) -> str:
        """Return the replacement of a doubtful sign or an entity."""
        whole, name = match[0], match[1]
        if name is None:
            return self._told(html.escape(whole, quote=False)) if self._context.lenient else whole
        character = html.unescape(whole)
        if name.startswith("#"):
            valid = character not in ("", "\ufffd") and not _FORBIDDEN.search(character)
            return whole if valid else self._told("")
        # &eacute; and its like are HTML's, and feeds write them all the same.
        if character != whole:
            return html.escape(character, quote=False)
        return self._told(html.escape(whole, quote=False))

    def _told(self, text: str) -> str:
        self._context.repairs.add(XML_REPAIR)
        return text
