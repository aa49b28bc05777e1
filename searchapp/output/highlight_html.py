"""Highlights as safe HTML: ``<mark>`` is the only markup, everything else is escaped."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Final

from markupsafe import Markup, escape

from searchapp.model import Fragment

__all__ = ["marked", "paragraphs", "snippet"]

ELLIPSIS: Final = "…"
# French text holds no-break spaces (« 11 460 euros ») that must stay.
BREAKING_SPACES: Final = re.compile(r"[ \t\r\n]+")
BLANK_LINES: Final = re.compile(r"\n\s*\n")


def marked(fragment: Fragment) -> Markup:
    """Return the text of ``fragment`` with its spans marked."""
    return _between(fragment, 0, len(fragment.text))


def snippet(fragment: Fragment) -> Markup:
    """Return the marked text on one line, with an ellipsis at each end where the field goes on."""
    before = f"{ELLIPSIS} " if fragment.cut_before else ""
    after = f" {ELLIPSIS}" if fragment.cut_after else ""
    on_one_line = Markup(BREAKING_SPACES.sub(" ", marked(fragment)))  # noqa: S704, marked() has escaped it
    return Markup("{}{}{}").format(before, on_one_line, after)


def paragraphs(fragment: Fragment) -> Iterator[Markup]:
    """Yield each paragraph of ``fragment`` with its spans marked."""
    breaks = [
        (0, 0),
        *(match.span() for match in BLANK_LINES.finditer(fragment.text)),
        (len(fragment.text),) * 2,
    ]
    for (_, start), (end, _) in pairwise(breaks):
        paragraph = _between(fragment, start, end).strip()
        if paragraph:
            yield paragraph


def _between(fragment: Fragment, start: int, end: int) -> Markup:
    """Return ``fragment.text[start:end]``, escaped, with the parts of the spans that lie in it marked."""
    parts: list[str] = []
    done = start
    first = bisect_right(fragment.spans, start + fragment.start, key=itemgetter(1))
    for index in range(first, len(fragment.spans)):
        span_start, span_end = fragment.spans[index]
        left, right = max(span_start - fragment.start, done), min(span_end - fragment.start, end)
        if left >= end:
            break
        if left < right:
            parts += [escape(fragment.text[done:left]), Markup("<mark>{}</mark>").format(fragment.text[left:right])]
            done = right
    parts.append(escape(fragment.text[done:end]))
    return Markup("").join(parts)
