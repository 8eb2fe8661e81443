"""Histories of one candidate and one employer, act by act, and what may be seen."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from tests.matching.model.acts import ACTS
from tests.matching.model.state import Scene, World, employer_of, matches
from tests.matching.support.pairs import by

from matching import disclosure
from shared.database import Tx
from shared.http.access import Caller
from shared.http.paging import Page
from shared.machines import NotAllowed, NotFound


async def check(tx: Tx, scene: Scene, world: World, path: list[str]) -> None:
    """Compare what the employer finds with what is true; nobody hidden is in an open match."""
    employer, found = employer_of(scene), await matches(tx, scene)
    may = [one for one, seen in zip(found, world.may_be_seen(), strict=True) if seen]
    listed = await disclosure.matches(by(tx, employer), Page())
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
        assert row.said == pair.said, path
        assert not (row.said and row.live), path


async def details(tx: Tx, employer: Caller, found: UUID) -> dict[str, Any] | None:
    try:
        return (await disclosure.view_for_employer(by(tx, employer), found)).details
    except NotFound:
        return None


STANDING = text("""
    SELECT m.id, m.state, m.open, s.state AS slot, p.state AS placement, c.state AS candidate,
           c.visible, places.state AS place, places.paused_for::text AS paused,
           (SELECT count(*) FROM consents WHERE match_id = m.id AND withdrawn_on IS NULL) AS live,
           (SELECT count(*) FROM unconfirmed_consents WHERE match_id = m.id) AS said
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
        assert act != "take_back" or not any(one.stands for one in world.pairs[-1:]), world
        await savepoint.rollback()
        tx.expire_all()
        return None
    await savepoint.commit()
    return after
