"""The look that settings give: accent colour, logo, card; colours that nobody could read are refused."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from searchapp.config import Config, load_config
from searchapp.errors import ConfigurationError
from searchapp.web import create_app
from searchapp.web.theme import DARK_CONTRAST, DARK_PAPER, LEAST_CONTRAST, LIGHT_PAPER, Theme, contrast

STYLE = (resources.files("searchapp.web") / "static/style.css").read_text("utf-8")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
AAA = 7.0


def tokens(start: str) -> dict[str, str]:
    """Return the colours of the block of the style sheet that begins with ``start``."""
    block = STYLE.partition(start)[2].partition("}")[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def style_of(client: FlaskClient) -> str:
    (address,) = re.findall('<link rel="stylesheet" href="([^"]+)"', client.get("/aide").text)
    response = client.get(address)
    assert "immutable" in response.headers["Cache-Control"]
    return response.text


def test_black_on_white_is_twenty_one_to_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("block", [":root {", ":root[data-theme=dark] {"])
def test_running_text_of_both_themes_has_the_contrast_of_level_aaa(block: str) -> None:
    colours = tokens(":root {") | tokens(block)
    for ground in ("paper", "raised"):
        for text in ("ink", "quiet"):
            assert contrast(colours[text], colours[ground]) >= AAA, (text, ground)
    assert contrast(colours["mark-ink"], colours["mark"]) >= AAA
    assert contrast(colours["edge"], colours["raised"]) >= 3  # WCAG 1.4.11, fields and bars
    assert contrast(colours["accent"], colours["paper"]) >= LEAST_CONTRAST


def test_the_papers_of_the_sheet_are_those_that_colours_are_checked_on() -> None:
    assert (tokens(":root {")["paper"], tokens(":root[data-theme=dark] {")["paper"]) == (LIGHT_PAPER, DARK_PAPER)


def test_a_system_that_is_dark_gets_the_theme_that_a_reader_can_choose() -> None:
    assert tokens(":root:not([data-theme=light]) {") == tokens(":root[data-theme=dark] {")


@given(st.integers(0, 0xFFFFFF).map("#{:06x}".format))
def test_every_accent_is_readable_on_both_papers_or_refused_with_one_that_is(colour: str) -> None:
    try:
        theme = Theme.of(colour)
    except ConfigurationError as refused:
        assert contrast(colour, LIGHT_PAPER) < LEAST_CONTRAST
        theme = Theme.of(re.findall("#[0-9a-f]{6}", str(refused))[-1])
    assert contrast(theme.light, LIGHT_PAPER) >= LEAST_CONTRAST
    assert contrast(theme.dark, DARK_PAPER) >= DARK_CONTRAST


def test_an_accent_colours_sheet_and_icon(config: Config) -> None:
    client = create_app(replace(config, site_accent="#0b5394")).test_client()
    assert "--accent: #0b5394" in style_of(client)
    assert b"#0b5394" in client.get("/favicon.svg").data


def test_without_an_accent_the_sheet_is_the_one_of_the_program(client: FlaskClient) -> None:
    assert style_of(client) == STYLE


@pytest.mark.parametrize("value", ["red", "#12", "#12345g", "", "#9e1b1b;}"])
def test_what_is_no_colour_is_refused_with_an_example(value: str) -> None:
    with pytest.raises(ConfigurationError, match="#0b5394"):
        load_config({"site_accent": value})


def test_a_logo_stands_beside_the_name_and_needs_no_words(config: Config, tmp_path: Path) -> None:
    (tmp_path / "Logo.SVG").write_bytes(SVG)
    client = create_app(replace(config, site_logo=str(tmp_path / "Logo.SVG"))).test_client()
    for path in ("/", "/search"):
        (address,) = re.findall('<img class="logo" src="([^"]+)" alt="">', client.get(path).text)
        response = client.get(address)
        assert (response.data, response.mimetype) == (SVG, "image/svg+xml")


@pytest.mark.parametrize(
    ("name", "body"), [("logo.txt", SVG), ("logo.png", b"x" * 300_000), ("none.svg", None), ("folder.svg", ...)]
)
def test_a_file_that_is_no_logo_is_named(config: Config, tmp_path: Path, name: str, body: object) -> None:
    if isinstance(body, bytes):
        (tmp_path / name).write_bytes(body)
    elif body is ...:
        (tmp_path / name).mkdir()
    with pytest.raises(ConfigurationError, match=name):
        create_app(replace(config, site_logo=str(tmp_path / name)))


def test_networks_get_a_card_they_can_show(client: FlaskClient, config: Config, tmp_path: Path) -> None:
    def card(of: FlaskClient) -> str:
        (address,) = re.findall('<meta property="og:image" content="http://localhost([^"]+)">', of.get("/").text)
        return of.get(address).mimetype

    assert card(client) == "image/png"
    (tmp_path / "logo.svg").write_bytes(SVG)
    assert card(create_app(replace(config, site_logo=str(tmp_path / "logo.svg"))).test_client()) == "image/png"
    (tmp_path / "logo.webp").write_bytes(b"RIFF")
    assert card(create_app(replace(config, site_logo=str(tmp_path / "logo.webp"))).test_client()) == "image/webp"


@pytest.mark.parametrize(
    ("contact", "address"), [("aide@phare.example", "mailto:aide@phare.example"), ("https://phare.example/aide", None)]
)
def test_the_statement_of_accessibility_names_whom_to_tell(config: Config, contact: str, address: str | None) -> None:
    client = create_app(replace(config, site_contact=contact)).test_client()
    assert f'<a href="{address or contact}">{contact}</a>' in client.get("/accessibilite").text


@pytest.mark.parametrize("value", ["aide", "javascript:alert(1)", 'a@b" onclick="x', "mailto:x@y"])
def test_a_contact_that_leads_nowhere_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="mail"):
        load_config({"site_contact": value})


def test_every_page_leads_to_the_statement_of_accessibility(client: FlaskClient) -> None:
    for path in ("/", "/search", "/articles/tide", "/aide", "/nulle-part", "/batch", "/trends"):
        assert 'href="/accessibilite"' in client.get(path).text, path
    assert "No audit" in client.get("/accessibility?lang=en").text
