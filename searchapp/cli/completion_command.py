"""``completion``: the script with which a shell completes commands, options, folders and the values of settings."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import get_completion_class

from searchapp.cli.localization import gettext as _
from searchapp.cli.terminal import print_out

__all__ = ["completion"]

_SHELLS: Final = ("bash", "zsh", "fish")


@click.command(
    help=_(
        "Print the script that completes commands, options and values in a shell.\n\n"
        "bash: searchapp completion bash > ~/.local/share/bash-completion/completions/searchapp\n\n"
        "zsh: searchapp completion zsh > ~/.zfunc/_searchapp, with fpath+=~/.zfunc before compinit\n\n"
        "fish: searchapp completion fish > ~/.config/fish/completions/searchapp.fish"
    ).replace("\n\n", "\n\n\b\n"),  # click breaks no line of these paragraphs: they are to be copied
)
@click.argument("shell", type=click.Choice(_SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print click's script; the shell then asks the program itself, by way of _SEARCHAPP_COMPLETE."""
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError(f"click has no completion for {shell}")
    print_out(kind(context.find_root().command, {}, "searchapp", "_SEARCHAPP_COMPLETE").source())
