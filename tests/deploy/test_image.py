"""The image of the Dockerfile: its steps in plain folders, then its command and health check without write access."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator

import pytest
import yaml

from tests.deploy.conftest import ROOT, free_port, serving
from tests.deploy.dockerfile import Stage, build, instructions
from tests.permissions import without_privileges

DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The image with an article, in which only the index and /tmp can be written to."""
    stage = build(DOCKERFILE, ROOT, tmp_path_factory.mktemp("image"))
    (stage.inside("corpus") / "phare.txt").write_text("Le phare de Penmarc’h\n\nIl éclaire la baie.\n", "utf-8")
    (stage.folder / "tmp").mkdir()
    subprocess.run(["chmod", "-R", "a-w", stage.folder], check=True)
    subprocess.run(["chmod", "-R", "u+w", stage.inside("index"), stage.folder / "tmp"], check=True)
    yield stage
    subprocess.run(["chmod", "-R", "u+w", stage.folder], check=True)


def run(image: Stage, *words: str, port: int = 8000) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=image.inside("."),
        env=variables(image, port),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=without_privileges,
    )


def variables(image: Stage, port: int) -> dict[str, str]:
    listening = {"SEARCHAPP_HOST": "127.0.0.1", "SEARCHAPP_PORT": str(port)}
    return {**image.variables(), **listening, "TMPDIR": str(image.folder / "tmp")}


def test_the_image_indexes_and_serves_without_write_access_to_anything_but_its_index(image: Stage) -> None:
    assert run(image, *image.entrypoint, "reindex").returncode == 0
    port = free_port()
    command = [*image.entrypoint, *image.command]
    where = {"cwd": image.inside("."), "env": variables(image, port), "preexec_fn": without_privileges}
    assert run(image, *image.health, port=port).returncode == 1
    with serving([image.inside(f"/opt/searchapp/bin/{command[0]}"), *command[1:]], port, **where):
        end = time.monotonic() + 60  # the server listens before it is warmed up
        while (health := run(image, *image.health, port=port)).returncode and time.monotonic() < end:
            time.sleep(0.2)
    assert health.returncode == 0, health.stderr


def test_the_image_has_both_engines_and_nothing_to_install_with(image: Stage) -> None:
    python = str(image.inside("/opt/searchapp/bin/python3"))
    assert run(image, python, "-c", "import tantivy, whoosh, searchapp").returncode == 0
    assert run(image, python, "-c", "import pip").returncode == 1


def test_the_image_is_slim_and_its_processes_are_not_the_administrator() -> None:
    steps = list(instructions(DOCKERFILE.read_text("utf-8")))
    assert {rest.split()[0] for name, rest in steps if name == "FROM"} == {"python:3.11-slim-bookworm"}
    assert [rest for name, rest in steps if name == "USER"] == ["10001:10001"]


def test_the_context_has_every_file_that_a_step_copies() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {
        word
        for name, rest in instructions(DOCKERFILE.read_text("utf-8"))
        if name == "COPY" and "--from" not in rest
        for word in rest.split()[:-1]
    }
    assert copied == allowed


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_a_container_writes_only_to_its_volumes_and_gains_no_privileges(service: str) -> None:
    settings = COMPOSE["services"][service]
    assert (settings["read_only"], settings["cap_drop"]) == (True, ["ALL"])
    assert settings["security_opt"] == ["no-new-privileges:true"]
    volumes = [volume.rpartition(":/")[2] for volume in settings["volumes"]]
    assert volumes == ["srv/searchapp/corpus:ro", "srv/searchapp/index"]


def test_the_containers_run_commands_that_exist_and_publish_a_port_on_this_machine_only() -> None:
    services = COMPOSE["services"]
    assert services["indexer"]["command"] == ["reindex", "--watch"]
    assert services["pages"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "ports" not in services["indexer"]
    assert set(COMPOSE["volumes"]) == {"index"}
    assert (ROOT / "deploy" / services["pages"]["build"]).resolve() == ROOT
