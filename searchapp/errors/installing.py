"""The command that installs an extra."""

from __future__ import annotations

__all__ = ["install_command"]


def install_command(extra: str) -> str:
    """Return the command that installs the libraries of ``extra``, by their own names.

    These work for a checkout as well as for a release, where 'searchapp[pdf]' would need a package index that has it.
    """
    from importlib.metadata import PackageNotFoundError, requires  # with e-mail, ZIP and sockets: 8 ms of every start

    try:
        requirements = requires("searchapp") or []
    except PackageNotFoundError:  # a checkout that is run without being installed
        requirements = []
    marked = (requirement.partition(";") for requirement in requirements)
    libraries = [
        name.strip() for name, _, marker in marked if marker.replace("'", '"').strip() == f'extra == "{extra}"'
    ]
    return "pip install " + " ".join(f"'{library}'" for library in libraries or [f".[{extra}]"])
