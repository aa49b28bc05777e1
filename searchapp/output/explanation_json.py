"""Explanations of results as JSON values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from searchapp.model import ExplainedWord, Explanation

__all__ = ["describe_explanation"]

# As many as a score has, and some: the parts add up to it as it is shown.
_DIGITS: Final = 6


def describe_explanation(explanation: Explanation) -> dict[str, Any]:
    """Return an explanation as JSON values: its words, and the parts that add up to the score."""
    return {
        "words": list(map(_describe_word, explanation.words)),
        "parts": [
            {
                "name": part.name,
                "value": round(part.value, _DIGITS),
                "weight": part.weight,
                "contribution": round(part.contribution, _DIGITS),
            }
            for part in explanation.parts
        ],
    }


def _describe_word(word: ExplainedWord) -> dict[str, Any]:
    return {
        "word": word.word,
        "typed": word.typed or word.word,
        "contribution": None if word.contribution is None else round(word.contribution, _DIGITS),
        "forms": [asdict(form) for form in word.forms],
    }
