"""The stem of each group, and which forms have to be in the table: those that the rules would give another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from scripts.stems.grouping import Group

__all__ = ["exceptions", "stems_of_groups"]


def stems_of_groups(groups: Sequence[Group], rules: Callable[[str], str]) -> dict[str, str]:
    """Return the stem of each form; no two groups share one.

    Best is the stem that the rules give most forms, since words that are in no dictionary (« surlicenciement ») meet
    it. A stem that is a form of another group is left to that group.
    """
    home = {form: number for number, group in enumerate(groups) for form in group.forms}
    taken: set[str] = set()
    stems: dict[str, str] = {}
    for number, group in enumerate(groups):
        stem = next(
            stem for stem in _candidates(group, rules) if stem not in taken and home.get(stem, number) == number
        )
        taken.add(stem)
        stems.update(dict.fromkeys(group.forms, stem))
    return stems


def _candidates(group: Group, rules: Callable[[str], str]) -> Iterator[str]:
    """Yield what may be the stem of a group, the best first; its own forms are free whatever other groups have."""
    by_rules = Counter(map(rules, sorted(group.forms)))
    yield by_rules.most_common(1)[0][0]
    yield from (lemma for lemma in group.lemmas if lemma in group.forms)
    yield from sorted(group.forms, key=lambda form: (len(form), form))


def exceptions(stems: dict[str, str], rules: Callable[[str], str]) -> Iterable[tuple[str, str]]:
    """Return (form, stem) where the rules alone would be wrong, in order."""
    return ((form, stem) for form, stem in sorted(stems.items()) if rules(form) != stem)
