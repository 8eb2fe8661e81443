"""Whom an answer is about: every step, code, status and word against every other."""

import re
from itertools import product

import pytest

from notifications.channels.smtp_blames import ORDER, SPOKEN, STATUSES, WORDS, Blame, blamed
from notifications.channels.smtp_replies import Outcome, answered

BEFORE_HER = ["connect", "ehlo", "helo", "starttls", "login", "mail"]
WITH_HER = ["rcpt", "data"]
CODES = [421, 450, 451, 452, 454, 455, *range(500, 505), 521, 523, 530, 534, 535, 538]
CODES += [550, 551, 552, 553, 554, 555, 556, 571, 599]
LOGINS = {530, 534, 535, 538}
HERS = {"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"}
OURS = {"5.1.7", "5.1.8"} | {f"5.7.{detail}" for detail in [*range(31), 64, 501, 999]}
UNKNOWN = {"5.0.0", "5.1.0", "5.1.5", "5.1.9", "5.1.11", "5.1.80", "5.2.0", "5.2.2", "5.2.3"}
UNKNOWN |= {"5.2.4", "5.2.122", "5.3.4", "5.4.1", "5.4.4", "5.5.1", "5.6.7", "5.70.1", "5.17.1"}
UNKNOWN |= {status.replace("5.", "4.", 1) for status in (*HERS, *OURS)}
# A sentence for each pattern, as servers say it.
SENTENCES: dict[Blame, list[str]] = {
    "us": [
        "SPF check failed",
        "no valid DKIM signature",
        "Rejected by the domain's DMARC record",
        "Sender ID (PRA) fails",
        "Message failed sender policy framework",
        "mail without DomainKeys isn't taken",
        "This mail is unauthenticated",
        "You are not authorized",
        "Access denied",
        "Connection prohibited",
        "is blocked",
        "on our block list",
        "found on a blocklist",
        "Din adress är spärrad",
        "blacklisted",
        "on a deny list",
        "in a blackhole",
        "found by an RBL",
        "listed by zen",
        "see Spamhaus",
        "bad reputation",
        "Local policy violation",
        "looks like SPAM",
        "unsolicited bulk",
        "too much abuse from you",
        "suspicious content",
        "banned",
        "Relaying denied",
        "unable to relay",
        "rate limited",
        "throttled",
        "too many connections",
        "hourly limit was reached",
        "Your IP isn't welcome",
        "IPv6 needs a name",
        "no mail from 192.0.2.7",
        "no mail from [2001:db8::7]",
        "no mail from 2001:db8:1:2:3:4:5:7",
        "Client host refused",
        "your server isn't known here",
        "no PTR",
        "HELO is bad",
        "Reverse DNS is missing",
        "bad sender",
        "Avsändaren godtas inte",
        "MAIL FROM isn't taken",
        "bad return path",
        "envelope-from is bad",
        "From address is bad",
    ],
    "later": [
        "Try again later",
        "come back later",
        "Försök igen",
        "please try your mail again",
        "retry in an hour",
        "temporarily not here",
        "tillfälligt fel",
        "Greylisted",
        "graylisting",
        "server is busy",
        "overloaded",
        "under maintenance",
        "not at this time",
    ],
    "full": ["mailbox is full", "over quota", "insufficient room", "exceeded storage allocation"],
}
# RFC 5321 4.2.3, and what Postfix, Exim, Exchange, Gmail and Dovecot say of her.
OF_HER = [
    "User unknown in relay recipient table",
    "User unknown in virtual mailbox table",
    "",
    "Requested action not taken: mailbox unavailable",
    "User not local",
    "Requested action not taken: mailbox name not allowed",
    "<asa@example.se>: Recipient address rejected: User unknown in virtual mailbox table",
    "Unrouteable address",
    "RESOLVER.ADR.RecipNotFound; not found",
    "The email account that you tried to reach does not exist",
    "<blocked@spf.dkim.se> User doesn't exist: blocked@spf.dkim.se",
    "No such user here, for reasons unlike those of shiprates, resenders, skips or listeners",
]
KINDS: list[tuple[Blame, str]] = [
    ("her", OF_HER[1]),
    *[(k, some[0]) for k, some in SENTENCES.items()],
]


