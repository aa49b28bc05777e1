"""Types of the JSON answers: what docs/api.md and ``/openapi.json`` describe, and tests check answers against.

Each member has its description beside its type. msgspec makes JSON Schema of them; nothing here runs for a request.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from searchapp.i18n import Message
from searchapp.model import ArticleStatus, DateQuality, Interval, Match

__all__ = [
    "ArticleAnswer",
    "BatchWritten",
    "ExportedRecord",
    "FacetValuesAnswer",
    "Health",
    "MultiSearchAnswer",
    "ProblemDocument",
    "Readiness",
    "SearchAnswer",
    "SimilarAnswer",
    "SuggestAnswer",
    "TrendsAnswer",
    "WrittenArticle",
]


def _says(message: Message) -> Meta:
    return Meta(description=message.text)


Count = Annotated[int, Meta(ge=0)]
Relation = Annotated[
    Literal["eq", "gte"], _says(Message("gte when the search reached its time limit: there may be more articles."))
]
Generation = Annotated[str, _says(Message("The generation of the index that answered."))]
Address = str | None
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Span = Annotated[list[int], Meta(min_length=2, max_length=2)]
Status = Annotated[ArticleStatus, _says(Message("Published, corrected or withdrawn, as the newspaper says."))]
Modified = Annotated[Moment | None, _says(Message("The moment of this version, null if it is not known."))]


class Links(TypedDict):
    """Addresses of this answer and of its neighbours."""

    self: Address
    next: Annotated[Address, _says(Message("The next page, null on the last one."))]
    prev: Annotated[Address, _says(Message("The page before, null on the first one and after a cursor."))]


class ArticleLinks(TypedDict):
    """Addresses of an article."""

    self: Annotated[str, _says(Message("The article as JSON."))]
    page: Annotated[str, _says(Message("The article's page."))]


class Remark(TypedDict):
    """A remark on a part of the query."""

    message: Annotated[str, _says(Message("What was ignored or corrected, in the language of Accept-Language."))]
    start: Annotated[Count, _says(Message("First code point of the part of the query."))]
    end: Annotated[Count, _says(Message("Code point after the part of the query."))]


class Bucket(TypedDict):
    """A value of a facet."""

    value: str
    count: Annotated[Count, _says(Message("Articles with this value."))]


class Period(TypedDict):
    """Articles of a period."""

    date: Annotated[str, _says(Message("A day, a month or a year: 2024-11-06, 2024-11, 2024."))]
    count: Count


class Timeline(TypedDict):
    """Articles by period, without the filter of days."""

    interval: Interval
    buckets: list[Period]


class Replacement(TypedDict):
    """A word that no article holds, and the one that was searched for instead."""

    word: str
    instead: str


DateOffer = TypedDict(
    "DateOffer",
    {
        "words": Annotated[str, _says(Message("Words of the query that read as a date."))],
        "query": Annotated[str, _says(Message("The query without them."))],
        "from": Annotated[str, _says(Message("The first day that they may ask for."))],
        "to": Annotated[str, _says(Message("The last day that they may ask for."))],
    },
)


class Highlights(TypedDict):
    """Safe HTML, whose only markup is <mark>."""

    title: str
    lead: NotRequired[Annotated[str, _says(Message("Present when the article has a standfirst."))]]
    text: Annotated[list[str], _says(Message("The best fragments of the text."))]


class Spans(TypedDict):
    """First and last code point of what was found, in the stored fields."""

    title: list[Span]
    lead: NotRequired[list[Span]]
    text: list[Span]


class FoundForm(TypedDict):
    """A form in which the article holds a word."""

    form: str
    kind: Literal["word", "related", "synonym", "spelling"]
    part: Literal["title", "lead", "text"]
    count: Count


class ExplainedWord(TypedDict):
    """A word of the query and what it adds to the score."""

    word: str
    typed: Annotated[str, _says(Message("The query's text where the word is its correction."))]
    contribution: Annotated[float | None, _says(Message("Null without reranking."))]
    forms: list[FoundForm]


class ScorePart(TypedDict):
    """A feature of the ranking."""

    name: str
    value: float
    weight: float
    contribution: Annotated[float, _says(Message("Value times weight; all contributions add up to the score."))]


class Explanation(TypedDict):
    """Why an article is a result."""

    words: list[ExplainedWord]
    parts: list[ScorePart]


class Copies(TypedDict):
    """Near duplicates of an article, the oldest first."""

    count: Count
    ids: list[str]


class SimilarArticle(TypedDict):
    """The fields of an article that a result shows."""

    id: str
    title: str
    date: Moment | None
    source: str
    section: str
    author: list[str]
    url: Annotated[str, _says(Message("Address of the article's page."))]
    status: Status
    modified: Modified


class Result(TypedDict, total=False):
    """A result. With the parameter fields it has only those that are named."""

    id: str
    rank: Annotated[int, Meta(ge=1), _says(Message("Its number among all results, from 1."))]
    score: float
    title: str
    date: Moment | None
    source: str
    section: str
    author: list[str]
    url: Annotated[str, _says(Message("Address of the article's page."))]
    highlights: Highlights
    spans: Spans
    missing: Annotated[list[str], _says(Message("Words of the query that the article lacks."))]
    status: Status
    modified: Modified
    explanation: Annotated[Explanation, _says(Message("Only with explain=true."))]
    copies: Annotated[Copies | None, _says(Message("Near duplicates, with group=copies."))]


class SearchAnswer(TypedDict):
    """The answer to a search."""

    query: str
    understood: Annotated[str, _says(Message("The normal form of the query; it gives the same search."))]
    total: Annotated[Count, _says(Message("Articles found."))]
    total_groups: Annotated[Count | None, _says(Message("Results when near duplicates are one; null if not counted."))]
    total_relation: Relation
    total_all: Annotated[Count | None, _says(Message("Articles with all words; null if not counted."))]
    match: Annotated[Match, _says(Message("The articles that are listed: with most words, or with all."))]
    facets_match: Annotated[Match, _says(Message("The articles that facets and histogram count."))]
    recency: Annotated[Count, _says(Message("The half-life in effect, in days; 0 for none."))]
    took_ms: Annotated[float, _says(Message("Duration of the search in milliseconds."))]
    generation: Generation
    page: Annotated[int, Meta(ge=1), _says(Message("The page with the first result."))]
    per_page: Annotated[int, Meta(ge=1)]
    suggestion: Annotated[str | None, _says(Message("The query that is most likely meant."))]
    suggestions: Annotated[list[str], _says(Message("Queries that may be meant, the likeliest first."))]
    neighbours: Annotated[list[str], _says(Message("Words that often stand in the same articles."))]
    replacements: list[Replacement]
    date_offer: Annotated[DateOffer | None, _says(Message("Given when plain words of the query read as a date."))]
    remarks: list[Remark]
    results: list[Result]
    facets: Annotated[dict[str, list[Bucket]], _says(Message("By facet, counted without its own filter."))]
    facets_truncated: Annotated[dict[str, bool], _says(Message("Facets with more values than facet_limit."))]
    histogram: Annotated[list[Period], _says(Message("Articles by month."))]
    timeline: Timeline
    next_cursor: Annotated[str | None, _says(Message("The cursor after the last result, null when nothing follows."))]
    links: Links


class MultiSearchAnswer(TypedDict):
    """The answers to several searches."""

    complete: Annotated[bool, _says(Message("False when there was no time for some."))]
    answers: Annotated[list[SearchAnswer | None], _says(Message("In the order of the searches."))]


class _Record(TypedDict, total=False):
    id: str
    title: str
    lead: Annotated[str, _says(Message("The standfirst."))]
    text: Annotated[str, _says(Message("Paragraphs, separated by blank lines."))]
    date: Moment | None
    source: str
    section: str
    author: list[str]
    url: Annotated[str, _says(Message("Address of the original."))]
    language: str
    tags: list[str]
    status: Status
    modified: Modified
    embargo: Moment | None
    date_quality: Annotated[DateQuality, _says(Message("How precise the date of the file is."))]
    stub: Annotated[bool, _says(Message("True when the text ends at a paywall."))]
    repairs: Annotated[list[str], _says(Message("Corrections made while reading."))]
    person: Annotated[list[str], _says(Message("People that the article names."))]
    organisation: Annotated[list[str], _says(Message("Organisations that the article names."))]
    place: Annotated[list[str], _says(Message("Places that the article names."))]


class ArticleAnswer(_Record, total=False):
    """A whole article. With the parameter fields it has only those that are named, and its links."""

    links: ArticleLinks
    generation: Generation
    highlights: Annotated[Highlights, _says(Message("Only with a query."))]
    spans: Spans


class ExportedRecord(_Record, total=False):
    """A line of an export."""

    cursor: Annotated[str, _says(Message("The export goes on after this record with it."))]


class UpLink(TypedDict):
    """Address of the article."""

    article: str


class SimilarAnswer(TypedDict):
    """The articles most like one, best first."""

    id: str
    results: list[SimilarArticle]
    links: UpLink


class FacetValuesAnswer(TypedDict):
    """A page of the values of a facet."""

    facet: str
    total: Annotated[Count, _says(Message("Values of the facet."))]
    total_relation: Relation
    generation: Generation
    page: Annotated[int, Meta(ge=1)]
    per_page: Annotated[int, Meta(ge=1)]
    remarks: list[Remark]
    values: list[Bucket]
    links: Links


class Series(TypedDict):
    """One query over time; lists have a number for each period."""

    query: str
    understood: str
    counts: list[Count]
    shares: Annotated[list[float | None], _says(Message("Of all articles; null in a period without articles."))]
    low: Annotated[list[float | None], _says(Message("Lower end of the Wilson score interval at 95 %."))]
    high: Annotated[list[float | None], _says(Message("Upper end of the Wilson score interval at 95 %."))]
    remarks: list[Remark]


class TrendsLinks(TypedDict):
    """Addresses of the trends."""

    self: str
    page: str


class TrendsAnswer(TypedDict):
    """The share of all articles that each query finds, by period."""

    interval: Interval
    generation: Generation
    periods: list[str]
    totals: Annotated[list[Count], _says(Message("All articles of each period."))]
    total_relation: Relation
    series: list[Series]
    links: TrendsLinks


class Suggestion(TypedDict):
    """A completion of what was typed."""

    text: str
    kind: Literal["word", "phrase", "tag", "author", "source", "query"]
    count: Annotated[Count, _says(Message("Articles that have what was completed."))]


class SuggestAnswer(TypedDict):
    """Completions, best first."""

    suggestions: list[Suggestion]


class WrittenArticle(TypedDict):
    """The outcome of a write."""

    id: str
    outcome: Literal["created", "replaced", "unchanged", "withdrawn"]
    status: Status
    modified: Modified
    journal: Annotated[str, _says(Message("The file of the journal that has the line."))]
    indexed: Annotated[bool, _says(Message("True when the generation that answers has it."))]
    generation: str | None
    links: ArticleLinks


class RejectedLine(TypedDict):
    """A line that is no article."""

    line: Annotated[int, Meta(ge=1)]
    field: str | None
    detail: str


class BatchWritten(TypedDict):
    """The outcomes of many lines."""

    accepted: Count
    created: Count
    replaced: Count
    unchanged: Count
    withdrawn: Count
    rejected: Count
    rejects: Annotated[list[RejectedLine], _says(Message("The first of the lines that were rejected."))]
    journal: str
    indexed: bool
    generation: str | None


class WrongPart(TypedDict, total=False):
    """A wrong parameter, or a wrong field of an article."""

    parameter: str
    field: str | None
    line: int
    detail: Annotated[str, _says(Message("What is accepted."))]


class ProblemDocument(TypedDict):
    """A problem, by RFC 9457."""

    type: Annotated[str, _says(Message("Address of the page that explains this kind of problem."))]
    title: str
    status: int
    detail: str
    instance: NotRequired[Annotated[str, _says(Message("The address of the request."))]]
    errors: NotRequired[Annotated[list[WrongPart], _says(Message("Everything that is wrong."))]]
    rejected: NotRequired[Annotated[int, _says(Message("How many lines were rejected."))]]


class Health(TypedDict):
    """The process runs."""

    status: Literal["ok"]


class Readiness(TypedDict):
    """The index can be searched."""

    status: Literal["ready"]
    generation: Generation
    articles: Count
    degraded: Annotated[bool, _says(Message("True when the current generation is damaged and an older one answers."))]
    damaged: NotRequired[str]
    run: NotRequired[Annotated[str, _says(Message("The command that repairs it."))]]
