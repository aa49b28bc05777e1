"""A command whose query may have excluded words: ``grève -train`` without quotation marks.

click takes ``-train`` for five options of one letter. The program's options of one letter stand alone (``-h``), so any
other word behind one hyphen is excluded.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

__all__ = ["QueryCommand"]

# Stands for the hyphen while click parses. No argument of a process has this character.
_HYPHEN = "\0"


class QueryCommand(click.Command):
    """A command that takes arguments such as ``-train`` as words of its argument ``query``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse ``args``; the values of options stay as they are."""
        rest = super().parse_args(ctx, list(self._marked(ctx, args)))
        words: tuple[str, ...] = ctx.params.get("query") or ()
        ctx.params["query"] = tuple(word.replace(_HYPHEN, "-", 1) for word in words)
        return rest

    def _marked(self, ctx: click.Context, args: list[str]) -> Iterator[str]:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        names = {name for option in options for name in option.opts}
        takes_value = {name for option in options if not option.is_flag for name in option.opts}
        previous = ""
        for index, word in enumerate(args):
            if word == "--":
                yield from args[index:]
                return
            is_word = len(word) > 1 and word[0] == "-" != word[1] and word not in names
            yield _HYPHEN + word[1:] if is_word and previous not in takes_value else word
            previous = word
