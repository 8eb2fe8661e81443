"""The locks that acts take, always in this order: candidate, places by their ids, match."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select

from matching.models import Candidate, Match, Place
from shared.any_of import among
from shared.database import Tx


class HeldMatch(NamedTuple):
    """A match as it is now, with whom and what it joins; all rows are this transaction's.

    `others` are the places of what else was asked for, by id.
    """

    match: Match
    candidate: Candidate
    place: Place
    others: dict[UUID, Place]


async def lock_candidate(tx: Tx, ref: UUID) -> Candidate | None:
    """Return a candidate's row as it is now; None where there is none."""
    here = select(Candidate).where(col(Candidate.id) == ref).with_for_update()
    return (await tx.exec(here.execution_options(populate_existing=True))).one_or_none()


async def lock_places(tx: Tx, place_ids: Collection[UUID]) -> list[Place]:
    """Return places as they are now, in the order of their ids."""
    here = select(Place).where(among(col(Place.id), place_ids)).order_by(col(Place.id))
    found = here.with_for_update().execution_options(populate_existing=True)
    return [*(await tx.exec(found)).all()]


async def lock_match(
    tx: Tx, read: Match, candidate: Candidate, others: Iterable[UUID] = ()
) -> HeldMatch:
    """Return a match of a candidate whose row is already ours, with its place and others."""
    found = {place.id: place for place in await lock_places(tx, {read.place_id, *others})}
    await tx.refresh(read)
    return HeldMatch(read, candidate, found[read.place_id], found)
