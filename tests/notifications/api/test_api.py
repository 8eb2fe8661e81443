"""What the staff sees and settles, and the page behind a link."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from tests.notifications.conftest import Notifications, later, of_service, running
from tests.notifications.support.histories import ACT_BY, UNIT, Story
from tests.notifications.support.senders import dies_at, one_task
from tests.notifications.support.servers import Server
from tests.support.callers import bearer
from tests.support.driven import TODAY

from notifications.commands.link import link_to
from notifications.templates import PAGE_HEADERS
from notifications.templates.texts import texts_in

OTHER_UNIT = "unit_south"


def path_of(link: str) -> str:
    return link.removeprefix("https://notiser.example.se")


async def uncertain(service: Notifications, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let a mail become uncertain; gives the notice's id."""
    await one_task(service)
    await dies_at(service, monkeypatch, "delivery.handed_over")
    later(monkeypatch, minutes=2)
    await service.sends()
    (one,) = await service.listed()
    assert (one["state"], one["owner"]) == ("uncertain", "coordinator")
    return str(one["notice_id"])


async def test_a_caseworker_sees_her_unit_and_a_coordinator_all(service: Notifications) -> None:
    story = Story()
    await service.hears(story.applied, story.proposed)
    assert len(await service.listed()) == 2
    (own,) = await service.listed("caseworker", unit=UNIT)
    assert (own["template"], own["about"]) == ("ask_candidate", "match")
    assert own["subject_id"] == str(story.match)
    assert await service.listed("caseworker", unit=OTHER_UNIT) == []
    assert await service.listed("caseworker", unit="") == []
    for role in ("contact_person", "signatory", "participant", "decider"):
        assert (await service.call("GET", "", role)).status_code == 404
    assert (await service.call("GET", "", "coordinator", network="elsewhere")).status_code == 404
    assert (await service.call("GET", "?state=sent", "coordinator")).json()["notices"] == []


async def test_the_list_has_pages(service: Notifications) -> None:
    await service.hears(*(Story().applied for _ in range(3)))
    first = (await service.call("GET", "?limit=2", "coordinator")).json()
    second = (await service.call("GET", f"?limit=2&after={first['next']}", "coordinator")).json()
    assert (len(first["notices"]), len(second["notices"]), second["next"]) == (2, 1, None)


