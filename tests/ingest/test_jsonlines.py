"""JSON Lines files: the record, and each wrong line by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from searchapp.i18n import Message
from searchapp.ingest.reader_protocol import LARGEST_ARTICLE
from searchapp.model import ArticleStatus, Reject

if TYPE_CHECKING:
    from tests.ingest.conftest import ArticleOf, Corpus, ReasonOf

PHARE: dict[str, Any] = {
    "id": "phare-12",
    "title": "Le phare  s’éteint",
    "text": "Le gardien part à la retraite.",
    "lead": "Après quarante ans.",
    "date": "2024-11-06T16:49:00+01:00",
    "source": "Le Phare du Ponant",
    "section": "Culture",
    "author": "Maëlle Guivarc’h",
    "url": "https://exemple.fr/phare",
    "language": "FR",
    "tags": "phare, mer , ",
    "status": "corrected",
    "modified": "2024-11-07T08:00:00+01:00",
    "inconnu": [1],
}
COURT = '{"title": "Le phare", "text": "Il brille."}'


def line(**fields: object) -> str:
    """Return the line of an article with some of its fields changed; ``...`` removes one."""
    return json.dumps({key: value for key, value in {**PHARE, **fields}.items() if value is not ...})


def test_every_field_of_the_record_is_read(article_of: ArticleOf) -> None:
    article = article_of("a.jsonl", line())
    assert (article.id, article.title) == ("phare-12", "Le phare s’éteint")
    assert (article.lead, article.text) == ("Après quarante ans.", "Le gardien part à la retraite.")
    assert (article.source, article.section) == ("Le Phare du Ponant", "Culture")
    assert (article.authors, article.tags) == (("Maëlle Guivarc’h",), ("phare", "mer"))
    assert (article.url, article.language) == ("https://exemple.fr/phare", "fr")
    assert article.status is ArticleStatus.CORRECTED
    assert article.modified is not None
    assert article.modified.isoformat() == "2024-11-07T08:00:00+01:00"


def test_withdrawn_article_needs_only_its_id(article_of: ArticleOf) -> None:
    article = article_of("a.jsonl", '{"id": "phare-12", "status": "withdrawn"}')
    assert (article.id, article.title, article.status) == ("phare-12", "", ArticleStatus.WITHDRAWN)


def test_id_comes_from_the_url_then_from_the_words(article_of: ArticleOf) -> None:
    by_url = article_of("a.jsonl", line(id=...))
    assert by_url.id.startswith("u-")
    assert article_of("a.jsonl", line(id="", title="Corrigé")).id == by_url.id
    by_words = article_of("a.jsonl", line(id=None, url=None))
    assert by_words.id.startswith("c-")
    assert article_of("a.jsonl", line(id=None, url=None, title="Corrigé")).id != by_words.id


@pytest.mark.parametrize(("given", "stored"), [(12, "12"), ("été", "été"), ("e\u0301te\u0301", "été")])
def test_id_may_be_a_number_and_is_composed(article_of: ArticleOf, given: object, stored: str) -> None:
    assert article_of("a.jsonl", line(id=given)).id == stored


@pytest.mark.parametrize("empty", [None, "", " "])
def test_empty_date_is_no_date(article_of: ArticleOf, empty: object) -> None:
    assert article_of("a.jsonl", line(date=empty)).date is None


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"title": "Le phare" "text": "x"}', "not valid JSON at column 22"),
        ('["Le phare"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"a":' * 100_000, "the JSON is nested too deeply"),
        (f'{{"a": {"9" * 5000}}}', "or holds an endless number"),
        (line(title=..., text=""), "the title is missing"),
        (line(title="\u0000 \n", text=""), "the title is missing"),
    ],
)
def test_wrong_line_is_rejected_and_the_next_one_read(corpus: Corpus, content: str, reason: str) -> None:
    corpus.write("a.jsonl", f"{line()}\n{content}\n\n{COURT}\n")
    (reject,) = corpus.rejects()
    assert (reject.file, reject.line) == ("a.jsonl", 2)
    assert reason in str(reject.reason)
    assert [article.title for article in corpus.articles()] == ["Le phare s’éteint", "Le phare"]


def test_line_of_more_than_16_mib_is_rejected_and_the_next_one_read(corpus: Corpus) -> None:
    corpus.write("a.jsonl", b'{"text": "' + b"a" * LARGEST_ARTICLE + b'"}\n' + COURT.encode())
    assert corpus.rejects() == [Reject("a.jsonl", 1, Message("the article is longer than {limit} MiB", limit=16))]
    assert [article.title for article in corpus.articles()] == ["Le phare"]


def test_blank_lines_count_and_are_ignored(corpus: Corpus) -> None:
    corpus.write("a.jsonl", f"\n  \r\n{COURT}\r\nfaux\n")
    assert [reject.line for reject in corpus.rejects()] == [4]
    assert len(corpus.articles()) == 1


def test_each_line_has_its_own_letters(corpus: Corpus) -> None:
    corpus.write("a.jsonl", COURT.replace("phare", "pêcheur").encode() + b"\n" + line(title="L’été").encode())
    corpus.write("b.jsonl", '{"title": "L’été €", "text": "a"}\n'.encode("cp1252") + COURT.encode())
    assert [article.title for article in corpus.articles()] == ["Le pêcheur", "L’été", "L’été €", "Le phare"]


def test_lone_surrogate_is_replaced(article_of: ArticleOf) -> None:
    assert article_of("a.jsonl", r'{"title": "A\ud800B \ud83d\ude00", "text": "x"}').title == "A\ufffdB 😀"


def test_not_a_number_in_an_unknown_field_does_no_harm(article_of: ArticleOf) -> None:
    assert article_of("a.jsonl", COURT.replace("{", '{"score": NaN, ')).title == "Le phare"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_single_object_may_span_lines(article_of: ArticleOf, mark: bytes) -> None:
    assert article_of("a.json", mark + json.dumps(PHARE, indent=2).encode()).id == "phare-12"


def test_object_is_known_whatever_the_file_is_called(article_of: ArticleOf) -> None:
    assert article_of("depeches.log", COURT).title == "Le phare"


def test_single_object_of_more_than_16_mib_is_one_reject(reason_of: ReasonOf) -> None:
    content = b'{\n"text": "' + b"a\n" * (LARGEST_ARTICLE // 2) + b'"\n}\n'
    assert reason_of("a.json", content) == "the article is longer than 16 MiB"


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_array_is_read_object_after_object(corpus: Corpus, mark: str) -> None:
    corpus.write("a.json", mark + json.dumps([PHARE, PHARE], indent=1))
    assert [article.id for article in corpus.articles()] == ["phare-12", "phare-12"]


@pytest.mark.parametrize("content", [f"[{COURT}, {COURT}", f"[{COURT}, {COURT[:-4]}", f"[{COURT}, {COURT}, faux]"])
def test_array_that_is_wrong_keeps_the_objects_before(corpus: Corpus, content: str) -> None:
    corpus.write("a.json", content)
    assert {article.title for article in corpus.articles()} == {"Le phare"}
    assert "not valid JSON, or cut short" in str(corpus.rejects()[0].reason)
