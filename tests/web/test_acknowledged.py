"""Answers to writes are true: an article reported as indexed is found, one reported as written can be read."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from searchapp import bootstrap
from searchapp.bootstrap import ReindexOptions
from searchapp.config import ENGINES, Config
from searchapp.web import create_app
from searchapp.web.site import site

TOKEN = "un-jeton-assez-long-0123"  # noqa: S105
MARE = {"title": "La mare du Ponant", "text": "Trois grenouilles y tiennent salon."}
QUAI = {"title": "Le quai", "text": "Il est vide.", "modified": "2024-03-03T14:05:00+01:00"}
NEVER = 3600.0


class Writer:
    """A program that writes to a site and looks at what comes of it."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def ask(
        self, method: str, path: str = "", body: bytes | None = None, condition: str = "", **parameters: Any
    ) -> tuple[int, Any]:
        given = [path.partition("?")[2], urlencode(parameters)]
        response = self._client.open(
            f"/api/v1/articles{path.partition('?')[0]}",
            method=method,
            query_string="&".join(filter(None, given)),
            data=body,
            headers={"Authorization": f"Bearer {TOKEN}"} | dict([condition.split(": ")] if condition else []),
        )
        return response.status_code, response.get_json(force=True)

    def put(self, article_id: str, record: object, **parameters: Any) -> tuple[int, Any]:
        return self.ask("PUT", body=json.dumps(record).encode(), id=article_id, **parameters)

    def post(self, *records: object, **parameters: Any) -> tuple[int, Any]:
        return self.ask("POST", body=b"\n".join(json.dumps(record).encode() for record in records), **parameters)

    def delete(self, article_id: str, **parameters: Any) -> tuple[int, Any]:
        return self.ask("DELETE", id=article_id, **parameters)

    def text(self, article_id: str) -> str | int:
        """Return the text that is found under an id, or the status of the answer."""
        status, article = self.ask("GET", id=article_id)
        return str(article["text"]) if status == 200 else status


Site = Callable[..., Writer]


@contextmanager
def running(config: Config) -> Iterator[Writer]:
    """Give a process that serves the site."""
    service = bootstrap.open_service(config)
    app = create_app(config, service=service)
    yield Writer(app.test_client())
    with app.app_context():
        if writing := site().writing:
            writing.close()
    service.close()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def config(corpus: Path, tmp_path: Path, engine_name: str) -> Config:
    """Settings of a site of its own for each test; nothing is indexed yet."""
    return bootstrap.load_config({"corpus": corpus, "index": tmp_path / "index", "engine": engine_name})


@pytest.fixture
def newsroom(indexed: Config) -> Iterator[Site]:
    """Start one more process of the site; ``index_delay`` says how long it waits before it indexes."""
    with ExitStack() as stack:
        yield lambda index_delay=0.0: stack.enter_context(
            running(replace(indexed, write_token=TOKEN, index_delay=index_delay))
        )


def damage(config: Config, article_id: str) -> None:
    """Overwrite the journal's lines on an article, their lengths kept, as a failing disk may."""
    for file in (config.corpus / "_journal").glob("*.jsonl"):
        spoilt = [
            b"\0" * (len(line) - 1) + b"\n" if json.loads(line)["id"] == article_id else line
            for line in file.read_bytes().splitlines(keepends=True)
            if not line.startswith(b"\0")
        ]
        file.write_bytes(b"".join(spoilt))


def test_lines_sent_again_are_not_indexed_before_they_are(newsroom: Site) -> None:
    slow = newsroom(NEVER)
    lines = [{"id": "mare", **MARE}, {"id": "quai", **QUAI}]
    for outcome in ("created", "unchanged"):
        status, answer = slow.post(*lines)
        assert (status, answer[outcome], answer["indexed"], answer["generation"]) == (202, 2, False, None)
        assert slow.text("mare") == 404
    status, answer = newsroom().post(*lines, wait=10)
    assert (status, answer["unchanged"], answer["indexed"]) == (200, 2, True)
    assert slow.text("mare") == MARE["text"]
    status, answer = slow.post(*lines)
    assert (status, answer["indexed"], answer["unchanged"]) == (200, True, 2)


