"""Addresses in running text: which are links, where they end, and whose host they name."""

from __future__ import annotations

import pytest

from searchapp.model import Fragment
from searchapp.output.highlight_html import paragraphs
from searchapp.output.web_addresses import host_of, web_addresses


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("Lire www.phare.example/une.", ["https://www.phare.example/une"]),
        ("(voir http://phare.example:8080/a?b=c#d)", ["http://phare.example:8080/a?b=c#d"]),
        ("http://phare.example/Grève_(1995), puis", ["http://phare.example/Grève_(1995)"]),
        ("« https://marée.example »", ["https://marée.example"]),
        ("HTTPS://PHARE.EXAMPLE…", ["HTTPS://PHARE.EXAMPLE"]),
        ("deux : www.a.example, www.b.example", ["https://www.a.example", "https://www.b.example"]),
        ("l’adresse www. ou http:// seule", []),
        ("javascript:alert(1) ftp://phare.example", []),
        ("témoin@www.phare.example", []),
        ("http://phare", []),
    ],
)
def test_an_address_in_a_text_is_found_without_the_signs_around_it(text: str, addresses: list[str]) -> None:
    assert [address for _, _, address in web_addresses(text)] == addresses


@pytest.mark.parametrize(
    "text",
    [
        "https://banque.example@voleur.example/",
        "https://nom:secret@phare.example",
        "www.banque.example@voleur.example",
        "https://nom:secret@www.phare.example/a",
        "https://banque.example%40voleur.example",
        "https://banque.example\\@voleur.example",
        "https://banque.example＠voleur.example",
    ],
)
def test_an_address_with_a_name_before_the_host_is_never_a_link(text: str) -> None:
    assert not any("@" in address or "voleur" in address for _, _, address in web_addresses(text))
    assert host_of(text) == ""


def test_the_host_of_an_original_is_named_without_www() -> None:
    assert host_of("https://WWW.Phare.example:443/une?x=1") == "phare.example"
    assert host_of("javascript://phare.example/%0aalert(1)") == ""


def test_a_linked_address_keeps_its_marks_and_stays_escaped() -> None:
    text = 'Lire www.phare.example/"<b>.\n\nwww.phare.example'
    fragment = Fragment(text, 10, ((19, 24), (10 + text.rindex("phare"), 15 + text.rindex("phare"))))
    first, second = paragraphs(fragment)
    assert '<a href="https://www.phare.example/" rel="external nofollow noopener">www.<mark>phare</mark>.ex' in first
    assert "&lt;b&gt;" in first
    assert second.endswith("www.<mark>phare</mark>.example</a>")
