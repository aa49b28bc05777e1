"""Signs that turn the direction of text: gone from pages, kept where a value is sent back."""

from __future__ import annotations

from html import unescape

import pytest
from markupsafe import Markup

from searchapp.output.directions import exact, without_directions

TURNING = ["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"]


@pytest.mark.parametrize("sign", TURNING)
def test_a_sign_of_direction_is_left_out_of_text_and_of_markup(sign: str) -> None:
    assert without_directions(f"facture{sign}fdp.exe") == "facturefdp.exe"
    markup = without_directions(Markup("<b>a{}b</b>").format(sign))
    assert (markup, type(markup)) == ("<b>ab</b>", Markup)


@pytest.mark.parametrize("kept", ["مرحبا", "שלום\u200f", "a\u200eb", 12, None])
def test_everything_else_stays_as_it_is(kept: object) -> None:
    assert without_directions(kept) is kept


def test_a_value_that_is_sent_back_keeps_its_signs_out_of_sight() -> None:
    value = 'a\u202e"é<'
    assert without_directions(exact(value)) == "a&#8238;&#34;é&lt;"
    assert unescape(exact(value)) == value
