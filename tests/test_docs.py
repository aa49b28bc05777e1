"""Documentation that is generated is compared with its source, and checks elsewhere with those of the Makefile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from scripts.api_page import api_page
from searchapp.config import SETTINGS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_settings_page_is_the_table_of_settings() -> None:
    rows = [
        f"| `{setting.name}` | `{setting.default}` | `{setting.variable}` | {setting.help.render()} |"
        for setting in SETTINGS
    ]
    page = (DOCS / "settings.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows


def test_the_reference_of_the_api_is_its_document() -> None:
    current = (DOCS / "api.md").read_text("utf-8") == api_page()
    assert current, "run: python -m scripts.api_page"


def test_the_hooks_of_a_commit_are_the_tools_of_make_lint() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    hooks = [hook["entry"].split()[0] for repository in settings["repos"] for hook in repository["hooks"]]
    lint = (ROOT / "Makefile").read_text("utf-8").partition("\nlint:")[2].partition("\n\n")[0]
    assert set(hooks) == {f".venv/bin/{tool}" for tool in re.findall(r"\$\(BIN\)/([\w-]+)", lint)}


def test_a_host_runs_the_commands_that_a_developer_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/checks.yml").read_text("utf-8"))
    commands = {step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step}
    assert commands == {".ci/run", "make test"}


def test_contributors_are_told_of_targets_that_the_makefile_has() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {
        name
        for page in ("CONTRIBUTING.md", "README.md", "ARCHITECTURE.md")
        for name in re.findall(r"`make ([a-z-]+)", (ROOT / page).read_text("utf-8"))
    }
    assert named <= targets


def links_of(page: Path) -> set[Path]:
    """Return the files that a page links to."""
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


def test_the_index_of_the_documentation_reaches_every_page() -> None:
    reached, new = set(), {ROOT / "README.md"}
    while new:
        reached |= new
        new = {link for page in new if page.suffix == ".md" for link in links_of(page)} - reached
    pages = {*DOCS.glob("*.md"), *ROOT.glob("*.md"), ROOT / "benchmarks/README.md"}
    assert sorted(pages - reached) == []
    assert links_of(DOCS / "README.md") >= set(DOCS.glob("*.md")) - {DOCS / "README.md"}


@pytest.mark.parametrize(
    "page", ["README.md", "README.fr.md", "docs/README.md", "docs/tutoriel.md", "docs/api.md", "docs/api-guide.md"]
)
def test_a_page_links_to_files_that_exist(page: str) -> None:
    assert [str(link) for link in links_of(ROOT / page) if not link.exists()] == []


def pins_of(lock: str) -> set[str]:
    """Return the pins of a lock, without their conditions."""
    return set(re.findall(r"^([\w.-]+==[^\s;\\]+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE))


def test_developing_uses_the_versions_that_running_uses() -> None:
    running, developing = pins_of("requirements.lock"), pins_of("requirements-dev.lock")
    assert running < developing
    assert not {pin for pin in running if pin.startswith(("pytest", "mypy", "playwright", "scipy"))}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_host_and_every_pin_has_a_hash(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert "://" not in text
    assert len(re.findall(r"^[\w.-]+==.*\\\n +--hash=sha256:", text, re.MULTILINE)) == len(pins_of(lock))
