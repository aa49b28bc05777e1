"""From one operand's text to a leaf of the tree. Texts are kept from their first token to their last, so that a leaf
shown is a leaf read again."""

from __future__ import annotations

import re
from typing import Final

from searchapp.analysis.filters import elided_length
from searchapp.analysis.tokenizer import APOSTROPHES, raw_tokens, raw_tokens_with_spans
from searchapp.i18n import Message
from searchapp.model import Remark
from searchapp.query.ast import DateRange, Exact, Fuzzy, Leaf, Phrase, PhrasePattern, Prefix, Wildcard, Word
from searchapp.query.dates import ONE_DAY, DateWords, read_period
from searchapp.query.grammar import GREATEST_DISTANCE, SHORTEST_PREFIX, read_operator

__all__ = ["holds_no_word", "is_pattern", "read_id", "read_leaf", "read_phrase", "read_range", "read_words"]

# Of a text turned round: the signs after its last letter or digit, and a distance before them (of « a~1~2 » the last).
_SIGNS: Final = re.compile(r"[\W_]*")
_DISTANCE: Final = re.compile(r"(?P<distance>\d+)~(?:[\W_]*\d+~)*")
_STAR_OR_TILDE: Final = re.compile(r"[*~]")
_PATTERN_SIGNS: Final = re.compile(r"[*?]")
_INNER_SIGN: Final = re.compile(r"(?<=\w)[*?]|[*?](?=\w)")
_STARS: Final = re.compile(r"\*{2,}")
_PATTERN: Final = re.compile(r"(?:[^\W_]|[*?\u0300-\u036f])+")
_ELISION: Final = re.compile(rf"(?:[cçdjlmnst]|qu)[{re.escape(APOSTROPHES)}]", re.IGNORECASE)
_CURRENCIES: Final = frozenset("€$£")
_NAME_BEGINS: Final = re.compile(r"(?<![\w.])[@#.]\Z")
_NAME_ENDS: Final = re.compile(r"(?:\+{1,2}|#)(?![\w+#])")
_BREAKING_SPACES: Final = re.compile(r"[ \t\r\n\f\v]+")
_QUOTES: Final = str.maketrans(dict.fromkeys('"«»“”„', " "))


def read_leaf(raw: str, place: int, remarks: list[Remark]) -> Leaf | None:
    """Return the leaf that ``raw`` (a stretch without spaces or quotation marks) asks for; None if it holds no word."""
    at = (place, place + len(raw))
    if pattern := _pattern(raw):
        return Wildcard(pattern, at)
    begin, suffix = _split_suffix(raw)
    # What is no pattern must not be shown as one: its signs part words.
    begin = _PATTERN_SIGNS.sub("/", begin)
    text = _kept(begin)
    if not text or "*" in text or raw.lstrip("+-!=").startswith("*"):
        _remark_on_stars(raw, text, at, remarks)
    if not text:
        return None
    if raw.startswith("="):
        return Exact(_with_signs(begin, text))
    if suffix.startswith("*"):
        return _prefix(text, at, remarks)
    if suffix:
        return Fuzzy(text, max(1, min(int(suffix[1:4] or 1), GREATEST_DISTANCE)), at)
    return word(_with_currency(begin, text))


def holds_no_word(text: str) -> Message:
    """Return the message that the condition ``text`` was left out."""
    return Message("“{text}” holds no word and was left out.", text=text)


def word(text: str) -> Word:
    """Return a word; one that reads as an operator is kept in small letters, which never do."""
    return Word(text.lower() if read_operator(text) else text)


def read_words(text: str) -> tuple[Word, ...]:
    """Return the words of a phrase, each as if it stood alone."""
    return tuple(word(kept) for part in text.split() if (kept := _kept(part)))


def read_id(text: str) -> Phrase | None:
    """Return the phrase that asks for the id ``text``, punctuation at its ends included; None for blanks only."""
    kept = text.replace('"', " ").strip()
    return Phrase(kept) if kept else None


def read_phrase(text: str, slop: int, at: tuple[int, int] = (0, 0)) -> Phrase | PhrasePattern | None:
    """Return the phrase ``text``, None if it holds no word."""
    spaced = _BREAKING_SPACES.sub(" ", text.translate(_QUOTES))
    if pieces := _pieces(spaced):
        return PhrasePattern(" ".join(pieces), slop, at)
    spaced = _INNER_SIGN.sub("/", spaced)
    kept = _kept(spaced)
    return Phrase(_with_signs(spaced, kept), slop) if kept else None


