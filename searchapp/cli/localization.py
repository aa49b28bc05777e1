"""The language of the terminal: French where the locale is, English elsewhere."""

from __future__ import annotations

import gettext as process_wide
import os
from functools import cache

from searchapp.i18n import CATALOGUES, LANGUAGES, translations

__all__ = ["gettext", "language", "let_click_speak", "ngettext"]

_CLICK = "click"


@cache
def language() -> str:
    """Return "fr" or "en", from the first of LC_ALL, LC_MESSAGES, LANG that is set, as programs do.

    Where that is a language at all, LANGUAGE may name others that are preferred to it.
    """
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "C")
    preferred = "" if locale in ("C", "POSIX") else os.environ.get("LANGUAGE", "")
    known = (name for place in (*preferred.split(":"), locale) for name in LANGUAGES if place.startswith(name))
    return next(known, "en")


def gettext(text: str) -> str:
    """Return program text in the language of the terminal."""
    return translations(language()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the one of two program texts that goes with ``count``, in the language of the terminal."""
    return translations(language()).ngettext(singular, plural, count)


def let_click_speak() -> None:
    """Have what click says itself (Usage, No such command) in the language of the terminal.

    It looks its words up in the text domain of the process, which a library must not choose but a program may.
    """
    if language() != "en":
        process_wide.bindtextdomain(_CLICK, str(CATALOGUES))
        process_wide.textdomain(_CLICK)
