"""The processes of the server: gunicorn starts them, replaces one that dies, and ends them gracefully."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from searchapp.server.heaps import share_heaps
from searchapp.server.json_log import json_formatter
from searchapp.server.loop import Application, EventLoop, Stop
from searchapp.server.shared_metrics import SHARED_MEMORY, enter_slot, free_slot, leave_slot, remove_folder
from searchapp.server.stopping import SharedFlag

__all__ = ["Options", "run"]

GRACE_SECONDS: Final = 30
HUNG_SECONDS: Final = 60
"""A process whose event loop has not run for this time is replaced."""


@dataclass(frozen=True, slots=True)
class Options:
    """Numbers of processes and threads. ``on_start`` runs in a new process; its argument: it replaces another one.

    ``stop_delay`` is the time in seconds between SIGTERM and the moment from which nothing new is accepted;
    ``log_json`` makes the log JSON Lines.
    """

    workers: int
    threads: int
    on_start: Callable[[bool], None]
    stop_delay: float = 0.0
    log_json: bool = False


def run(application: Application, options: Options, listener: socket) -> None:
    """Serve until the process gets a signal to stop."""
    share_heaps()
    _Gunicorn(application, options, listener).run()


class _Process(Worker):  # type: ignore[misc]
    """A gunicorn worker: one event loop."""

    loop: EventLoop | None = None

    slot = 0
    """Of its metrics (``shared_metrics``)."""
    _notified_at = 0.0

    def run(self) -> None:
        app = self.app
        loop = self.loop = EventLoop(app.application, self.sockets[0].sock, app.options.threads, app.stopping)
        while self.alive and not self._is_orphan():
            self._notify_each_second()
            loop.turn(1.0)
        stop = Stop(app.options.stop_delay, GRACE_SECONDS - 1, lambda: app.stopping or self._is_orphan())
        loop.stop(stop, self._notify_each_second)
        if self._is_orphan():
            remove_folder()  # as the parent would have done

    def _is_orphan(self) -> bool:
        return bool(self.ppid != os.getppid())

    def _notify_each_second(self) -> None:
        """Tell the parent that this process lives, and the metrics how it is."""
        if self.loop is not None and time.monotonic() > self._notified_at + 1:
            self._notified_at = time.monotonic()
            self.notify()
            self.loop.measure()

    def handle_exit(self, sig: int, frame: Any) -> None:
        """End gracefully."""
        self.alive = False
        if self.loop is not None:
            self.loop.pull_trigger()


class _JsonLogger(Logger):  # type: ignore[misc]
    """gunicorn's log in the form of the others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(json_formatter())


class _Parent(Arbiter):  # type: ignore[misc]
    """gunicorn's parent process, which tells all processes that the server stops before it ends them."""

    def stop(self, graceful: bool = True) -> None:
        self.app.stopping.set()
        super().stop(graceful)


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    def __init__(self, application: Application, options: Options, listener: socket) -> None:
        self.application = application
        self.options = options
        self._descriptor = listener.detach()  # gunicorn copies it and closes this one
        self.stopping = SharedFlag()
        super().__init__()

    def run(self) -> None:
        _Parent(self).run()

    def load_config(self) -> None:
        settings: dict[str, Any] = {
            "bind": f"fd://{self._descriptor}",
            "workers": self.options.workers,
            "worker_class": _Process,
            "preload_app": True,
            "logger_class": _JsonLogger if self.options.log_json else Logger,
            "loglevel": "warning",
            "proc_name": "searchapp",
            "worker_tmp_dir": SHARED_MEMORY,
            "timeout": HUNG_SECONDS,
            "graceful_timeout": math.ceil(self.options.stop_delay) + GRACE_SECONDS,
            "pre_fork": _choose_slot,
            "post_fork": lambda _, worker: enter_slot(worker.slot),
            "child_exit": lambda _, worker: leave_slot(worker.slot),
            "post_worker_init": lambda worker: self.options.on_start(worker.age > self.options.workers),
        }
        if "control_socket_disable" in self.cfg.settings:  # gunicorn 25.1 and later
            # A thread in a process that forks, and a socket in the home folder, which other servers there would take.
            settings["control_socket_disable"] = True
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.application.wsgi


def _choose_slot(parent: Arbiter, worker: _Process) -> None:
    worker.slot = free_slot({other.slot for other in parent.WORKERS.values()})
