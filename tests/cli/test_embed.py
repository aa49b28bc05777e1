"""``embed`` and the process beside the server that keeps up with the index."""

from __future__ import annotations

import time
from dataclasses import replace

from searchapp import bootstrap
from searchapp.config import Config
from searchapp.semantic.e5 import E5_NAME
from searchapp.semantic.vector_store import FILE_NAME, StoredVectors
from tests.cli.conftest import Run


def test_the_vectors_are_counted_in_the_users_language_and_computed_once(run: Run, indexed: Config) -> None:
    options = ("--index", indexed.index, "--semantic", "e5")
    first = run("embed", *options, language="fr_FR.UTF-8")
    assert first.stdout.startswith("5 vecteurs calculés en "), first.stderr
    assert first.stdout.endswith(" articles ont un vecteur.\n")
    assert run("embed", *options).stdout.startswith("0 vectors computed in ")


def test_embedding_says_how_it_is_switched_on(run: Run, indexed: Config) -> None:
    outcome = run("embed", "--index", indexed.index)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert 'semantic = "e5"' in outcome.stderr


def test_a_process_beside_the_server_embeds_what_is_published_and_ends_with_it(indexed: Config) -> None:
    vectors = StoredVectors(indexed.index / "semantic" / FILE_NAME, E5_NAME)
    with bootstrap.embedding_beside(replace(indexed, semantic="e5")):
        deadline = time.monotonic() + 60
        while not vectors.complete_for() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert vectors.count() > 0
    vectors.close()
