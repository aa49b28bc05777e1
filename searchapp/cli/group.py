"""A group of commands whose modules are loaded when they are run, not when they are listed."""

from __future__ import annotations

from importlib import import_module

import click

__all__ = ["OnDemandCommand", "OnDemandGroup"]


class OnDemandCommand(click.Command):
    """Stands for a command in the help and the suggestions of its group; ``place`` is "module:attribute"."""

    def __init__(self, name: str, place: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._place = place

    def load(self) -> click.Command:
        """Return the command itself."""
        module, attribute = self._place.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


class OnDemandGroup(click.Group):
    """A group that may hold :class:`OnDemandCommand`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that ``args`` name, loaded, and what is left of them."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, OnDemandCommand) else command, rest
