"""Telling anew what is so, after a restore: of each aggregate its present state, in one event.

What protects somebody isn't undone by it: a suspension that was told and isn't known here any more
stands, everywhere else, until a decider has decided again.
"""

from uuid import UUID

from jobbpakten_events import Event
from jobbpakten_events.directory import TOPIC as DIRECTORY
from jobbpakten_events.membership import (
    AgreementInForce,
    AgreementSharedForSignature,
    AgreementSigned,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipReinstated,
    MembershipRejected,
    MembershipSuspended,
    VettingStarted,
)
from membership import queries
from membership.commands.agreement import about
from membership.commands.contact import forget, tell_of_contact
from membership.models import Agreement, Commitment, Contact, Membership
from membership.rules.agreement import Terms
from membership.rules.membership import ENDED
from shared.database import Tx
from shared.messaging import outbox
from shared.restoring.topics import Past

RESTORED = "restored"  # the ground of what no person decided


async def retell(tx: Tx, past: Past) -> str:
    """Tell the present state of what a stream is about; say why where it can't be told."""
    key = UUID(past.key)
    if past.topic == DIRECTORY:
        return await retell_contact(tx, key, past)
    if membership := await tx.get(Membership, key):
        return await retell_membership(tx, membership, past)
    if agreement := await tx.get(Agreement, key):
        return await retell_agreement(tx, agreement)
    if commitment := await tx.get(Commitment, key):
        return await retell_commitment(tx, commitment, past)
    return "not_here"


async def retell_contact(tx: Tx, key: UUID, past: Past) -> str:
    """Name her again, or forget her: whoever isn't known here gets no mail.

    Who was removed in what is lost is removed again: else a new key of notifications names her.
    """
    contact = await tx.get(Contact, key)
    if contact and past.forgotten:
        await forget(tx, contact)
        return "to_be_decided"
    if contact:
        await tell_of_contact(tx, contact)
    elif past.last is None or past.last.payload is not None:
        await outbox.forget(tx, DIRECTORY, past.key)
    return ""


async def retell_membership(tx: Tx, one: Membership, past: Past) -> str:
    known = {"membership_id": one.id, "act_by": one.deadline}
    if is_undone(one, past):
        return "to_be_decided"
    if one.state == "applied":
        organisation = await queries.organisation(tx, one.organisation_id)
        event = MembershipApplied.from_row(organisation, organisation_id=organisation.id, **known)
        await outbox.tell(tx, event, on=one.since)
    elif one.state == "in_vetting":
        vetting = await queries.vetting_of(tx, one.id)
        vetting_id = vetting.id if vetting else one.id
        started = VettingStarted(membership_id=one.id, vetting_id=vetting_id)
        await outbox.tell(tx, started, on=one.since)
    elif one.state == "approved":
        await outbox.tell(tx, MembershipApproved.from_row(one, **known), on=one.since)
    elif one.state == "member":
        if not one.suspensions:  # nothing is told of one that was never suspended
            return "to_be_decided"
        await outbox.tell(tx, MembershipReinstated.from_row(one, **known), on=one.since)
    elif one.state == "suspended":
        await outbox.tell(tx, MembershipSuspended.from_row(one, **known), on=one.since)
    elif one.state == "rejected":
        await outbox.tell(tx, MembershipRejected.from_row(one, **known), on=one.since)
    else:
        await outbox.tell(tx, MembershipEnded(membership_id=one.id, ground=one.state), on=one.since)
    return ""


def is_undone(one: Membership, past: Past) -> bool:
    """Tell whether an end or a suspension is lost that the present state doesn't show."""
    lost = past.lately(
        MembershipSuspended, MembershipReinstated, MembershipRejected, MembershipEnded
    )
    shown: tuple[type[Event], ...] = (MembershipReinstated,)
    if one.state == "suspended":
        shown = (MembershipReinstated, MembershipSuspended)
    return one.state not in ENDED and not all(isinstance(event, shown) for event in lost)


async def retell_agreement(tx: Tx, one: Agreement) -> str:
    membership = await tx.get_one(Membership, one.membership_id)
    known, term = about(membership, one), Terms.of(one.terms).term
    if one.state == "out_for_signature":
        await outbox.tell(tx, AgreementSharedForSignature(**known), on=one.since)
    elif one.state == "partly_signed":
        await outbox.tell(tx, AgreementSigned(party="member", **known), on=one.since)
    elif one.state == "in_force":
        days = {"starts_on": term.starts_on, "ends_before": term.ends_before}
        await outbox.tell(tx, AgreementInForce(**known, **days), on=one.since)
    else:
        return "to_be_decided"  # a draft is told to nobody, nor that one was given up
    return ""


async def retell_commitment(tx: Tx, one: Commitment, past: Past) -> str:
    if one.state == "released":
        released = CommitmentReleased(commitment_id=one.id, ground=RESTORED)
        await outbox.tell(tx, released, on=one.since)
        return ""
    if any(isinstance(event, CommitmentReleased) for event in past.events):
        return "to_be_decided"
    changed = [e.promised for e in past.events if isinstance(e, CommitmentRenegotiated)]
    before = changed[-1] if changed else one.promised
    event = CommitmentRenegotiated(
        commitment_id=one.id, promised=one.promised, promised_before=before, ground=RESTORED
    )
    await outbox.tell(tx, event, on=one.since)
    return ""