def expected(step: str, code: int, status: str, words: Blame) -> tuple[str, str | None]:
    """Say again, in other words, what the tables are to say: the result, and the alarm."""
    for_good, fits = code >= 500, status[:1] == str(code)[:1]
    us = words == "us" or (for_good and status in OURS)
    if code in LOGINS:
        us, blame = False, "login"
    else:
        her = status in HERS if fits else not status and step == "rcpt" and code in {550, 551, 553}
        hers = for_good and her and words == "her" and not us and step in WITH_HER
        blame = "her" if hers else ""
    if step == "starttls" or (step == "login" and for_good):
        alarm = "without_tls" if step == "starttls" else "refuses_login"
    elif blame == "login":
        alarm = "refuses_login"
    elif us or (for_good and (words == "later" or step in BEFORE_HER)):
        alarm = "refuses_us"
    else:
        alarm = ""
    return "refused" if blame == "her" else "deferred", alarm or None


@pytest.mark.parametrize("step", [*BEFORE_HER, *WITH_HER])
def test_a_mail_fails_for_good_only_when_it_is_her_address_and_alarms_when_it_is_us(
    step: str,
) -> None:
    statuses = ["", *sorted(HERS | OURS | UNKNOWN)]
    for code, status, (kind, words) in product(CODES, statuses, KINDS):
        found = answered(step, code, f"{status} {words}".strip())
        want = expected(step, code, status, kind)
        assert (found.result, found.alarm) == want, (step, code, status, words)


@pytest.mark.parametrize("kind", SENTENCES)
@pytest.mark.parametrize("step", [*BEFORE_HER, *WITH_HER])
def test_each_word_counts_at_each_step_whatever_the_code_and_the_status(
    step: str, kind: Blame
) -> None:
    for words, code, status in product(SENTENCES[kind], CODES, ["", "5.1.1", "5.2.1", "5.0.0"]):
        found = answered(step, code, f"{status} {words}".strip())
        assert (found.result, found.alarm) == expected(step, code, status, kind), (code, words)
        assert words not in found.why


@pytest.mark.parametrize("kind", WORDS)
def test_each_pattern_is_proved_by_a_sentence_that_no_other_kind_knows(kind: Blame) -> None:
    for words in SENTENCES[kind]:
        assert blamed("rcpt", 550, words) == kind, words
        assert blamed("data", 451, words.upper()) == kind, words
    for pattern in WORDS[kind]:
        assert any(re.search(pattern, words, re.IGNORECASE) for words in SENTENCES[kind]), pattern


@pytest.mark.parametrize("words", OF_HER)
@pytest.mark.parametrize("code", [550, 551, 553])
def test_what_servers_say_of_an_address_is_about_her(words: str, code: int) -> None:
    assert answered("rcpt", code, words) == Outcome("refused", f"rcpt {code}")
    assert answered("rcpt", code, f"5.1.1 {words}") == Outcome("refused", f"rcpt {code}")


def test_a_mailbox_that_a_large_provider_does_not_find_is_nobodys_alarm() -> None:
    """Exchange Online says so of a recipient whom it doesn't know."""
    said = "5.4.1 Recipient address rejected: Access denied."
    assert answered("rcpt", 550, said) == Outcome("deferred", "rcpt 550")


@pytest.mark.parametrize("text", ["#5.7.1 no", "(5.7.1) no", "[5.7.1] no", "5.7.1\nno", "5.7.1"])
def test_a_status_counts_in_whatever_brackets_it_stands(text: str) -> None:
    assert answered("rcpt", 550, text) == Outcome("deferred", "rcpt 550 5.7.1", alarm="refuses_us")


@pytest.mark.parametrize("code", [-1, 0, 25, 220, 250, 251, 354, 600, 999])
@pytest.mark.parametrize("step", [*BEFORE_HER, *WITH_HER])
def test_what_is_no_answer_refuses_nobody(step: str, code: int) -> None:
    found = answered(step, code, "5.1.1 unknown")

    assert found.result == ("uncertain" if step == "data" else "deferred")
    assert found.alarm is None


def test_the_tables_name_each_kind_and_only_those() -> None:
    assert {*STATUSES.values(), *SPOKEN} | {"login", "nobody"} == {*ORDER}
    assert {f"5.{status}" for status, blame in STATUSES.items() if blame == "her"} == HERS
