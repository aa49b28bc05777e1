"""The scripts as they are served: small, of this site, kept by browsers, and allowed by the security policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

from flask.testing import FlaskClient

import searchapp

STATIC = Path(searchapp.__file__).parent / "web" / "static"
SCRIPTS = sorted(path.name for path in STATIC.glob("*.js"))
LARGEST = 8_000


def path_of(client: FlaskClient) -> str:
    return re.search(r'src="([^"]+)app\.js"', client.get("/").text)[1]  # type: ignore[index]


def test_all_scripts_together_are_below_eight_kilobytes(client: FlaskClient) -> None:
    bodies = [client.get(path_of(client) + name).data for name in SCRIPTS]
    assert 0 < sum(len(gzip.compress(body)) for body in bodies) < LARGEST


def test_a_module_and_what_it_imports_have_one_fingerprint_and_may_be_kept(client: FlaskClient) -> None:
    for name in SCRIPTS:
        response = client.get(path_of(client) + name)
        assert response.mimetype == "text/javascript"
        assert "immutable" in response.headers["Cache-Control"]
        imported = re.findall(r'(?:from |import |import\()"\./([a-z]+\.js)"', response.text)
        assert set(imported) <= set(SCRIPTS)


def test_scripts_are_served_without_comments_on_the_same_lines(client: FlaskClient) -> None:
    served = client.get(path_of(client) + "app.js").text.splitlines()
    assert [line for line in served if line.startswith(("/*", "//"))] == []
    assert served[3] == 'import "./theme.js";'


def test_only_scripts_of_this_site_may_run(client: FlaskClient) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert b"http" not in b"".join((STATIC / name).read_bytes() for name in SCRIPTS).replace(b'"https:"', b"")


def test_browsers_are_told_where_suggestions_are(client: FlaskClient) -> None:
    template = re.search(r'x-suggestions\+json"[^>]*template="([^"]+)"', client.get("/opensearch.xml").text)
    assert template is not None
    address = template[1].replace("{searchTerms}", "agen").replace("&amp;", "&").removeprefix("http://localhost")
    assert client.get(address).get_json(force=True) == ["agen", ["Agence Hexapresse"]]
