"""Events in: what membership tells of members and promises, each with what is done about it."""

from matching.commands.places import commitments
from shared.messaging.inbox import Hears

hears = Hears(
    commitments.note_promise,
    commitments.note_renegotiation,
    commitments.note_release,
    commitments.note_in_force,
    commitments.suspend,
    commitments.reinstate,
    commitments.end_membership,
)
