"""Documentation that is generated is compared with what it is generated from."""

from __future__ import annotations

from pathlib import Path

from searchapp.config import SETTINGS

DOCS = Path(__file__).parents[1] / "docs"


def test_the_settings_page_is_the_table_of_settings() -> None:
    rows = [
        f"| `{setting.name}` | `{setting.default}` | `{setting.variable}` | {setting.help.render()} |"
        for setting in SETTINGS
    ]
    page = (DOCS / "settings.md").read_text("utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
