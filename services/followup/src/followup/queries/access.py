"""Who may read what, and as of which day: a thing is given, or isn't there."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from followup.models import Commitment, Member
from followup.rules.access import is_staff, may_read
from followup.rules.masking import last_month
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotFound

HEARD_OF = text("""
    SELECT EXISTS (SELECT 1 FROM members WHERE network = :network)
        OR EXISTS (SELECT 1 FROM commitments WHERE network = :network)""")

# No event is of a day before 2000: one that somebody wrote there breaks no calendar.
FIRST_DAY = text("""
    SELECT greatest(min(day), DATE '2000-01-01') FROM (
        SELECT least(applied_on, vetting_started_on, approved_on, rejected_on, in_force_on,
                     withdrawn_on, lapsed_on) AS day FROM members WHERE network = :network
        UNION ALL SELECT occurred_on FROM terms JOIN commitments ON commitments.id = commitment_id
            WHERE network = :network
        UNION ALL SELECT held_on FROM acts JOIN commitments ON commitments.id = commitment_id
            WHERE network = :network
        UNION ALL SELECT month FROM counted_placements WHERE network = :network) AS known
    HAVING min(day) IS NOT NULL""")


class Reading(NamedTuple):
    """As of which day somebody reads; `asked` is None for what has been told until now."""

    as_of: date
    asked: date | None
    is_staff: bool


def latest(today: date, closed: date | None) -> date:
    """Give the last month that all but staff read of: one that isn't closed yet says nothing."""
    last = last_month(today)
    return min(last, closed) if closed else last


def reading(
    asked: date | None, today: date, latest: date, eve: date = date.min, *, is_staff: bool
) -> Reading:
    """Let staff read any day; all others read all of it as of the end of a month that closed.

    All months before the `eve`, after which there was something to read, are answered as that one.
    """
    if is_staff:
        return Reading(asked or today, asked, is_staff)
    as_of = min(max(last_month(asked), eve), latest) if asked else latest
    return Reading(as_of, as_of, is_staff)


async def eve_of(tx: Tx, network: str) -> date:
    """Give the end of the month before the first of which a network's report says anything."""
    first = await (await tx.connection()).scalar(FIRST_DAY, {"network": network})
    return last_month(first) if first else date.max


async def network_for(tx: Tx, network: str) -> None:
    """Refuse a network of which nothing was ever heard."""
    if not await (await tx.connection()).scalar(HEARD_OF, {"network": network}):
        raise NotFound


async def member_for(tx: Tx, network: str, membership_id: UUID, caller: Caller) -> Member:
    """Give the membership to whoever may read of it; NotFound for others."""
    member = await tx.get(Member, membership_id)
    if member is None or member.network != network or not may_read(caller, member.organisation_id):
        raise NotFound
    return member


async def commitment_for(tx: Tx, network: str, commitment_id: UUID, caller: Caller) -> Commitment:
    """Give the promise to whoever may read of its member; else NotFound."""
    found = await tx.get(Commitment, commitment_id)
    if found is None or found.network != network or found.told is None:
        raise NotFound
    if not may_read(caller, found.organisation_id):
        raise NotFound
    return found


def only_staff(caller: Caller) -> None:
    """Refuse whoever is no staff; the token's network was checked with it."""
    if not is_staff(caller):
        raise NotFound
