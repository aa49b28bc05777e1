"""Language tags as BCP 47 writes them: fr_FR is fr-FR; fre, fra, French and « Français » are fr."""

from __future__ import annotations

import importlib
import re
from functools import cache, lru_cache
from typing import Any, Final

from searchapp.ingest.cleaning.normalize import unaccented

__all__ = ["language_tag"]

# The first of « fr-FR, en;q=0.5 », “fr_FR.UTF-8” and “French (France)”.
_FIRST: Final = re.compile(r"[^,;.(/@]{1,60}")
_TAG: Final = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:-[a-z0-9-]{1,40})?", re.ASCII)
# ISO 639-2 for: undetermined, several, none, not coded.
_NO_LANGUAGE: Final = frozenset(["und", "mul", "zxx", "mis"])
# What labels are written in.
_NAMED_IN: Final = ("fr", "en", "de", "es", "it", "nl", "pt", "ca", "br")


@lru_cache(256)
def language_tag(label: str) -> str:
    """Return the tag of the language that ``label`` names, by code or by name; "" for what names none."""
    first = _FIRST.match(label.strip())
    name = unaccented(first[0]).casefold().strip().replace("_", "-") if first else ""
    tag = _TAG.fullmatch(name)
    if tag and (code := _code(tag[1])):
        parts = (code, (tag[2] or "").title(), _territory(tag[3] or ""))
        return "-".join(filter(None, parts))
    return _codes_by_name().get(name, "") if name else ""


def _code(code: str) -> str:
    """Return the two letters of ISO 639-1 where there are any, else the three of ISO 639-3; "" for no language."""
    if code in ("fr", "en"):  # nearly all
        return code
    if code in _NO_LANGUAGE:
        return ""
    code = str(_babel().get_global("language_aliases").get(code, code)).partition("_")[0]
    return code if code in _babel().Locale("en").languages else ""


def _territory(code: str) -> str:
    return "GB" if code == "uk" else code.upper()


@cache
def _codes_by_name() -> dict[str, str]:
    """Return the codes of languages by their names, without accents, of CLDR through Babel."""
    codes: dict[str, str] = {}
    for language in _NAMED_IN:
        for code, name in _babel().Locale(language).languages.items():
            if "_" not in code:
                codes.setdefault(unaccented(name).casefold(), code)
    return codes


@cache
def _babel() -> Any:
    """Load Babel when a label is neither fr nor en."""
    return importlib.import_module("babel.core")
