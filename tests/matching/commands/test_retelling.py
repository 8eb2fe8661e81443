"""What matching tells anew after a restore: what is so here, and nothing that unprotects."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.matching.support.pairs import GONE, Bank
from tests.support.pasts import past

from jobbpakten_events import Event
from jobbpakten_events.directory import TOPIC as DIRECTORY
from jobbpakten_events.directory import RecipientNamed
from jobbpakten_events.matching import (
    TOPIC,
    CandidateClosed,
    ConsentWithdrawn,
    PlaceClosed,
    VisibilityComputed,
)
from jobbpakten_events.placement import TOPIC as PLACEMENTS
from matching import identities
from matching.commands.retelling import retell


async def retold(
    ours: Bank, key: object, *lost: Event, topic: str = TOPIC, **more: Any
) -> tuple[str, list[Any]]:
    """Tell anew; give the word that was said and what was told, kind and body."""
    before = len(await ours.matching.told())
    async with ours.matching.database.transaction() as tx:
        said = await retell(tx, past(topic, key, *lost, **more))
    told = (await ours.matching.told_in_full())[before:]
    return said, [(kind.removesuffix(".v1"), body) for kind, _, body in told]


def kinds(told: list[Any]) -> list[str]:
    return [kind for kind, _ in told]


def seen(ref: str, visible: bool) -> VisibilityComputed:  # noqa: FBT001
    return VisibilityComputed(candidate_ref=ref, visible=visible)


async def test_a_candidate_is_told_as_she_is_here(ours: Bank) -> None:
    ref = await ours.candidate()
    lost = (seen(ref, visible=False), seen(ref, visible=True))
    said, ((kind, body),) = await retold(ours, ref, *lost)
    assert (said, kind, body["visible"]) == ("", "visibility.computed", True)
    await ours.protect(ref)
    said, ((kind, body),) = await retold(ours, ref, *lost)
    assert (said, kind, body["visible"]) == ("", "visibility.computed", False)


@pytest.mark.parametrize("twice", [False, True])
@pytest.mark.parametrize("left", [False, True])
async def test_of_whom_was_hidden_or_left_in_what_is_lost_nothing_is_known(
    ours: Bank,
    left: bool,  # noqa: FBT001
    twice: bool,  # noqa: FBT001
) -> None:
    place, ref = await ours.place(), await ours.candidate()
    match = await ours.released(place, ref)
    lost = CandidateClosed(candidate_ref=ref) if left else seen(ref, visible=False)
    said, told = await retold(ours, ref, lost, twice=twice)
    assert said == "facts_to_be_recorded"
    assert ("visibility.computed", {"candidate_ref": ref, "visible": False}) in told
    answer = await ours.look(match)
    assert (answer.status_code, answer.json()["code"]) == GONE
    found = await ours.matching.good("GET", f"/candidates/{ref}", "caseworker")
    assert found["hidden_for"]


async def test_a_place_stands_where_it_stands_here(ours: Bank) -> None:
    place = await ours.place()
    owner = {"commitment_id": ours.promise.commitment_id, "place_id": place}
    owner |= {"organisation_id": ours.promise.organisation_id}
    closed = PlaceClosed(ground="withdrawn", **owner)
    assert kinds((await retold(ours, place))[1]) == ["place.opened"]
    assert kinds((await retold(ours, place, closed))[1]) == ["place.resumed"]
    await ours.suspend(on=date(2026, 3, 2))
    said, ((kind, body),) = await retold(ours, place)
    assert (said, kind, body["ground"]) == ("", "place.paused", "member_suspended")
    await ours.good(f"/places/{place}/closing", role="contact_person", **ours.employer)
    assert kinds((await retold(ours, place))[1]) == ["place.closed"]


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("proposed", "match.proposed"),
        ("asked", "candidate.asked"),
        ("consented", "candidate.answered"),
        ("released", "employer.asked"),
        ("wanted", "employer.answered"),
    ],
)
async def test_a_match_stands_where_it_stands_here(ours: Bank, way: str, told: str) -> None:
    match = await getattr(ours, way)(await ours.place(), await ours.candidate())
    said, found = await retold(ours, match)
    assert (said, kinds(found)) == ("", [told])
    await ours.good(f"/matches/{match}/withdrawal", {"ground": "mistake"})
    assert kinds((await retold(ours, match))[1]) == ["match.withdrawn"]


async def test_a_consent_that_was_withdrawn_in_what_is_lost_holds_no_longer(ours: Bank) -> None:
    ref = await ours.candidate()
    match = await ours.released(await ours.place(), ref)
    ((consent,),) = await ours.rows("SELECT id FROM consents")
    assert kinds((await retold(ours, consent))[1]) == ["consent.given"]
    lost = ConsentWithdrawn(consent_id=consent, match_id=match, candidate_ref=ref)
    said, told = await retold(ours, consent, lost)
    assert (said, kinds(told)) == ("", ["consent.withdrawn"])
    assert (await ours.look(match)).status_code == GONE[0]


async def test_a_placement_and_its_match_stand_where_they_stand_here(ours: Bank) -> None:
    made = await ours.accepted(await ours.place(), await ours.candidate())
    placement, path = made["placement_id"], f"/placements/{made['placement_id']}"
    assert kinds((await retold(ours, made["match_id"]))[1]) == ["match.accepted"]
    assert kinds((await retold(ours, placement, topic=PLACEMENTS))[1]) == ["placement.planned"]
    await ours.prepared(placement)
    await ours.good(f"{path}/readiness")
    assert kinds((await retold(ours, placement, topic=PLACEMENTS))[1]) == ["placement.ready"]


async def test_whoever_may_be_written_to_is_named_and_nobody_else_remembered(ours: Bank) -> None:
    ref = await ours.candidate()
    assert kinds((await retold(ours, ref, topic=DIRECTORY))[1]) == ["recipient.named"]
    await ours.protect(ref)
    assert kinds((await retold(ours, ref, topic=DIRECTORY))[1])[-1:] == ["tombstone"]
    assert kinds((await retold(ours, UUID(int=7), topic=DIRECTORY))[1]) == ["tombstone"]


@pytest.mark.parametrize("twice", [False, True])
async def test_who_refused_mail_in_what_is_lost_is_not_named_before_she_is_asked(
    ours: Bank,
    twice: bool,  # noqa: FBT001
) -> None:
    ref = await ours.candidate()
    gone = RecipientNamed(
        recipient_id=ref, role="participant", of="unit", language="sv", sealed="s"
    )
    lost = {"forgotten": gone, "twice": twice}
    said, told = await retold(ours, ref, topic=DIRECTORY, **lost)
    assert (said, kinds(told)) == ("to_be_decided", ["tombstone"])
    _, told = await retold(ours, ref, seen(ref, visible=False))
    assert "recipient.named" not in kinds(told)
    async with ours.matching.database.transaction() as tx:
        who = await identities.person(tx, UUID(ref))
    assert (who.named, who.wants_email) == ([], False)


async def test_what_was_begun_after_the_dump_is_not_here(ours: Bank) -> None:
    assert await retold(ours, UUID(int=7)) == ("not_here", [])
