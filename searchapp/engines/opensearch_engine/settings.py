"""Settings of the connection to a cluster and of the indices in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["ClusterSettings"]


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """Nodes, credentials and sizes. Of user and API key one is enough, or none where the cluster asks for none.

    ``site`` tells the indices of one archive from those of others in the same cluster. ``certificate`` is a PEM file
    with the client's certificate and its key. ``seconds`` is the longest that one call may take. With ``partial``,
    searches answer from the shards that can be reached and say that the result is not complete.
    """

    addresses: tuple[str, ...]
    site: str = "archive"
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: Path | None = None
    certificate: Path | None = None
    shards: int = 1
    replicas: int = 1
    seconds: float = 10.0
    partial: bool = False
