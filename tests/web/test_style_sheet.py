"""The style sheet keeps to one type scale."""

from __future__ import annotations

import re
from pathlib import Path

import searchapp.web

SHEET = (Path(searchapp.web.__file__).parent / "static/style.css").read_text("utf-8")
SCREEN = SHEET.rpartition("@media print")[0]
SIZE = re.compile(r"\bfont(?:-size)?: (?!inherit|var\(--(?:serif|sans|mono)\))([^;}]+)")
STEP = re.compile(r"(?:italic |600 )?var\(--step-(-?[0-9])\)")
WHOLE_PAGE = "100%/1.5 var(--sans)"


def test_every_size_of_type_on_a_screen_is_a_step_of_the_scale() -> None:
    sizes = SIZE.findall(SCREEN)
    assert len(sizes) > 40
    assert [size for size in sizes if not STEP.match(size) and size != WHOLE_PAGE] == []


def test_every_step_that_is_used_is_defined_and_every_defined_one_used() -> None:
    defined = set(re.findall(r"--step-(-?[0-9]):", SHEET))
    assert set(re.findall(r"var\(--step-(-?[0-9])\)", SHEET)) == defined
