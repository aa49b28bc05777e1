"""The parameters of a search in a web address: read and checked (``answer_json.write_search`` writes them).

Reading never raises. A wrong value becomes a problem beside the request: the JSON endpoint refuses a request that has
problems, a page shows them and searches without these parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from searchapp.errors import InvalidRequest
from searchapp.i18n import Message
from searchapp.model import DEFAULT_FACET_LIMIT, Filters, Grouping, Match, SearchRequest, Sort
from searchapp.output.answer_json import ARTICLE_MEMBERS, RESULT_FIELDS
from searchapp.output.export_records import EXPORT_FIELDS, EXPORT_FORMS
from searchapp.query import LONGEST_QUERY
from searchapp.schema import FACET_FIELDS
from searchapp.search.facet_values import ValueOrder
from searchapp.search.suggest import MOST_SUGGESTIONS
from searchapp.web import parameter_kinds as kinds
from searchapp.web.parameter_kinds import GIVEN_AGAIN, Arguments, Parameter, Problems, clean

__all__ = [
    "ARTICLE_FIELDS_PARAMETER",
    "ARTICLE_QUERY",
    "EXPORT_FIELDS_PARAMETER",
    "EXPORT_FORMAT",
    "FACET_PARAMETERS",
    "FEED_PARAMETERS",
    "FILTERS",
    "HIGHEST_PER_PAGE",
    "LONGEST_QUERY",
    "PAGE",
    "PER_PAGE",
    "RESULT_FIELDS_PARAMETER",
    "SEARCH_PARAMETERS",
    "SUGGEST_PARAMETERS",
    "VALUE_PARAMETERS",
    "Reading",
    "SuggestRequest",
    "ValueView",
    "clean_query",
    "ignored",
    "read_fields",
    "read_filters",
    "read_one",
    "read_search",
    "read_suggest",
    "read_value_view",
]

LONGEST_FIND: Final = 200
HIGHEST_PER_PAGE: Final = 100
HIGHEST_FACET_LIMIT: Final = 1000
# Values of one filter. Pages offer fewer; the limit bounds the cost of one request.
MOST_VALUES: Final = 50
LONGEST_HALF_LIFE: Final = 36_500

QUERY_CUT: Final = Message(
    "The query was longer than {longest} characters; only its beginning was searched.", longest=LONGEST_QUERY
)

QUERY: Final = Parameter(
    "q", kinds.text_of(), "", Message("The query, in the language of the search box; without it every article.")
)
PAGE: Final = Parameter("page", kinds.whole_number(1, None), 1, Message("Number of the page, as far as result 10,000."))
PER_PAGE: Final = Parameter("per_page", kinds.whole_number(1, HIGHEST_PER_PAGE), 10, Message("Results of a page."))
CURSOR: Final[Parameter[str | None]] = Parameter(
    "cursor", kinds.cursor, None, Message("Goes on after an earlier answer, at any depth: its next_cursor, unchanged.")
)
SORT: Final = Parameter("sort", kinds.one_of(Sort), Sort.RELEVANCE, Message("Order of the results."))
MATCH: Final[Parameter[Match | None]] = Parameter(
    "match",
    kinds.one_of(Match),
    None,
    Message("most: articles with most of the words; all: only those with all words. Without it the setting match."),
)
RECENCY: Final[Parameter[int | None]] = Parameter(
    "recency",
    kinds.whole_number(0, LONGEST_HALF_LIFE),
    None,
    Message("Half-life in days: by relevance, a score halves with each. 0 is off; without it the setting."),
)
EXPLAIN: Final = Parameter(
    "explain", kinds.yes_or_no, False, Message("Each result gets an explanation, whose parts add up to its score.")
)
FROM: Final[Parameter[tuple[date, date] | None]] = Parameter(
    "from", kinds.days, None, Message("The first day: 2024-11-06 or 06/11/2024, or that of a month or of a year.")
)
TO: Final[Parameter[tuple[date, date] | None]] = Parameter(
    "to", kinds.days, None, Message("The last day, likewise; it is included.")
)
CORRECT: Final = Parameter(
    "correct", kinds.yes_or_no, True, Message("false: words that no article holds are looked for as they were typed.")
)
GROUP: Final[Parameter[Grouping | None]] = Parameter(
    "group", kinds.one_of(Grouping), None, Message("copies: near duplicates are one result.")
)
FACET_LIMIT: Final = Parameter(
    "facet_limit", kinds.whole_number(0, HIGHEST_FACET_LIMIT), DEFAULT_FACET_LIMIT, Message("Most values of a facet.")
)
_CHOSEN: Final = Message("Values of the facet; repeat it for alternatives. Capitals and accents make no difference.")
_EXCLUDED: Final = Message("Values of the facet to exclude; may be repeated.")
FILTERS: Final[tuple[Parameter[Any], ...]] = (
    FROM,
    TO,
    *(Parameter(name, kinds.texts, (), _CHOSEN, repeats=True) for name in FACET_FIELDS),
    *(Parameter(f"-{name}", kinds.texts, (), _EXCLUDED, repeats=True) for name in FACET_FIELDS),
)
SEARCH_PARAMETERS: Final[tuple[Parameter[Any], ...]] = (
    *(QUERY, PAGE, PER_PAGE, CURSOR, SORT, MATCH, RECENCY, GROUP, CORRECT, EXPLAIN, FACET_LIMIT),
    *FILTERS,
)

FEED_PARAMETERS: Final = tuple(row for row in SEARCH_PARAMETERS if row not in (PAGE, PER_PAGE, CURSOR, SORT, EXPLAIN))
"""The parameters that a feed depends on: it has the newest articles."""
FACET_PARAMETERS: Final = tuple(row for row in SEARCH_PARAMETERS if row not in (CURSOR, SORT, EXPLAIN, FACET_LIMIT))

_FIELDS: Final = Message("Names of the fields to keep, separated by commas.")
RESULT_FIELDS_PARAMETER: Final = Parameter(
    "fields", kinds.listed_names(RESULT_FIELDS), (), _FIELDS, repeats=True, listed=True
)
ARTICLE_FIELDS_PARAMETER: Final = Parameter(
    "fields", kinds.listed_names(ARTICLE_MEMBERS), (), _FIELDS, repeats=True, listed=True
)
EXPORT_FIELDS_PARAMETER: Final = Parameter(
    "fields", kinds.listed_names(EXPORT_FIELDS), (), _FIELDS, repeats=True, listed=True
)
ARTICLE_QUERY: Final = Parameter("q", kinds.text_of(), "", Message("A query whose words are highlighted."))
EXPORT_FORMAT: Final = Parameter(
    "format", kinds.one_of_texts(tuple(EXPORT_FORMS)), "", Message("Form of the records; without it Accept decides.")
)
_SUGGEST_TEXT: Final = Parameter("q", kinds.text_of(), "", Message("What was typed so far."))
_SUGGEST_LIMIT: Final = Parameter(
    "limit", kinds.whole_number(1, MOST_SUGGESTIONS), 8, Message("Most suggestions of the answer.")
)
_SUGGEST_FORMAT: Final = Parameter(
    "format", kinds.one_of_texts(("json", "opensearch")), "json", Message("opensearch: the form that browsers read.")
)
SUGGEST_PARAMETERS: Final = (_SUGGEST_TEXT, _SUGGEST_LIMIT, _SUGGEST_FORMAT)
_FIND: Final = Parameter("find", kinds.text_of(LONGEST_FIND), "", Message("Letters that the values hold."))
_ORDER: Final = Parameter("order", kinds.one_of(ValueOrder), ValueOrder.COUNT, Message("Order of the values."))
VALUE_PARAMETERS: Final = (_FIND, _ORDER)


@dataclass(frozen=True, slots=True)
class Reading:
    """A search request, the wrong parameters with their reasons, and remarks for the reader."""

    request: SearchRequest
    problems: tuple[tuple[str, Message], ...] = ()
    remarks: tuple[Message, ...] = field(default=())

    def strict(self) -> SearchRequest:
        """Return the request; raises InvalidRequest with every wrong parameter."""
        if self.problems:
            raise InvalidRequest(Message("Some parameters are wrong."), self.problems)
        return self.request


@dataclass(frozen=True, slots=True)
class ValueView:
    """The values of a facet that are asked for: letters that they hold, and their order."""

    find: str
    order: ValueOrder


def read_search(arguments: Arguments) -> Reading:
    """Read the parameters of a search from a web address."""
    problems: Problems = []
    query, remarks = clean_query(QUERY.read(arguments, problems))
    request = SearchRequest(
        query=query,
        filters=read_filters(arguments, problems),
        sort=SORT.read(arguments, problems),
        match=MATCH.read(arguments, problems),
        recency=RECENCY.read(arguments, problems),
        explain=EXPLAIN.read(arguments, problems),
        page=PAGE.read(arguments, problems),
        per_page=PER_PAGE.read(arguments, problems),
        cursor=CURSOR.read(arguments, problems),
        facet_limit=FACET_LIMIT.read(arguments, problems),
        correct=CORRECT.read(arguments, problems),
        group=GROUP.read(arguments, problems),
    )
    return Reading(request, tuple(problems), remarks)


def read_one(parameter: Parameter[kinds.Value_co], arguments: Arguments) -> kinds.Value_co:
    """Return the value of one parameter; raises InvalidRequest."""
    problems: Problems = []
    value = parameter.read(arguments, problems)
    if problems:
        raise InvalidRequest(Message("Some parameters are wrong."), problems)
    return value


@dataclass(frozen=True, slots=True)
class SuggestRequest:
    """The text that somebody is typing, the most suggestions, and whether a browser asks for them."""

    text: str
    limit: int
    is_opensearch: bool


def read_suggest(arguments: Arguments) -> SuggestRequest:
    """Read the parameters of suggestions; raises InvalidRequest."""
    problems: Problems = []
    text = kinds.first_text(_SUGGEST_TEXT.name, arguments, problems)
    limit = _SUGGEST_LIMIT.read(arguments, problems)
    is_opensearch = _SUGGEST_FORMAT.read(arguments, problems) == "opensearch"
    if problems:
        raise InvalidRequest(Message("Some parameters are wrong."), problems)
    # A space at the end counts: the word before it is complete.
    return SuggestRequest(clean_query(text)[0] + (" " if text[-1:].isspace() else ""), limit, is_opensearch)


def read_fields(arguments: Arguments, parameter: Parameter[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names in ``parameter``, separated by commas or repeated; () when there are none.

    Raises InvalidRequest for an unknown name.
    """
    return read_one(parameter, Arguments({parameter.name: ",".join(arguments.getlist(parameter.name))}))


