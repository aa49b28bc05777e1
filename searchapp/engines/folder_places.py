"""Files of engines whose index is a folder: shared between generations by hard links, removed with the folder."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

__all__ = ["remove_folder", "share_file"]


def share_file(source: Path, target: Path) -> None:
    """Make a file that never changes part of another folder: by a hard link or, where there are none, a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def remove_folder(folder: Path) -> None:
    """Remove a folder; a missing one is fine. Raises OSError for one that cannot be removed."""
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
