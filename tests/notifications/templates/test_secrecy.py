"""Canaries: a name and an address leave their seal for the head of her own mail alone."""

import re
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.servers import Server

from jobbpakten_events.matching import EmployerAnswered

NAME, ADDRESS, NUMBER = "Kanariefågel Törnskata", "kanarie.torn@example.se", "890102-3286"


async def test_names_and_addresses_lie_sealed_and_go_nowhere_but_into_her_mail(
    service: Notifications, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    canary: dict[str, Any] = {"name": f"{NAME} {NUMBER}", "address": ADDRESS}
    await service.knows("participant", UNIT, who=story.candidate, **canary)
    await service.knows("contact_person", story.organisation, **canary)
    await service.knows("coordinator", UNIT, **canary)
    server.answers = ["550 5.1.1 no <kanarie.torn@example.se>", "452 try <kanarie.torn@example.se>"]
    await service.hears(story.visible(), story.proposed, story.asked, story.consented)
    await service.sends()
    await service.hears(story.answered, story.employer_asked, story.accepted)
    await service.do_what_is_due()
    await service.sends()
    listed = str(await service.listed())
    seen = await service.everything() + str(await service.told_in_full()) + listed
    seen += capsys.readouterr().out
    seen += "".join(
        str(part) for _, mail in server.got for part in mail.walk() if part.is_multipart() is False
    )
    for canary_word in (
        "Kanariefågel",
        "Törnskata",
        "kanarie.torn",
        NUMBER,
        NUMBER.replace("-", ""),
    ):
        assert canary_word not in seen.replace("\\xc3", ""), canary_word


async def test_no_mail_and_no_event_names_the_recipient_or_the_candidate(
    service: Notifications, server: Server
) -> None:
    story = Story()
    await service.knows("participant", UNIT, who=story.candidate, address=ADDRESS)
    await service.hears(story.visible(), story.asked)
    await service.sends()
    assert server.to == [ADDRESS]
    told = str([{**event, "headers": ""} for event in await service.told_in_full()])
    whole = server.got[0][1].as_string()
    for hidden in (str(story.candidate), story.candidate.hex[:8], story.candidate.hex[-8:]):
        assert hidden not in told
        assert hidden not in whole


DIFFERENT = {"to", "subject", "message-id", "date"}
BOUNDARY = re.compile(r'boundary="[^"]*"')


def head_of(mail: EmailMessage) -> list[tuple[str, str]]:
    """Give what whoever carries a mail reads in its head, but for what is about this one mail."""
    return [
        (name, BOUNDARY.sub("", value))
        for name, value in mail.raw_items()
        if name.casefold() not in DIFFERENT
    ]


async def test_no_head_of_a_mail_says_what_its_addressee_is_or_is_asked(
    service: Notifications, server: Server
) -> None:
    story = Story()
    await service.knows("participant", UNIT, who=story.candidate)
    for role in ("contact_person", "signatory"):
        await service.knows(role, story.organisation)
    for role in ("coordinator", "caseworker", "vetting_officer", "decider"):
        await service.knows(role, UNIT)
    await service.hears(story.visible(), story.applied, story.approved, story.shared)
    await service.hears(story.proposed)
    await service.sends()
    await service.hears(story.asked)
    await service.sends()
    await service.hears(story.consented, story.answered, story.employer_asked)
    await service.sends()
    await service.hears(story.of_match(EmployerAnswered, answer="yes"), story.accepted)
    await service.do_what_is_due()
    await service.sends()
    told = {one.partition(" ")[2] for one in server.kinds}
    assert {"participant", "contact_person", "signatory", "caseworker"} <= told
    heads = [head_of(mail) for _, mail in server.got]
    assert heads == [heads[0]] * len(heads)
    assert not [name for name, _ in heads[0] if name.casefold().startswith(("x-", "list-"))]
    for _, mail in server.got:
        number, _, domain = str(mail["Message-ID"]).strip("<>").partition("@")
        assert (UUID(number).version, domain) == (5, "example.se")
