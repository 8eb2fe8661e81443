"""A mail that can't be sent, or not even looked at, keeps no other from going."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.notifications.api.test_api import path_of, the_link
from tests.notifications.conftest import Notifications, later, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.senders import one_task
from tests.notifications.support.servers import Server

from jobbpakten_events import placement as p
from notifications import queries
from notifications.rules.notices import RULES
from shared.database import Database

ANOTHER = "check_application vetting_officer"


async def set_all(service: Notifications, table: str, change: str) -> None:
    async with service.database.transaction() as tx:
        await (await tx.connection()).execute(text(f"UPDATE {table} SET {change}"))


async def a_poisoned_one(service: Notifications, change: str) -> None:
    """Let one task be released, change its notice, and ask for another one."""
    story = Story()
    await service.knows("signatory", story.organisation)
    await service.hears(story.shared)
    await service.sender.dispatch_round()
    await set_all(service, "notices", change)
    await one_task(service)


@pytest.mark.parametrize("unit", ["811218_9876", "19811218_9876", "Norr!", "x" * 90])
async def test_a_mail_with_what_is_no_code_fails_and_the_next_one_goes(
    service: Notifications, unit: str
) -> None:
    await a_poisoned_one(service, f"unit = '{unit}'")
    assert await service.sends() == [ANOTHER]
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert failed["ground"] == "unsendable"


@pytest.mark.parametrize("unit", ["enhet_75321", "u1234567890", "ab", "a" * 40])
async def test_whatever_a_profile_may_call_a_unit_can_be_written(
    service: Notifications, unit: str
) -> None:
    story = Story()
    await service.knows("caseworker", unit)
    facts = story.planned.model_dump() | {"unit": unit}
    await service.hears(p.PlacementPlanned(**facts))
    assert await service.sends() == ["prepare_placement caseworker"]


async def test_a_notice_of_a_rule_that_this_release_does_not_know_waits_for_one_that_does(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    (rule,) = [name for name in RULES if name.startswith("agreement.shared")]
    await a_poisoned_one(service, "rule = 'tomorrow.v1 > signatory'")
    assert await service.sends() == [ANOTHER]
    await set_all(service, "notices", f"rule = '{rule}' WHERE rule LIKE 'tomorrow%'")
    later(monkeypatch, minutes=1)
    assert await service.sends() == [ANOTHER, "sign_agreement signatory"]


async def test_a_mail_that_cannot_even_be_looked_at_lets_the_others_go_first(
    service: Notifications, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    await service.knows("signatory", story.organisation)
    await service.hears(story.shared)
    await service.sender.dispatch_round()
    (poison,) = await service.mails()
    await one_task(service)
    lock_notices_in = queries.lock_notices_in

    async def odd(tx: Any, mail: Any) -> Any:
        if mail == poison.id:
            raise ValueError("anything")
        return await lock_notices_in(tx, mail)

    with monkeypatch.context() as patch:
        patch.setattr(queries, "lock_notices_in", odd)
        assert await service.sends() == [ANOTHER]
    assert "not_done" in capsys.readouterr().out
    assert await service.sends() == [ANOTHER]
    later(monkeypatch, minutes=1)
    assert await service.sends() == [ANOTHER, "sign_agreement signatory"]


async def test_a_mail_whose_row_cannot_be_read_lets_the_others_go(
    service: Notifications, any_day: Callable[[Database, str], None]
) -> None:
    any_day(service.database, "deliveries")
    story = Story()
    await service.knows("signatory", story.organisation)
    await service.hears(story.shared)
    await service.sender.dispatch_round()
    await set_all(service, "deliveries", "ended_at = '20000-01-01'")
    await one_task(service)
    assert await service.sends() == [ANOTHER]
    assert "1 mails" in service.database.undone.said()
    await set_all(
        service, "deliveries", "ended_at = NULL, next_try_at = now() WHERE state = 'waiting'"
    )
    assert await service.sends() == [ANOTHER, "sign_agreement signatory"]


async def test_a_page_that_cannot_be_written_is_gone(
    service: Notifications, server: Server
) -> None:
    await one_task(service)
    await service.sends()
    link = path_of(the_link(server))
    for change in ("unit = '811218_9876'", "unit = NULL, template = 'tomorrows'"):
        await set_all(service, "notices", change)
        assert (await service.http.get(link)).status_code == 404


async def test_who_is_named_anew_before_the_dot_gets_it_at_her_new_address(
    service: Notifications, server: Server
) -> None:
    who = await service.knows("vetting_officer", UNIT, address="old@example.se")

    async def she_moves() -> None:
        server.at_recipient = None
        await service.knows("vetting_officer", UNIT, who=who, address="new@example.se")

    server.at_recipient = she_moves
    await service.hears(Story().applied)
    await service.sends()
    assert server.to == ["new@example.se"]


async def test_an_address_laid_into_anothers_row_opens_for_nobody(
    service: Notifications, server: Server
) -> None:
    await service.knows("vetting_officer", UNIT)
    await service.knows("decider", UNIT, address="stranger@example.se")
    swap = "(wrapped_key, sealed) = (SELECT wrapped_key, sealed FROM recipients WHERE role = "
    await set_all(service, "recipients", f"{swap}'decider')")
    await service.hears(Story().applied)
    assert await service.sends() == []
    (failed,) = [e for e in await service.told_in_full() if e["kind"] == "notice.failed.v1"]
    assert (failed["ground"], server.got) == ("unsendable", [])


@pytest.mark.parametrize("role", ["coordinator", "caseworker"])
async def test_whoever_acts_for_an_organisation_is_no_staff(
    service: Notifications, role: str
) -> None:
    story = Story()
    await service.hears(story.proposed)
    (notice,) = await service.listed(role, unit=UNIT)
    claims = {"unit": UNIT, "organisation": str(uuid4())}
    assert (await service.call("GET", "", role, **claims)).status_code == 404
    path, body = f"/{notice['notice_id']}/settlement", {"decision": "told"}
    assert (await service.call("POST", path, role, body, **claims)).status_code == 404


async def test_at_rest_one_sender_alone_looks_and_the_others_join_when_it_finds_something(
    database: Callable[[str], str], server: Server
) -> None:
    async with running(database("notifications"), server) as service:
        assert not service.sender.more.is_set()
        await one_task(service)
        await service.sender.dispatch_round()
        woken = []

        async def look() -> None:
            woken.append(service.sender.more.is_set())

        server.at_recipient = look
        await service.sender.send_round()
        assert woken == [True]
        assert not service.sender.more.is_set()
