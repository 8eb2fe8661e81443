"""What a person settles: a mail that may be lost, one that failed, and what she told by mouth."""

from typing import Any

import pytest
from prometheus_client import REGISTRY
from tests.notifications.api.test_api import path_of, the_link
from tests.notifications.conftest import Notifications, later
from tests.notifications.support.histories import UNIT
from tests.notifications.support.senders import dies_at, messages, one_asked, one_task
from tests.notifications.support.servers import Server
from tests.support.driven import TODAY

from notifications.templates.texts import texts_in

UNCERTAIN = {"service": "notifications", "state": "uncertain"}


async def one(service: Notifications, template: str, role: str = "coordinator") -> Any:
    listed = [n for n in await service.listed(role, unit=UNIT) if n["template"] == template]
    (found,) = [n for n in listed if n["reason"] != "no_recipient" or n["state"] == "waiting"]
    return found


async def settled(service: Notifications, notice: Any, decision: str, role: str) -> Any:
    path, body = f"/{notice['notice_id']}/settlement", {"decision": decision}
    return await service.call("POST", path, role, body, unit=UNIT)


async def she_cannot_be_mailed(service: Notifications) -> None:
    """Ask her who has no address: her caseworker is to tell her."""
    await service.knows("caseworker", UNIT)
    await one_asked(service)
    await service.do_what_is_due()
    await service.sends()


@pytest.mark.parametrize(("language", "asked"), [("sv", "Det här ska berättas"), ("en", "What to")])
async def test_whoever_is_to_tell_her_reads_what_to_tell(
    service: Notifications, server: Server, language: str, asked: str
) -> None:
    await service.knows("caseworker", UNIT, language=language)
    await one_asked(service)
    await service.do_what_is_due()
    assert await service.sends() == ["tell_her_yourself caseworker"]
    page = (await service.http.get(path_of(the_link(server)))).text
    mail = server.got[0][1].get_body(("plain",))
    assert mail
    assert asked.upper() in mail.get_content().upper()
    assert asked in page
    if language == "en":
        assert texts_in("en").say("notices.answer_request.what") in page
    notice = await one(service, "tell_her_yourself", "caseworker")
    assert (notice["kind"], notice["instead_of"]) == ("task", "answer_request")


async def test_her_caseworker_says_that_she_has_told_her(service: Notifications) -> None:
    await she_cannot_be_mailed(service)
    notice = await one(service, "tell_her_yourself", "caseworker")
    answer = await settled(service, notice, "told", "caseworker")
    assert (answer.status_code, answer.json()["state"]) == (201, "acted")
    assert answer.json()["settled_on"] == TODAY.isoformat()
    assert (await service.told())[-1] == "notice.acted.v1"
    again = await settled(service, notice, "told", "caseworker")
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_a_message_that_could_not_be_mailed_becomes_a_task_and_is_over_when_told(
    service: Notifications, server: Server
) -> None:
    await service.knows("caseworker", UNIT)
    await messages(service, 1)
    await service.do_what_is_due()
    server.answers = ["550 5.1.1 never"]
    assert await service.sends() == ["tell_her_yourself caseworker"]
    assert (await one(service, "placement_started"))["state"] == "failed"
    notice = await one(service, "tell_her_yourself", "caseworker")
    assert notice["kind"] == "task"
    assert (await settled(service, notice, "told", "caseworker")).status_code == 201
    ended = await one(service, "placement_started")
    assert (ended["state"], ended["owner"], ended["next_action"]) == ("acted", None, None)


async def test_a_failed_message_may_be_told_and_a_task_is_ended_by_its_act_alone(
    service: Notifications, server: Server
) -> None:
    (story,) = await messages(service, 1)
    await service.knows("vetting_officer", UNIT)
    await service.hears(story.applied)
    await service.do_what_is_due()
    server.answers = ["550 5.1.1 never"] * 2
    await service.sends()
    message, task = [await one(service, t) for t in ("placement_started", "check_application")]
    assert {message["state"], task["state"]} == {"failed"}
    assert (await settled(service, message, "told", "coordinator")).json()["state"] == "acted"
    answer = await settled(service, task, "told", "coordinator")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


async def test_a_message_that_may_be_lost_and_is_left_is_over(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await messages(service, 1)
    await service.do_what_is_due()
    await dies_at(service, monkeypatch, "delivery.handed_over")
    later(monkeypatch, minutes=2)
    await service.sends()
    answer = await settled(service, await one(service, "placement_started"), "leave", "coordinator")
    assert answer.json()["state"] == "cancelled"
    assert (answer.json()["owner"], answer.json()["reason"]) == (None, "left")
    assert (await service.told())[-1] == "notice.cancelled.v1"


async def test_a_mail_that_is_sent_again_and_lost_again_waits_to_be_settled_again(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    for _ in range(2):
        await dies_at(service, monkeypatch, "delivery.handed_over")
        later(monkeypatch, minutes=2)
        await service.sends()
        lost = await one(service, "check_application")
        assert (lost["state"], lost["owner"]) == ("uncertain", "coordinator")
        assert lost["next_action"] == "find out whether it came, and settle it"
        await service.sender.look()
        assert REGISTRY.get_sample_value("notices_to_settle", UNCERTAIN) == 1
        answer = await settled(service, lost, "send_again", "coordinator")
        assert (answer.json()["owner"], answer.json()["settled_on"]) == ("system", None)


async def test_a_task_whose_mail_came_at_the_second_try_waits_for_its_recipient(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    await one_task(service)
    await dies_at(service, monkeypatch, "delivery.handed_over")
    later(monkeypatch, minutes=2)
    await service.sends()
    await settled(service, await one(service, "check_application"), "send_again", "coordinator")
    assert await service.sends() == ["check_application vetting_officer"]
    sent = await one(service, "check_application")
    assert (sent["state"], sent["owner"]) == ("sent", "recipient")
    assert sent["next_action"] == "do what it asks"


async def test_what_waits_for_somebody_to_be_named_may_be_told_meanwhile(
    service: Notifications,
) -> None:
    await one_asked(service)
    await service.do_what_is_due()
    notice = await one(service, "tell_her_yourself")
    assert notice["state"] == "waiting"
    assert (await settled(service, notice, "told", "coordinator")).json()["state"] == "acted"
    await service.knows("coordinator", UNIT)
    assert await service.sends() == []


async def test_a_caseworker_settles_nothing_of_another_unit(service: Notifications) -> None:
    await she_cannot_be_mailed(service)
    notice = await one(service, "tell_her_yourself", "caseworker")
    path, body = f"/{notice['notice_id']}/settlement", {"decision": "told"}
    other = await service.call("POST", path, "caseworker", body, unit="unit_south")
    assert other.status_code == 404
