"""Groups of forms with one stem: entries weighed by how often their forms are meant, joined where that does more good.

A folded form may belong to several entries: « marche » to a noun and to a verb, « portes » to « porte » and « porter
». Expectation-maximisation shares its frequency out among them by what their other forms have (A. Dempster et al.,
1977); a form leaves an entry that it is hardly ever meant for (« musée » as a participle of « muser »). Then each
form goes to its likeliest entry, and groups are joined, the most useful first, when the pairs of one entry that meet
by it outweigh the pairs of none.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from scripts.stems.lexicon import Entry
from searchapp.analysis.filters import fold, normalize
from searchapp.analysis.variants import canonical_spelling

__all__ = ["Group", "folded", "group_forms"]

# Share of a form's occurrences under which it is no form of the entry.
LEAST_SHARE = 0.02
# From this share on a noun meets its plural, and an adjective its feminine, whatever verbs have the form as well.
NOUN_SHARE = 0.15
# From this share on an adjective has the form to itself.
OWN_SHARE = 0.5
# What a wrong pair costs beside a right one that is gained.
PENALTY = 0.9
ROUNDS = 12

# How often a cell of the paradigm is written in news, roughly: what decides between the entries of a form.
_CELLS = {
    "infi": 0.2, "ppas": 0.3, "ppre": 0.05, "ipre": 0.2, "iimp": 0.06, "ifut": 0.05, "cond": 0.03, "spre": 0.02,
    "ipsi": 0.015, "impe": 0.004, "simp": 0.001,
}  # fmt: skip
_PERSONS = {"3sg": 0.6, "3pl": 0.25, "1sg": 0.06, "1pl": 0.04, "2pl": 0.03, "2sg": 0.02}
_GENDERS = {("mas", "sg"): 0.4, ("fem", "sg"): 0.3, ("mas", "pl"): 0.2, ("fem", "pl"): 0.1}


# By folded form: its weight, and its share for each word, by number.
Members = dict[str, tuple[float, dict[int, float]]]


@dataclass(slots=True)
class Word:
    """An entry on its way to a group: folded forms with the weights of their cells, which add up to 1."""

    lemma: str
    kind: str
    cells: dict[str, float]
    frequency: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Folded forms of one stem; the folded lemmas that they come from, the commonest first, and how common that is."""

    forms: set[str]
    lemmas: tuple[str, ...]
    frequency: float


def group_forms(
    entries: Iterable[Entry],
    frequencies: Mapping[str, float],
    joined: Iterable[tuple[str, str]] = (),
    apart: Sequence[frozenset[str]] = (),
) -> list[Group]:
    """Return the groups of all forms, the commonest first.

    ``frequencies``: of forms as written, lower case. The groups of ``joined`` forms become one; the folded forms of
    each set in ``apart`` are a group and leave all others.
    """
    words = _words(entries)
    members = _memberships(_share_out(words, frequencies), frequencies)
    for form in {form for forms in apart for form in forms}:
        members.pop(form, None)
    sets = _agreeing(_Joining(members).run(), words, members)
    sets = _joined(sets, [*_plurals(words, members), *joined])
    groups = []
    for forms in sets:
        numbers = {number for form in forms for number in members[form][1]}
        owners = sorted((words[number] for number in numbers), key=lambda word: (-word.frequency, word.lemma))
        groups.append(Group(forms, tuple(folded(word.lemma) for word in owners), owners[0].frequency))
    groups += [Group(set(forms), (), 1.0) for forms in apart]
    return sorted(groups, key=lambda group: (-group.frequency, min(group.forms)))


def folded(form: str) -> str:
    """Return a form as the analyzer gives it to the stemmer."""
    return canonical_spelling(fold(normalize(form)))


def _agreeing(sets: Sequence[set[str]], words: Sequence[Word], members: Members) -> list[set[str]]:
    """Return the sets, the forms of each adjective in one.

    « Passant » leaves the verb for « passante » and « passants »; « portante » and « portants » come to « portant »,
    which is rather a verb.
    """
    home = {form: forms for forms in sets for form in forms}
    for number, word in enumerate(words):
        own = {form for form in map(folded, word.cells) if form in members}
        if word.kind != "noun" or len(own) < 3 or len({id(home[form]) for form in own}) == 1:
            continue
        kept = max((home[form] for form in sorted(own)), key=lambda forms: (len(forms & own), -len(forms)))
        for form in sorted(own - kept):
            share = members[form][1].get(number, 0.0)
            moved = {form} if share >= OWN_SHARE else home[form] if share >= NOUN_SHARE else set()
            kept |= moved
            for one in list(moved):
                if home[one] is not kept:
                    home[one].discard(one)
                    home[one] = kept
    return list({id(forms): forms for forms in home.values()}.values())


