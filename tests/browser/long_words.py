"""Articles that strain a layout: long words, senders of mail as names, stacked marks, other directions, addresses, and
titles of ten thousand characters."""

from __future__ import annotations

from html import escape
from typing import Any, Final

WORD: Final = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3
STACKED: Final = "".join(letter + "\u0301\u0323\u0308\u0330\u030a" * 12 for letter in "marée")
SENDER: Final = (
    '"Rédaction, service des dépêches et communiqués" <redaction.des.depeches.urgentes@le-phare-du-ponant.example>'
)
ADDRESS: Final = "https://www.le-phare-du-ponant.example/" + "archives-numerisees-" * 12 + "?page=1"
ARABIC: Final = "مدّ بحري كبير يضرب الميناء ويغرق السفن الصغيرة في الصباح"
TURNED: Final = "Facture \u202efdp.exe de la marée"
JOINED: Final = "\u00a0".join(["marée"] * 60)
CAPITALS: Final = "MARÉE" * 60
LENGTH: Final = 10_000
ENDLESS: Final = (WORD * 60)[:LENGTH]
EMOJI: Final = ("👩🏾‍🚒👨‍👩‍👧‍👦🏳️‍🌈" * 700)[:LENGTH]
MARKUP: Final = ("<h1>marée</h1><img src=x onerror=alert(1)><style>*{display:none}" * 200)[:LENGTH]
LEFTWARDS: Final = (ARABIC * 200)[:LENGTH]
HALLE: Final = " ".join(f"La marée numéro {number} a pris un étal de la halle." for number in range(40))


def strained(number: int, title: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"long/{number}",
        "title": title,
        "lead": f"La marée monte. {title}",
        "text": f"La marée est haute, dit {SENDER}.\n\n{title}\n\nVoir {ADDRESS}\n\n{WORD}",
        "date": f"2024-{number:02}-01T08:00:00+01:00",
        "source": SENDER,
        "section": WORD,
        "author": [SENDER, ADDRESS],
        "tags": [WORD, ADDRESS, ARABIC],
        "url": ADDRESS,
        **fields,
    }


ARTICLES: Final = [
    strained(1, WORD),
    strained(2, STACKED, source=STACKED),
    strained(3, ADDRESS, source=ADDRESS),
    strained(4, ARABIC, source=ARABIC, section=ARABIC, language="ar"),
    strained(5, TURNED, source=TURNED),
    strained(6, JOINED, section=JOINED),
    strained(7, CAPITALS, language="en"),
    strained(8, SENDER, status="corrected", modified="2024-12-01T09:30:00+01:00"),
    strained(9, ENDLESS, source=ENDLESS, section=ENDLESS, author=[ENDLESS], tags=[ENDLESS], date="1024-01-01"),
    *(
        strained(10 + number, title, source=title, author=[title], tags=[title], text=HALLE)
        for number, title in enumerate((EMOJI, escape(MARKUP), LEFTWARDS))
    ),
]
