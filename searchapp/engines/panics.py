"""Panics of libraries in Rust, which reach Python as no Exception, made into one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from searchapp.engines.port import EnginePanic

__all__ = ["panics_caught"]


@contextmanager
def panics_caught() -> Iterator[None]:
    """Raise EnginePanic for what is neither an Exception nor a wish to stop (Ctrl-C, exit)."""
    try:
        yield
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as panic:
        raise EnginePanic(str(panic)) from panic
