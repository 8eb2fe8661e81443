"""What membership tells, in whatever order its streams come: copies by id, places that follow."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import uuid4

from tests.matching.support.places import (
    in_force,
    made,
    offered,
    opened,
    opening,
    promised,
    refused,
    seen,
)
from tests.matching.support.service import Matching
from tests.support.driven import TODAY

from jobbpakten_events import Event
from jobbpakten_events.membership import (
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipEnded,
    MembershipReinstated,
    MembershipSuspended,
)
from matching.models import Member, Promise
from matching.subscribers import hears


def suspended(promise: CommitmentMade) -> MembershipSuspended:
    return MembershipSuspended(
        membership_id=promise.membership_id,
        organisation_id=promise.organisation_id,
        ground="control",
    )


def reinstated(promise: CommitmentMade) -> MembershipReinstated:
    return MembershipReinstated(
        membership_id=promise.membership_id, organisation_id=promise.organisation_id
    )


def renegotiated(promise: CommitmentMade, units: int) -> CommitmentRenegotiated:
    return CommitmentRenegotiated(
        commitment_id=promise.commitment_id,
        promised=units,
        promised_before=promise.promised,
        ground="shrunk",
    )


def released(promise: CommitmentMade) -> CommitmentReleased:
    return CommitmentReleased(commitment_id=promise.commitment_id, ground="workplace_closed")


Kinds = Sequence[type[Event]]


def said_of(promise: CommitmentMade) -> dict[type[Event], Event]:
    """Give one event of each kind about a promise and its member."""
    events: list[Event] = [promise, renegotiated(promise, 3), released(promise)]
    events += [in_force(promise), suspended(promise), reinstated(promise)]
    return {type(event): event for event in events}


def interleaved(*streams: Kinds) -> Iterator[list[type[Event]]]:
    """Give every order in which streams may come against each other; each keeps its own."""
    if not any(streams):
        yield []
    for place, stream in enumerate(streams):
        if stream:
            rest = [*streams[:place], stream[1:], *streams[place + 1 :]]
            yield from ([stream[0], *others] for others in interleaved(*rest))


async def copies(matching: Matching, promise: CommitmentMade) -> tuple[object, ...]:
    """Give what is known, without the ids: in force, suspended, ended; promised, released."""
    async with matching.database.transaction() as tx:
        member = await tx.get(Member, promise.membership_id)
        known = await tx.get(Promise, promise.commitment_id)
        assert member is None or member.organisation_id == promise.organisation_id
        return (
            *(
                (member.in_force_on, member.suspended_on, member.ended_on)
                if member
                else (None,) * 3
            ),
            *((known.promised, known.released_on) if known else (None, None)),
        )


def test_matching_hears_of_members_and_promises() -> None:
    assert {kind.kind for kind in hears} == {
        *("commitment.made.v1", "commitment.renegotiated.v1", "commitment.released.v1"),
        *("agreement.in_force.v1", "membership.ended.v1"),
        *("membership.suspended.v1", "membership.reinstated.v1"),
    }


async def test_streams_in_any_order_end_in_the_same_copies(matching: Matching) -> None:
    of_promise: Kinds = [CommitmentMade, CommitmentRenegotiated, CommitmentReleased]
    of_member: Kinds = [MembershipSuspended, MembershipReinstated, MembershipSuspended]
    orders = list(interleaved(of_promise, [AgreementInForce], of_member))
    assert len(orders) == 140
    for order in orders:
        promise = made()
        said = said_of(promise)
        for day, kind in enumerate(order, 1):
            await matching.hears(said[kind], on=date(2026, 2, day))
        in_force_on, suspended_on, ended_on, units, released_on = await copies(matching, promise)
        assert (bool(in_force_on), bool(suspended_on), ended_on) == (True, True, None)
        assert (units, bool(released_on)) == (3, True)


async def test_a_place_opens_only_while_the_member_is_known_to_be_one(
    matching: Matching,
) -> None:
    """Every order of what makes and breaks a member; after each event opening is tried."""
    for order in interleaved([AgreementInForce], [MembershipSuspended, MembershipReinstated]):
        promise = made()
        await matching.hears(promise)
        heard: set[type[Event]] = set()
        for kind in order:
            await matching.hears(said_of(promise)[kind])
            heard.add(kind)
            suspended_now = MembershipSuspended in heard and MembershipReinstated not in heard
            place = await offered(matching, promise, slots=1)
            path = f"/places/{place['place_id']}"
            statement = {"statement": "none"}
            await matching.good("POST", f"{path}/union-statement", "coordinator", statement)
            answer = await matching.call("POST", f"{path}/opening", "coordinator", {})
            may = AgreementInForce in heard and not suspended_now
            assert answer.is_success is may, (heard, answer.text)


async def test_a_promise_told_twice_is_one(matching: Matching) -> None:
    promise = made()
    await matching.hears(promise)
    await matching.hears(renegotiated(promise, 2))
    await matching.hears(promise)
    assert (await copies(matching, promise))[3] == 2


async def test_a_change_of_a_promise_never_heard_of_is_passed_over(matching: Matching) -> None:
    await matching.hears(renegotiated(made(), 2))
    await matching.hears(released(made()))


async def test_of_several_agreements_the_first_day_counts(matching: Matching) -> None:
    promise = made()
    for day in (5, 3, 4):
        later = in_force(promise).model_copy(update={"agreement_id": uuid4()})
        await matching.hears(later, on=date(2026, 2, day))
    assert (await copies(matching, promise))[0] == date(2026, 2, 3)


async def test_a_suspended_members_places_pause_and_come_back_as_they_were(
    matching: Matching,
) -> None:
    promise = await promised(matching)
    open_, reviewed = await opened(matching, promise), await offered(matching, promise, slots=1)
    by_hand = await opened(matching, promise, slots=1)
    path = f"/places/{by_hand['place_id']}"
    await matching.good("POST", f"{path}/pause", "coordinator", {})
    others = await opened(matching)

    # Dated before the places were opened: it isn't refused for that.
    await matching.hears(suspended(promise), on=date(2026, 2, 20))
    found = [await seen(matching, place) for place in (open_, by_hand, reviewed, others)]
    assert [(one["state"], one["paused_for"]) for one in found] == [
        ("paused", ["member_suspended"]),
        ("paused", ["employer", "member_suspended"]),
        ("under_review", []),
        ("open", []),
    ]
    lifted = await refused(matching, f"/places/{open_['place_id']}/resumption", "coordinator", {})
    assert lifted == (409, "not_paused_for_this")
    await matching.good("POST", f"{path}/resumption", "coordinator", {})

    await matching.hears(reinstated(promise), on=TODAY)
    found = [await seen(matching, place) for place in (open_, by_hand)]
    assert [(one["state"], one["paused_for"]) for one in found] == [("open", [])] * 2
    assert (await matching.told_about(by_hand["place_id"]))[1:] == [
        "place.paused.v1",
        "place.paused.v1",
        "place.resumed.v1",
    ]
    assert (await opening(matching, reviewed["place_id"]))["state"] == "open"


async def test_a_suspension_told_twice_and_a_reinstatement_of_nothing_do_nothing(
    matching: Matching,
) -> None:
    promise = await promised(matching)
    place = await opened(matching, promise)
    await matching.hears(reinstated(promise))
    await matching.hears(suspended(promise))
    await matching.hears(suspended(promise))
    about = await matching.told_about(place["place_id"])
    assert about == ["place.opened.v1", "place.paused.v1"]


async def test_a_member_that_has_left_has_no_places(matching: Matching) -> None:
    promise = await promised(matching)
    place, reviewed = await opened(matching, promise), await offered(matching, promise, slots=1)
    await matching.hears(MembershipEnded(membership_id=promise.membership_id, ground="withdrawn"))
    assert [(await seen(matching, one))["state"] for one in (place, reviewed)] == ["closed"] * 2
    assert await matching.told_about(reviewed["place_id"]) == []
    assert (await matching.told_about(place["place_id"]))[-1] == "place.closed.v1"