async def test_a_person_may_have_an_uncertain_mail_sent_again_under_the_same_id(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await uncertain(service, monkeypatch)
    body = {"decision": "send_again"}
    answer = await service.call("POST", f"/{notice}/settlement", "coordinator", body)
    assert (answer.status_code, answer.json()["state"]) == (201, "waiting")
    assert await service.sends() == ["check_application vetting_officer"]
    (mail,) = await service.mails()
    assert server.got[0][1]["Message-ID"] == f"<{mail.id}@example.se>"
    again = await service.call("POST", f"/{notice}/settlement", "coordinator", body)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


async def test_or_left_as_it_is(
    service: Notifications, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await uncertain(service, monkeypatch)
    body = {"decision": "leave", "settled_on": TODAY.isoformat()}
    answer = await service.call("POST", f"/{notice}/settlement", "coordinator", body)
    assert answer.json()["settled_on"] == TODAY.isoformat()
    assert answer.json()["next_action"] is None
    assert await service.sends() == []
    assert server.got == []


async def test_only_a_coordinator_settles(
    service: Notifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await uncertain(service, monkeypatch)
    body = {"decision": "leave"}
    for role in ("caseworker", "decider", "contact_person", "system"):
        answer = await service.call("POST", f"/{notice}/settlement", role, body, unit=UNIT)
        assert answer.status_code == 404
    nobody = await service.call("POST", f"/{uuid4()}/settlement", "coordinator", body)
    assert nobody.status_code == 404


async def test_a_tasks_link_opens_a_page_that_says_whether_it_is_done(
    service: Notifications, server: Server
) -> None:
    story = await one_task(service)
    await service.sends()
    link = the_link(server)
    waiting = await service.http.get(path_of(link))
    assert waiting.status_code == 200
    assert "no-store" in waiting.headers["cache-control"]
    assert waiting.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in waiting.headers["content-security-policy"]
    assert "<script" not in waiting.text
    await service.hears(story.approved)
    done = await service.http.get(path_of(link))
    assert done.status_code == 200
    assert done.text != waiting.text


async def test_links_that_are_forged_or_nobodys_look_alike(
    service: Notifications, server: Server
) -> None:
    await one_task(service)
    await service.sends()
    settings = of_service("postgresql+asyncpg://x@y/z", 1)
    stranger = settings.model_copy(update={"link_key": '{"kty":"oct","k":"' + "A" * 43 + '"}'})
    (notice,) = await service.listed()
    real = UUID(notice["notice_id"])
    far = ACT_BY + timedelta(days=1)
    bad = [
        link_to(stranger, real, far),
        link_to(stranger, real, TODAY),
        link_to(settings, uuid4(), far),
        the_link(server)[:-3] + "AAA",
        "/t/x",
        "/t/a.b.c",
    ]
    answers = [await service.http.get(path_of(link)) for link in bad]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


async def test_a_link_ends_twelve_weeks_after_the_last_day(
    service: Notifications, server: Server
) -> None:
    await one_task(service)
    await service.sends()
    last = ACT_BY + timedelta(weeks=12) - timedelta(days=1)
    await service.set_the_day(last)
    assert (await service.http.get(path_of(the_link(server)))).status_code == 200
    await service.set_the_day(last + timedelta(days=1))
    over = await service.http.get(path_of(the_link(server)), headers={"Accept-Language": "en"})
    assert over.status_code == 410
    assert texts_in("en").day(last) in over.text
    assert "check" not in over.text
    assert {**over.headers}.items() >= {k.lower(): v for k, v in PAGE_HEADERS.items()}.items()


def the_link(server: Server) -> str:
    words = server.got[0][1].get_body(("plain",))
    assert words
    text: str = words.get_content()
    return next(word for word in text.split() if word.startswith("https://"))


async def test_the_manual_clock_releases_by_its_own_due_alone(service: Notifications) -> None:
    by_hand = of_service("postgresql+asyncpg://x@y/z", service.server.port)
    service.sender.settings = by_hand
    await one_task(service)
    assert await service.sends() == []
    assert await service.do_what_is_due() == 1
    assert await service.sends() == ["check_application vetting_officer"]


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("ar-SY,en;q=0.7,sv;q=0.5", "en"),
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("ar", "sv"),
        ("", "sv"),
        (";;,,en_GB,*;q=x", "sv"),
    ],
)
async def test_a_dead_link_is_answered_in_a_language_that_the_browser_asks_for(
    service: Notifications, asked: str, language: str
) -> None:
    answer = await service.http.get("/t/nothing", headers={"Accept-Language": asked})

    assert answer.status_code == 404
    assert f'<html lang="{language}"' in answer.text


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("private_key", "{}", "isn't a private JWK on the curve X25519"),
        ("previous_private_key", "{}", "isn't a private JWK on the curve X25519"),
        ("public_url", "https://notiser.….se", "it is the example"),
        ("private_key", '{"kty":"OKP","crv":"X25519","x":"AA"}', "isn't a private JWK"),
        (
            "address_key",
            '{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA"}',
            "isn't an octet JWK of 256 bits",
        ),
        ("link_key", "nonsense", "isn't an octet JWK of 256 bits"),
        ("public_url", "example.se", "begins with https://"),
        ("public_url", "https://x.se/\nX: y", "begins with https://"),
        ("public_url", "https://x.se/#", "begins with https://"),
        ("public_url", "https://x.se/?", "begins with https://"),
        ("public_url", "https://me:mine@x.se", "begins with https://"),
        ("sender", "nobody", "isn't an address"),
        ("sender", "a@b\r\nBcc: c@d", "isn't an address"),
        ("sender", '"a b"@example.se', "isn't an address"),
        ("sender", "a@exa_mple.se", "isn't an address"),
        ("sender", "åsa@example.se", "not every mail server takes such letters"),
    ],
)
def test_a_setting_that_means_nothing_is_told_in_a_sentence(
    name: str, value: str, told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        of_service("postgresql+asyncpg://x@y/z", 25, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "https://notiser.example.se/"),
        ("public_url", "https://example.com:8000"),
        ("public_url", "https://notiser.test"),
        ("sender", "jobbpakten@example.se"),
        ("sender", "jobbpakten@mail.EXAMPLE.org"),
        ("smtp_password", "changeme"),
        ("smtp_password", "Notiser"),
        ("smtp_password", "notiser-password-123"),
        ("smtp_host", "smtp.example.com"),
        ("smtp_host", "Mail.Example.se."),
    ],
)
def test_what_stands_in_a_manual_is_refused_where_people_are(name: str, value: str) -> None:
    own = {"public_url": "https://notiser.staden.se", "sender": "jobbpakten@staden.se"}
    own |= {"smtp_username": "notiser", "smtp_password": "x"}
    usual: dict[str, Any] = {"environment": "production", "clock": "system", "smtp_starttls": True}
    of_service("postgresql+asyncpg://x@y/z", 25, **(usual | own))
    with pytest.raises(ValidationError, match=f"NOTIFICATIONS_{name.upper()}: it is from a manual"):
        of_service("postgresql+asyncpg://x@y/z", 25, **(usual | own | {name: value}))


