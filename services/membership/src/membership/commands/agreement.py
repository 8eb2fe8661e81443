"""Agreements: draft, edit, share, sign; with the last signature the promises hold."""

from datetime import date
from typing import Any
from uuid import UUID

from jobbpakten_events.membership import (
    AgreementInForce,
    AgreementSharedForSignature,
    AgreementSigned,
    CommitmentMade,
)
from membership import queries
from membership.commands.membership import applicants, lock_membership
from membership.models import Agreement, Commitment, Membership, Signature
from membership.profiles import Profile
from membership.rules.agreement import (
    AGREEMENT,
    PARTIES,
    Period,
    Promise,
    Terms,
    Versions,
    check_may_hold,
    check_same_text,
    check_start,
    check_terms,
    check_version,
    due,
    fingerprint,
)
from membership.rules.commitment import COMMITMENT
from membership.rules.membership import MEMBERSHIP
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound, advance, by_a_person, check_order, four_eyes, take
from shared.messaging import outbox


async def draft(
    act: Act[Profile], membership_id: UUID, agreement_id: UUID, terms: Terms
) -> Agreement:
    membership = await lock_membership(act, membership_id)
    advance(membership, MEMBERSHIP, "draft", act.caller.role, act.on, limits=act.profile)
    if await queries.agreement_of(act.tx, membership.id):
        raise NotAllowed("already_drafted", "There is a draft: edit it.")
    await fit(act.tx, act.profile, membership, terms, act.on)
    agreement = Agreement(
        id=agreement_id,
        membership_id=membership.id,
        since=act.on,
        terms=terms.document(),
        prepared_by=[by_a_person(act.caller)],
    )
    take(agreement, AGREEMENT, "draft", act.caller.role, act.on)
    act.tx.add(agreement)
    return agreement


async def fit(tx: Tx, profile: Profile, membership: Membership, terms: Terms, on: date) -> None:
    """Refuse terms that don't fit this organisation; its approval is where a term may begin."""
    check_start(terms.term.starts_on, on)
    organisation = await queries.organisation(tx, membership.organisation_id)
    latest = profile.deadlines.term.after(terms.term.starts_on)
    check_terms(terms, profile.limits(organisation.size), Period(membership.since, latest))


async def edit(act: Act[Profile], membership_id: UUID, read: Versions, terms: Terms) -> Agreement:
    """Replace the terms of a draft, if nobody else did since they were read."""
    membership, agreement = await locked_agreement(act, membership_id)
    take(agreement, AGREEMENT, "edit", act.caller.role, act.on)
    prepare(act, agreement, read)
    await fit(act.tx, act.profile, membership, terms, act.on)
    agreement.terms, agreement.edited_on = terms.document(), act.on
    return agreement


def prepare(act: Act[Profile], agreement: Agreement, read: Versions) -> None:
    """Note that somebody works on the draft that she has read, not before its last edit."""
    check_version(read, agreement.version)
    check_order(act.on, agreement.edited_on)
    agreement.version += 1
    agreement.prepared_by = sorted({*agreement.prepared_by, by_a_person(act.caller)})


async def share(act: Act[Profile], membership_id: UUID, read: Versions) -> Agreement:
    """Freeze the text that the caller has read, and ask the parties to sign it."""
    membership, agreement = await locked_agreement(act, membership_id)
    take(agreement, AGREEMENT, "share", act.caller.role, act.on)
    prepare(act, agreement, read)
    check_may_hold(Terms.of(agreement.terms), act.profile.offers, act.on)
    agreement.text_hash = fingerprint(text_of(membership, agreement))
    event = AgreementSharedForSignature(**about(membership, agreement))
    await outbox.tell(act.tx, event, on=act.on)
    return agreement


