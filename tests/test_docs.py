"""Documentation that is generated is compared with its source, and checks elsewhere with those of the Makefile."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

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
