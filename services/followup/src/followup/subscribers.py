"""Events in: what the other services tell becomes facts about members, promises and notices."""

from collections.abc import Mapping
from uuid import UUID

from followup.commands import commitment, events, member, notice, place, placement
from followup.rules.facts import Outcome
from jobbpakten_events import Envelope, Event
from jobbpakten_events.matching import MatchAccepted, PlaceClosed, PlaceOpened
from jobbpakten_events.membership import (
    ActivityHeld,
    AgreementInForce,
    CommitmentMade,
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
from jobbpakten_events.notification import (
    NoticeActed,
    NoticeCancelled,
    NoticeExpired,
    NoticeFailed,
    NoticeRequested,
    NoticeSent,
    NoticeUncertain,
)
from jobbpakten_events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementPlanned,
    PlacementReady,
    PlacementStarted,
)
from shared.database import Tx
from shared.messaging.inbox import Hears

# The events that differ in one word only, and that word.
OUTCOMES: Mapping[type[Event], Outcome] = {
    PlacementCompleted: "completed",
    PlacementPartlyCompleted: "partly_completed",
    PlacementNoShow: "no_show",
    PlacementInterrupted: "interrupted",
}
STATES: Mapping[type[Event], notice.State] = {
    NoticeRequested: "requested",
    NoticeSent: "sent",
    NoticeFailed: "failed",
    NoticeUncertain: "uncertain",
    NoticeActed: "acted",
    NoticeCancelled: "cancelled",
    NoticeExpired: "expired",
}


async def on_membership_applied(tx: Tx, event: MembershipApplied, about: Envelope) -> None:
    await member.note_member(
        tx,
        event.membership_id,
        organisation_id=event.organisation_id,
        sector=event.sector,
        size=event.size,
        applied_on=about.occurredat,
    )


async def on_vetting_started(tx: Tx, event: VettingStarted, about: Envelope) -> None:
    await member.note_member(tx, event.membership_id, vetting_started_on=about.occurredat)


async def on_membership_approved(tx: Tx, event: MembershipApproved, about: Envelope) -> None:
    await member.note_member(tx, event.membership_id, approved_on=about.occurredat)


async def on_membership_rejected(tx: Tx, event: MembershipRejected, about: Envelope) -> None:
    await member.note_member(tx, event.membership_id, rejected_on=about.occurredat)


async def on_membership_ended(tx: Tx, event: MembershipEnded, about: Envelope) -> None:
    ended = {"withdrawn": "withdrawn_on", "lapsed": "lapsed_on"}[event.ground]
    await member.note_member(tx, event.membership_id, **{ended: about.occurredat})


async def on_membership_suspended(tx: Tx, event: MembershipSuspended, about: Envelope) -> None:
    await member.note_turn(tx, event.membership_id, event.organisation_id, about, suspended=True)


async def on_membership_reinstated(tx: Tx, event: MembershipReinstated, about: Envelope) -> None:
    await member.note_turn(tx, event.membership_id, event.organisation_id, about, suspended=False)


async def on_agreement_in_force(tx: Tx, event: AgreementInForce, about: Envelope) -> None:
    await member.note_member(
        tx,
        event.membership_id,
        organisation_id=event.organisation_id,
        in_force_on=about.occurredat,
    )


async def on_commitment_made(tx: Tx, event: CommitmentMade, about: Envelope) -> None:
    await commitment.note_promise(tx, event, about)


async def on_commitment_renegotiated(
    tx: Tx, event: CommitmentRenegotiated, about: Envelope
) -> None:
    await commitment.note_renegotiation(tx, event, about)


async def on_commitment_released(tx: Tx, event: CommitmentReleased, about: Envelope) -> None:
    await commitment.note_release(tx, event, about)


async def on_activity_held(tx: Tx, event: ActivityHeld, about: Envelope) -> None:
    await commitment.note_activity(tx, event, about)


async def on_place_opened(tx: Tx, event: PlaceOpened, about: Envelope) -> None:
    await place.note_opening(tx, event, about)


async def on_place_closed(tx: Tx, event: PlaceClosed, about: Envelope) -> None:
    await place.note_closing(tx, event, about)


async def on_match_accepted(tx: Tx, event: MatchAccepted, _: Envelope) -> None:
    await placement.note_acceptance(tx, event)


async def on_placement_planned(tx: Tx, event: PlacementPlanned, about: Envelope) -> None:
    await placement.note_plan(tx, event, about)


async def on_placement_ready(tx: Tx, event: PlacementReady, about: Envelope) -> None:
    await placement.note_readiness(tx, event, about)


async def on_placement_started(tx: Tx, event: PlacementStarted, about: Envelope) -> None:
    await placement.note_start(tx, event, about)


async def on_placement_ended(tx: Tx, event: placement.Ended, about: Envelope) -> None:
    await placement.note_end(tx, event, about, OUTCOMES[type(event)])


async def on_notice(tx: Tx, event: Event, about: Envelope) -> None:
    await notice.note_notice(tx, UUID(event.key), about, STATES[type(event)])


hears = Hears(
    on_membership_applied,
    on_vetting_started,
    on_membership_approved,
    on_membership_rejected,
    on_membership_ended,
    on_membership_suspended,
    on_membership_reinstated,
    on_agreement_in_force,
    on_commitment_made,
    on_commitment_renegotiated,
    on_commitment_released,
    on_activity_held,
    on_place_opened,
    on_place_closed,
    on_match_accepted,
    on_placement_planned,
    on_placement_ready,
    on_placement_started,
    all=events.take_in,
)
hears.update(dict.fromkeys(OUTCOMES, on_placement_ended))
hears.update(dict.fromkeys(STATES, on_notice))
