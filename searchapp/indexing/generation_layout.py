"""Names of files and folders: in the folder of an index, and in the folder of a generation."""

from __future__ import annotations

from typing import Final

__all__ = ["CHECKPOINT", "CURRENT", "ENGINE", "INDEX_STATE", "MANIFEST", "REJECTS", "SEMANTIC"]

CURRENT: Final = "CURRENT"
"""In the index folder: the name of the published generation."""
SEMANTIC: Final = "semantic"
"""In the index folder: what all generations share of the extra ``semantic``."""
MANIFEST: Final = "manifest.json"
"""Written last: a generation with a manifest is complete."""
ENGINE: Final = "engine"
"""The place of the engine's index."""
INDEX_STATE: Final = "register.sqlite"
"""The corpus as it was read (:mod:`searchapp.indexing.index_state`)."""
REJECTS: Final = "rejects.jsonl"
"""All rejects, for people; written after all other files but the manifest."""
CHECKPOINT: Final = "CHECKPOINT"
"""In an unfinished generation: the state from which its rebuild resumes."""
