"""What followup tells: kept by id, beside the promise, in whatever order it comes."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, Membership

from jobbpakten_events.followup import CommitmentLapsed, CommitmentProgressed
from membership.models import Progress
from membership.subscribers import hears

FIGURES = {
    "promised": 10,
    "remaining": 0,
    "open": 0,
    "kept": 7,
    "lapsed": 3,
    "released": 0,
    "extra": 1,
}
LAPSED_ON = date(2029, 3, 2)


def progressed(commitment: Any, **differs: int) -> CommitmentProgressed:
    return CommitmentProgressed(commitment_id=commitment, **FIGURES | differs)


async def copy_of(membership: Membership, commitment: UUID) -> Progress | None:
    async with membership.database.transaction() as tx:
        return await tx.get(Progress, commitment)


def test_membership_hears_what_came_of_its_promises() -> None:
    assert set(hears) == {CommitmentProgressed, CommitmentLapsed}
    assert hears.topics == {"followup.v1"}


async def test_progress_stands_beside_the_promise(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.hears(progressed(commitment, kept=6, remaining=1))
    await membership.hears(progressed(commitment))

    found = await membership.commitment(commitment)
    assert found["promised"] == 10
    assert found["progress"] == FIGURES | {"lapsed_on": None}


async def test_what_comes_of_places_is_followed_by_the_coordinator_alone(
    membership: Membership,
) -> None:
    """A unit more, on its day, is what one person did: also the employer's own report waits."""
    member = await membership.joined(INTERNSHIPS, STUDY_VISITS)
    for commitment in member["commitments"]:
        await membership.hears(progressed(commitment))

    async def seen(role: str, **claims: Any) -> list[dict[str, int | None]]:
        path = f"/members/{member['membership_id']}"
        whole = await membership.good("GET", path, role, **claims)
        several = await membership.good("GET", f"{path}/commitments", role, **claims)
        each = [
            await membership.good("GET", f"/commitments/{one}", role, **claims)
            for one in member["commitments"]
        ]
        return [
            {one["offer"]: one["progress"]["kept"] for one in found}
            for found in (whole["commitments"], several, each)
        ]

    own = {"organisation": member["organisation_id"]}
    hidden = [{"internship": None, "study_visit": 7}] * 3
    for role, claims in (("signatory", own), ("contact_person", own), ("decider", {})):
        assert await seen(role, **claims) == hidden
    assert await seen("coordinator") == [{"internship": 7, "study_visit": 7}] * 3


async def test_progress_may_come_before_the_promise_it_is_about(membership: Membership) -> None:
    unknown = uuid4()
    await membership.hears(progressed(unknown))
    copy = await copy_of(membership, unknown)
    assert copy
    assert copy.kept == 7


async def test_a_lapse_alone_says_what_lapsed_and_nothing_else(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.hears(CommitmentLapsed(commitment_id=commitment, units=3), on=LAPSED_ON)

    progress = (await membership.commitment(commitment))["progress"]
    told = {"lapsed": 3, "lapsed_on": "2029-03-02"}
    assert progress == dict.fromkeys(progress) | told
    body = {"promised": 9, "ground": "shrunk"}
    path = f"/commitments/{commitment}/renegotiations"
    answer = await membership.call("POST", path, "coordinator", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "period_ended")


async def test_a_lapse_that_was_undone_has_no_day(membership: Membership) -> None:
    commitment = (await membership.joined(STUDY_VISITS))["commitments"][0]
    await membership.hears(CommitmentLapsed(commitment_id=commitment, units=3), on=LAPSED_ON)
    await membership.hears(progressed(commitment, kept=9, lapsed=1))
    assert (await membership.commitment(commitment))["progress"]["lapsed_on"] == "2029-03-02"
    await membership.hears(progressed(commitment, kept=10, lapsed=0))
    assert (await membership.commitment(commitment))["progress"]["lapsed_on"] is None


async def test_commitments_mixed_in_any_order_end_in_the_same_copy(
    membership: Membership,
) -> None:
    for order in permutations(range(3)):
        ids = [uuid4() for _ in range(3)]
        streams = {
            id_: iter([progressed(id_, kept=6), CommitmentLapsed(commitment_id=id_, units=3)])
            for id_ in ids
        }
        for place in [*order, *order[::-1]]:
            await membership.hears(next(streams[ids[place]]), on=LAPSED_ON)
        for id_ in ids:
            copy = await copy_of(membership, id_)
            assert copy
            assert (copy.kept, copy.lapsed, copy.lapsed_on) == (6, 3, LAPSED_ON)
