"""The composition root: from settings to working parts. The only room that knows concrete classes.

Each function imports the parts that it composes, so that a command loads only what it needs: searching loads no
format, and showing the status loads no engine.

- ``engine_choice``: engines by their names, the generations of an index, the analyzer
- ``corpus_sources``: folders, files, databases, standard input, the journal
- ``generation_work``: settings with the corpus that is indexed; reindex, status, check, rollback
- ``search_service``: the search service and its log
- ``meaning``: the parts of the setting ``semantic``
- ``write_parts``, ``alert_work``: writing through the endpoint; alerts
- ``child_processes``: processes that do the work of a function of this room
"""

from __future__ import annotations

from searchapp.bootstrap.alert_work import open_alert_timer, open_alerts, run_alerts, run_alerts_of_parent
from searchapp.bootstrap.corpus_sources import corpus_changes, open_sources, report_on, show_file
from searchapp.bootstrap.engine_choice import engine_named, open_analyzer
from searchapp.bootstrap.generation_work import (
    check_index,
    index_status,
    load_config,
    reindex,
    replaced_corpus,
    rollback,
)
from searchapp.bootstrap.meaning import embed, embed_in_background, embedding_beside
from searchapp.bootstrap.search_service import logged_queries, open_query_log, open_service
from searchapp.bootstrap.write_parts import (
    open_audit_log,
    open_identities,
    open_release_timer,
    open_tokens,
    open_writing,
)
from searchapp.indexing.reindex_options import Options as ReindexOptions

__all__ = [
    "ReindexOptions",
    "check_index",
    "corpus_changes",
    "embed",
    "embed_in_background",
    "embedding_beside",
    "engine_named",
    "index_status",
    "load_config",
    "logged_queries",
    "open_alert_timer",
    "open_alerts",
    "open_analyzer",
    "open_audit_log",
    "open_identities",
    "open_query_log",
    "open_release_timer",
    "open_service",
    "open_sources",
    "open_tokens",
    "open_writing",
    "reindex",
    "replaced_corpus",
    "report_on",
    "rollback",
    "run_alerts",
    "run_alerts_of_parent",
    "show_file",
]
