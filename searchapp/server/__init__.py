"""The HTTP server of ``serve``: several processes, each with one event loop and threads that only compute.

waitress reads requests and sends answers in the event loop. A thread gets a request when all of it has arrived and is
free again when the answer is complete, however slowly a client sends or reads. gunicorn starts the processes, restarts
one that dies, and ends them gracefully. This package adds:

- ``parsing``: limits of a request, and checks that waitress's parser lacks
- ``channel``: a connection: its deadlines, clients that disconnect, refusals in the application's form
- ``lanes``: queues and threads for searches, for writes and for short requests, fair between clients
- ``loop``: the event loop of a process and its limit of connections
- ``application``: the application and the rules that the server takes from it
- ``stopping``: no connection is reset when the server stops
- ``shared_metrics``, ``json_log``: metrics of all processes, the log as JSON Lines
- ``heaps``: memory that threads share
- ``gunicorn_processes``: processes started and replaced by gunicorn
"""

from __future__ import annotations

from searchapp.server.application import application_of
from searchapp.server.gunicorn_processes import Options, run
from searchapp.server.json_log import log_as_json
from searchapp.server.shared_metrics import shared_metrics
from searchapp.web.request_measurement import UNMEASURED

__all__ = ["UNMEASURED", "Options", "application_of", "log_as_json", "run", "shared_metrics"]
