"""Patterns that are not linear, of the kinds that were found in the project and some others."""

from __future__ import annotations

import re

PATTERNS = {
    "nested": (re.compile(r"(?:a+)+$"), "match"),
    "two_repeats": (re.compile(r"(\w{2,})[-\u00ad]\n([a-z]+)"), "sub"),
    "star_then_signs": (re.compile(r"(?P<text>.*?)(?:(?P<star>\*+)|~\d*)[\W_]*", re.DOTALL), "fullmatch"),
    "blanks_around": (re.compile(r"\s+(?:et|and)\s+"), "split"),
}