def test_lines_of_which_some_are_indexed_are_not(newsroom: Site) -> None:
    quick, slow = newsroom(), newsroom(NEVER)
    quick.post({"id": "mare", **MARE}, wait=10)
    slow.put("quai", QUAI)
    status, answer = slow.post({"id": "mare", **MARE}, {"id": "quai", **QUAI})
    assert (status, answer["unchanged"], answer["indexed"]) == (202, 2, False)
    status, answer = slow.post({"id": "mare", **MARE})
    assert (status, answer["unchanged"], answer["indexed"]) == (200, 1, True)


def test_many_lines_sent_again_are_looked_for_by_how_far_the_journal_was_read(newsroom: Site) -> None:
    slow = newsroom(NEVER)
    lines = [{"id": f"mare/{number}", **MARE} for number in range(300)]
    slow.post(*lines)
    assert slow.post(*lines)[1]["indexed"] is False
    status, answer = newsroom().post(*lines, wait=10)
    assert (status, answer["unchanged"], answer["indexed"]) == (200, 300, True)
    assert slow.text("mare/299") == MARE["text"]


def test_a_version_of_the_same_moment_is_not_taken_for_the_one_that_is_found(newsroom: Site) -> None:
    quick, slow = newsroom(), newsroom(NEVER)
    quick.put("quai", QUAI, wait=10)
    later = {**QUAI, "text": "Il est plein."}
    assert slow.put("quai", later)[0] == 202
    status, answer = slow.put("quai", later)
    assert (status, answer["outcome"], answer["indexed"]) == (202, "unchanged", False)
    assert slow.text("quai") == QUAI["text"]


def test_a_withdrawal_hides_at_once_and_is_done_only_once_the_index_knows_it(newsroom: Site) -> None:
    slow = newsroom(NEVER)
    assert slow.delete("noel")[0] == 202
    status, answer = slow.delete("noel")
    assert (status, answer["outcome"], answer["indexed"]) == (202, "unchanged", False)
    assert slow.text("noel") == 410  # hidden at once, from the journal
    assert newsroom().delete("noel", wait=10)[0] == 200
    assert slow.text("noel") == 410
    assert slow.delete("noel")[0] == 410


@pytest.mark.parametrize("sent", ["put", "post"])
def test_what_a_damaged_line_lost_is_written_again(newsroom: Site, indexed: Config, sent: str) -> None:
    writer = newsroom()
    writer.put("mare", MARE, wait=10)
    damage(indexed, "mare")
    answer = writer.put("mare", MARE)[1] if sent == "put" else writer.post({"id": "mare", **MARE})[1]
    assert answer.get("outcome", "replaced") == "replaced"
    assert answer.get("replaced", 1) == 1
    bootstrap.reindex(indexed, options=ReindexOptions(full=True, yes=True, wait=60))
    assert writer.text("mare") == MARE["text"]


def test_a_withdrawal_that_a_damaged_line_lost_is_written_again(newsroom: Site, indexed: Config) -> None:
    writer = newsroom()
    writer.delete("noel", wait=10)
    damage(indexed, "noel")
    assert writer.delete("noel", wait=10)[1]["outcome"] == "withdrawn"
    bootstrap.reindex(indexed, options=ReindexOptions(full=True, yes=True, wait=60))
    assert writer.text("noel") == 410


def test_an_article_whose_line_is_lost_can_be_withdrawn(newsroom: Site, indexed: Config) -> None:
    writer = newsroom()
    writer.put("mare", MARE, wait=10)
    damage(indexed, "mare")
    assert writer.delete("mare", wait=10)[0] == 200
    assert writer.text("mare") == 410


