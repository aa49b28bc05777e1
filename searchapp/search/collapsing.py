"""Near duplicates as one result: the page of a window, when copies and versions of a report are grouped.

Grouped are all matches, not only the best hundred: else a wire report that fifty newspapers printed would fill the
pages behind. No engine has to find the copies for that. Candidates come in the engine's order, so the first one of a
group is known when it comes, and the others are left out. Behind a cursor those before it are asked for, by the ids of
the groups on the page. So a first page costs nothing but a look at the groups of its candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from searchapp.derived.near_duplicates import NearDuplicates
from searchapp.engines.port import BooleanClause, Candidate, EngineRequest, Reader, SortKey, TermClause
from searchapp.model import Article
from searchapp.schema import ID
from searchapp.search.cursor import Position
from searchapp.search.matching import Matches
from searchapp.search.paging import Page, Window

__all__ = ["copies_of", "first_versions", "grouped_page"]


def grouped_page(
    order: Sequence[Candidate],
    reranked: int,
    matches: Matches,
    window: Window,
    reader: Reader,
    duplicates: NearDuplicates,
) -> Page:
    """Return the page of ``window``; ``order`` is the final order of the candidates, the first ``reranked`` ranked
    anew.

    More candidates are asked for while copies leave a page short of results.
    """
    request, given = matches.request, matches.result.candidates
    groups = _groups(given)
    earlier = _groups_before(request, groups, reader, duplicates) if window.start.after else set()
    skipped = 0 if window.start.after else window.start.rank
    results = _without_copies(order, earlier)
    while len(results) <= skipped + window.size and len(given) == request.limit and not request.deadline.passed():
        request = replace(request, limit=2 * request.limit)
        given = reader.search(request).candidates
        further, groups = _groups(given) - groups, _groups(given)
        if window.start.after:
            earlier |= _groups_before(request, further, reader, duplicates)
        order = [*order[:reranked], *given[reranked:]]
        results = _without_copies(order, earlier)
    page = results[skipped : skipped + window.size]
    end = Position(window.start.rank + len(page), _key_behind(page, results, order[:reranked], given))
    return Page(page, end, has_next=len(results) > skipped + window.size)


def _without_copies(order: Sequence[Candidate], earlier: set[int]) -> list[Candidate]:
    """Return the candidates without a group, and of each group that is not ``earlier`` the first one."""
    seen = set(earlier)
    results = []
    for candidate in order:
        if candidate.group not in seen:
            results.append(candidate)
            if candidate.group:
                seen.add(candidate.group)
    return results


def _key_behind(
    page: Sequence[Candidate], results: Sequence[Candidate], reranked: Sequence[Candidate], given: Sequence[Candidate]
) -> SortKey | None:
    """Return the sort key from which the next page goes on; None among the reranked candidates, where ranks count."""
    if not page:
        return None
    among = {candidate.document for candidate in reranked}
    if page[-1].document not in among:
        return page[-1].sort_key
    following = results[results.index(page[-1]) + 1 :]
    if following and following[0].document not in among:
        return given[len(reranked) - 1].sort_key
    return None


def _groups(candidates: Sequence[Candidate]) -> set[int]:
    return {candidate.group for candidate in candidates if candidate.group}


def _groups_before(request: EngineRequest, groups: set[int], reader: Reader, duplicates: NearDuplicates) -> set[int]:
    """Return those of ``groups`` that have a match before the cursor of ``request``."""
    if not groups:
        return set()
    # The engine itself says what follows: sums of scores may differ by rounding between two requests.
    members = _members_request(request, groups, duplicates)
    following = {candidate.document for candidate in reader.search(members).candidates}
    found = reader.search(replace(members, after=None)).candidates
    return {candidate.group for candidate in found if candidate.document not in following}


def first_versions(page: Page, request: EngineRequest, reader: Reader, duplicates: NearDuplicates) -> Page:
    """Return ``page`` with the oldest match of each group in place of the best one."""
    groups = _groups(page.candidates)
    if not groups:
        return page
    found = reader.search(replace(_members_request(request, groups, duplicates), after=None)).candidates
    articles = reader.articles(candidate.document for candidate in found)
    ages = {article_id: age for group in groups for age, article_id in enumerate(duplicates.members(group))}
    oldest: dict[int, tuple[int, Candidate]] = {}
    for candidate, article in zip(found, articles, strict=True):
        age = ages.get(article.id, len(ages))
        if candidate.group not in oldest or age < oldest[candidate.group][0]:
            oldest[candidate.group] = age, candidate
    return replace(
        page,
        candidates=[
            one._replace(document=oldest[one.group][1].document) if one.group in oldest else one
            for one in page.candidates
        ],
    )


def copies_of(candidate: Candidate, article: Article, duplicates: NearDuplicates) -> tuple[str, ...]:
    """Return the ids of the other articles in the group of a candidate, the oldest first, whether they match or not."""
    members = duplicates.members(candidate.group) if candidate.group else ()
    return tuple(article_id for article_id in members if article_id != article.id)


def _members_request(request: EngineRequest, groups: set[int], duplicates: NearDuplicates) -> EngineRequest:
    """Return the request for the matches of ``request`` that are members of ``groups``."""
    ids = tuple((article_id, 0.0) for group in sorted(groups) for article_id in duplicates.members(group))
    clause = BooleanClause(must=(request.clause, TermClause(ID, ids)))
    return replace(request, clause=clause, offset=0, limit=len(ids))
