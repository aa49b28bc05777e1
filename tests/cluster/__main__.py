"""``python -m tests.cluster [ARGUMENTS OF PYTEST]``: the contract tests on a cluster of three nodes.

With ``--keep`` it only starts the cluster, prints its addresses and ends with Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from tests.cluster.nodes import ClusterMissing, started

CONTRACT = ("tests/contract", "tests/cluster", "tests/engines/test_opensearch_security.py")


def main(arguments: list[str]) -> int:
    """Return the exit code: that of pytest, 0 where no cluster can be started."""
    # A command that is ended takes its nodes along.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with started() as cluster:
            addresses = ",".join(cluster.addresses)
            if arguments == ["--keep"]:
                sys.stdout.write(addresses + "\n")
                sys.stdout.flush()
                threading.Event().wait()
            # Tests read both when they are collected. In this process, so that they can kill nodes.
            os.environ["SEARCHAPP_TEST_CLUSTER"] = addresses
            os.environ.setdefault("DIFFERENTIAL_CORPORA", "6")
            return pytest.main(["-p", "no:xdist", "-k", "opensearch", *(arguments or CONTRACT)])
    except ClusterMissing as missing:
        sys.stderr.write(f"Not tested on a cluster: {missing}\n")
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
