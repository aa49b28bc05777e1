"""Highlights as safe HTML: ``<mark>``, and in the text of an article links to the addresses that it names."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from typing import Final

from markupsafe import Markup, escape

from searchapp.model import Fragment
from searchapp.output.web_addresses import web_addresses

__all__ = ["brief", "marked", "paragraphs", "snippet"]

ELLIPSIS: Final = "…"
# French text holds no-break spaces (« 11 460 euros ») that must stay.
BREAKING_SPACES: Final = re.compile(r"[ \t\r\n]+")
BLANK_LINES: Final = re.compile(r"\n\s*\n")
# Two lines show some 150 signs, on a phone 70. The first mark is among those; some words stand before it, more of them
# where little text follows.
BEFORE_MARK: Final = 35
MOST_BEFORE_MARK: Final = 55
BRIEF_LENGTH: Final = 140


def marked(fragment: Fragment) -> Markup:
    """Return the text of ``fragment`` with its spans marked."""
    return _between(fragment, 0, len(fragment.text))


def snippet(fragment: Fragment) -> Markup:
    """Return the marked text on one line, with an ellipsis at each end where the field goes on."""
    before = f"{ELLIPSIS} " if fragment.cut_before else ""
    after = f" {ELLIPSIS}" if fragment.cut_after else ""
    on_one_line = Markup(BREAKING_SPACES.sub(" ", marked(fragment)))  # noqa: S704, marked() has escaped it
    return Markup("{}{}{}").format(before, on_one_line, after)


def brief(fragment: Fragment) -> Fragment:
    """Return ``fragment`` begun shortly before its first mark if that would stand too far from its beginning."""
    mark = fragment.spans[0][0] - fragment.start if fragment.spans else 0
    if mark <= MOST_BEFORE_MARK:
        return fragment
    earliest = max(mark - MOST_BEFORE_MARK, min(mark - BEFORE_MARK, len(fragment.text) - BRIEF_LENGTH))
    cut = fragment.text.find(" ", earliest, mark) + 1 or mark
    return replace(fragment, text=fragment.text[cut:], start=fragment.start + cut, cut_before=True)


def paragraphs(fragment: Fragment) -> Iterator[Markup]:
    """Yield each paragraph of ``fragment`` with its spans marked and its addresses linked."""
    breaks = [
        (0, 0),
        *(match.span() for match in BLANK_LINES.finditer(fragment.text)),
        (len(fragment.text),) * 2,
    ]
    for (_, start), (end, _) in pairwise(breaks):
        paragraph = _linked(fragment, start, end).strip()
        if paragraph:
            yield paragraph


def _linked(fragment: Fragment, start: int, end: int) -> Markup:
    parts: list[str] = []
    done = start
    for first, last, address in web_addresses(fragment.text[start:end]):
        link = Markup('<a href="{}" rel="external nofollow noopener">{}</a>')
        shown = _between(fragment, start + first, start + last)
        parts += [_between(fragment, done, start + first), link.format(address, shown)]
        done = start + last
    return Markup("").join([*parts, _between(fragment, done, end)])


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