def read_filters(arguments: Arguments, problems: Problems) -> Filters:
    """Read the filters; wrong ones are added to ``problems``."""
    begin, end = FROM.read(arguments, problems), TO.read(arguments, problems)
    first, last = begin and begin[0], end and end[1]
    if first and last and last < first:
        problems.append(("to", Message("The last day is before the first one.")))
        last = None
    chosen = {field: _values(arguments.getlist(field), field, problems) for field in FACET_FIELDS}
    excluded = {field: _values(arguments.getlist(f"-{field}"), f"-{field}", problems) for field in FACET_FIELDS}
    return Filters(chosen, first, last, excluded)


def read_value_view(arguments: Arguments) -> tuple[ValueView, Problems]:
    """Read which values of a facet are asked for, and the wrong parameters; an unknown order is the usual one."""
    problems: Problems = []
    return ValueView(_FIND.read(arguments, problems), _ORDER.read(arguments, problems)), problems


def ignored(parameter: str, reason: Message) -> Message:
    """Return the remark of a page on a wrong parameter, which it searches without."""
    if reason is GIVEN_AGAIN:
        return Message(
            "The parameter “{parameter}” was given several times; only the first one counts.", parameter=parameter
        )
    return Message("The parameter “{parameter}” was ignored. {reason}", parameter=parameter, reason=reason)


def clean_query(text: str) -> tuple[str, tuple[Message, ...]]:
    """Return a query without control characters, at most LONGEST_QUERY long, and a remark if it was cut."""
    query = clean(text)
    if len(query) <= LONGEST_QUERY:
        return query, ()
    return query[:LONGEST_QUERY].rstrip(), (QUERY_CUT,)


def _values(texts: Sequence[str], name: str, problems: Problems) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(value for value in map(clean, texts) if value))
    if len(values) > MOST_VALUES:
        problems.append((name, Message("Give at most {most} values.", most=MOST_VALUES)))
    return values[:MOST_VALUES]
