"""Editors grade the articles of a search, and see what other synonyms and weights would change."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp.bootstrap import open_service
from searchapp.config import Config, load_config
from searchapp.errors import UserError
from searchapp.search.evaluation import evaluate
from searchapp.search.judgments import Judgments
from searchapp.server.application import application_of
from searchapp.web import create_app

TOKEN = "un-jeton-de-quarante-caracteres-au-moins"  # noqa: S105
QUERY = "tomme"


def basic(password: str = TOKEN, user: str = "Zoé") -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "judgments"


@pytest.fixture
def editor(config: Config, folder: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    """An editor's browser on a site with the page, which has given the password."""
    settings = replace(config, judgments=folder, write_token=TOKEN, synonyms=tmp_path / "synonyms.txt")
    service = open_service(settings)
    client = create_app(settings, service=service).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = basic()["Authorization"]
    yield client
    service.close()


def form_token(client: FlaskClient) -> str:
    page = client.get("/judgments", query_string={"q": QUERY}).get_data(as_text=True)
    found = re.search('name="token" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def grade(client: FlaskClient, **grades: str) -> None:
    fields = {f"grade:{article}": value for article, value in grades.items()}
    answer = client.post("/judgments", data={"q": QUERY, "token": form_token(client), **fields})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def test_grades_become_files_that_evaluate_reads(editor: FlaskClient, folder: Path, config: Config) -> None:
    grade(editor, **{"marche/1": "3", "marche/2": "0", "tide": ""})
    assert (folder / "queries.tsv").read_text("utf-8") == f"1\t{QUERY}\n"
    assert (folder / "qrels.txt").read_text("utf-8") == "1 0 marche/1 3\n1 0 marche/2 0\n"
    entries = [json.loads(line) for line in (folder / "judgments.jsonl").read_text("utf-8").splitlines()]
    assert [(one["who"], one["article"], one["grade"]) for one in entries] == [
        ("Zoé", "marche/1", 3),
        ("Zoé", "marche/2", 0),
    ]
    service = open_service(config)
    report = evaluate(service, folder / "queries.tsv", folder / "qrels.txt")
    service.close()
    assert report.queries == 1
    assert report.means["nDCG@10"] > 0


def test_a_grade_is_shown_again_changed_and_taken_back(editor: FlaskClient, folder: Path) -> None:
    grade(editor, **{"marche/1": "3", "tide": "1"})
    page = editor.get("/judgments", query_string={"q": QUERY}).get_data(as_text=True)
    assert re.search('name="grade:marche/1" value="3" checked', page)
    assert "The tide waits" in page, "an article that was graded is shown although it is not found"
    grade(editor, **{"marche/1": "2", "tide": ""})
    assert (folder / "qrels.txt").read_text("utf-8") == "1 0 marche/1 2\n"


def test_what_people_write_into_the_files_counts(editor: FlaskClient, folder: Path) -> None:
    folder.mkdir()
    (folder / "queries.tsv").write_text("mine\tmarée\n", "utf-8")
    (folder / "qrels.txt").write_text("mine 0 ponant/maree 3\n", "utf-8")
    grade(editor, **{"marche/1": "3"})
    assert (folder / "queries.tsv").read_text("utf-8") == f"mine\tmarée\n1\t{QUERY}\n"
    assert "mine 0 ponant/maree 3\n" in (folder / "qrels.txt").read_text("utf-8")


def test_a_grade_leaves_every_other_row_of_the_files(editor: FlaskClient, folder: Path) -> None:
    folder.mkdir()
    queries, grades = "a\tmarée\nb\tmarée\n", "a 0 x 3\nb 0 y 2\n7 0 z 1\n"
    (folder / "queries.tsv").write_text(queries, "utf-8")
    (folder / "qrels.txt").write_text(grades, "utf-8")
    grade(editor, **{"marche/1": "3"})
    assert (folder / "queries.tsv").read_text("utf-8") == queries + f"8\t{QUERY}\n"
    assert (folder / "qrels.txt").read_text("utf-8") == grades + "8 0 marche/1 3\n"


def test_a_query_without_its_id_is_told_and_nothing_is_overwritten(folder: Path) -> None:
    folder.mkdir()
    (folder / "queries.tsv").write_text("1\tmarée\ntomme\n", "utf-8")
    with pytest.raises(UserError, match="line 2"):
        Judgments(folder).grade("vin", {"tide": 1}, "Zoé")
    assert (folder / "queries.tsv").read_text("utf-8") == "1\tmarée\ntomme\n"


@pytest.mark.parametrize("query", ["a\tb", "a\nb", " a  b ", "a\u2028b"])
def test_a_query_stays_on_one_line_of_its_file(editor: FlaskClient, folder: Path, query: str) -> None:
    data = {"q": query, "token": form_token(editor), "grade:tide": "1"}
    assert editor.post("/judgments", data=data).status_code == 303
    assert (folder / "queries.tsv").read_text("utf-8") == "1\ta b\n"


def test_a_form_sends_a_query_back_as_it_was_typed(editor: FlaskClient) -> None:
    page = editor.get("/judgments", query_string={"q": "tomme \u202ebis"}).get_data(as_text=True)
    assert page.count('value="tomme &#8238;bis"') == 2


def test_without_the_setting_there_is_no_page_and_without_the_password_no_entry(
    client: FlaskClient, editor: FlaskClient
) -> None:
    assert client.get("/judgments", headers=basic()).status_code == 404
    for headers in ({}, basic("un-autre-jeton-de-quarante-caracteres"), {"Authorization": f"Bearer {TOKEN}"}):
        editor.environ_base.pop("HTTP_AUTHORIZATION", None)
        answer = editor.get("/judgments", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].lower().startswith("basic realm=")
        assert editor.post("/judgments", headers=headers, data={"q": QUERY}).status_code == 401


def test_a_site_without_a_token_has_no_password_that_is_right(config: Config, folder: Path) -> None:
    assert create_app(replace(config, judgments=folder)).test_client().get("/judgments").status_code == 403


def test_a_form_of_another_site_or_editor_saves_nothing(editor: FlaskClient, folder: Path) -> None:
    data = {"q": QUERY, "grade:tide": "1"}
    token = form_token(editor)
    assert editor.post("/judgments", data=data).status_code == 400
    assert editor.post("/judgments", data={**data, "token": "0" * 64}).status_code == 400
    other = editor.post("/judgments", data={**data, "token": token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert other.status_code == 400
    editor.environ_base["HTTP_AUTHORIZATION"] = basic(user="Noël")["Authorization"]
    assert editor.post("/judgments", data={**data, "token": token}).status_code == 400
    assert not folder.exists()


@pytest.mark.parametrize("wrong", ["4", "-1", "trois", "²"])
def test_a_grade_that_there_is_not_is_refused(editor: FlaskClient, folder: Path, wrong: str) -> None:
    data = {"q": QUERY, "token": form_token(editor), "grade:tide": wrong}
    assert editor.post("/judgments", data=data).status_code == 400
    assert not folder.exists()


def test_measures_of_now_are_shown_and_other_settings_compared(editor: FlaskClient, tmp_path: Path) -> None:
    grade(editor, **{"ponant/maree": "3"})
    page = editor.get("/judgments/measures").get_data(as_text=True)
    assert "nDCG@10" in page
    token = form_token(editor)
    trial = {"token": token, "synonyms": "tomme = baignoire", "weights": "title=2"}
    page = editor.post("/judgments/measures", data=trial, headers={"Accept-Language": "en"}).get_data(as_text=True)
    differences = re.findall(r"<td>([+-]\d\.\d{4})</td>", page)
    assert any(float(difference) > 0 for difference in differences)
    assert "tomme = baignoire" in page
    assert not (tmp_path / "synonyms.txt").exists(), "nothing is changed"


@pytest.mark.parametrize(("language", "sign"), [("fr", ","), ("en", ".")])
def test_measures_have_the_decimal_sign_of_the_language(editor: FlaskClient, language: str, sign: str) -> None:
    grade(editor, **{"ponant/maree": "3"})
    page = editor.get("/judgments/measures", headers={"Accept-Language": language}).get_data(as_text=True)
    assert set(re.findall(r"<td>\d([,.])\d{3,4}</td>", page)) == {sign}


@pytest.mark.parametrize("weights", ["titel=2", "title=beaucoup", "title=-1", "title=nan"])
def test_weights_that_there_are_not_are_named(editor: FlaskClient, weights: str) -> None:
    grade(editor, **{"ponant/maree": "3"})
    trial = {"token": form_token(editor), "synonyms": "", "weights": weights}
    answer = editor.post("/judgments/measures", data=trial)
    assert answer.status_code == 400
    assert "titel" in answer.get_data(as_text=True) or "title=1.5" in answer.get_data(as_text=True)


def test_the_pages_are_kept_out_of_caches_and_run_no_script_but_those_of_the_site(editor: FlaskClient) -> None:
    answer = editor.get("/judgments", query_string={"q": "<script>"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
    assert "<script>" not in answer.get_data(as_text=True)


def test_the_server_takes_the_form_of_an_editor_and_no_other_body(editor: FlaskClient) -> None:
    limit = application_of(editor.application, load_config({"write_token": TOKEN})).body_limit
    assert limit("POST", "/judgments", {"AUTHORIZATION": basic()["Authorization"]}) > 0
    assert limit("POST", "/judgments", {"AUTHORIZATION": basic("autre")["Authorization"]}) == 0
    assert limit("POST", "/judgments", {"AUTHORIZATION": "Basic ééé"}) == 0


def test_weights_of_the_settings_change_the_order(config: Config) -> None:
    usual, other = open_service(config), open_service(replace(config, weights={"title": 0.0}))
    assert usual.ranking(QUERY, 5)[0][1] > other.ranking(QUERY, 5)[0][1]
    usual.close()
    other.close()
