"""Histories of one candidate and one employer, at the level of commands, and what may be seen.

A `World` is the truth by the people's acts, kept without looking at what the service stored.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import text
from tests.driven import TODAY
from tests.matching.conftest import UNIT
from tests.matching.pairs import PROFILE, Bank

from matching.api.shown import view_for_employer
from matching.commands import (
    acceptance,
    answer,
    consent,
    ending,
    fact,
    match,
    promise,
    proposal,
    withdrawal,
)
from matching.commands import candidate as candidates
from matching.commands.acceptance import Plan
from matching.commands.consent import Yes
from matching.commands.fact import Found
from matching.commands.proposal import Pick
from matching.queries import match as queries
from shared.access import Caller
from shared.database import Tx
from shared.events.membership import MembershipReinstated, MembershipSuspended
from shared.machines import NotAllowed, NotFound

NETWORK = PROFILE.network
WORKER = Caller(id="caseworker-1", role="caseworker", unit=UNIT)
COLLEAGUE = Caller(id="caseworker-2", role="caseworker", unit=UNIT)
FIRST, LAST = date(2026, 4, 1), date(2026, 7, 1)


@dataclass(frozen=True)
class Pair:
    """One match as the people know it."""

    consented: bool = False
    released: bool = False
    declined: bool = False  # by the employer: it is shown no more
    accepted: bool = False
    over: bool = False
    lapsed: bool = False  # its consent's last day has passed

    def may_be_seen(self) -> bool:
        return self.released and self.consented and not self.declined

    def ended(self) -> "Pair":
        """End it, unless it was accepted: then only what others end ends."""
        return self if self.accepted else replace(self, over=True, consented=False)


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


async def latest(tx: Tx, scene: Scene) -> UUID:
    found = await matches(tx, scene)
    if not found:
        raise NotFound
    return found[-1]


async def propose(tx: Tx, scene: Scene, world: World) -> World:
    if len(world.pairs) >= scene.most:
        raise NotFound
    from uuid_utils.compat import uuid7  # noqa: PLC0415 - in the order in which they are made

    pick = Pick(uuid7(), scene.place, scene.ref)
    await proposal.propose(tx, WORKER, PROFILE, pick, TODAY)
    assert not world.hidden
    return replace(world, pairs=(*world.pairs, Pair()))


async def ask(tx: Tx, scene: Scene, world: World) -> World:
    by = date(2026, 3, 7)
    found = await latest(tx, scene)
    await proposal.ask(tx, WORKER, PROFILE, found, ["first_name", "phone"], by, TODAY)
    assert not world.hidden
    return world


async def agree(tx: Tx, scene: Scene, world: World) -> World:
    yes = Yes(uuid4(), "paper", [], date(2026, 6, 1), ["first_name"])
    await consent.give(tx, WORKER, PROFILE, await latest(tx, scene), yes, TODAY)
    assert not world.hidden
    return world.last(consented=True)


async def refuse(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawal.refuse(tx, WORKER, PROFILE, await latest(tx, scene), TODAY)
    return world.last(over=True)


async def take_back(tx: Tx, scene: Scene, world: World) -> World:
    await consent.take_back(tx, WORKER, PROFILE, await latest(tx, scene), "paper", TODAY)
    last = world.pairs[-1].ended()
    return replace(world, pairs=(*world.pairs[:-1], replace(last, consented=False)))


async def release(tx: Tx, scene: Scene, world: World) -> World:
    await proposal.release(tx, WORKER, PROFILE, await latest(tx, scene), None, TODAY)
    assert world.pairs[-1].consented
    assert not world.hidden
    return world.last(released=True)


def answers(says: str, ground: str | None) -> Act:
    async def act(tx: Tx, scene: Scene, world: World) -> World:
        employer = employer_of(scene)
        found = await latest(tx, scene)
        await answer.answer(tx, employer, PROFILE, found, says, ground, TODAY)
        assert world.may_be_seen()[-1]
        return world.last(declined=says == "no")

    return act


def employer_of(scene: Scene) -> Caller:
    organisation = scene.bank.promise.organisation_id
    return Caller(id="contact-1", role="contact_person", organisation=organisation)


async def confirm(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawal.confirm(tx, WORKER, PROFILE, await latest(tx, scene), TODAY)
    return world.last(over=True, consented=False)


async def withdraw(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawal.withdraw(tx, WORKER, PROFILE, await latest(tx, scene), "mistake", TODAY)
    return world.last(over=True, consented=False)


async def accept(tx: Tx, scene: Scene, world: World) -> World:
    plan = Plan(uuid4(), FIRST, LAST)
    await acceptance.accept(tx, COLLEAGUE, PROFILE, await latest(tx, scene), plan, TODAY)
    assert world.may_be_seen()[-1]
    return world.last(accepted=True)


async def miss(tx: Tx, scene: Scene, world: World) -> World:
    placement = await queries.placement_of(tx, await latest(tx, scene))
    if placement is None:
        raise NotFound
    await ending.miss(tx, WORKER, PROFILE, placement, TODAY)
    return world.last(consented=False)


def hides(how: str) -> Act:
    async def act(tx: Tx, scene: Scene, world: World) -> World:
        """Let something hide her: all that she consented to is over."""
        await HIDING[how](tx, scene.ref)
        ended = world.each(lambda one: replace(one.ended(), consented=False))
        return replace(ended, hidden=True)

    return act


async def show(tx: Tx, scene: Scene, world: World) -> World:
    """Undo whatever hides her."""
    if not world.hidden:
        raise NotFound
    row = await candidates.held(tx, scene.ref)
    if row and row.state == "parked":
        await candidates.bring_back(tx, WORKER, PROFILE, scene.ref, TODAY)
    for undo in SHOWING:
        await undo(tx, scene.ref)
    return replace(world, hidden=False)


async def suspend(tx: Tx, scene: Scene, world: World) -> World:
    event = MembershipSuspended(**member(scene), ground="conditions")
    await promise.suspend(tx, event, NETWORK, TODAY)
    return world.each(Pair.ended)


async def reinstate(tx: Tx, scene: Scene, world: World) -> World:
    event = MembershipReinstated(**member(scene))
    await promise.reinstate(tx, event, NETWORK, TODAY)
    return world


def member(scene: Scene) -> dict[str, Any]:
    return scene.bank.promise.model_dump(include={"membership_id", "organisation_id"})


async def lapse(tx: Tx, _: Scene, world: World) -> World:
    """Let the last day of every consent pass, without a clock that has seen it."""
    await (await tx.connection()).execute(text("UPDATE consents SET until = '2026-03-01'"))
    tx.expire_all()
    return world.each(lambda one: replace(one, consented=False, lapsed=one.consented or one.lapsed))


async def look_at_the_clock(tx: Tx, _: Scene, world: World) -> World:
    await match.expire(tx, TODAY)
    return world.each(lambda one: one.ended() if one.lapsed else one)


def protects(form: Any) -> Callable[[Tx, UUID], Awaitable[Any]]:
    return lambda tx, ref: fact.record_protection(tx, WORKER, PROFILE, ref, form, TODAY)


def finds(code: str, value: Any) -> Callable[[Tx, UUID], Awaitable[Any]]:
    found = Found(code, value, PROFILE.facts[code].sources[0], TODAY)
    return lambda tx, ref: fact.record(tx, WORKER, PROFILE, ref, [found])


async def park(tx: Tx, ref: UUID) -> Any:
    await candidates.park(tx, WORKER, PROFILE, ref, date(2026, 5, 1), "resting", TODAY)


HIDING = {
    "confidentiality_marking": protects("confidentiality_marking"),
    "protected_registration": protects("protected_registration"),
    "fictitious_identity": protects("fictitious_identity"),
    "may_not_work": finds("may_work", "false"),
    "nobody_knows": finds("receives_assistance", "unknown"),
    "parked": park,
}
SHOWING = (protects("none"), finds("may_work", "true"), finds("receives_assistance", "true"))
ACTS: dict[str, Act] = {
    "propose": propose,
    "ask": ask,
    "agree": agree,
    "refuse": refuse,
    "take_back": take_back,
    "release": release,
    "yes": answers("yes", None),
    "no": answers("no", "need_gone"),
    "confirm": confirm,
    "withdraw": withdraw,
    "accept": accept,
    "miss": miss,
    **{how: hides(how) for how in HIDING},
    "show": show,
    "suspend": suspend,
    "reinstate": reinstate,
    "lapse": lapse,
    "clock": look_at_the_clock,
}


async def check(tx: Tx, scene: Scene, world: World, path: list[str]) -> None:
    """Compare what the employer finds with what is true; nobody hidden is in an open match."""
    employer, found = employer_of(scene), await matches(tx, scene)
    may = [one for one, seen in zip(found, world.may_be_seen(), strict=True) if seen]
    listed = await queries.matches(tx, employer, NETWORK, TODAY, None, 100)
    assert [one.id for one in listed] == may, path
    for one in found:
        assert await details(tx, employer, one) == (
            {"first_name": "Shamiram"} if one in may else None
        ), path
    rows = (await (await tx.connection()).execute(STANDING)).all()
    for row, pair in zip(rows, world.pairs, strict=True):
        assert row.open == (not pair.over and not pair.accepted), path
        assert row.slot in (None, "reserved" if row.open else "taken"), path
        assert not (row.open and world.hidden), path


async def details(tx: Tx, employer: Caller, found: UUID) -> dict[str, Any] | None:
    try:
        return (await view_for_employer(tx, employer, NETWORK, found, TODAY)).details
    except NotFound:
        return None


STANDING = text("""
    SELECT m.id, m.state, m.open, s.state AS slot, p.state AS placement, c.state AS candidate,
           c.visible, places.state AS place, places.paused_for::text AS paused,
           (SELECT count(*) FROM consents WHERE match_id = m.id AND withdrawn_on IS NULL) AS live
    FROM matches m JOIN candidates c ON c.id = m.candidate_ref JOIN places ON places.id = m.place_id
    LEFT JOIN slots s ON s.match_id = m.id LEFT JOIN placements p ON p.match_id = m.id
    ORDER BY m.id""")
WITHOUT = text("""SELECT c.state, c.visible, p.state AS place, p.paused_for::text AS paused
                  FROM candidates c, places p""")


async def stands(tx: Tx, world: World) -> Any:
    """Give all that decides what can come next, whatever led there."""
    connection = await tx.connection()
    rows = [tuple(row)[1:] for row in await connection.execute(STANDING)]
    also = [tuple(row) for row in await connection.execute(WITHOUT)]
    return world, tuple(rows), tuple(also)


async def carry_out(tx: Tx, scene: Scene, world: World, act: str) -> World | None:
    """Carry out an act in a savepoint; None where it is refused, and then nothing has changed.

    An act that succeeds leaves its savepoint to the caller's transaction.
    """
    savepoint = await tx.begin_nested()
    try:
        after = await ACTS[act](tx, scene, world)
        await tx.flush()
    except (NotAllowed, NotFound):
        await savepoint.rollback()
        tx.expire_all()
        return None
    await savepoint.commit()
    return after
