"""A cluster of OpenSearch nodes on this machine, each a process of its own that can be killed and started again.

The nodes are made from Maven artefacts (pom.xml) and a small launcher (ClusterNode.java), kept in ``.cluster``. They
have no security plugin and none of the checks of an installation; Maven's own settings say where artefacts come from.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.request import Request, urlopen

__all__ = ["Cluster", "ClusterMissing", "build", "running", "started"]

HERE: Final = Path(__file__).parent
CACHE: Final = HERE.parents[1] / ".cluster"
CLUSTER: Final = "searchapp-test"
NODES: Final = 3
START_SECONDS: Final = 300  # 12 seconds of CPU a node: 20 s on two free processors, minutes on busy ones
JAVA: Final = (
    *("java", "-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:MaxDirectMemorySize=256m"),
    "-Dlog4j2.disable.jmx=true",
)


class ClusterMissing(Exception):
    """Something that a cluster needs is not on this machine; the message names what installs it."""


def build() -> Path:
    """Return the folder of jars and the launcher's class, made at the first call; raises ClusterMissing."""
    for program in ("java", "javac", "mvn"):
        if not shutil.which(program):
            raise ClusterMissing(f"{program} is not installed. Run: apt-get install default-jdk-headless maven")
    library = CACHE / "lib"
    if not (CACHE / "complete").is_file():
        copy = ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies"]
        if subprocess.run([*copy, f"-DoutputDirectory={library}"]).returncode:
            raise ClusterMissing("Maven could not fetch OpenSearch. Check its settings (~/.m2/settings.xml).")
    compile_ = ["javac", "-cp", f"{library}/*", "-d", CACHE / "classes", HERE / "ClusterNode.java"]
    subprocess.run(compile_, check=True)
    shutil.copy(HERE / "log4j2.properties", CACHE)
    (CACHE / "complete").touch()
    return CACHE


class Cluster:
    """The nodes n1 to n3 with their data below ``folder``. Ports are free ones of this machine."""

    def __init__(self, folder: Path, built: Path) -> None:
        self._folder = folder
        self._built = built
        self._http = free_ports(NODES)
        self._transport = free_ports(NODES)
        self._processes: list[subprocess.Popen[bytes] | None] = [None] * NODES

    @property
    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{port}" for port in self._http]

    def pids(self) -> list[int]:
        return [process.pid for process in self._processes if process]

    def start(self, number: int) -> None:
        """Start the node of this number, from 0, over the data that it has; return at once."""
        home = self._folder / f"n{number + 1}"
        home.mkdir(exist_ok=True)
        seeds = ",".join(f"127.0.0.1:{port}" for port in self._transport)
        names = ",".join(f"n{other + 1}" for other in range(NODES))
        settings = {
            "cluster.name": CLUSTER,
            "node.name": f"n{number + 1}",
            "path.data": home / "data",
            "path.logs": home / "logs",
            "network.host": "127.0.0.1",
            "http.port": self._http[number],
            "transport.port": self._transport[number],
            "discovery.seed_hosts": seeds,
            "cluster.initial_cluster_manager_nodes": names,
            "transport.type": "netty4",
            "http.type": "netty4",
            # The disks of machines that test are often nearly full.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            "cluster.max_shards_per_node": 10_000,
            "http.max_content_length": "1mb",  # so that an article can be too large for a test
            "node.processors": 2,
        }
        paths = f"{self._built}/classes:{self._built}/lib/*"
        logging = f"-Dlog4j2.configurationFile={self._built}/log4j2.properties"
        arguments = [f"{name}={value}" for name, value in settings.items()]
        with (home / "output").open("ab") as output:
            self._processes[number] = subprocess.Popen(
                [*JAVA, logging, "-cp", paths, "ClusterNode", str(home), *arguments], stdout=output, stderr=output
            )

    def send(self, number: int, what: signal.Signals) -> None:
        """Send a signal to a node: SIGKILL ends it as a power cut does, SIGSTOP and SIGCONT pause it."""
        process = self._processes[number]
        assert process is not None
        process.send_signal(what)
        if what is signal.SIGKILL:
            process.wait()

    def data(self, number: int) -> Path:
        """Return the folder of a node's data."""
        return self._folder / f"n{number + 1}" / "data"

    def ask(self, path: str, method: str = "GET") -> Any:
        """Return the JSON that the first node answers that can be reached; raises OSError when none can."""
        for last, address in enumerate(self.addresses, 1 - NODES):
            try:
                return answer_of(address + path, method)
            except OSError:
                if not last:
                    raise
        raise AssertionError

    def manager(self) -> int:
        """Return the number of the elected manager."""
        return int(self.ask("/_cat/cluster_manager?format=json")[0]["node"][1:]) - 1

    def restore(self) -> None:
        """Continue the nodes that are paused, start those that are dead, and wait until the cluster is green."""
        for number, process in enumerate(self._processes):
            assert process is not None
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
            else:
                self.start(number)
        self.wait_until_green()

    def wait_until_green(self, seconds: float = START_SECONDS) -> None:
        """Wait until all nodes have joined and hold what they should."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(OSError):  # also when it has waited in vain
                # Each node is asked: of one that has just been killed the others do not know yet.
                for address in self.addresses:
                    answer_of(f"{address}/_cluster/health?wait_for_nodes={NODES}&wait_for_status=green&timeout=5s")
                return
            if any(process and process.poll() is not None for process in self._processes):
                break
            time.sleep(0.5)
        raise AssertionError(f"The cluster is not green.\n{self.state()}")

    def state(self) -> str:
        """Return nodes and shards as the cluster tells them, and the last lines that each node wrote."""
        parts = [f"n{number + 1}: {process and process.poll()}" for number, process in enumerate(self._processes)]
        for path in (
            "/_cat/nodes?format=json&h=name,cluster_manager",
            "/_cat/shards?format=json&h=index,shard,prirep,state,node",
        ):
            try:
                parts += map(str, self.ask(path))
            except OSError as error:
                parts.append(f"{path}: {error}")
        return "\n".join((*parts, self.output()))

    def output(self) -> str:
        """Return the last lines that each node wrote."""
        return "\n".join("\n".join(file.read_text().splitlines()[-10:]) for file in self._folder.glob("*/output"))

    def stop(self) -> None:
        for process in filter(None, self._processes):
            process.kill()
            process.wait()


def answer_of(address: str, method: str = "GET") -> Any:
    """Return the JSON at an address; raises OSError."""
    with urlopen(Request(address, method=method), timeout=30) as answer:
        return json.load(answer)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def started(folder: Path | None = None) -> Iterator[Cluster]:
    """Give a green cluster and end it with the block; raises ClusterMissing."""
    built = build()
    with TemporaryDirectory(prefix="searchapp-cluster-", dir=os.environ.get("TMPDIR")) as temporary:
        cluster = Cluster(folder or Path(temporary), built)
        try:
            for number in range(NODES):
                cluster.start(number)
            cluster.wait_until_green()
            _running.append(cluster)
            yield cluster
        finally:
            _running.clear()
            cluster.stop()


_running: Final[list[Cluster]] = []


def running() -> Cluster | None:
    """Return the cluster that this process has started."""
    return _running[-1] if _running else None