def about(membership: Membership, agreement: Agreement) -> dict[str, Any]:
    """Give what every event on the way to the last signature says."""
    return {
        "agreement_id": agreement.id,
        "membership_id": membership.id,
        "organisation_id": membership.organisation_id,
        "act_by": due(agreement.state, Terms.of(agreement.terms), membership.deadline),
    }


def text_of(membership: Membership, agreement: Agreement) -> dict[str, object]:
    """Give all that the parties put their names to."""
    parties = {"network": membership.network, "organisation_id": str(membership.organisation_id)}
    return {"agreement_id": str(agreement.id), **parties, "terms": agreement.terms}


async def sign(act: Act[Profile], membership_id: UUID, text_hash: str) -> Agreement:
    """Sign the shared text; the member first, the municipality last and by another pair of eyes."""
    membership, agreement = await locked_agreement(act, membership_id)
    state = take(agreement, AGREEMENT, "sign", act.caller.role, act.on)
    party = PARTIES[state.name]
    four_eyes(act.caller, *await others_than(act.tx, membership, agreement, party))
    check_same_text(text_hash, agreement.text_hash)
    check_may_hold(Terms.of(agreement.terms), act.profile.offers, act.on)
    act.tx.add(signature(act, agreement, party, text_hash))
    await outbox.tell(
        act.tx, AgreementSigned(**about(membership, agreement), party=party), on=act.on
    )
    if state.name == "in_force":
        await bring_into_force(act, membership, agreement)
    return agreement


async def others_than(tx: Tx, membership: Membership, agreement: Agreement, party: str) -> set[str]:
    """Give who can't sign for a party: who prepared the text, or acted for the other side."""
    if party == "member":
        return {*agreement.prepared_by}
    signed = (one.signed_by for one in await queries.signatures_of(tx, agreement.id))
    return {*agreement.prepared_by, *signed, *applicants(membership)}


def signature(act: Act[Profile], agreement: Agreement, party: str, text_hash: str) -> Signature:
    return Signature(
        agreement_id=agreement.id,
        party=party,
        text_hash=text_hash,
        signed_by=act.caller.id,
        signed_on=act.on,
    )


async def bring_into_force(act: Act[Profile], membership: Membership, agreement: Agreement) -> None:
    """Make the applicant a member, and of each promise a commitment."""
    terms = Terms.of(agreement.terms)
    advance(membership, MEMBERSHIP, "join", act.caller.role, act.on, limits=act.profile)
    membership.deadline = terms.term.last_day
    event = AgreementInForce(
        agreement_id=agreement.id,
        membership_id=membership.id,
        organisation_id=membership.organisation_id,
        starts_on=terms.term.starts_on,
        ends_before=terms.term.ends_before,
    )
    made = [
        make(act, membership, agreement, one, act.profile.offers[one.offer].kept_by)
        for one in terms.promises
    ]
    await outbox.tell_all(act.tx, [event, *made], on=act.on)


def make(
    act: Act[Profile], membership: Membership, agreement: Agreement, promise: Promise, kept_by: str
) -> CommitmentMade:
    """Store a commitment and give what is told of it."""
    commitment = Commitment(
        id=promise.id,
        membership_id=membership.id,
        agreement_id=agreement.id,
        offer=promise.offer,
        kept_by=kept_by,
        promised=promise.units,
        starts_on=promise.period.starts_on,
        ends_before=promise.period.ends_before,
        since=act.on,
    )
    take(commitment, COMMITMENT, "make", act.caller.role, act.on)
    act.tx.add(commitment)
    organisation = membership.organisation_id
    return CommitmentMade.from_row(
        commitment, commitment_id=commitment.id, organisation_id=organisation
    )


async def locked_agreement(act: Act[Profile], membership_id: UUID) -> tuple[Membership, Agreement]:
    """Take a membership with its agreement; NotFound without one."""
    membership = await lock_membership(act, membership_id)
    agreement = await queries.agreement_of(act.tx, membership.id)
    if agreement is None:
        raise NotFound
    return membership, agreement
