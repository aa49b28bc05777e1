"""Translation: texts for people are written in English and translated by gettext catalogues.

A :class:`Message` keeps text and values apart until it is rendered, so that one error is French on a page and English
in a terminal. Catalogues are PO files, which Babel compiles in memory: a checkout needs no compile step.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

__all__ = ["CATALOGUES", "LANGUAGES", "Message", "Translate", "translations", "translator", "untranslated"]

LANGUAGES: Final = ("fr", "en")
CATALOGUES: Final = Path(__file__).with_name("translations")
Translate = Callable[[str], str]


def untranslated(text: str) -> str:
    """Return ``text`` unchanged, in English."""
    return text


class Message:
    """A sentence with named placeholders (``{name}``, as in :meth:`str.format`) and their values."""

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text = text
        self.values = values

    def render(self, translate: Translate = untranslated) -> str:
        """Return the sentence in the language of ``translate``; a value that is a message is translated as well."""
        values = {
            name: value.render(translate) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return translate(self.text).format(**values) if values else translate(self.text)

    def __str__(self) -> str:
        return self.render()

    def __repr__(self) -> str:
        return f"Message({self.render()!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash((self.text, tuple(sorted(self.values))))


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of ``language``; English, and any language without a catalogue, needs none."""
    path = CATALOGUES / language / "LC_MESSAGES" / "searchapp.po"
    if not path.is_file():
        return gettext.NullTranslations()
    return gettext.GNUTranslations(_compiled(path, language))


def translator(language: str) -> Translate:
    """Return the function that turns program text into ``language``."""
    return translations(language).gettext


def _compiled(path: Path, language: str) -> io.BytesIO:
    # Imported here, since English needs no catalogue.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return compiled
