"""What membership tells anew after a restore: what is so here, and nothing that unprotects."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.membership.conftest import INTERNSHIPS, Membership
from tests.support.pasts import past

from jobbpakten_events import Event
from jobbpakten_events.directory import TOPIC as DIRECTORY
from jobbpakten_events.directory import RecipientNamed
from jobbpakten_events.membership import (
    TOPIC,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipEnded,
    MembershipReinstated,
    MembershipRejected,
    MembershipSuspended,
)
from membership.commands.retelling import retell

CONDITIONS = {"ground": "working_conditions"}


async def retold(
    membership: Membership, key: object, *lost: Event, topic: str = TOPIC, **more: Any
) -> tuple[str, list[Any]]:
    """Tell anew; give the word that was said and what was told, kind and body."""
    before = len(await membership.told())
    async with membership.database.transaction() as tx:
        said = await retell(tx, past(topic, key, *lost, **more))
    told = (await membership.told_in_full())[before:]
    return said, [(kind.removesuffix(".v1"), body) for kind, _, body in told]


def kinds(told: list[Any]) -> list[str]:
    return [kind for kind, _ in told]


def of(member: Any, kind: Any, **more: Any) -> Any:
    return kind(**{n: member[n] for n in ("membership_id", "organisation_id")}, **more)


@pytest.mark.parametrize(
    ("way", "told"),
    [
        ("applied", "membership.applied"),
        ("in_vetting", "vetting.started"),
        ("approved", "membership.approved"),
    ],
)
async def test_an_applicant_stands_where_it_stands_here(
    membership: Membership, way: str, told: str
) -> None:
    member = await getattr(membership, way)()
    lost = of(member, MembershipReinstated)
    said, found = await retold(membership, member["membership_id"], lost)
    assert (said, kinds(found)) == ("", [told])


@pytest.mark.parametrize("way", ["applied", "in_vetting", "approved", "joined"])
@pytest.mark.parametrize("twice", [False, True])
async def test_an_end_or_a_suspension_that_is_lost_is_undone_by_nobody(
    membership: Membership,
    way: str,
    twice: bool,  # noqa: FBT001
) -> None:
    member = await getattr(membership, way)()
    key = member["membership_id"]
    ended = MembershipEnded(membership_id=key, ground="withdrawn")
    rejected = of(member, MembershipRejected, ground="values")
    suspended = of(member, MembershipSuspended, **CONDITIONS)
    for lost in (ended, rejected, suspended):
        assert await retold(membership, key, lost, twice=twice) == ("to_be_decided", [])


async def test_a_suspended_member_is_told_suspended_and_one_that_is_back_reinstated(
    membership: Membership,
) -> None:
    member = await membership.joined()
    path = f"/members/{member['membership_id']}"
    await membership.good("POST", f"{path}/suspension", "decider", CONDITIONS)
    lost = of(member, MembershipReinstated)
    said, ((kind, body),) = await retold(membership, member["membership_id"], lost)
    assert (said, kind, body["ground"]) == ("", "membership.suspended", "working_conditions")
    await membership.good("POST", f"{path}/reinstatement", "decider", {})
    again = await retold(membership, member["membership_id"], lost)
    assert (again[0], kinds(again[1])) == ("", ["membership.reinstated"])


async def test_where_people_have_acted_since_a_lost_suspension_holds_all_the_same(
    membership: Membership,
) -> None:
    member = await membership.joined()
    path = f"/members/{member['membership_id']}"
    await membership.good("POST", f"{path}/suspension", "decider", CONDITIONS)
    await membership.good("POST", f"{path}/reinstatement", "decider", {})
    lost = of(member, MembershipSuspended, **CONDITIONS)
    key = member["membership_id"]
    assert await retold(membership, key, lost, twice=True) == ("to_be_decided", [])
    back = of(member, MembershipReinstated)
    said, told = await retold(membership, key, lost, back, twice=True)
    assert (said, kinds(told)) == ("", ["membership.reinstated"])


@pytest.mark.parametrize(
    ("way", "said", "told"),
    [
        ("drafted", "to_be_decided", []),
        ("shared", "", ["agreement.shared_for_signature"]),
        ("joined", "", ["agreement.in_force"]),
    ],
)
async def test_an_agreement_stands_where_it_stands_here(
    membership: Membership, way: str, said: str, told: list[str]
) -> None:
    member = await getattr(membership, way)()
    found = await retold(membership, member["agreement"]["agreement_id"])
    assert (found[0], kinds(found[1])) == (said, told)


async def test_a_promise_is_told_from_what_it_was_changed_to_back_to_what_it_is(
    membership: Membership,
) -> None:
    member = await membership.joined(INTERNSHIPS)
    (commitment,) = member["commitments"]
    lost = CommitmentRenegotiated(
        commitment_id=commitment, promised=9, promised_before=4, ground="grown"
    )
    said, ((kind, body),) = await retold(membership, commitment, lost)
    assert (said, kind) == ("", "commitment.renegotiated")
    assert (body["promised"], body["promised_before"]) == (4, 9)
    released = CommitmentReleased(commitment_id=commitment, ground="grown")
    assert await retold(membership, commitment, lost, released) == ("to_be_decided", [])


async def test_whoever_is_known_here_is_named_and_nobody_else_remembered(
    membership: Membership,
) -> None:
    body = {"role": "coordinator", "unit": "kansliet", "name": "Åsa", "language": "sv"}
    named = await membership.good("POST", "/staff", "coordinator", body | {"email": "a@b.example"})
    said, told = await retold(membership, named["contact_id"], topic=DIRECTORY)
    assert (said, kinds(told)) == ("", ["recipient.named"])
    assert await retold(membership, uuid4(), topic=DIRECTORY) == ("", [("tombstone", None)])


@pytest.mark.parametrize("twice", [False, True])
async def test_whoever_was_removed_in_what_is_lost_is_not_named_again(
    membership: Membership,
    twice: bool,  # noqa: FBT001
) -> None:
    body = {"role": "coordinator", "unit": "kansliet", "name": "Åsa", "language": "sv"}
    named = await membership.good("POST", "/staff", "coordinator", body | {"email": "a@b.example"})
    key = named["contact_id"]
    gone = RecipientNamed(
        recipient_id=key, role="coordinator", of="unit", language="sv", sealed="s"
    )
    lost = {"forgotten": gone, "twice": twice}
    said, told = await retold(membership, key, topic=DIRECTORY, **lost)
    assert (said, kinds(told)) == ("to_be_decided", ["tombstone"])
    assert await retold(membership, key, topic=DIRECTORY, **lost) == ("", [])


async def test_what_was_begun_after_the_dump_is_not_here(membership: Membership) -> None:
    assert await retold(membership, UUID(int=7)) == ("not_here", [])
