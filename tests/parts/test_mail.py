"""The mail server as a part."""

import asyncio
import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import psutil
import pytest
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.parts import Unavailable, mail


@pytest.fixture(autouse=True)
def no_address_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)


def written(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "a@example.se", "b@example.se"
    message.set_content("Hej då!\n.\n")
    return message


def send(post: mail.Post, *messages: EmailMessage) -> None:
    with smtplib.SMTP(post.host, post.port, timeout=PATIENCE_S) as line:
        for message in messages:
            line.send_message(message)


def test_mails_are_kept_as_they_came_and_outlive_a_kill(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with mail.started(folder) as post:
        send(post, written("N: ett (ärende 0a1b2c3d)"), written("N: ett (ärende 4e5f6a7b)"))
        post.embedded.kill()
        post.embedded.start()
        send(post, written("N: 3 meddelanden"))
        post.embedded.stop()

        ends = [message["Subject"].rpartition(" ")[2] for message in post.messages()]
        assert ends == ["0a1b2c3d)", "4e5f6a7b)", "meddelanden"]
        assert post.messages()[0].get_content().replace("\r\n", "\n") == "Hej då!\n.\n"
        assert mail.by_kind(post.messages()) == {"a message": 2, "several messages": 1}

    assert f"Mail: embedded in {folder}, because neither SMTP_URL" in capsys.readouterr().err


def test_its_process_ends_with_the_block(folder: Path) -> None:
    with mail.started(folder) as post:
        process = psutil.Process(post.embedded.current[0].pid)
        assert process.is_running()
        assert process.memory_info().rss < 80_000_000

    assert not process.is_running()
    assert not mail.greets(post.host, post.port)


def test_an_address_from_the_environment_wins(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with mail.started(folder) as post:
        monkeypatch.setenv("SMTP_URL", f"smtp://us:secret@127.0.0.1:{post.port}")
        with mail.started(Path(f"{folder}-other")) as given:
            assert (given.host, given.port) == ("127.0.0.1", post.port)
            with pytest.raises(Unavailable, match="unset SMTP_URL"):
                given.messages()

    said = capsys.readouterr().err
    assert f"Mail: 127.0.0.1:{post.port}, because SMTP_URL is set" in said
    assert "secret" not in said
    assert not Path(f"{folder}-other").exists()


def test_containers_are_asked_for_in_vain_and_that_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PARTS", "docker")

    with mail.started(folder) as post:
        send(post, written("ett"))
        assert len(post.messages()) == 1

    assert "because there is no container for it, even though PARTS" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["http://localhost:25", "localhost:25", "smtp://x:port"])
def test_an_address_that_isnt_one_is_refused(
    address: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", address)

    with pytest.raises(Unavailable, match="correct or unset it"):
        mail.started(folder).__enter__()


def test_an_address_where_nobody_greets_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://127.0.0.1:1")

    with pytest.raises(Unavailable, match=r"no mail server greets at 127\.0\.0\.1:1: start it"):
        mail.started(folder).__enter__()


def test_a_second_start_says_who_owns_the_folder(folder: Path) -> None:
    with mail.started(folder), pytest.raises(Unavailable, match="in use by process"):
        mail.started(folder).__enter__()


async def test_it_takes_what_many_send_at_once(folder: Path) -> None:
    with mail.started(folder) as post:
        sends = [asyncio.to_thread(send, post, written(f"N: {n} x")) for n in range(20)]
        await asyncio.gather(*sends)

        assert mail.by_kind(post.messages()) == {"several messages": 20}


def test_a_port_that_is_open_but_says_nothing_is_no_mail_server() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert not mail.greets("127.0.0.1", silent.getsockname()[1])