def read_range(field: str, value: str, words: DateWords | None) -> DateRange | None:
    """Return the days that a date field asks for; None when ``value`` is no date."""
    value = value.strip()
    if field == "date" and value.endswith(".."):
        field, value = "since", value[:-2]
    elif field == "date" and value.startswith(".."):
        period = read_period(value[2:], words)
        return DateRange(None, period[1]) if period else None
    period = read_period(value, words)
    if period is None:
        return None
    if field == "since":
        return DateRange(period[0], None)
    return DateRange(None, period[0] - ONE_DAY) if field == "before" else DateRange(*period)


def is_pattern(piece: str) -> bool:
    """Return whether a piece of a phrase has « * » or « ? » in place of letters."""
    return "*" in piece or "?" in piece


def _pieces(text: str) -> list[str]:
    """Return the words of a phrase as they are looked for; none when no word has a « * » or « ? » of use."""
    if not is_pattern(text):
        return []
    pieces = [(_pattern(piece, or_prefix=True), piece) for piece in text.split()]
    if not any(pattern for pattern, _ in pieces):
        return []
    return [word for pattern, piece in pieces for word in ([pattern] if pattern else _words(piece))]


def _words(piece: str) -> list[str]:
    """Return the tokens of ``piece``, each of which is one token again."""
    words = raw_tokens(_PATTERN_SIGNS.sub(" ", piece))
    while (again := [token for word in words for token in raw_tokens(word)]) != words:
        words = again
    return words


def _pattern(raw: str, *, or_prefix: bool = False) -> str:
    """Return the word with « * » or « ? » that ``raw`` is; nothing if it is none, or a prefix unless ``or_prefix``.

    Punctuation around it and an elided word before it are left out; a question mark at the end is punctuation.
    """
    if not is_pattern(raw) or raw[0] in "=~":
        return ""
    start, end = 0, len(raw)
    while start < end and not (raw[start].isalnum() or raw[start] == "*"):
        start += 1
    while start < end and not (raw[end - 1].isalnum() or raw[end - 1] == "*"):
        end -= 1
    core = raw[start:end]
    if elision := _ELISION.match(core):
        core = core[elision.end() :]
    text = _STARS.sub("*", core)
    letters = sum(map(str.isalnum, text))
    if letters < SHORTEST_PREFIX or not is_pattern(text) or not _PATTERN.fullmatch(text):
        return ""
    is_prefix = text.find("*") == len(text) - 1 and "?" not in text
    return "" if is_prefix and not or_prefix else text


def _split_suffix(raw: str) -> tuple[str, str]:
    """Return ``raw`` without the star, or the tilde and its distance, at its end; and that suffix.

    Punctuation may follow it. Read from the end: a pattern that begins at the front tries every star of « **** ».
    """
    turned = raw[::-1]
    signs = _SIGNS.match(turned)
    end = len(raw) - (signs.end() if signs else 0)
    if distance := _DISTANCE.match(turned, len(raw) - end):
        return raw[: len(raw) - distance.end()], "~" + distance["distance"][::-1]
    sign = _STAR_OR_TILDE.search(raw, end)
    return (raw[: sign.start()], sign[0]) if sign else (raw, "")


def _prefix(text: str, at: tuple[int, int], remarks: list[Remark]) -> Prefix | Word:
    last = raw_tokens(text)[-1]
    if len(last) - elided_length(last) >= SHORTEST_PREFIX:
        return Prefix(text, at)
    message = Message(
        "Write at least {least} letters before the star, as in march*; “{word}” was searched as a word.",
        least=SHORTEST_PREFIX,
        word=text,
    )
    remarks.append(Remark(message, *at))
    return word(text)


def _remark_on_stars(raw: str, text: str, at: tuple[int, int], remarks: list[Remark]) -> None:
    if "*" not in raw:
        return
    if text:
        message = Message(
            "A star stands for letters of one word with {least} others at least; “{word}” was searched instead.",
            least=SHORTEST_PREFIX,
            word=text,
        )
    else:
        message = Message("A star needs the beginning of a word before it, as in march*; alone it was left out.")
    remarks.append(Remark(message, *at))


def _with_currency(raw: str, kept: str) -> str:
    """Return ``kept`` with the sign of a currency that follows it: « 3M€ » is no length."""
    end = raw.index(kept) + len(kept)
    return raw[: end + 1][-len(kept) - 1 :] if raw[end : end + 1] in _CURRENCIES else kept


def _with_signs(text: str, kept: str) -> str:
    """Return ``kept``, a stretch of ``text``, with the signs at its ends that belong to a name (C++, Canal+, .NET)."""
    start = text.index(kept)
    end = start + len(kept)
    before, after = _NAME_BEGINS.search(text[:start]), _NAME_ENDS.match(text, end)
    return (before[0] if before else "") + kept + (after[0] if after else "")


def _kept(text: str) -> str:
    """Return ``text`` from its first token to the end of its last one."""
    tokens = list(raw_tokens_with_spans(text))
    return text[tokens[0][1] : tokens[-1][2]] if tokens else ""