@pytest.mark.parametrize("environment", ["production", "staging", "test", "demo"])
def test_links_go_over_an_open_line_nowhere_but_beside_production(environment: str) -> None:
    own: dict[str, Any] = {"environment": environment, "clock": "system", "smtp_starttls": True}
    own |= {"sender": "jobbpakten@staden.se", "public_url": "http://localhost:8003"}
    if environment != "production":
        of_service("postgresql+asyncpg://x@y/z", 25, **own)
        return
    for url in ("http://localhost:8003", "http://notiser.staden.se", "HTTP://notiser.staden.se"):
        told = "NOTIFICATIONS_PUBLIC_URL: it begins with https:// in production"
        with pytest.raises(ValidationError, match=told):
            of_service("postgresql+asyncpg://x@y/z", 25, **(own | {"public_url": url}))


async def test_links_lead_under_the_prefix_on_the_host_of_all(
    database: Callable[[str], str], server: Server
) -> None:
    host: dict[str, Any] = {
        "public_url": "https://natverk.example.se/",
        "path_prefix": "/notifications",
    }
    async with running(database("notifications"), server, **host) as service:
        settings = service.app.state.settings
        link = link_to(settings, uuid4(), date(2027, 1, 1))
        assert link.startswith("https://natverk.example.se/notifications/t/")
        gone = await service.http.get(link)
        assert (gone.status_code, gone.headers["content-type"]) == (404, "text/html; charset=utf-8")


def test_a_prefix_isnt_said_twice() -> None:
    said = {"public_url": "https://a.example.se/notifications/", "path_prefix": "/notifications"}
    told = "NOTIFICATIONS_PUBLIC_URL: it doesn't end with NOTIFICATIONS_PATH_PREFIX"
    with pytest.raises(ValidationError, match=told):
        of_service("postgresql+asyncpg://x@y/z", 25, **said)


@pytest.mark.parametrize(
    ("login", "told"),
    [
        (
            {"smtp_starttls": False, "smtp_username": "us", "smtp_password": "secret"},
            "smtp_username\n.*needs NOTIFICATIONS_SMTP_STARTTLS=true: a password doesn't go over",
        ),
        (
            {"smtp_starttls": True, "smtp_username": "us"},
            "smtp_password\n.*NOTIFICATIONS_SMTP_USERNAME needs it",
        ),
    ],
)
def test_a_login_that_could_never_work_is_refused_at_the_start(
    login: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        of_service("postgresql+asyncpg://x@y/z", 25, **login)


def test_a_login_over_an_encrypted_line_is_taken() -> None:
    login: dict[str, Any] = {"smtp_starttls": True, "smtp_username": "us", "smtp_password": "x"}
    assert of_service("postgresql+asyncpg://x@y/z", 25, **login).smtp_username == "us"


async def test_no_call_without_a_token_but_the_page(service: Notifications) -> None:
    assert (await service.http.get("/networks/jobbpakten/notices")).status_code == 401
    headers = bearer("notifications", "system")
    body = {"today": date(2026, 3, 2).isoformat()}
    assert (await service.http.put("/clock", json=body, headers=headers)).is_success
