"""Match runs: the engine ranks a unit's visible candidates for the open places; a person picks."""

import asyncio
import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, delete

from jobbpakten_events.matching import MatchRunCompleted
from matching import identities
from matching.commands.checks import need, person
from matching.engine import Index
from matching.models import MatchRun, Place, Ranked
from matching.models.people import GONE
from matching.profiles import Profile
from matching.queries import candidate as candidates
from matching.queries import place as places
from matching.rules.access import has_cases
from matching.rules.fit import Hit, Need, Person
from matching.rules.run import TOP, seed_of
from matching.settings import Settings
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotAllowed, NotFound
from shared.messaging import outbox
from shared.savepoints import each_seen

KEEP = text("""
    INSERT INTO ranked (run_id, place_id, rank, candidate_ref, reasons, unknowns)
    SELECT :run_id, place, rank, candidate, CAST(reasons AS jsonb), CAST(unknowns AS jsonb)
    FROM unnest(CAST(:places AS uuid[]), CAST(:ranks AS int[]), CAST(:candidates AS uuid[]),
                CAST(:reasons AS text[]), CAST(:unknowns AS text[]))
         AS one(place, rank, candidate, reasons, unknowns)""")

# A run goes when none of its ranks is left. Others may read them: what somebody holds waits.
FORGOTTEN_AT_ONCE = 10_000
FORGET_RANKS = text("""
    DELETE FROM ranked WHERE (run_id, place_id, rank) IN (
        SELECT run_id, place_id, rank FROM ranked
        WHERE run_id IN (SELECT id FROM match_runs WHERE run_on < :before)
        LIMIT :most FOR UPDATE SKIP LOCKED)""")
FORGET_RUNS = text("""
    DELETE FROM match_runs WHERE id IN (
        SELECT id FROM match_runs AS run WHERE run_on < :before
            AND NOT EXISTS (SELECT FROM ranked WHERE run_id = run.id)
        LIMIT :most FOR UPDATE SKIP LOCKED)""")
# A run may have read her just before she left, and stored her rank just after; and the release
# before left all of them.
FORGET_LEFT = text(f"""
    DELETE FROM ranked WHERE (run_id, place_id, rank) IN (
        SELECT run_id, place_id, rank FROM candidates JOIN ranked ON candidate_ref = candidates.id
        WHERE {GONE}
        LIMIT :most FOR UPDATE OF ranked SKIP LOCKED)""")  # noqa: S608 - a constant

Found = Sequence[tuple[UUID, Sequence[Hit]]]


async def run(
    act: Act[Profile], run_id: UUID, only: Collection[UUID] | None, seed: int | None
) -> MatchRun:
    """Rank for all open places, or for those named; what decides the result is kept with it."""
    if (
        not has_cases(act.caller) or act.caller.unit not in act.profile.units
    ):  # it is told: a code of the network, no text
        raise NotFound
    places = await open_places(act.tx, act.network, only)
    needs = each_seen(act.tx, "places", ((one.id, partial(need, one, act.on)) for one in places))
    who = await people(act.tx, act.profile, act.caller.unit)
    seed = seed_of(run_id) if seed is None else seed
    found = await asyncio.to_thread(rank, who, needs, seed)
    done = MatchRun(
        id=run_id,
        network=act.network,
        unit=act.caller.unit,
        run_by=act.caller.id,
        run_on=act.on,
        seed=seed,
        rules=act.profile.version,
        places=len(needs),
        with_candidates=sum(bool(hits) for _, hits in found),
    )
    act.tx.add(done)
    await act.tx.flush()
    await store(act.tx, run_id, found)
    await tell_of_run(act.tx, done)
    return done


def rank(who: Sequence[Person], needs: Sequence[Need], seed: int) -> Found:
    """Work the engine; in a thread, so that nobody else waits for a whole bank."""
    return list(Index(who, seed).rank_all(needs, TOP))


async def open_places(tx: Tx, network: str, only: Collection[UUID] | None) -> Sequence[Place]:
    found = await places.matchable(tx, network, only)
    if only is not None and len(found) < len(set(only)):
        text = "One of the places isn't there, or takes nobody at the moment."
        raise NotAllowed("place_not_open", text)
    return found


async def people(tx: Tx, profile: Profile, unit: str) -> list[Person]:
    """Give a unit's visible candidates as the engine may see them."""
    found = await candidates.visible(tx, profile.network, unit)
    needs = await identities.needs_of_each(tx, [one.id for one in found])
    ranks = {group: rank for rank, group in enumerate(profile.groups)}
    each = ((one.id, partial(person, one, needs.get(one.id), ranks)) for one in found)
    return each_seen(tx, "candidates", each)


async def store(tx: Tx, run_id: UUID, found: Found) -> None:
    """Store all ranks in one statement."""
    rows = [(place, rank, hit) for place, hits in found for rank, hit in enumerate(hits, 1)]
    columns: dict[str, Any] = {
        "run_id": run_id,
        "places": [place for place, _, _ in rows],
        "ranks": [rank for _, rank, _ in rows],
        "candidates": [hit.ref for _, _, hit in rows],
        "reasons": [json.dumps(hit.reasons) for _, _, hit in rows],
        "unknowns": [json.dumps(hit.unknowns) for _, _, hit in rows],
    }
    await (await tx.connection()).execute(KEEP, columns)


async def forget_old_ones(tx: Tx, today: date) -> int:
    """Forget runs that are older than the settings keep them, part by part; give how many rows."""
    before = today - timedelta(days=tx.own(Settings).runs_kept_days)
    connection, about = await tx.connection(), {"before": before, "most": FORGOTTEN_AT_ONCE}
    ranks = (await connection.execute(FORGET_RANKS, about)).rowcount
    runs = (await connection.execute(FORGET_RUNS, about)).rowcount
    left = await connection.execute(FORGET_LEFT, {"most": FORGOTTEN_AT_ONCE})
    return ranks + runs + left.rowcount


async def forget_ranks_of(tx: Tx, ref: UUID) -> None:
    """Forget where a candidate was ranked: she has left."""
    await tx.exec(delete(Ranked).where(col(Ranked.candidate_ref) == ref))


async def tell_of_run(tx: Tx, done: MatchRun) -> None:
    await outbox.tell(tx, MatchRunCompleted.from_row(done, run_id=done.id), on=done.run_on)
