"""What became of a mail, on a real socket, for each place at which a conversation can break."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.notifications.support.scripted import DROPS, HANGS, playing

from notifications.channels import Mail, Outcome, hand_over, smtp_sessions
from notifications.templates import Rendered
from shared.people.sealing import Addressee

MAIL = Mail(
    "5e0c9b0e-0000-4000-8000-000000000001",
    Addressee(name="Åsa Öberg", address="asa@example.se"),
    Rendered("Jobbpakten: ärende", "Hej!\n.\nen punkt", "<p>Hej!</p>"),
)
BRIEF_S = 1.0  # a silence is known by then, and no answer of a busy machine comes later
BEFORE = ["GREETING", "EHLO", "MAIL", "RCPT"]
STEPS = dict(zip([*BEFORE, "DATA"], ["connect", "ehlo", "mail", "rcpt", "data"], strict=True))
EVERYBODYS = {"GREETING", "EHLO", "MAIL"}
NOTED = dict.fromkeys(BEFORE, 0) | {"DATA": 1}  # it is noted before DATA


def settings(port: int, **more: object) -> SimpleNamespace:
    plain = {"smtp_starttls": False, "smtp_username": "", "smtp_password": "", "smtp_ca_file": ""}
    where = {"smtp_host": "127.0.0.1", "smtp_port": port, "sender": "post@example.se"}
    known = {**plain, **where, **more}
    return SimpleNamespace(**known, current=known.__getitem__)


class Record:
    """How often the mail was noted as handed over."""

    def __init__(self) -> None:
        self.noted: list[int] = []

    async def note(self) -> None:
        self.noted.append(1)


async def outcome(
    script: Mapping[str, str], mail: Mail = MAIL, **more: object
) -> tuple[Outcome, int, int]:
    """Give what became of it, how often it was noted, and how many mails were delivered."""
    record = Record()
    async with playing(script) as server:
        became = await hand_over(mail, settings(server.port, **more), record.note)
    return became, len(record.noted), len(server.delivered)


async def test_a_mail_that_the_server_takes_is_accepted() -> None:
    assert await outcome({}) == (Outcome("accepted", "data 250"), 1, 1)


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize("verb", STEPS)
async def test_a_temporary_no_before_the_text_is_deferred(verb: str, code: int) -> None:
    pauses = verb in EVERYBODYS or code in {421, 451}

    found = await outcome({verb: f"{code} later"})

    assert found == (Outcome("deferred", f"{STEPS[verb]} {code}", pauses), NOTED[verb], 0)


@pytest.mark.parametrize("code", [550, 551, 553])
async def test_a_no_for_good_to_her_address_is_refused(code: int) -> None:
    assert await outcome({"RCPT": f"{code} never"}) == (Outcome("refused", f"rcpt {code}"), 0, 0)


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "."])
@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
async def test_a_status_that_says_that_it_is_her_address_is_refused(verb: str, status: str) -> None:
    found, _, _ = await outcome({verb: f"554 {status} no"})

    assert found == Outcome("refused", f"{STEPS.get(verb, 'data')} 554")


@pytest.mark.parametrize("code", [500, 503, 552, 554, 556])
@pytest.mark.parametrize("verb", ["RCPT", "DATA", "."])
async def test_a_no_of_which_nobody_knows_whom_it_is_about_is_tried_again(
    verb: str, code: int
) -> None:
    found, _, _ = await outcome({verb: f"{code} never"})

    assert found == Outcome("deferred", f"{STEPS.get(verb, 'data')} {code}")


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "."])
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("554 5.7.1 <asa@example.se>: Relay access denied", "554 5.7.1"),
        ("550 5.7.1 Client host rejected: asa.example.se", "550 5.7.1"),
        ("550 5.7.64 TenantAttribution; Relay Access Denied", "550 5.7.64"),
        ("550-5.7.26 This mail\r\n550 5.7.26 has been blocked", "550 5.7.26"),
        ("550 5.1.8 <post@example.se>: no such domain", "550 5.1.8"),
        ("550 SPF check failed", "550"),
        ("550 5.1.1 refused: see Spamhaus", "550"),
    ],
)
async def test_a_no_by_policy_is_not_about_her_is_deferred_and_alarms(
    verb: str, answer: str, why: str
) -> None:
    found, _, _ = await outcome({verb: answer})

    step = STEPS.get(verb, "data")
    assert found == Outcome("deferred", f"{step} {why}", alarm="refuses_us")


@pytest.mark.parametrize(
    "answer",
    [
        "550 5.1.1 <asa@example.se>: User unknown",
        "550 unknown: call 5.7.1",
        "550 5.7.0706050 is her number",
        "550 5.1.1 <blocked@spf.se>: User unknown",
    ],
)
async def test_a_no_that_is_no_policys_is_refused_and_none_of_its_text_kept(answer: str) -> None:
    found = await outcome({"RCPT": answer})

    assert found == (Outcome("refused", f"rcpt {answer[:3]}"), 0, 0)


async def test_a_full_mailbox_may_have_room_tomorrow() -> None:
    for answer in ("552 5.2.2 Over quota", "550 5.2.2 Full", "550 mailbox is full"):
        assert await outcome({"RCPT": answer}) == (Outcome("deferred", f"rcpt {answer[:3]}"), 0, 0)


@pytest.mark.parametrize("verb", ["GREETING", "EHLO", "MAIL"])
async def test_a_no_for_good_to_all_of_us_pauses_alarms_and_fails_nobody(verb: str) -> None:
    found = await outcome({verb: "554 never"})

    why = f"{STEPS[verb]} 554"
    assert found == (Outcome("deferred", why, pause_all=True, alarm="refuses_us"), 0, 0)


async def test_a_server_that_wants_a_login_at_the_recipient_pauses_all() -> None:
    assert await outcome({"RCPT": "530 who are you"}) == (
        Outcome("deferred", "rcpt 530", pause_all=True, alarm="refuses_login"),
        0,
        0,
    )


@pytest.mark.parametrize("verb", BEFORE)
async def test_a_connection_that_drops_before_data_is_deferred(verb: str) -> None:
    found, noted, delivered = await outcome({verb: DROPS})

    assert (found.result, found.pause_all) == ("deferred", verb in EVERYBODYS)
    assert found.why.startswith(STEPS[verb])
    assert (noted, delivered) == (0, 0)


@pytest.mark.parametrize("verb", BEFORE)
async def test_a_server_that_is_silent_before_data_is_deferred(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_sessions, "STEP_S", BRIEF_S)

    found, noted, delivered = await outcome({verb: HANGS})

    assert (found.result, found.pause_all) == ("deferred", verb in EVERYBODYS)
    assert (noted, delivered) == (0, 0)


async def test_a_server_that_answers_every_step_slowly_is_left_in_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp_sessions, "BEFORE_DATA_S", BRIEF_S)

    assert await outcome({"RCPT": HANGS}) == (Outcome("deferred", "rcpt TimeoutError"), 0, 0)


async def test_nobody_listening_pauses_all() -> None:
    record = Record()

    found = await hand_over(MAIL, settings(1), record.note)

    assert found == Outcome("deferred", "connect ConnectionRefusedError", pause_all=True)
    assert not record.noted


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("250 taken", Outcome("accepted", "data 250")),
        ("450 later", Outcome("deferred", "data 450")),
        ("451 later", Outcome("deferred", "data 451", pause_all=True)),
        ("421 later", Outcome("deferred", "data 421", pause_all=True)),
        ("552 too large", Outcome("deferred", "data 552")),
        ("550 never", Outcome("deferred", "data 550")),
        ("550 5.1.1 unknown here", Outcome("refused", "data 550")),
        (
            "554 5.7.1 we think that this is spam",
            Outcome("deferred", "data 554 5.7.1", alarm="refuses_us"),
        ),
        ("354 more", Outcome("uncertain", "data 354")),
        ("well", Outcome("uncertain", "data -1")),
        (DROPS, Outcome("uncertain", "data SMTPServerDisconnected")),
    ],
)
async def test_after_the_dot_only_an_answer_settles_it(answer: str, expected: Outcome) -> None:
    assert await outcome({".": answer}) == (expected, 1, 1)


async def test_silence_after_the_dot_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_sessions, "DATA_S", BRIEF_S)

    assert await outcome({".": HANGS}) == (Outcome("uncertain", "data TimeoutError"), 1, 1)


@pytest.mark.parametrize(
    ("answer", "why"),
    [(DROPS, "SMTPServerDisconnected"), (HANGS, "TimeoutError"), ("250 yes", "250")],
)
async def test_what_breaks_after_data_was_said_is_uncertain(
    answer: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_sessions, "DATA_S", BRIEF_S)

    assert await outcome({"DATA": answer}) == (Outcome("uncertain", f"data {why}"), 1, 0)


async def test_it_is_noted_before_data_and_a_failing_note_delivers_nothing() -> None:
    async with playing({}) as server:

        async def fails() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await hand_over(MAIL, settings(server.port), fails)
        await asyncio.gather(*server.tasks, return_exceptions=True)  # it has read all that was said

    assert [line.split()[0] for line in server.said[-2:]] == ["RCPT", "QUIT"]
    assert not server.delivered


async def test_a_server_that_leaves_while_it_is_noted_has_delivered_nothing() -> None:
    async with playing({}) as server:

        async def leaves() -> None:
            for task in list(server.tasks):
                task.cancel()
            await asyncio.gather(*server.tasks, return_exceptions=True)
            await asyncio.sleep(0.05)

        found = await hand_over(MAIL, settings(server.port), leaves)

    assert found == Outcome("deferred", "data closed")
    assert not server.delivered


async def test_lines_that_begin_with_a_dot_arrive_as_they_were_and_dont_end_the_mail() -> None:
    async with playing({}) as server:
        await hand_over(MAIL, settings(server.port), Record().note)

    assert b"\r\n..\r\n" in server.delivered[0]
    assert b"en punkt" in server.delivered[0]


async def test_an_answer_of_the_server_that_names_somebody_goes_nowhere() -> None:
    found, *_ = await outcome({"RCPT": "550 asa@example.se isn't here"})

    assert "asa" not in repr(found)


async def test_an_address_in_other_letters_needs_a_server_that_knows_them() -> None:
    to = Addressee(name="Åsa", address="åsa@example.se")
    knows = {"EHLO": "250-here\r\n250-8BITMIME\r\n250 SMTPUTF8"}

    assert await outcome({}, replace(MAIL, to=to)) == (Outcome("unsendable", "smtputf8"), 0, 0)
    assert await outcome(knows, replace(MAIL, to=to)) == (Outcome("accepted", "data 250"), 1, 1)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        (Addressee(name="Åsa\r\n.\r\n\x00", address="asa@example.se"), "name"),
        (Addressee(name="Åsa", address="asa@example.se\r\nRSET"), "address"),
    ],
)
async def test_what_no_mail_can_be_made_of_bothers_no_server(to: Addressee, why: str) -> None:
    record = Record()
    async with playing({}) as server:
        found = await hand_over(replace(MAIL, to=to), settings(server.port), record.note)

    assert found == Outcome("unsendable", why)
    assert (server.said, record.noted) == ([], [])
