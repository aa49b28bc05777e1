"""A group of commands whose modules are loaded when they run, not when they are listed."""

from __future__ import annotations

import gc
from importlib import import_module

import click

__all__ = ["OnDemandCommand", "OnDemandGroup"]


class OnDemandCommand(click.Command):
    """Placeholder of a command in its group's help and suggestions; ``target`` is "module:attribute"."""

    def __init__(self, name: str, target: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help)
        self._target = target

    def load(self) -> click.Command:
        """Import and return the command."""
        module, attribute = self._target.split(":")
        gc.disable()  # modules stay, and looking for garbage among them takes a tenth of the time of a search
        try:
            command: click.Command = getattr(import_module(module), attribute)
            gc.freeze()
        finally:
            gc.enable()
        return command


class OnDemandGroup(click.Group):
    """A group that may hold :class:`OnDemandCommand`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name of the command in ``args``, the loaded command, and the remaining arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command.load() if isinstance(command, OnDemandCommand) else command, rest
