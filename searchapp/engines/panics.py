"""Panics of libraries in Rust, which are no Exception in Python, raised as one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from searchapp.engines.port import EnginePanic

__all__ = ["panics_as_exceptions"]


@contextmanager
def panics_as_exceptions() -> Iterator[None]:
    """Raise EnginePanic for a BaseException that neither is an Exception nor stops the program (Ctrl-C, exit)."""
    try:
        yield
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as panic:
        raise EnginePanic(str(panic)) from panic
