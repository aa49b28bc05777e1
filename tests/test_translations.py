"""Every text for people exists in both languages."""

from __future__ import annotations

import io
import re
from pathlib import Path

import click
import pytest
from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import searchapp
from searchapp.i18n import Message, translator

PACKAGE = Path(searchapp.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "counted": (1, 2), "Message": None}


CATALOGUES = {"searchapp": PACKAGE, "click": Path(click.__file__).parent}

# Texts that a program takes out of a table before it translates them: _(extra["required"]).
LOOKED_UP = {"click": {"required"}}


def texts_of(program: str) -> set[str]:
    found = extract_from_dir(CATALOGUES[program], METHODS, keywords=KEYWORDS)
    texts = {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found} - {""}
    return texts | LOOKED_UP.get(program, set())


def catalogue_of(program: str) -> Catalog:
    with (PACKAGE / f"translations/fr/LC_MESSAGES/{program}.po").open("rb") as file:
        return read_po(file, locale="fr")


def french(program: str) -> dict[str, list[str]]:
    catalogue = catalogue_of(program)
    wordings: dict[str, list[str]] = {}
    for entry in catalogue:
        if entry.id:
            key = entry.id[0] if isinstance(entry.id, tuple) else entry.id
            wordings[key] = list(entry.string) if isinstance(entry.string, tuple) else [entry.string]
            assert not entry.fuzzy, key
    return wordings


@pytest.mark.parametrize("program", CATALOGUES)
def test_every_text_has_a_french_wording_and_none_is_left_over(program: str) -> None:
    wordings = french(program)
    texts = texts_of(program)
    assert sorted(texts - wordings.keys()) == []
    assert sorted(wordings.keys() - texts) == []
    assert [text for text, forms in wordings.items() if not all(forms)] == []


@pytest.mark.parametrize("program", CATALOGUES)
def test_a_wording_fills_the_same_gaps_as_its_text(program: str) -> None:
    gaps = re.compile(r"%\((\w+)\)s|(?<!\{)\{(\w+)(?:!r)?\}")
    for entry in catalogue_of(program):
        texts, forms = (" ".join(part) if isinstance(part, tuple) else part for part in (entry.id, entry.string))
        assert set(gaps.findall(forms)) <= set(gaps.findall(texts)), texts


@pytest.mark.parametrize("program", CATALOGUES)
def test_french_wordings_keep_french_typography(program: str) -> None:
    for text, forms in french(program).items():
        for form in forms:
            assert "'" not in re.sub(r"'[^' ]+'", "", form), text  # 'à' of a date pattern, '.[]' of a command
            assert not re.search(r"[^\s\u202f\u00a0]\s?[;!?»](?:\s|$)", re.sub(r"[\u202f\u00a0][;!?»]", "", form)), text


def test_what_click_reads_is_compiled_from_its_words() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue_of("click"))
    installed = io.BytesIO((PACKAGE / "translations/fr/LC_MESSAGES/click.mo").read_bytes())
    compiled.seek(0)
    files = (installed, compiled)
    shipped, expected = ([(entry.id, entry.string) for entry in read_mo(file) if entry.id] for file in files)
    assert shipped == expected, "run: pybabel compile --domain click --directory searchapp/translations"


@pytest.mark.parametrize(("language", "said"), [("fr", "Rien n’a"), ("en", "Nothing has"), ("xx", "Nothing has")])
def test_a_message_is_said_in_the_language_asked_for(language: str, said: str) -> None:
    message = Message("Nothing has been indexed yet. Run: searchapp reindex")
    assert message.render(translator(language)).startswith(said)