def _plurals(words: Sequence[Word], members: Members) -> Iterator[tuple[str, str]]:
    """Yield the two forms of each noun that are its own often enough: « souvenir », a verb too, and « souvenirs »."""
    for number, word in enumerate(words):
        own = [form for form in map(folded, word.cells) if form in members]
        shares = [members[form][1].get(number, 0.0) for form in own]
        if word.kind == "noun" and len(word.cells) == len(own) == 2 and min(shares) >= NOUN_SHARE:
            yield own[0], own[1]


def _joined(sets: Sequence[set[str]], pairs: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Return the sets, those of each pair of forms united."""
    home = {form: forms for forms in sets for form in forms}
    for one, other in pairs:
        kept, gone = home.get(folded(one)), home.get(folded(other))
        if kept is not None and gone is not None and kept is not gone:
            kept |= gone
            home.update(dict.fromkeys(gone, kept))
    return list({id(forms): forms for forms in home.values()}.values())


def _words(entries: Iterable[Entry]) -> list[Word]:
    """Return the entries as words; what is written alike and is no verb is one word (noun, adjective, adverb)."""
    forms: dict[tuple[str, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for entry in entries:
        cells = forms[entry.lemma, entry.kind]
        for form, features in entry.forms:
            cells[form.lower()] += _weight(features)
    return [
        Word(lemma, kind, {form: weight / sum(cells.values()) for form, weight in cells.items()})
        for (lemma, kind), cells in forms.items()
        if cells
    ]


def _weight(features: frozenset[str]) -> float:
    mood = max((weight for cell, weight in _CELLS.items() if cell in features), default=0.0)
    if mood and "ppas" not in features:
        return mood * sum((weight for person, weight in _PERSONS.items() if person in features), start=0.0) or mood
    gender = "fem" if "fem" in features else "mas"
    number = "pl" if "pl" in features else "sg"
    return (mood or 1.0) * _GENDERS[gender, number]


def _share_out(words: Sequence[Word], frequencies: Mapping[str, float]) -> dict[str, list[tuple[int, float]]]:
    """Return the share of each form, as written, that each word has; sets the words' frequencies."""
    least = min(frequencies.values()) / 10
    owners: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, word in enumerate(words):
        word.frequency = 1.0
        for form, weight in word.cells.items():
            owners[form].append((number, weight))
    shares: dict[str, list[tuple[int, float]]] = {}
    for _ in range(ROUNDS):
        expected = [0.0] * len(words)
        for form, cells in owners.items():
            weights = [words[number].frequency * weight for number, weight in cells]
            whole, occurrences = sum(weights), frequencies.get(form, least)
            shares[form] = [(number, weight / whole) for (number, _), weight in zip(cells, weights, strict=True)]
            for number, share in shares[form]:
                expected[number] += share * occurrences
        for word, frequency in zip(words, expected, strict=True):
            word.frequency = max(frequency, 1e-15)
    return shares


def _memberships(shares: Mapping[str, list[tuple[int, float]]], frequencies: Mapping[str, float]) -> Members:
    """Return the weight of each folded form, and its share for each word that it is a form of."""
    least = min(frequencies.values()) / 10
    mass: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for form, owned in shares.items():
        occurrences = frequencies.get(form, least)
        for number, share in owned:
            mass[folded(form)][number] += share * occurrences
    members = {}
    for form, owned_mass in mass.items():
        whole = sum(owned_mass.values())
        kept = {number: part / whole for number, part in owned_mass.items() if part / whole >= LEAST_SHARE}
        members[form] = (sqrt(whole), kept)
    return members


class _Joining:
    """Groups that are joined two by two, the most useful pair first."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self.groups: dict[int, set[str]] = defaultdict(set)
        touched: dict[int, set[int]] = defaultdict(set)
        for form, (_, owners) in members.items():
            home = max(owners, key=lambda number: (owners[number], -number))
            self.groups[home].add(form)
            for number in owners:
                touched[number].add(home)
        self.neighbours: dict[int, set[int]] = defaultdict(set)
        for homes in touched.values():
            for home in homes:
                self.neighbours[home] |= homes - {home}

    def gain(self, one: int, other: int) -> float:
        total = 0.0
        for a in self.groups[one]:
            weight, owners = self.members[a]
            for b in self.groups[other]:
                weight_b, owners_b = self.members[b]
                total += weight * weight_b * (-PENALTY if owners.keys().isdisjoint(owners_b) else 1.0)
        return total

    def run(self) -> list[set[str]]:
        queue = [
            (-gain, one, other)
            for one, others in self.neighbours.items()
            for other in others
            if one < other and (gain := self.gain(one, other)) > 0
        ]
        heapq.heapify(queue)
        while queue:
            gain, one, other = heapq.heappop(queue)
            if one not in self.groups or other not in self.groups or -gain != self.gain(one, other):
                continue
            self.groups[one] |= self.groups.pop(other)
            self.neighbours[one] |= self.neighbours.pop(other)
            self.neighbours[one] -= {one, other}
            for near in list(self.neighbours[one]):
                if near in self.groups:
                    self.neighbours[near].add(one)
                    if (gain := self.gain(one, near)) > 0:
                        heapq.heappush(queue, (-gain, one, near))
        return list(self.groups.values())
