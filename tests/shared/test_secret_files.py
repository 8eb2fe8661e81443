"""A secret may be a file: what is read from it, what is refused, and that it is read again."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from tests.support.callers import PUBLIC_KEY

from shared.settings import ServiceSettings

URL = "postgresql+asyncpg://me@db/x"


class Local(ServiceSettings, service="filed"):
    """Settings of a service that isn't there, with a password."""

    mail_password: str = Field("", repr=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    wanted = {"KAFKA_SERVERS": "x", "TOKEN_PUBLIC_KEY": PUBLIC_KEY, "MUNICIPALITY": "0380"}
    for name, value in wanted.items():
        monkeypatch.setenv(f"FILED_{name}", value)
    (tmp_path / "url").write_text(URL + "\n")
    monkeypatch.setenv("FILED_DATABASE_URL_FILE", str(tmp_path / "url"))
    return monkeypatch


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hidden", "hidden"),
        ("hidden\n", "hidden"),
        ("hidden\r\n", "hidden"),
        ("hidden\n\n", "hidden\n"),
        (" hiddén ", " hiddén "),
    ],
)
def test_a_secret_is_what_its_file_holds_without_the_last_newline(
    environment: pytest.MonkeyPatch, tmp_path: Path, written: str, meant: str
) -> None:
    (tmp_path / "word").write_bytes(written.encode())
    environment.setenv("FILED_MAIL_PASSWORD_FILE", str(tmp_path / "word"))
    found = Local.from_environment()
    assert (found.database_url, found.mail_password) == (URL, meant)
    assert "hidd" not in repr(found)
    assert "asyncpg" not in repr(found)


def test_a_key_may_be_a_file_too_and_is_checked_as_ever(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.delenv("FILED_TOKEN_PUBLIC_KEY")
    environment.setenv("filed_token_public_key_file", str(tmp_path / "key"))  # in either case
    (tmp_path / "key").write_text(PUBLIC_KEY)
    assert Local.from_environment().token_public_key == PUBLIC_KEY
    (tmp_path / "key").write_text("{}")
    with pytest.raises(SystemExit, match=r"^FILED_TOKEN_PUBLIC_KEY: .*isn't a public JWK"):
        Local.from_environment()


def unreadable(path: Path) -> None:
    path.mkdir()


def missing(_: Path) -> None:
    """Leave it away."""


def empty(path: Path) -> None:
    path.write_text("\n")


def latin(path: Path) -> None:
    path.write_bytes("lösen-ord-av-slump".encode("latin-1"))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (missing, "can't be read: no such file or directory: put the secret there"),
        (unreadable, "can't be read: is a directory: put the secret there"),
        (empty, "is empty: put the secret there"),
        (latin, "isn't UTF-8: write the secret anew"),
    ],
)
def test_a_file_that_gives_no_secret_is_told_in_a_sentence(
    environment: pytest.MonkeyPatch, tmp_path: Path, made: Any, why: str
) -> None:
    made(tmp_path / "word")
    environment.setenv("FILED_MAIL_PASSWORD_FILE", str(tmp_path / "word"))
    with pytest.raises(SystemExit) as ended:
        Local.from_environment()
    assert str(ended.value) == f"FILED_MAIL_PASSWORD_FILE: {tmp_path / 'word'} {why}"


def test_all_that_is_amiss_with_files_is_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FILED_DATABASE_URL", URL)
    environment.setenv("FILED_MAIL_PASSWORD_FILE", os.fsdecode(b"/\xff"))
    with pytest.raises(SystemExit) as ended:
        Local.from_environment()
    assert str(ended.value).splitlines() == [
        "FILED_DATABASE_URL and FILED_DATABASE_URL_FILE are both set: take one away",
        "FILED_MAIL_PASSWORD_FILE: it isn't UTF-8: type it anew",
    ]


def test_an_empty_variable_is_none(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("FILED_MAIL_PASSWORD", "")
    (tmp_path / "word").write_text("a-word-by-chance")
    environment.setenv("FILED_MAIL_PASSWORD_FILE", str(tmp_path / "word"))
    environment.setenv("FILED_TOKEN_PUBLIC_KEY_FILE", "")
    assert Local.from_environment().mail_password == "a-word-by-chance"


def test_what_is_no_secret_is_never_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("FILED_MUNICIPALITY")
    (tmp_path / "code").write_text("0380")
    environment.setenv("FILED_MUNICIPALITY_FILE", str(tmp_path / "code"))
    with pytest.raises(SystemExit, match="FILED_MUNICIPALITY: Field required"):
        Local.from_environment()


def test_a_password_is_read_again_and_the_last_good_one_is_kept(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    word = tmp_path / "word"
    word.write_text("first\n")
    environment.setenv("FILED_MAIL_PASSWORD_FILE", str(word))
    found = Local.from_environment()
    environment.delenv("FILED_MAIL_PASSWORD_FILE")
    assert found.current("mail_password") == "first"
    word.write_text("second\n")
    assert found.current("mail_password") == "second"
    for broken in (b"", b"\xff"):
        word.write_bytes(broken)
        assert found.current("mail_password") == "second"
    word.unlink()
    assert found.current("mail_password") == "second"
    word.write_text("third")
    assert found.current("mail_password") == "third"


def test_a_password_without_a_file_is_its_setting(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("FILED_MAIL_PASSWORD", "a-word-by-chance")
    assert Local.from_environment().current("mail_password") == "a-word-by-chance"
