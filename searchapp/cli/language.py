"""The language of the terminal: French where the locale is, English elsewhere."""

from __future__ import annotations

import os
from functools import cache

from searchapp.i18n import LANGUAGES, Translate, translator

__all__ = ["gettext", "language"]


@cache
def language() -> str:
    """Return "fr" or "en", from the first of LC_ALL, LC_MESSAGES, LANG that is set, as programs do."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "")
    return next((known for known in LANGUAGES if locale.startswith(known)), "en")


def gettext(text: str) -> str:
    """Return program text in the language of the terminal."""
    translate: Translate = translator(language())
    return translate(text)
