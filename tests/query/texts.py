"""Texts to throw at the parser: anything Unicode has, and texts rich in the signs of the language."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

__all__ = ["any_text", "random_text"]

SIGNS = list("? \"«»“”„()|+-!=*~:&/.,'’\n\t\u00a0\u00ad_0127é")
PIECES = [
    *("ET ", "OU ", "SAUF ", "AND ", "OR ", "NOT ", "PROCHE/3 ", "NEAR ", "titre:", "mot-clé:", "source:", "id:"),
    *("atleast3 ", "NON ", "tr?in", "*tion", "m*ne*", "Rép*"),
    *("date:", "depuis:", "avant:", "2022", "2021-02-3", "2020..2021", "novembre 2022", "hier", "le mois dernier"),
    *("autuer:", "http://", "12:30", "mot", "l’été", "C.H.U.", "1\u00a0200", "\ud800", "\x00", "\u0301", "𝔘"),
]
LONG = [
    *("(" * 10_000, ")" * 10_000, '"' * 10_000, "(a " * 3_000, "((a OU b) c " * 90, "(a b OU " * 140, "tag:a " * 200),
    *("(-" * 500 + "a", "a ET " * 300, "a PROCHE " * 200, "tag:a b OU (tag:c " * 60, "x~2 " * 300, "titre:(" * 200),
    " ".join(f"date:{number}abcdef" for number in range(200)),
    " ".join(f'depuis:"hier {number} mars"' for number in range(200)),
    *("«" * 2_000 + "mot", "é*" * 600, "date:hier " * 110, "autuer:x " * 120, "\u0301" * 3_000, "SAUF " * 220),
]


def random_text(random: Random) -> str:
    """Return a text of signs, words of the language and any characters, sometimes very long."""
    if random.random() < 0.02:
        return random.choice(LONG)
    length = random.choice((2, 6, 20, 60, 400))
    sources = (SIGNS, SIGNS, PIECES, [chr(random.randrange(0x110000)) for _ in range(8)])
    return "".join(random.choice(random.choice(sources)) for _ in range(random.randint(0, length)))


def any_text() -> st.SearchStrategy[str]:
    """Return a strategy for the same kinds of text."""
    return st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from([*SIGNS, *PIECES]), max_size=40).map("".join),
        st.sampled_from(LONG),
    )
