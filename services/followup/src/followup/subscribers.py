"""Events in: what the other services tell becomes facts about members, promises and notices."""

from followup.commands import commitment, events, member, notice, place, placement
from shared.messaging.inbox import Hears

hears = Hears(
    member.note_application,
    member.note_end,
    member.note_suspension,
    member.note_reinstatement,
    commitment.note_promise,
    commitment.note_renegotiation,
    commitment.note_release,
    commitment.note_activity,
    place.note_opening,
    place.note_closing,
    placement.note_acceptance,
    placement.note_plan,
    placement.note_readiness,
    placement.note_start,
    all=events.take_in,
)
hears.update(dict.fromkeys(member.DAYS, member.note_day))
hears.update(dict.fromkeys(placement.OUTCOMES, placement.note_end))
hears.update(dict.fromkeys(notice.STATES, notice.note_notice))
