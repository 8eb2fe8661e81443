"""The truth by the people's acts, kept without looking at what the service stored.

A `World` is true of one candidate and one employer, who stand with their place in a `Scene`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from tests.matching.support.pairs import PROFILE, Bank
from tests.matching.support.service import UNIT

from shared.database import Tx
from shared.http.access import Caller

NETWORK = PROFILE.network
WORKER = Caller(id="caseworker-1", role="caseworker", unit=UNIT)


@dataclass(frozen=True)
class Pair:
    """One match as the people know it."""

    said: bool = False  # before one of the staff: shown to nobody
    consented: bool = False
    released: bool = False
    declined: bool = False  # by the employer: it is shown no more
    accepted: bool = False
    over: bool = False
    lapsed: bool = False  # its consent's last day has passed

    @property
    def stands(self) -> bool:
        """Say whether there is a yes of hers that she can take back."""
        return self.said or self.consented

    @property
    def is_past(self) -> bool:
        """Say whether nothing is asked about it any more: nothing of hers stands, or it stays."""
        return self.over or self.accepted

    def may_be_seen(self) -> bool:
        return self.released and self.consented and not self.declined

    def ended(self) -> "Pair":
        """End it, unless it was accepted: then only what others end ends."""
        return self if self.accepted else replace(self, over=True, consented=False, said=False)


@dataclass(frozen=True)
class World:
    """What is true, by the acts that were carried out."""

    hidden: bool = False
    pairs: tuple[Pair, ...] = ()

    def last(self, **differs: bool) -> "World":
        return replace(self, pairs=(*self.pairs[:-1], replace(self.pairs[-1], **differs)))

    def each(self, change: Callable[[Pair], Pair]) -> "World":
        return replace(self, pairs=tuple(map(change, self.pairs)))

    def may_be_seen(self) -> list[bool]:
        """Say for each match whether the employer may be shown her."""
        return [one.may_be_seen() and not self.hidden for one in self.pairs]


class Scene(NamedTuple):
    """One candidate and one place."""

    bank: Bank
    place: UUID
    ref: UUID
    most: int  # matches in one history


Act = Callable[[Tx, Scene, World], Awaitable[World]]


async def matches(tx: Tx, scene: Scene) -> list[UUID]:
    rows = text("SELECT id FROM matches WHERE candidate_ref = :ref ORDER BY id")
    found = await (await tx.connection()).execute(rows, {"ref": scene.ref})
    return [row.id for row in found]


def employer_of(scene: Scene) -> Caller:
    organisation = scene.bank.promise.organisation_id
    return Caller(id="contact-1", role="contact_person", organisation=organisation)