def test_an_unknown_field_is_refused_by_its_name(newsroom: Site, indexed: Config) -> None:
    writer = newsroom()
    status, problem = writer.put("mare", {**MARE, "autor": "Anne"})
    assert (status, problem["errors"][0]["field"]) == (422, "autor")
    assert "author" in problem["errors"][0]["detail"]
    status, answer = writer.post({"id": "quai", **QUAI}, {"id": "mare", **MARE, "rubrik": "Mer"})
    assert (status, answer["created"]) == (202, 1)
    assert [(reject["line"], reject["field"]) for reject in answer["rejects"]] == [(2, "rubrik")]
    assert writer.post({**MARE, "rubrik": "Mer"}, strict=1)[0] == 422
    assert not (indexed.corpus / "_journal").is_dir() or "rubrik" not in journal_text(indexed)


def journal_text(config: Config) -> str:
    return "".join(file.read_text("utf-8") for file in (config.corpus / "_journal").glob("*.jsonl"))


def test_an_accent_in_two_signs_is_the_same_article(newsroom: Site) -> None:
    writer = newsroom()
    apart = unicodedata.normalize("NFD", "été")
    status, answer = writer.put(apart, MARE, wait=10)
    assert (status, answer["id"]) == (201, "été")
    assert writer.text("été") == writer.text(apart) == MARE["text"]
    assert writer.put("été", {**MARE, "id": apart})[1]["outcome"] == "unchanged"
    assert writer.post({"id": apart, **MARE})[1]["unchanged"] == 1
    assert writer.delete(apart, wait=10)[0] == 200
    assert writer.text("été") == 410


@pytest.mark.parametrize("article_id", [".", "..", "x/../y", "/debut", "fin/", "a//b", "%2F", "a?b#c", "x\\y"])
def test_an_article_of_any_id_is_written_read_and_withdrawn(newsroom: Site, article_id: str) -> None:
    writer = newsroom()
    status, answer = writer.put(article_id, MARE, wait=10)
    assert (status, answer["id"]) == (201, article_id)
    path = answer["links"]["self"].removeprefix("/api/v1/articles")
    assert writer.ask("GET", path)[1]["id"] == article_id
    assert writer.ask("DELETE", path)[0] == 202


@pytest.mark.parametrize("condition", ["If-None-Match: *", 'If-Match: "x"', 'If-None-Match: W/"x"'])
def test_a_write_under_a_condition_that_does_not_hold_writes_nothing(
    newsroom: Site, indexed: Config, condition: str
) -> None:
    writer = newsroom()
    for _ in range(2):
        assert writer.put("noel", MARE, condition=condition)[0] == 412
        assert writer.delete("noel", condition=condition)[0] == 412
    assert journal_text(indexed) == ""


def test_a_condition_is_held_against_the_journal_and_not_against_the_index(newsroom: Site) -> None:
    slow = newsroom(NEVER)
    assert slow.put("mare", MARE, condition="If-Match: *")[0] == 412
    assert slow.put("mare", MARE, condition="If-None-Match: *")[0] == 202
    assert slow.put("mare", MARE, condition="If-None-Match: *")[0] == 412
    assert slow.put("mare", QUAI, condition="If-Match: *")[1]["outcome"] == "replaced"
    assert slow.delete("mare", condition="If-Match: *")[0] == 202
    assert slow.put("mare", MARE, condition="If-Match: *")[0] == 412
    assert slow.put("mare", MARE, condition="If-None-Match: *")[1]["outcome"] == "created"


IDS = ["a", "été", "x/../y"]
TEXTS = ["Un.", "Deux.", "Trois."]
steps = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(IDS), st.sampled_from(TEXTS), st.sampled_from([0, 10])),
    st.tuples(st.just("post"), st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from([*TEXTS, ""])), max_size=4)),
    st.tuples(st.just("delete"), st.sampled_from(IDS), st.sampled_from([0, 10])),
    st.tuples(st.sampled_from(["restart", "lose cache", "tear"])),
    st.tuples(st.just("damage"), st.sampled_from(IDS)),
)


