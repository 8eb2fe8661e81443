"""Mails as bytes: read back they say what was meant, and nothing that somebody smuggled in."""

import string
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from notifications.channels import Mail
from notifications.channels.addresses import Unsendable, mailbox, steers
from notifications.channels.mime_messages import MOST_BYTES, letter
from notifications.templates import Rendered
from shared.people.mailboxes import Mailbox
from shared.people.sealing import Addressee

SENDER = "post@example.se"
HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
}
RENDERED = Rendered("Jobbpakten: å", "Hej!\n", "<p>Hej!</p>\n", "sv", "Jobbpakten")
NAMES = st.text(min_size=1, max_size=200)
NASTY = st.text(alphabet='a\r\n\t ,;:<>@"\\()=?_\u202e\u2028\x85å', min_size=1, max_size=40)
LOCALS = st.text(alphabet=string.ascii_letters + string.digits + ".+-_'", min_size=1, max_size=70)
DOMAINS = st.sampled_from(["example.se", "åäö.example", "EXAMPLE.se", "a.b.c", "localhost"])


def mail(name: str = "Åsa", address: str = "asa@example.se", rendered: Rendered = RENDERED) -> Mail:
    return Mail("5e0c9b0e", Addressee(name=name, address=address), rendered)


def read(written: bytes) -> EmailMessage:
    message = message_from_bytes(written, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def meant(name: str) -> str:
    return " ".join(name.split())


def unspaced(text: str) -> str:
    return "".join(text.split())


@given(st.one_of(NAMES, NASTY))
def test_a_name_is_read_back_as_it_was_meant_or_refused(name: str) -> None:
    try:
        written = letter(mail(name), SENDER).message
    except Unsendable:
        assert not meant(name) or steers(meant(name), but={"\u200c", "\u200d"})
        return
    message = read(written)
    [address] = message["To"].addresses
    assert set(message.keys()) == HEADERS
    assert len(message.keys()) == len(HEADERS)
    # Python's reader, not the line, puts spaces between encoded words that follow each other.
    assert (unspaced(address.display_name), address.addr_spec) == (
        unspaced(meant(name)),
        "asa@example.se",
    )
    assert not message.defects
    assert max(len(line) for line in written.split(b"\r\n")) < 998
    assert b"\n" not in written.replace(b"\r\n", b"")


@given(st.one_of(st.builds("{}@{}".format, LOCALS, DOMAINS), NASTY, NAMES))
def test_an_address_goes_out_as_it_is_or_not_at_all(address: str) -> None:
    try:
        written = letter(mail(address=address), SENDER)
    except (Unsendable, ValidationError):
        return
    message = read(written.message)
    assert written.recipient.count("@") == 1
    assert written.recipient.rpartition("@")[0] == address.rpartition("@")[0]
    assert not set(written.recipient) & set(' <>\r\n"\\(),;:')
    assert len(message["To"].addresses) == 1
    assert len(message.keys()) == len(HEADERS)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("asa@example.se", Mailbox("asa@example.se", "example.se", utf8=False)),
        ("asa@Example.SE", Mailbox("asa@example.se", "example.se", utf8=False)),
        ("Asa.B+x@räksmörgås.se", Mailbox("Asa.B+x@xn--rksmrgs-5wao1o.se", "", utf8=False)),
        ("åsa@example.se", Mailbox("åsa@example.se", "example.se", utf8=True)),
    ],
)
def test_addresses_as_they_go_out(address: str, expected: Mailbox) -> None:
    found = mailbox(address)

    assert (found.address, found.utf8) == (expected.address, expected.utf8)


@pytest.mark.parametrize(
    "address",
    [
        "asa",
        "asa@",
        "@example.se",
        "asa@example.se\r\nBcc: x@example.se",
        "asa@example.se>, <x@example.se",
        "asa@example.se SIZE=1",
        '"a b"@example.se',
        "a@b@example.se",
        "asa@[127.0.0.1]",
        "asa@-example.se",
        "asa@example..se",
        "asa@\u202eexample.se",
        "a\u200bsa@example.se",
        "a" * 65 + "@example.se",
        "asa@" + "a." * 126 + "se",
    ],
)
def test_an_address_that_could_mean_something_else_is_refused(address: str) -> None:
    with pytest.raises(Unsendable, match="address"):
        letter(mail(address=address), SENDER)


@pytest.mark.parametrize(
    "name", ["a\r\nBcc: x@example.se", "a\x00b", "\u202egnp.exe", "a\u2028b", "\x85a\x85\x7f", " "]
)
def test_a_name_that_steers_is_refused_or_made_plain(name: str) -> None:
    try:
        written = letter(mail(name), SENDER).message
    except Unsendable:
        return
    assert read(written)["Bcc"] is None
    assert read(written)["To"].addresses[0].display_name == meant(name)


def test_the_head_says_what_it_is_and_that_no_human_sent_it() -> None:
    message = read(letter(mail(), SENDER).message)

    assert str(message["From"]) == "Jobbpakten <post@example.se>"
    assert message["Subject"] == "Jobbpakten: å"
    assert message["Message-ID"] == "<5e0c9b0e@example.se>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "sv"
    assert message["Date"].datetime


def test_the_same_mail_has_the_same_number_whenever_it_is_tried() -> None:
    numbers = {str(read(letter(mail(), SENDER).message)["Message-ID"]) for _ in range(2)}

    assert numbers == {"<5e0c9b0e@example.se>"}


def test_both_texts_arrive_the_plain_one_first() -> None:
    rendered = Rendered("s", "Hej då!\n.\n" + "å" * 500 + "\n", "<p>Hej då!</p>\n")
    message = read(letter(mail(rendered=rendered), SENDER).message.replace(b"\r\n..", b"\r\n."))

    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == rendered.text
    assert html.get_content().replace("\r\n", "\n") == rendered.html


@pytest.mark.parametrize(
    ("rendered", "why"),
    [
        (Rendered("a\r\nBcc: x@example.se", "t", "h"), "subject"),
        (Rendered("", "t", "h"), "subject"),
        (Rendered("s", "t", "h", language="sv\r\nBcc: x"), "header"),
        (Rendered("s", "t" * MOST_BYTES, "h"), "size"),
    ],
)
def test_what_no_mail_can_be_made_of_is_said(rendered: Rendered, why: str) -> None:
    with pytest.raises(Unsendable, match=why):
        letter(mail(rendered=rendered), SENDER)


@pytest.mark.parametrize("number", ["a>\r\nBcc: x", "<a@example.se>", ""])
def test_a_number_that_isnt_one_is_refused(number: str) -> None:
    with pytest.raises(Unsendable, match="message_id"):
        letter(Mail(number, mail().to, RENDERED), SENDER)
