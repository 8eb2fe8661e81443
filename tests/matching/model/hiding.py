"""What hides a candidate from employers, and what shows her again."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from tests.matching.model.state import WORKER, Act, Pair, Scene, World
from tests.matching.support.pairs import PROFILE, by
from tests.support.driven import TODAY

from matching.commands.candidates import facts
from matching.commands.candidates import registrations as candidates
from matching.commands.candidates.facts import Found
from matching.commands.locks import lock_candidate
from shared.database import Tx
from shared.machines import NotFound


def protects(form: Any) -> Callable[[Tx, UUID], Awaitable[Any]]:
    return lambda tx, ref: facts.record_protection(by(tx, WORKER), ref, form)


def finds(code: str, value: Any) -> Callable[[Tx, UUID], Awaitable[Any]]:
    found = Found(code, value, PROFILE.facts[code].sources[0], TODAY)
    return lambda tx, ref: facts.record(by(tx, WORKER), ref, [found])


async def park(tx: Tx, ref: UUID) -> Any:
    await candidates.park(by(tx, WORKER), ref, date(2026, 5, 1), "resting")


FORMS = ("confidentiality_marking", "protected_registration", "fictitious_identity")
HIDING = {
    **{form: protects(form) for form in FORMS},
    "marked": finds("no_mark_in_register", "false"),
    "may_not_work": finds("may_work", "false"),
    "nobody_knows": finds("receives_assistance", "unknown"),
    "parked": park,
}
PROTECTING = {*FORMS, "marked"}
SHOWING = (
    protects("none"),
    finds("no_mark_in_register", "true"),
    finds("may_work", "true"),
    finds("receives_assistance", "true"),
)


def hides(how: str) -> Act:
    async def act(tx: Tx, scene: Scene, world: World) -> World:
        """Let something hide her: what is open is over; protected, all that she consented to."""
        await HIDING[how](tx, scene.ref)
        ended = world.each(Pair.ended)
        if how in PROTECTING:
            ended = ended.each(lambda one: replace(one, consented=False))
        return replace(ended, hidden=True)

    return act


async def show(tx: Tx, scene: Scene, world: World) -> World:
    """Undo whatever hides her."""
    if not world.hidden:
        raise NotFound
    row = await lock_candidate(tx, scene.ref)
    if row and row.state == "parked":
        await candidates.bring_back(by(tx, WORKER), scene.ref)
    for undo in SHOWING:
        await undo(tx, scene.ref)
    return replace(world, hidden=False)
