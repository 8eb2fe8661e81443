"""What the people do, at the level of commands, and what is true in the `World` after it."""

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlmodel import select
from tests.matching.model.hiding import HIDING, hides, show
from tests.matching.model.state import (
    NETWORK,
    WORKER,
    Act,
    Pair,
    Scene,
    World,
    employer_of,
    matches,
)
from tests.matching.support.pairs import by
from tests.matching.support.service import UNIT
from tests.shared.support.records import envelope
from tests.support.driven import TODAY

from jobbpakten_events import Envelope, Event
from jobbpakten_events.membership import MembershipReinstated, MembershipSuspended
from matching.commands.matches import (
    acceptances,
    answers,
    consents,
    proposals,
    transitions,
    withdrawals,
)
from matching.commands.matches.acceptances import Plan
from matching.commands.matches.consents import Yes
from matching.commands.matches.proposals import Pick
from matching.commands.placements import endings, preparations
from matching.commands.places import commitments
from matching.models import UnconfirmedConsent
from matching.queries import match as queries
from matching.rules.placement import PARTIES
from shared.database import Tx
from shared.http.access import Caller
from shared.machines import NotFound

COLLEAGUE = Caller(id="caseworker-2", role="caseworker", unit=UNIT)
FIRST, LAST = date(2026, 4, 1), date(2026, 7, 1)


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
    await proposals.propose(by(tx, WORKER), pick)
    assert not world.hidden
    return replace(world, pairs=(*world.pairs, Pair()))


async def ask(tx: Tx, scene: Scene, world: World) -> World:
    found, fields = await latest(tx, scene), ["first_name", "phone"]
    await proposals.ask(by(tx, WORKER), found, fields, date(2026, 3, 7))
    assert not world.hidden
    return world


async def agree(tx: Tx, scene: Scene, world: World) -> World:
    yes = Yes(uuid4(), "paper", date(2026, 6, 1), ["first_name"])
    await consents.give(by(tx, WORKER), await latest(tx, scene), yes)
    assert not world.hidden
    return world.last(consented=True, said=False)


async def say(tx: Tx, scene: Scene, world: World) -> World:
    """Say yes before one of the staff, which is no consent yet."""
    yes = Yes(uuid4(), "two_staff", date(2026, 6, 1), ["first_name"])
    await consents.give(by(tx, WORKER), await latest(tx, scene), yes)
    assert not world.hidden
    return world.last(said=True)


def witnesses(caller: Caller) -> Act:
    async def act(tx: Tx, scene: Scene, world: World) -> World:
        found = await latest(tx, scene)
        waiting = (await tx.exec(select(UnconfirmedConsent.consent_id))).first() or uuid4()
        await consents.confirm(by(tx, caller), found, waiting)
        assert caller is COLLEAGUE
        assert world.pairs[-1].said
        return world.last(consented=True, said=False)

    return act


async def refuse(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawals.refuse(by(tx, WORKER), await latest(tx, scene))
    return took_back(world)


async def take_back(tx: Tx, scene: Scene, world: World) -> World:
    await consents.take_back(by(tx, WORKER), await latest(tx, scene), "paper")
    assert world.pairs[-1].stands or world.pairs[-1].lapsed or world.pairs[-1].is_past
    return took_back(world)


def took_back(world: World) -> World:
    last = replace(world.pairs[-1].ended(), consented=False)
    return replace(world, pairs=(*world.pairs[:-1], last))


async def release(tx: Tx, scene: Scene, world: World) -> World:
    await proposals.ask_employer(by(tx, WORKER), await latest(tx, scene), None)
    assert world.pairs[-1].consented
    assert not world.hidden
    return world.last(released=True)


def employer_says(says: str, ground: str | None) -> Act:
    async def act(tx: Tx, scene: Scene, world: World) -> World:
        employer = employer_of(scene)
        found = await latest(tx, scene)
        await answers.answer(by(tx, employer), found, says, ground)
        assert world.may_be_seen()[-1]
        return world.last(declined=says == "no")

    return act


async def confirm(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawals.confirm(by(tx, WORKER), await latest(tx, scene))
    return world.last(over=True, consented=False)


async def withdraw(tx: Tx, scene: Scene, world: World) -> World:
    await withdrawals.withdraw(by(tx, WORKER), await latest(tx, scene), "mistake")
    return world.last(over=True, consented=False, said=False)


async def accept(tx: Tx, scene: Scene, world: World) -> World:
    plan = Plan(uuid4(), FIRST, LAST)
    await acceptances.accept(by(tx, COLLEAGUE), await latest(tx, scene), plan)
    assert world.may_be_seen()[-1]
    return world.last(accepted=True)


async def placed(tx: Tx, scene: Scene) -> UUID:
    found = await queries.placement_of(tx, await latest(tx, scene))
    if found is None:
        raise NotFound
    return found.id


async def make_ready(tx: Tx, scene: Scene, world: World) -> World:
    """Prepare all that a placement needs; then only what is true of her may forbid it."""
    found = await placed(tx, scene)
    for party in PARTIES:
        await preparations.sign(by(tx, WORKER), found, party)
    await preparations.insure(by(tx, WORKER), found)
    await preparations.name_supervisor(by(tx, WORKER), found)
    await preparations.make_ready(by(tx, WORKER), found)
    assert world.pairs[-1].consented
    assert not world.hidden
    return world


async def miss(tx: Tx, scene: Scene, world: World) -> World:
    await endings.miss(by(tx, WORKER), await placed(tx, scene))
    return world.last(consented=False)


async def interrupt(tx: Tx, scene: Scene, world: World) -> World:
    why = {"ground": "other", "side": "employer"}
    await endings.interrupt(by(tx, WORKER), await placed(tx, scene), why)
    return world.last(consented=False)


def about(event: Event) -> Envelope:
    return envelope(event, network=NETWORK, occurredat=str(TODAY))


async def suspend(tx: Tx, scene: Scene, world: World) -> World:
    event = MembershipSuspended(**scene.bank.member, ground="conditions")
    await commitments.suspend(tx, event, about(event))
    return world.each(Pair.ended)


async def reinstate(tx: Tx, scene: Scene, world: World) -> World:
    event = MembershipReinstated(**scene.bank.member)
    await commitments.reinstate(tx, event, about(event))
    return world


async def lapse(tx: Tx, _: Scene, world: World) -> World:
    """Let the last day of every consent pass, without a clock that has seen it."""
    await (await tx.connection()).execute(text("UPDATE consents SET until = '2026-03-01'"))
    tx.expire_all()
    return world.each(lambda one: replace(one, consented=False, lapsed=one.consented or one.lapsed))


async def look_at_the_clock(tx: Tx, _: Scene, world: World) -> World:
    await transitions.expire(tx, TODAY)
    return world.each(lambda one: one.ended() if one.lapsed else one)


ACTS: dict[str, Act] = {
    "propose": propose,
    "ask": ask,
    "agree": agree,
    "say": say,
    "witness": witnesses(COLLEAGUE),
    "witness_alone": witnesses(WORKER),
    "refuse": refuse,
    "take_back": take_back,
    "release": release,
    "yes": employer_says("yes", None),
    "no": employer_says("no", "need_gone"),
    "confirm": confirm,
    "withdraw": withdraw,
    "accept": accept,
    "ready": make_ready,
    "miss": miss,
    "interrupt": interrupt,
    **{how: hides(how) for how in HIDING},
    "show": show,
    "suspend": suspend,
    "reinstate": reinstate,
    "lapse": lapse,
    "clock": look_at_the_clock,
}
