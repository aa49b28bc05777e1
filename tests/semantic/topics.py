"""Articles about two subjects, each with words of its own among words that all share."""

from __future__ import annotations

from itertools import product
from random import Random

TOPICS = {
    "mer": ("voilier", "houle", "digue", "matelot", "amarre"),
    "pain": ("fournil", "farine", "levain", "boulanger", "miche"),
}
SYLLABLES = (
    ("ba", "co", "du", "fi", "ga", "lo"),
    ("rin", "tal", "mon"),
    ("dar", "vel", "pic"),
    ("", "o", "a", "u", "i", "aco"),
)
FILLERS = ["".join(syllables) for syllables in product(*SYLLABLES)]


def articles(count: int = 320) -> dict[str, str]:
    """Return article ids with their texts."""
    random = Random(3)
    texts = {}
    for number in range(count):
        topic = ("mer", "pain")[number % 2]
        words = [*TOPICS[topic], *random.sample(FILLERS, 12)]
        random.shuffle(words)
        texts[f"{topic}{number}"] = " ".join(words)
    return texts
