"""The settings: one table, and how their values are read.

In rising precedence, a value comes from its default, ``searchapp.toml``, a ``SEARCHAPP_*`` variable, a command-line
option.
"""

from __future__ import annotations

from searchapp.config.corpus_entry import CorpusEntry, without_password
from searchapp.config.loading import load_config
from searchapp.config.setting_values import URL_PREFIX
from searchapp.config.settings_table import CLUSTER_ENGINES, CONFIG_FILE, ENGINES, SEMANTICS, SETTINGS, Config, Setting

__all__ = [
    "CLUSTER_ENGINES",
    "CONFIG_FILE",
    "ENGINES",
    "SEMANTICS",
    "SETTINGS",
    "URL_PREFIX",
    "Config",
    "CorpusEntry",
    "Setting",
    "load_config",
    "without_password",
]
