"""Tokens: what the file keeps of them, and what becomes of it when several processes use it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from searchapp.access.identities import Identities
from searchapp.access.token_file import TokenFile
from searchapp.errors import InvalidTokenName, TokenExists, TokenMissing, TokensUnusable
from searchapp.model import Scope

SETTING = "un-jeton-des-reglages-0123"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.sqlite"


@pytest.fixture
def file(path: Path) -> TokenFile:
    return TokenFile(path)


def test_a_secret_is_stored_nowhere_and_only_its_owner_can_read_the_file(file: TokenFile, path: Path) -> None:
    old = os.umask(0)
    try:
        _, secret = file.add("agence", [Scope.WRITE])
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret.encode() not in path.read_bytes()
    assert secret.removeprefix("searchapp_").encode() not in path.read_bytes()


def test_a_secret_has_the_name_and_the_scopes_of_its_token_and_no_other(file: TokenFile) -> None:
    _, secret = file.add("agence", [Scope.WRITE, Scope.SEARCH])
    _, other = file.add("lecture", [Scope.SEARCH])
    found = Identities("", file).find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("agence", {Scope.WRITE, Scope.SEARCH})
    assert secret != other
    assert Identities("", file).find(secret[:-1]) is None
    assert Identities("", file).find("") is None


def test_admin_may_do_everything_and_others_only_what_they_were_given(file: TokenFile) -> None:
    _, secret = file.add("chef", [Scope.ADMIN])
    _, reading = file.add("lecture", [Scope.SEARCH])
    admin, reader = (Identities("", file).find(each) for each in (secret, reading))
    assert admin is not None
    assert reader is not None
    assert [admin.may(scope) for scope in Scope] == [True] * 4
    assert [reader.may(scope) for scope in Scope] == [True, False, False, False]


def test_the_token_of_the_settings_goes_on_working_beside_the_file(file: TokenFile) -> None:
    identities = Identities(SETTING, file)
    for _ in range(2):  # without a file, and with one
        found = identities.find(SETTING)
        assert found is not None
        assert (found.name, found.may(Scope.WRITE), found.may(Scope.ADMIN)) == ("write_token", True, False)
        assert Identities("", file).find(SETTING) is None
        file.add(f"agence {len(file.tokens())}", [Scope.SEARCH])
    with pytest.raises(InvalidTokenName):
        file.add("write_token", [Scope.SEARCH])


def test_a_token_for_everything_allows_writing_too(file: TokenFile) -> None:
    file.add("lectrice", [Scope.SEARCH])
    assert not Identities("", file).anyone_writes()
    file.add("chef", [Scope.ADMIN])
    assert Identities("", file).anyone_writes()


def test_a_revoked_token_ends_and_its_name_is_free_again(file: TokenFile) -> None:
    _, secret = file.add("agence", [Scope.WRITE])
    identities = Identities("", file)
    assert identities.anyone_writes()
    with pytest.raises(TokenExists, match="agence"):
        file.add("agence", [Scope.SEARCH])
    file.revoke("agence")
    assert identities.find(secret) is None
    assert not identities.anyone_writes()
    with pytest.raises(TokenMissing, match="agence"):
        file.revoke("agence")
    assert file.add("agence", [Scope.SEARCH])[1] != secret


def test_an_expired_token_is_none(file: TokenFile) -> None:
    _, secret = file.add("stage", [Scope.SEARCH], timedelta(seconds=-1))
    _, lasting = file.add("agence", [Scope.SEARCH], timedelta(days=1))
    assert Identities("", file).find(secret) is None
    assert Identities("", file).find(lasting) is not None
    assert [token.is_expired() for token in file.tokens()] == [False, True]


def test_the_last_use_is_recorded_when_a_token_is_right(file: TokenFile) -> None:
    _, secret = file.add("agence", [Scope.SEARCH])
    identities = Identities("", file)
    identities.find(secret, used=False)
    identities.find(secret + "x")
    assert [token.last_used for token in file.tokens()] == [None]
    identities.find(secret)
    (token,) = file.tokens()
    assert token.last_used is not None
    assert token.last_used >= token.created


@pytest.mark.parametrize("name", ["", " ", "-x", "a\nb", "x" * 65, "a:b", "../x"])
def test_a_name_that_would_not_show_as_it_is_is_refused(file: TokenFile, name: str) -> None:
    with pytest.raises(InvalidTokenName):
        file.add(name, [Scope.SEARCH])
    assert file.tokens() == []


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be read as one" * 20, b"SQLite format 3\0"]
)
def test_a_damaged_file_lets_nobody_in_and_says_so(file: TokenFile, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for use in (file.tokens, lambda: file.find("secret"), lambda: Identities("", file).anyone_writes()):
        with pytest.raises(TokensUnusable, match=r"tokens\.sqlite"):
            use()


def test_a_file_of_another_program_is_not_taken_for_tokens(file: TokenFile, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE jetons (nom TEXT)")
    with pytest.raises(TokensUnusable):
        file.find("secret")


def test_a_file_that_is_empty_for_a_moment_has_no_tokens(file: TokenFile, path: Path) -> None:
    path.touch()
    assert file.find("secret") is None
    assert file.tokens() == []


def test_a_use_is_not_recorded_where_it_cannot_be_and_the_token_counts(file: TokenFile, path: Path) -> None:
    _, secret = file.add("agence", [Scope.SEARCH])
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")  # as another process that is about to write
        assert Identities("", file).find(secret) is not None
    assert file.tokens()[0].last_used is None


def test_a_file_that_takes_the_place_of_another_counts_at_once(file: TokenFile, path: Path, tmp_path: Path) -> None:
    _, secret = file.add("agence", [Scope.SEARCH])
    backup = TokenFile(tmp_path / "backup.sqlite")
    _, restored = backup.add("agence", [Scope.SEARCH])
    (tmp_path / "backup.sqlite").replace(path)
    assert file.find(secret) is None
    assert file.find(restored) is not None


def test_processes_that_add_at_once_lose_nothing(file: TokenFile, path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from searchapp.access.token_file import TokenFile\n"
        "from searchapp.model import Scope\n"
        "for number in range(10): TokenFile(Path(sys.argv[1])).add(f'{sys.argv[2]} {number}', [Scope.SEARCH])"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(path), name]) for name in ("a", "b", "c")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(file.tokens()) == 30
    assert path.stat().st_mode & 0o777 == 0o600
