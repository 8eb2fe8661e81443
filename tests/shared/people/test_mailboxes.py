"""What an e-mail address is, wherever one is taken in or written to."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.people.mailboxes import address, mailbox


@pytest.mark.parametrize(
    ("written", "sendable"),
    [
        ("aina@example.com", "aina@example.com"),
        (" aina@example.com ", "aina@example.com"),
        ("\ufeffaina@example.com\u200b\xa0\r\n", "aina@example.com"),
        ("Aina.Berg+jobb@Mail.Example.SE", "Aina.Berg+jobb@mail.example.se"),
        ("aina@bagerietängen.se", "aina@xn--bagerietngen-ncb.se"),
        ("aina@bagerieta\u0308ngen.se", "aina@xn--bagerietngen-ncb.se"),
        ("aina@BAGERIETÄNGEN.se", "aina@xn--bagerietngen-ncb.se"),
        ("aina@straße.se", "aina@xn--strae-oqa.se"),  # no strasse.se: that is somebody else's
        ("aina@βόλος.gr", "aina@xn--nxasmm1c.gr"),
        ("aina@ｅxample\u3002com", "aina@example.com"),
        ("o'neill@example.com", "o'neill@example.com"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
        (f"aina@{'a.' * 123}se", f"aina@{'a.' * 123}se"),
    ],
)
def test_an_address_is_kept_as_a_mail_server_takes_it(written: str, sendable: str) -> None:
    assert address(written) == sendable


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "aina",
        "aina@",
        "@example.com",
        "aina@localhost",
        "aina@example",
        "aina@127.0.0.1",
        "aina@[127.0.0.1]",
        "aina@example.123",
        "aina@-example.com",
        "aina@example-.com",
        "aina@example..com",
        "aina@.example.com",
        "aina@example.com.",
        ".aina@example.com",
        "aina.@example.com",
        "ai..na@example.com",
        "ai na@example.com",
        '"ai na"@example.com',
        "aina@@example.com",
        "aina@example.com,bo@example.com",
        "aina@example.com\r\nBcc: bo@example.com",
        "aina@example\n.com",
        "ai\rna@example.com",
        "aina\x00@example.com",
        "aina\u202e@example.com",
        "aina@exa\u202emple.com",
        "aina\u200b@example.com",
        "Aina <aina@example.com>",
        "åina@example.com",
        f"{'a' * 65}@example.com",
        f"aina@{'a' * 64}.com",
        f"aina@{'a.' * 124}se",
    ],
)
def test_what_no_server_takes_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(ValueError, match=r"^this isn't") as refused:
        address(written)
    assert written in {"", "@"} or written not in str(refused.value)


@given(some.text(max_size=40) | some.emails())
def test_whatever_is_written_is_one_sendable_line_or_refused(written: str) -> None:
    try:
        sendable = address(written)
    except ValueError:
        return
    assert sendable.isascii()
    assert sendable.isprintable()
    assert sendable.count("@") == 1
    assert not set(sendable) & set(' ,;:<>()[]"\\')
    assert address(sendable) == sendable
    assert mailbox(sendable).address == sendable, "whatever is taken in can be written to"