class History:
    """A site, and what its answers promised: of each id the text, None for a withdrawn one."""

    def __init__(self, config: Config) -> None:
        self._config = replace(config, write_token=TOKEN, index_delay=0.0)
        self._stack = ExitStack()
        self._writer = self._stack.enter_context(running(self._config))
        self.promised: dict[str, str | None] = {}

    def restart(self) -> None:
        """End the process, whatever it was indexing, and start another."""
        self._stack.close()
        self._writer = self._stack.enter_context(running(self._config))

    def lose_cache(self) -> None:
        """Lose the cache of the journal between two processes."""
        self._stack.close()
        for path in self._config.index.glob("journal.sqlite*"):
            path.unlink()
        self._writer = self._stack.enter_context(running(self._config))

    def tear(self) -> None:
        """Leave what a process that was killed while it wrote leaves."""
        for file in (self._config.corpus / "_journal").glob("*.jsonl"):
            with file.open("ab") as journal:
                journal.write(b'{"id": "a", "title": "x", "te')

    def damage(self, article_id: str) -> None:
        """Damage an article's lines: what they promised is void, until it is promised again."""
        damage_if_whole(self._config, article_id)
        self.promised.pop(article_id, None)

    def put(self, article_id: str, text: str, wait: int) -> None:
        status, answer = self._writer.put(article_id, {"title": "Titre", "text": text}, wait=wait)
        assert status in (200, 201, 202)
        self.promised[article_id] = text
        self._check(answer, [article_id])

    def post(self, lines: list[tuple[str, str]]) -> None:
        records = [
            {"id": name, "title": "Titre", "text": text} if text else {"id": name, "status": "withdrawn"}
            for name, text in lines
        ]
        status, answer = self._writer.post(*records, wait=10)
        assert (status in (200, 202), answer["accepted"]) == (True, len(lines))
        self.promised.update((name, text or None) for name, text in lines)
        self._check(answer, [name for name, _ in lines])

    def delete(self, article_id: str, wait: int) -> None:
        status, answer = self._writer.delete(article_id, wait=wait)
        if status in (200, 202):
            self.promised[article_id] = None
            self._check(answer, [article_id])
        elif status == 410:
            self.promised[article_id] = None
            assert self._writer.text(article_id) == 410
        else:
            assert (status, self.promised.get(article_id)) == (404, None)

    def end(self) -> None:
        """See that the corpus holds all that was promised: make an index of it alone."""
        self._stack.close()
        bootstrap.reindex(self._config, options=ReindexOptions(full=True, yes=True, wait=60))
        self._writer = self._stack.enter_context(running(self._config))
        for article_id in self.promised:
            self._see(article_id)
        self._stack.close()

    def _check(self, answer: Any, names: list[str]) -> None:
        if answer["indexed"]:
            for name in names:
                self._see(name)

    def _see(self, article_id: str) -> None:
        promised = self.promised[article_id]
        assert self._writer.text(article_id) == (410 if promised is None else promised)


def damage_if_whole(config: Config, article_id: str) -> None:
    for file in (config.corpus / "_journal").glob("*.jsonl"):
        kept = file.read_bytes().splitlines(keepends=True)
        mark = json.dumps(article_id, ensure_ascii=False).encode()
        file.write_bytes(
            b"".join(
                b"\0" * (len(line) - 1) + b"\n" if b'"id": ' + mark in line and line[-1:] == b"\n" else line
                for line in kept
            )
        )


@pytest.mark.parametrize("engine_name", ENGINES)
@settings(max_examples=8)
@given(st.lists(steps, min_size=1, max_size=9))
def test_after_any_history_the_corpus_holds_what_was_promised(
    tmp_path_factory: pytest.TempPathFactory, engine_name: str, history: list[tuple[Any, ...]]
) -> None:
    folder = tmp_path_factory.mktemp("history")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "phare.txt").write_text("Le phare\n\nIl est vendu.\n", "utf-8")
    config = bootstrap.load_config({"corpus": folder / "corpus", "index": folder / "index", "engine": engine_name})
    bootstrap.reindex(config)
    kept = History(config)
    for name, *arguments in history:
        getattr(kept, name.replace(" ", "_"))(*arguments)
    kept.end()
