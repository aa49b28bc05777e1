"""The HTTP server of ``serve``: several processes, one event loop in each, and threads that only ever compute.

waitress reads requests and sends answers, on one event loop a process; a thread gets a request when all of it has
arrived and is free again when the answer is complete, however slowly a client sends or reads. gunicorn makes the
processes, restarts one that dies, and ends them gracefully. What this room adds:

- ``parsing``: limits of a request, and what waitress's parser lets pass
- ``channel``: deadlines of a connection, clients that went away, refusals in the application's own words
- ``lanes``: queues and threads for searches, for writing and for what takes no time, fair between clients
- ``loop``: the event loop of a process and the number of its connections
- ``application``: what the server asks the application beside
- ``gunicorn_processes``: the processes, made and replaced by gunicorn
"""

from __future__ import annotations

from searchapp.server.application import application_of
from searchapp.server.gunicorn_processes import Options, run

__all__ = ["Options", "application_of", "run"]
