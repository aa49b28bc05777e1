"""Threads of the server share their heaps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="heaps of glibc")

# Each thread allocates while the others live, then glibc itself says which heaps there are.
PROGRAM = """
import ctypes, sys
from threading import Barrier, Thread
from searchapp.server.heaps import share_heaps

if sys.argv[2] == "shared":
    share_heaps()
together = Barrier(8)

def allocate():
    kept = [bytes(4000) for _ in range(100)]
    together.wait(30)

threads = [Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(libc.fopen(sys.argv[1].encode(), b"w"))
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps_of_eight_threads(folder: Path, how: str) -> int:
    told = folder / how
    subprocess.run([sys.executable, "-c", PROGRAM, told, how], check=True, timeout=60)
    return told.read_text("utf-8").count("<heap nr=")


def test_eight_threads_share_two_heaps(tmp_path: Path) -> None:
    assert heaps_of_eight_threads(tmp_path, "as they come") > 2
    assert heaps_of_eight_threads(tmp_path, "shared") == 2
