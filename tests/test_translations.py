"""Whatever people read is there in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import searchapp
from searchapp.i18n import Message, translator

PACKAGE = Path(searchapp.__file__).parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "Message": None}


def texts_of_the_program() -> set[str]:
    found = extract_from_dir(PACKAGE, METHODS, keywords=KEYWORDS)
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found} - {""}


def french() -> dict[str, list[str]]:
    with (PACKAGE / "translations/fr/LC_MESSAGES/searchapp.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    wordings: dict[str, list[str]] = {}
    for entry in catalogue:
        if entry.id:
            key = entry.id[0] if isinstance(entry.id, tuple) else entry.id
            wordings[key] = list(entry.string) if isinstance(entry.string, tuple) else [entry.string]
            assert not entry.fuzzy, key
    return wordings


def test_every_text_has_a_french_wording_and_none_is_left_over() -> None:
    wordings = french()
    program = texts_of_the_program()
    assert sorted(program - wordings.keys()) == []
    assert sorted(wordings.keys() - program) == []
    assert [text for text, forms in wordings.items() if not all(forms)] == []


def test_a_wording_fills_the_same_gaps_as_its_text() -> None:
    gaps = re.compile(r"%\(\w+\)s|(?<!\{)\{\w+\}")
    for text, forms in french().items():
        for form in forms:
            assert set(gaps.findall(form)) <= set(gaps.findall(text)), text


def test_french_wordings_keep_french_typography() -> None:
    for text, forms in french().items():
        for form in forms:
            assert "'" not in re.sub(r"'[^' ]+'", "", form), text  # 'à' of a date pattern, '.[]' of a command
            assert not re.search(r"[^\s\u202f\u00a0]\s?[;!?»](?:\s|$)", re.sub(r"[\u202f\u00a0][;!?»]", "", form)), text


@pytest.mark.parametrize(("language", "said"), [("fr", "Rien n’a"), ("en", "Nothing has"), ("xx", "Nothing has")])
def test_a_message_is_said_in_the_language_asked_for(language: str, said: str) -> None:
    message = Message("Nothing has been indexed yet. Run: searchapp reindex")
    assert message.render(translator(language)).startswith(said)
