"""Events in: what membership tells of members and promises."""

from jobbpakten_events import Envelope
from jobbpakten_events.membership import (
    AgreementInForce,
    CommitmentMade,
    CommitmentReleased,
    CommitmentRenegotiated,
    MembershipEnded,
    MembershipReinstated,
    MembershipSuspended,
)
from matching.commands.places import commitments
from shared.database import Tx
from shared.messaging.inbox import Hears


async def on_commitment_made(tx: Tx, event: CommitmentMade, about: Envelope) -> None:
    await commitments.note_promise(tx, event, about.network)


async def on_commitment_renegotiated(tx: Tx, event: CommitmentRenegotiated, _: Envelope) -> None:
    await commitments.note_renegotiation(tx, event)


async def on_commitment_released(tx: Tx, event: CommitmentReleased, about: Envelope) -> None:
    await commitments.note_release(tx, event, about.occurredat)


async def on_agreement_in_force(tx: Tx, event: AgreementInForce, about: Envelope) -> None:
    await commitments.note_in_force(tx, event, about.network, about.occurredat)


async def on_membership_suspended(tx: Tx, event: MembershipSuspended, about: Envelope) -> None:
    await commitments.suspend(tx, event, about.network, about.occurredat)


async def on_membership_reinstated(tx: Tx, event: MembershipReinstated, about: Envelope) -> None:
    await commitments.reinstate(tx, event, about.network, about.occurredat)


async def on_membership_ended(tx: Tx, event: MembershipEnded, about: Envelope) -> None:
    await commitments.end_membership(tx, event, about.network, about.occurredat)


hears = Hears(
    on_commitment_made,
    on_commitment_renegotiated,
    on_commitment_released,
    on_agreement_in_force,
    on_membership_suspended,
    on_membership_reinstated,
    on_membership_ended,
)
