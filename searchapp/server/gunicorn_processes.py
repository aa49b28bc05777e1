"""The processes of the server: gunicorn starts them, replaces one that dies, and ends them gracefully."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from searchapp.server.loop import Application, EventLoop

__all__ = ["Options", "run"]

GRACE_SECONDS: Final = 30
HUNG_SECONDS: Final = 60
"""A process whose event loop has not run for this time is replaced."""


@dataclass(frozen=True, slots=True)
class Options:
    """Numbers of processes and threads. ``on_start`` runs in a new process; its argument: it replaces another one."""

    workers: int
    threads: int
    on_start: Callable[[bool], None]


def run(application: Application, options: Options, listener: socket) -> None:
    """Serve until the process gets a signal to stop."""
    _Gunicorn(application, options, listener).run()


class _Process(Worker):  # type: ignore[misc]
    """A gunicorn worker: one event loop."""

    loop: EventLoop | None = None

    def run(self) -> None:
        loop = self.loop = EventLoop(self.app.application, self.sockets[0].sock, self.app.options.threads)
        notified_at = 0.0
        while self.alive and self.ppid == os.getppid():
            if time.monotonic() > notified_at + 1:
                notified_at = time.monotonic()
                self.notify()
            loop.turn(1.0)
        loop.stop(self.cfg.graceful_timeout - 1, self.notify)

    def handle_exit(self, sig: int, frame: Any) -> None:
        """End gracefully."""
        self.alive = False
        if self.loop is not None:
            self.loop.pull_trigger()


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, application: Application, options: Options, listener: socket) -> None:
        self.application = application
        self.options = options
        self._listener = listener
        super().__init__()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"fd://{self._listener.fileno()}",
            "workers": self.options.workers,
            "worker_class": _Process,
            "preload_app": True,
            "loglevel": "warning",
            "proc_name": "searchapp",
            "worker_tmp_dir": "/dev/shm" if os.path.isdir("/dev/shm") else None,  # noqa: PTH112, S108
            "timeout": HUNG_SECONDS,
            "graceful_timeout": GRACE_SECONDS,
            "post_worker_init": lambda worker: self.options.on_start(worker.age > self.options.workers),
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.application.wsgi
