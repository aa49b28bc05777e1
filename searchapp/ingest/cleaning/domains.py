"""The newspaper of an address, by the ``[domain]`` table of a corpus."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["source_of"]


def source_of(url: str, sources: Mapping[str, str]) -> str:
    """Return the newspaper in ``sources`` for the domain of ``url`` or the nearest one above it, else ""."""
    if not url or not sources:
        return ""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:  # an address such as http://[
        return ""
    while host and host not in sources:
        host = host.partition(".")[2]
    return sources.get(host, "")
