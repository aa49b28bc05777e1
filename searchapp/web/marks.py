"""From fragments to safe HTML: ``<mark>`` is the only markup, everything else is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from markupsafe import Markup, escape

from searchapp.model import Fragment

__all__ = ["marked", "paragraphs", "snippet"]

ELLIPSIS: Final = "…"
# One space for each, so that spans keep their places.
LINE_BREAKS: Final = str.maketrans("\r\n\t", "   ")
BLANK_LINES: Final = re.compile(r"\n\s*\n")


def marked(fragment: Fragment) -> Markup:
    """Return the text of ``fragment`` with its marks."""
    return _between(fragment, 0, len(fragment.text))


def snippet(fragment: Fragment) -> Markup:
    """Return the same on one line, with an ellipsis where the field goes on."""
    one_line = replace(fragment, text=fragment.text.translate(LINE_BREAKS))
    before = f"{ELLIPSIS} " if fragment.cut_before else ""
    after = f" {ELLIPSIS}" if fragment.cut_after else ""
    return Markup("{}{}{}").format(before, marked(one_line), after)


def paragraphs(fragment: Fragment) -> Iterator[Markup]:
    """Yield each paragraph of ``fragment`` with its marks."""
    breaks = [
        (0, 0),
        *(found.span() for found in BLANK_LINES.finditer(fragment.text)),
        (len(fragment.text),) * 2,
    ]
    for (_, start), (end, _) in pairwise(breaks):
        paragraph = _between(fragment, start, end).strip()
        if paragraph:
            yield paragraph


def _between(fragment: Fragment, start: int, end: int) -> Markup:
    """Return ``fragment.text[start:end]``, escaped, with the parts of the spans that lie in it marked."""
    html, done = Markup(""), start
    for span_start, span_end in fragment.spans:
        left, right = max(span_start - fragment.start, done), min(span_end - fragment.start, end)
        if left < right:
            html += escape(fragment.text[done:left])
            html += Markup("<mark>{}</mark>").format(fragment.text[left:right])
            done = right
    return html + escape(fragment.text[done:end])
