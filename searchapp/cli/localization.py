"""The language of the terminal: French where the locale is, English elsewhere."""

from __future__ import annotations

import gettext as process_wide
import os
from functools import cache

from searchapp.i18n import CATALOGUES, LANGUAGES, translations

__all__ = ["gettext", "language", "ngettext", "translate_click"]

_CLICK = "click"


@cache
def language() -> str:
    """Return "fr" or "en" by the first of LC_ALL, LC_MESSAGES and LANG that is set, as gettext does.

    Unless that is C or POSIX, the languages of LANGUAGE take precedence.
    """
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "C")
    preferred = "" if locale in ("C", "POSIX") else os.environ.get("LANGUAGE", "")
    known = (name for wanted in (*preferred.split(":"), locale) for name in LANGUAGES if wanted.startswith(name))
    return next(known, "en")


def gettext(text: str) -> str:
    """Return ``text`` in the language of the terminal."""
    return translations(language()).gettext(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the singular or plural text for ``count``, in the language of the terminal."""
    return translations(language()).ngettext(singular, plural, count)


def translate_click() -> None:
    """Translate click's own texts (Usage, No such command) into the language of the terminal.

    click looks them up in the text domain of the process. A library must not set that domain; a program may.
    """
    if language() != "en":
        process_wide.bindtextdomain(_CLICK, str(CATALOGUES))
        process_wide.textdomain(_CLICK)
