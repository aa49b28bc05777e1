"""The configurations of nginx and Caddy in ``deploy/``, run before the program: at the root and under a path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import pytest

from tests.cli.conftest import environment
from tests.deploy.conftest import ROOT, free_port, needs, serving

SPOOFED = {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "198.51.100.7"}
SITES = {"archives.example": "", "www.example": "/recherche"}


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, backend: int) -> Iterator[int]:
    """The port of a proxy that runs the example."""
    program = needs(request.param, request.param)
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    command = (
        nginx(program, folder, port, backend) if request.param == "nginx" else caddy(program, folder, port, backend)
    )
    with serving(command, port, env=environment(XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder))):
        yield port


def nginx(program: str, folder: Path, port: int, backend: int) -> list[object]:
    example = (ROOT / "deploy/nginx.conf").read_text("utf-8")
    site = example.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    (folder / "site.conf").write_text(site, "utf-8")
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; events {{}}http {{ access_log off; {temporary} include {folder}/site.conf; }}",
        "utf-8",
    )
    return [program, "-e", folder / "errors.log", "-c", folder / "nginx.conf"]


def caddy(program: str, folder: Path, port: int, backend: int) -> list[object]:
    example = (ROOT / "deploy/Caddyfile").read_text("utf-8").replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    for site in SITES:
        example = example.replace(f"\n{site} {{", f"\nhttp://{site}:{port} {{\n\tbind 127.0.0.1")
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + example, "utf-8")
    return [program, "run", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]


def get(port: int, site: str, path: str, **headers: str) -> tuple[str, str]:
    """Return the address in the end and the body."""
    request = Request(f"http://127.0.0.1:{port}{path}", headers={"Host": f"{site}:{port}", **headers})
    with urlopen(request, timeout=30) as response:
        return urlsplit(response.url).path, response.read().decode()


@pytest.mark.parametrize(("site", "prefix"), SITES.items())
def test_pages_behind_the_example_link_to_the_site_as_its_readers_see_it(proxy: int, site: str, prefix: str) -> None:
    _, page = get(proxy, site, f"{prefix}/search?q=journal", **SPOOFED)
    assert f'href="{prefix}/articles/marche' in page
    _, feed = get(proxy, site, f"{prefix}/search.atom?q=journal", **SPOOFED)
    assert {address for address in re.findall(r'href="(http[^"?]*)', feed) if "/articles/" not in address} == {
        f"http://{site}:{proxy}{prefix}/{page}" for page in ("search", "search.atom")
    }
    assert "evil" not in page + feed


def test_the_path_without_its_slash_is_sent_to_the_site(proxy: int) -> None:
    request = Request(f"http://127.0.0.1:{proxy}/recherche", headers={"Host": f"www.example:{proxy}"})
    with pytest.raises(HTTPError, match="308") as refused:
        open_without_following(request)
    with refused.value as answer:
        assert urlsplit(answer.headers["Location"]).path == "/recherche/"


def open_without_following(request: Request) -> None:
    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    build_opener(Stay).open(request, timeout=30)


def test_the_documentation_shows_the_headers_of_the_examples() -> None:
    shown = (ROOT / "docs/proxy.md").read_text("utf-8")
    for name in ("nginx.conf", "Caddyfile"):
        example = (ROOT / "deploy" / name).read_text("utf-8").rpartition("www.example")[2]
        headers = {line.strip() for line in example.splitlines() if "proxy_set_header" in line or "header_up" in line}
        assert {line for line in headers if line not in shown} == set()
