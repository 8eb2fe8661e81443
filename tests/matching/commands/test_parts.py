"""A host too large for one handler: what is heard counts at once, what follows is done in parts."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.matching.support.crowds import crowd, host
from tests.matching.support.pairs import GONE, Bank
from tests.matching.support.service import KEYS
from tests.shared.support.records import record
from tests.support.callers import settings

from jobbpakten_events import Event
from jobbpakten_events.membership import (
    MembershipEnded,
    MembershipReinstated,
    MembershipSuspended,
)
from matching.clock import due
from matching.commands.matches import transitions
from matching.queries.place import ROUND
from matching.settings import Settings
from matching.subscribers import hears
from shared.messaging.inbox.batches import Inbox
from shared.time.schedule import do_due

MANY = 3_000  # of which the release before could end 2,700 within a handler's limit
SOME = 250


class Killed(BaseException):
    """The process is gone."""


class Host:
    """A member with many open matches, and what matching hears of it: by the real inbox."""

    def __init__(self, ours: Bank, places: list[UUID], matches: list[UUID]) -> None:
        self.ours, self.places, self.matches = ours, places, matches
        database = ours.matching.database
        url = database.engine.url.render_as_string(hide_password=False)
        self.inbox = Inbox(settings(Settings, url, **KEYS), database, hears)

    async def hears(self, event: Event, version: int) -> None:
        await self.inbox.process([record(event, version, offset=version)])
        assert await self.ours.rows("SELECT reason FROM parked") == []

    async def is_suspended(self) -> None:
        await self.hears(MembershipSuspended(**self.ours.member, ground="conditions"), 1)

    async def is_back(self) -> None:
        await self.hears(MembershipReinstated(**self.ours.member), 2)

    async def count(self, which: str) -> int:
        (row,) = await self.ours.rows(f"SELECT count(*) FROM {which}")
        return int(row.count)

    async def told(self) -> dict[str, int]:
        """Count the events told about matches, consents and slots that ended."""
        kinds = await self.ours.matching.told()
        return {kind: kinds.count(kind) for kind in ENDED}

    async def all_parts(self) -> list[int]:
        """Let the clock do parts until nothing is left; gives how many things each round did."""
        done = [1]
        while done[-1]:
            found = await do_due(self.ours.matching.database, due)
            assert found.failed == []
            done.append(found.done)
        return done[1:-1]


ENDED = ("match.withdrawn.v1", "consent.withdrawn.v1", "slot.released.v1")


async def hosted(ours: Bank, size: int, **how: Any) -> Host:
    return Host(ours, *await host(ours, size, **how))


async def nothing_is_shown_or_begun(large: Host) -> None:
    ours, last = large.ours, large.matches[-1]
    assert await ours.seen() == []
    assert (await ours.look(str(last))).status_code == 404
    answer = f"/matches/{last}/answer"
    yes = await ours.refused(answer, {"answer": "yes"}, role="contact_person", **ours.employer)
    assert yes == GONE
    (free,) = await crowd(ours.matching, 1)
    body = {"place_id": str(large.places[-1]), "candidate_ref": str(free)}
    assert await ours.refused("/matches", body) == (409, "place_not_open")
    run = {"place_ids": [str(large.places[-1])]}
    assert await ours.refused("/runs", run) == (409, "place_not_open")


async def test_a_void_match_waits_for_nobody(ours: Bank) -> None:
    large = await hosted(ours, SOME)
    last, place = large.matches[-1], f"/places/{large.places[-1]}"
    path, call = f"/matches/{last}", ours.matching.call
    async with ours.matching.database.transaction() as tx:
        waits = text("UPDATE matches SET state = 'employer_yes' WHERE id = :id")
        await (await tx.connection()).execute(waits, {"id": last})
    for read in (path, place):
        assert (await call("GET", read, "decider")).status_code == 200

    await large.is_suspended()

    for read in (path, place):
        assert (await call("GET", read, "decider")).status_code == 404
    assert (await ours.matching.good("GET", "/matches", "decider"))["matches"] == []
    seen = await ours.matching.good("GET", path, "caseworker")
    assert (seen["consent"], seen["days"]) == (None, None)
    await large.all_parts()
    assert await large.count("matches WHERE open") == 0


async def test_what_is_proposed_once_the_host_is_back_meets_no_void_match(ours: Bank) -> None:
    large = await hosted(ours, SOME)
    last, place = large.matches[-1], str(large.places[-1])
    (ref,) = await ours.rows(f"SELECT candidate_ref FROM matches WHERE id = '{last}'")
    await large.is_suspended()
    await large.is_back()
    async with ours.matching.database.transaction() as tx:
        stands = text("UPDATE places SET state = 'open', paused_for = '[]' WHERE id = :id")
        await (await tx.connection()).execute(stands, {"id": place})

    again = await ours.proposed(place, str(ref.candidate_ref))

    assert await large.count(f"matches WHERE id = '{last}' AND state = 'withdrawn'") == 1
    await large.all_parts()
    assert await large.count(f"matches WHERE id = '{again}' AND open") == 1


async def test_a_host_with_thousands_of_open_matches_is_suspended_at_once_and_wound_up_in_parts(
    ours: Bank,
) -> None:
    large = await hosted(ours, MANY)

    await large.is_suspended()

    assert await large.count("members WHERE suspended_on IS NOT NULL") == 1
    assert await large.count("matches WHERE open") > MANY - 2 * ROUND
    await nothing_is_shown_or_begun(large)
    done = await large.all_parts()
    assert len(done) > 5
    assert await large.count("matches WHERE open") == await large.count("slots") == 0
    assert await large.count("consents WHERE withdrawn_on IS NULL") == 0
    assert await large.told() == dict.fromkeys(ENDED, MANY)
    assert await large.count("places WHERE state <> 'paused'") == 0
    assert (await ours.matching.told()).count("place.paused.v1") == len(large.places)


async def test_a_process_that_dies_between_parts_or_in_one_loses_and_doubles_nothing(
    ours: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    large, withdraw = await hosted(ours, SOME), transitions.withdraw_one
    await large.is_suspended()
    before, calls = await large.told(), 0

    async def killed(*of: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 30:
            raise Killed
        await withdraw(*of)

    with monkeypatch.context() as patch:
        patch.setattr(transitions, "withdraw_one", killed)
        with pytest.raises(Killed):
            await large.all_parts()
    assert await large.told() == before
    await large.all_parts()
    assert await large.told() == dict.fromkeys(ENDED, SOME)
    assert await large.count("matches WHERE ended_because <> 'member_suspended'") == 0


async def test_a_suspension_heard_again_before_its_last_part_changes_nothing(ours: Bank) -> None:
    large = await hosted(ours, SOME)
    await large.is_suspended()
    await large.is_suspended()
    await ours.suspend()  # and from a stream that began anew
    await large.all_parts()
    assert await large.told() == dict.fromkeys(ENDED, SOME)
    assert (await ours.matching.told()).count("place.paused.v1") == len(large.places)


async def test_a_member_that_is_back_before_the_last_part_keeps_no_match_of_before(
    ours: Bank,
) -> None:
    large = await hosted(ours, SOME)
    await large.is_suspended()
    assert await large.count("places WHERE state = 'open'") > 0  # which no part has reached

    await large.is_back()
    (free,) = await crowd(ours.matching, 1)
    begun = await ours.proposed(str(large.places[-1]), str(free))
    assert await ours.seen() == []
    await large.all_parts()

    assert await large.told() == dict.fromkeys(ENDED, SOME)
    (left,) = await ours.rows("SELECT id FROM matches WHERE open")
    assert str(left.id) == begun
    assert await large.count("places WHERE state = 'open'") == len(large.places)
    told = await ours.matching.told()
    assert told.count("place.paused.v1") == told.count("place.resumed.v1")


async def test_a_large_member_that_leaves_has_no_match_at_once_and_no_place_in_the_end(
    ours: Bank,
) -> None:
    large = await hosted(ours, SOME)
    gone = MembershipEnded(membership_id=ours.promise.membership_id, ground="withdrawn")
    await large.hears(gone, 1)
    assert await large.count("places WHERE state = 'open'") > 0
    await nothing_is_shown_or_begun(large)
    await large.all_parts()
    assert await large.told() == dict.fromkeys(ENDED, SOME)
    assert await large.count("places WHERE state <> 'closed'") == 0


async def test_a_place_with_many_matches_is_closed_at_once_and_they_end_in_parts(
    ours: Bank,
) -> None:
    large = await hosted(ours, SOME, each=SOME)
    closing = {"role": "contact_person", **ours.employer}
    await ours.good(f"/places/{large.places[0]}/closing", **closing)
    assert await large.count("matches WHERE open") == SOME - ROUND
    await nothing_is_shown_or_begun(large)
    await large.all_parts()
    assert await large.told() == dict.fromkeys(ENDED, SOME)
    because = await ours.rows("SELECT DISTINCT ended_because FROM matches")
    assert [row.ended_because for row in because] == ["place_withdrawn"]


@pytest.mark.parametrize("leaves", [True, False])
async def test_a_candidate_with_many_matches_is_hidden_at_once_and_they_end_in_parts(
    ours: Bank, *, leaves: bool
) -> None:
    large = await hosted(ours, SOME, each=1, alone=True)
    (row,) = await ours.rows("SELECT id FROM candidates")
    if leaves:
        await ours.good(f"/candidates/{row.id}/closing", {"ground": "moved"})
    else:
        await ours.protect(str(row.id))
    assert await large.count("matches WHERE open") == SOME - ROUND
    assert await ours.seen() == []
    await large.all_parts()
    assert await large.told() == dict.fromkeys(ENDED, SOME)
    assert await large.count("consents WHERE withdrawn_on IS NULL") == 0


async def test_a_small_host_is_wound_up_when_it_is_heard_in_one_order(ours: Bank) -> None:
    large = await hosted(ours, 6, each=3)
    before = len(await ours.matching.told())
    await large.is_suspended()
    told = (await ours.matching.told_in_full())[before:]
    one = ["slot.released.v1", "consent.withdrawn.v1", "match.withdrawn.v1"]
    assert [kind for kind, _, _ in told] == ["place.paused.v1"] * 2 + one * 6
    about = [headers["ce_subject"] for kind, headers, _ in told if kind in ("match.withdrawn.v1")]
    assert about == [str(match) for match in large.matches]
    assert await large.all_parts() == []


async def test_no_handler_is_given_more_than_a_part_whatever_hangs_on_a_member(
    ours: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[UUID] = []
    withdraw: Callable[..., Any] = transitions.withdraw_one

    async def counted(tx: Any, match: Any, *more: Any) -> None:
        ended.append(match.id)
        await withdraw(tx, match, *more)

    monkeypatch.setattr(transitions, "withdraw_one", counted)
    large = await hosted(ours, SOME)
    for event in (
        MembershipSuspended(**ours.member, ground="conditions"),
        MembershipReinstated(**ours.member),
        MembershipEnded(membership_id=ours.promise.membership_id, ground="withdrawn"),
    ):
        ended.clear()
        await ours.matching.hears(event)
        assert len(ended) <= ROUND
    assert await large.count("matches WHERE open") > 0
