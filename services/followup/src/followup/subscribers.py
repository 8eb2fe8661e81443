"""Events in: what membership tells becomes facts about members and commitments."""

from followup import commands
from shared.database import Tx
from shared.events import Envelope
from shared.events.membership import (
    ActivityHeld,
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipRejected,
    VettingStarted,
)
from shared.inbox import Hears


async def on_membership_applied(tx: Tx, event: MembershipApplied, about: Envelope) -> None:
    await commands.note_member(
        tx,
        event.membership_id,
        organisation_id=event.organisation_id,
        sector=event.sector,
        size=event.size,
        applied_on=about.occurredat,
    )


async def on_vetting_started(tx: Tx, event: VettingStarted, about: Envelope) -> None:
    await commands.note_member(tx, event.membership_id, vetting_started_on=about.occurredat)


async def on_membership_approved(tx: Tx, event: MembershipApproved, about: Envelope) -> None:
    await commands.note_member(tx, event.membership_id, approved_on=about.occurredat)


async def on_membership_rejected(tx: Tx, event: MembershipRejected, about: Envelope) -> None:
    await commands.note_member(tx, event.membership_id, rejected_on=about.occurredat)


async def on_membership_ended(tx: Tx, event: MembershipEnded, about: Envelope) -> None:
    ended = {"withdrawn": "withdrawn_on", "lapsed": "lapsed_on"}[event.ground]
    await commands.note_member(tx, event.membership_id, **{ended: about.occurredat})


async def on_agreement_in_force(tx: Tx, event: AgreementInForce, about: Envelope) -> None:
    await commands.note_member(
        tx,
        event.membership_id,
        organisation_id=event.organisation_id,
        in_force_on=about.occurredat,
    )


async def on_commitment_made(tx: Tx, event: CommitmentMade, about: Envelope) -> None:
    await commands.note_promise(tx, event, about)


async def on_commitment_renegotiated(
    tx: Tx, event: CommitmentRenegotiated, about: Envelope
) -> None:
    await commands.note_renegotiation(tx, event, about)


async def on_commitment_released(tx: Tx, event: CommitmentReleased, about: Envelope) -> None:
    await commands.note_release(tx, event, about)


async def on_activity_held(tx: Tx, event: ActivityHeld, about: Envelope) -> None:
    await commands.note_activity(tx, event, about)


hears = Hears(
    on_membership_applied,
    on_vetting_started,
    on_membership_approved,
    on_membership_rejected,
    on_membership_ended,
    on_agreement_in_force,
    on_commitment_made,
    on_commitment_renegotiated,
    on_commitment_released,
    on_activity_held,
    all=commands.take_in,
)
