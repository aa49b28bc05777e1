"""Front matter: the fields before the text of a Markdown file.

It is YAML between two lines ``---`` or TOML between two lines ``+++``; keys may be French (``titre``).
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

import yaml

from searchapp.i18n import Message
from searchapp.ingest.cleaning.record import Record
from searchapp.ingest.formats.field_names import field_name
from searchapp.ingest.reader_protocol import UnreadableError

__all__ = ["split_front_matter"]

_LONGEST: Final = 64 * 1024
_OPENING: Final = re.compile(r"(---|\+\+\+)[ \t]*(?:\n|$)")


def split_front_matter(content: str) -> tuple[Record, str]:
    """Return the fields, under the names of a record, and the text after them; ``content`` has \\n line ends.

    Raises UnreadableError when front matter begins and does not end, is longer than 64 KiB or wrong.
    """
    opening = _OPENING.match(content)
    if not opening:
        return {}, content
    fence = re.compile(rf"^{re.escape(opening[1])}[ \t]*$", re.MULTILINE)
    closing = fence.search(content, opening.end(), opening.end() + _LONGEST)
    if not closing:
        raise UnreadableError(
            Message("the front matter has no end: a line with {fence} alone, within 64 KiB", fence=opening[1]),
            1,
        )
    source = content[opening.end() : closing.start()]
    fields = _toml(source) if opening[1] == "+++" else _yaml(source)
    return {field_name(key): value for key, value in fields.items()}, content[closing.end() :]


class _PlainLoader(yaml.BaseLoader):
    """Loads scalars as text (1984, no and 2024-02-31 may be titles); refuses references.

    References can make a few lines unfold into gigabytes.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if event.anchor is not None:
            line = event.start_mark.line + 2
            raise UnreadableError(Message("references (& and *) are not allowed in front matter"), line)
        return super().compose_node(parent, index)


def _yaml(source: str) -> dict[Any, object]:
    try:
        fields = _PlainLoader(source).get_single_data() or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else None
        raise UnreadableError(Message("not valid YAML: {reason}", reason=error.problem), line) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableError(Message("not valid YAML: {reason}", reason=error), 1) from error
    if not isinstance(fields, dict):
        raise UnreadableError(Message("the front matter must be lines such as “titre: …”"), 1)
    return fields


def _toml(source: str) -> dict[str, object]:
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(Message("not valid TOML: {reason}", reason=error), 1) from error
