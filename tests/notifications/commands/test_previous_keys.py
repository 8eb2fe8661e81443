"""Notifications' keys that wrap nobody's key: old links open, and who is told anew is counted."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from joserfc.jwk import OctKey, OKPKey
from sqlmodel import select
from tests.notifications.conftest import KEYS, Notifications, of_service, running
from tests.notifications.support.histories import UNIT, Story
from tests.notifications.support.servers import Server

from notifications.commands.link import link_to, read_link
from notifications.models import Notice
from notifications.rules.notice import link_ends_before
from notifications.settings import Settings
from shared.people.rotation import Rotated, rotate
from shared.people.sealing import Addressee, public_half, seal

NEW_LINK = json.dumps(OctKey.generate_key(256).as_dict(private=True))
NEW_PAIR = json.dumps(OKPKey.generate_key("X25519").as_dict(private=True))
ENDS = date(2026, 6, 1)


def with_keys(url: str, **keys: str) -> Settings:
    return of_service(url, 25, **keys)


async def test_a_link_signed_before_the_key_was_changed_opens_until_that_key_is_taken_away(
    database: Callable[[str], str],
) -> None:
    url = database("notifications")
    before = with_keys(url)
    changed = with_keys(url, link_key=NEW_LINK, previous_link_key=KEYS["link_key"])
    told = with_keys(url, previous_link_key=NEW_LINK)  # of the key to come
    after = with_keys(url, link_key=NEW_LINK)
    notice = uuid4()
    old, new = (link_to(one, notice, ENDS).rpartition("/")[2] for one in (before, changed))
    for one in (told, changed):
        assert read_link(one, old) == read_link(one, new) == (notice, ENDS)
    assert read_link(after, new) == (notice, ENDS)
    assert read_link(after, old) is None
    assert read_link(before, new) is None
    assert read_link(changed, old[:-2] + "AA") is None


async def where(service: Notifications) -> dict[str, Rotated]:
    """Say of each key where it is in its change."""
    return {one.key: one for one in await rotate(service.sender.settings, lambda _: None)}


async def test_what_is_left_of_a_change_is_counted_until_all_are_told_anew(
    database: Callable[[str], str],
) -> None:
    url = database("notifications")
    async with running(url, Server(port=25)) as service:
        who = [await service.knows("vetting_officer", UNIT) for _ in range(2)]
        await service.hears(Story().applied)
        await service.sender.dispatch_round()
        assert {one.state for one in (await where(service)).values()} == {"not being changed"}

    keys: dict[str, Any] = {"private_key": NEW_PAIR, "previous_private_key": KEYS["private_key"]}
    keys |= {"link_key": NEW_LINK, "previous_link_key": KEYS["link_key"]}
    public, bo = public_half(NEW_PAIR), Addressee(name="Bo", address="bo@example.se")
    async with running(url, Server(port=25), **keys) as service:
        for number, each in enumerate(who):
            pair = (await where(service))["NOTIFICATIONS_PRIVATE_KEY"]
            assert pair.left == len(who) - number
            assert "NOTIFICATIONS_PREVIOUS_PRIVATE_KEY is still needed" in pair.state
            await service.knows("vetting_officer", UNIT, each, sealed=seal(public, bo))
        pair = (await where(service))["NOTIFICATIONS_PRIVATE_KEY"]
        assert pair.state == "NOTIFICATIONS_PREVIOUS_PRIVATE_KEY may be taken away"
        assert pair.left == 0
        links = (await where(service))["NOTIFICATIONS_LINK_KEY"]
        async with service.database.transaction() as tx:
            found = (await tx.exec(select(Notice))).all()
            ((by, opened),) = {(one.act_by, one.opened_on) for one in found}
        assert links.state.endswith(f"today end by {link_ends_before(by, opened)}")
