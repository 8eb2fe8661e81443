"""Events in: what the other services tell becomes facts about members, promises and notices."""

from followup.commands import commitment, events, member, notice, place, placement
from shared.database import Tx
from shared.events import Envelope
from shared.events.matching import MatchAccepted, PlaceClosed, PlaceOpened
from shared.events.membership import (
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
from shared.events.notification import (
    NoticeActed,
    NoticeCancelled,
    NoticeExpired,
    NoticeFailed,
    NoticeRequested,
    NoticeSent,
    NoticeUncertain,
)
from shared.events.placement import (
    PlacementCompleted,
    PlacementInterrupted,
    PlacementNoShow,
    PlacementPartlyCompleted,
    PlacementPlanned,
    PlacementReady,
    PlacementStarted,
)
from shared.inbox import Hears


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


async def on_placement_completed(tx: Tx, event: PlacementCompleted, about: Envelope) -> None:
    await placement.note_end(tx, event, about, "completed")


async def on_placement_partly_completed(
    tx: Tx, event: PlacementPartlyCompleted, about: Envelope
) -> None:
    await placement.note_end(tx, event, about, "partly_completed")


async def on_placement_no_show(tx: Tx, event: PlacementNoShow, about: Envelope) -> None:
    await placement.note_end(tx, event, about, "no_show")


async def on_placement_interrupted(tx: Tx, event: PlacementInterrupted, about: Envelope) -> None:
    await placement.note_end(tx, event, about, "interrupted")


async def on_notice_requested(tx: Tx, event: NoticeRequested, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "requested")


async def on_notice_sent(tx: Tx, event: NoticeSent, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "sent")


async def on_notice_failed(tx: Tx, event: NoticeFailed, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "failed")


async def on_notice_uncertain(tx: Tx, event: NoticeUncertain, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "uncertain")


async def on_notice_acted(tx: Tx, event: NoticeActed, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "acted")


async def on_notice_cancelled(tx: Tx, event: NoticeCancelled, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "cancelled")


async def on_notice_expired(tx: Tx, event: NoticeExpired, about: Envelope) -> None:
    await notice.note_notice(tx, event.notice_id, about, "expired")


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
    on_placement_completed,
    on_placement_partly_completed,
    on_placement_no_show,
    on_placement_interrupted,
    on_notice_requested,
    on_notice_sent,
    on_notice_failed,
    on_notice_uncertain,
    on_notice_acted,
    on_notice_cancelled,
    on_notice_expired,
    all=events.take_in,
)
