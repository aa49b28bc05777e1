"""Checks of the machine: disk, fsync, clock, memory, open files. Each yields its findings and changes nothing."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from typing import Final

from searchapp.errors import system_reason
from searchapp.i18n import Message
from searchapp.operations.finding import Finding

__all__ = ["check_clock", "check_disk", "check_fsync", "check_memory", "check_open_files"]

MEGABYTE: Final = 1_000_000
_FSYNCS: Final = 9
# An fsync of a hard disk takes 10 to 20 ms, one of an SSD 0.1 to 5 ms. A publish syncs some 30 files.
_SLOW_FSYNC: Final = 0.1
# These keep files in memory: nothing survives a restart.
_VOLATILE: Final = {"tmpfs", "ramfs"}
# Locks, renames and fsync of these depend on how they are exported: docs/durability.md, Network disks.
_NETWORK: Final = {"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"}
_CLOCK_TOLERANCE: Final = timedelta(seconds=5)
# The month of the first release: no correct clock is before it.
_FIRST_RELEASE: Final = datetime(2025, 1, 1, tzinfo=UTC)
# Measured: the proportional share (Pss) of a process of serve after some searches is 80 to 95 MB, on a small index.
_BYTES_OF_A_PROCESS: Final = 100 * MEGABYTE
_FILES_OF_A_PROCESS: Final = 1024


def check_disk(folder: Path, needed: int) -> Iterator[Finding]:
    """Compare the free bytes and files of the disk of ``folder``, which exists, with ``needed`` bytes."""
    free = shutil.disk_usage(folder).free
    values = {"folder": folder, "free": free // MEGABYTE, "needed": -(-needed // MEGABYTE)}
    if free < needed:
        yield Finding.error(
            "disk",
            Message("{folder}: {free} MB are free, the next reindex may need {needed} MB", **values),
            Message("Make room on this disk, or choose another: --index DIR"),
        )
    else:
        yield Finding.ok("disk", Message("{folder}: {free} MB are free, {needed} MB may be needed", **values))
    if hasattr(os, "statvfs") and os.statvfs(folder).f_files > 0 and os.statvfs(folder).f_favail < 1000:
        yield Finding.error(
            "disk",
            Message("{folder}: this disk can hold hardly any more files", folder=folder),
            Message("Remove files that are not needed: the number of files is limited, not only their size."),
        )


def check_fsync(folder: Path) -> Iterator[Finding]:
    """Write and sync a small file in ``folder`` some times, and name file systems that lose what was synced."""
    kind = _file_system(folder)
    if kind in _VOLATILE:
        yield Finding.warning(
            "fsync",
            Message("{folder} is in memory ({kind}): a restart of the machine removes it", folder=folder, kind=kind),
            Message("Choose a folder on a disk: --index DIR"),
        )
        return
    if kind in _NETWORK:
        yield Finding.warning(
            "fsync",
            Message("{folder} is on a network disk ({kind})", folder=folder, kind=kind),
            Message("Read “Network disks” in docs/durability.md, or choose a folder on a local disk: --index DIR"),
        )
    try:
        seconds = median(_fsync_times(folder))
    except OSError as error:
        yield Finding.error(
            "fsync",
            Message("{folder}: writing to the disk failed: {reason}", folder=folder, reason=system_reason(error)),
            Message("Check this disk and its file system; a reindex cannot publish there."),
        )
        return
    text = Message("{folder}: an fsync takes {ms} ms", folder=folder, ms=f"{seconds * 1000:.1f}")
    if seconds > _SLOW_FSYNC:
        advice = Message("Publishing will take seconds, and writes will wait. Choose a faster disk: --index DIR")
        yield Finding.warning("fsync", text, advice)
    else:
        yield Finding.ok("fsync", text)


def _fsync_times(folder: Path) -> Iterator[float]:
    with TemporaryFile(dir=folder) as file:
        for _ in range(_FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            yield time.perf_counter() - started


def _file_system(folder: Path) -> str:
    """Return the type of the file system of a folder, "" where the system has no table of mounts."""
    resolved, best = folder.resolve(), ("", "")
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return ""
    for line in lines:
        _device, mount, kind, *_rest = line.split(" ")
        mount = mount.replace("\\040", " ")
        if resolved.is_relative_to(mount) and len(mount) >= len(best[0]):
            best = mount, kind
    return best[1]


def check_clock(folder: Path, newest: datetime | None, now: datetime) -> Iterator[Finding]:
    """Compare ``now`` (UTC) with the newest generation, and with the clock of the disk of ``folder``."""
    if now < _FIRST_RELEASE:
        text = Message("The clock says {now}, which is before this program was written", now=f"{now:%Y-%m-%d %H:%M}")
    elif newest and newest > now + _CLOCK_TOLERANCE:
        text = Message("The index was made in the future ({moment} UTC)", moment=f"{newest:%Y-%m-%d %H:%M}")
    elif abs(_clock_of_disk(folder) - now) > _CLOCK_TOLERANCE:
        text = Message("{folder}: the clock of this disk differs from that of the machine", folder=folder)
    else:
        yield Finding.ok("clock", Message("{now} UTC", now=f"{now:%Y-%m-%d %H:%M}"))
        return
    advice = Message("Set the clock, and keep it set (NTP): embargoes, ages and dates in words depend on it.")
    yield Finding.warning("clock", text, advice)


def _clock_of_disk(folder: Path) -> datetime:
    """Return the moment that a new file gets; the present where none can be written."""
    try:
        with TemporaryFile(dir=folder) as file:
            return datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
    except OSError:
        return datetime.now(UTC)


def check_memory(processes: int) -> Iterator[Finding]:
    """Compare the available memory with what ``processes`` of serve need."""
    available, needed = available_memory(), processes * _BYTES_OF_A_PROCESS
    if available is None:
        return
    values = {"available": available // MEGABYTE, "needed": needed // MEGABYTE, "processes": processes}
    text = Message("{available} MB are available; {processes} server processes need {needed} MB", **values)
    if available < needed:
        yield Finding.warning("memory", text, Message("Set fewer “workers”, or give the program more memory."))
    else:
        yield Finding.ok("memory", text)


def available_memory() -> int | None:
    """Return the bytes that can still be used: by the machine or, if that is less, by our control group."""
    limits = [_mem_available(), _cgroup_available()]
    return min((limit for limit in limits if limit is not None), default=None)


def _mem_available() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _cgroup_available() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        return int((folder / "memory.max").read_text("ascii")) - int((folder / "memory.current").read_text("ascii"))
    except (OSError, ValueError):  # no control group (version 2), or "max": no limit
        return None


def check_open_files() -> Iterator[Finding]:
    """Compare the limit of open files of a process with what a process of serve may open."""
    try:
        import resource  # not on Windows
    except ImportError:
        return
    soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    text = Message("A process may open {count} files", count=soft if soft != resource.RLIM_INFINITY else "∞")
    if 0 <= soft < _FILES_OF_A_PROCESS:
        advice = Message("Raise the limit (ulimit -n, or LimitNOFILE= in systemd) to 1024 or more.")
        yield Finding.warning("open files", text, advice)
    else:
        yield Finding.ok("open files", text)
