"""What must hold of slots, placements and people after every fault: no slot is booked twice."""

import json
from collections import Counter, defaultdict

from tests.faults.bank import Bank
from tests.faults.stage import Stage

# What a match says of its slot: kept while the employer is asked, held, used; else none.
SLOTS_BY_MATCHES = """
    SELECT m.id, CASE
        WHEN m.state IN ('employer_asked', 'employer_yes') THEN 'reserved'
        WHEN p.state IN ('planned', 'ready', 'running') THEN 'taken'
        WHEN p.state = 'completed' THEN 'used'
        WHEN p.state = 'partly_completed'
            AND 2 * (last_day - starts_on + 1) >= ends_before - starts_on THEN 'used'
    END AS state FROM matches m LEFT JOIN placements p ON p.match_id = m.id"""
TOO_FULL = """SELECT p.id FROM places p JOIN slots s ON s.place_id = p.id
              GROUP BY p.id HAVING count(*) > p.slots OR max(s.number) > p.slots"""
ACCEPTED = """SELECT m.id, count(p.id) FROM matches m LEFT JOIN placements p ON p.match_id = m.id
              WHERE m.state = 'accepted' GROUP BY m.id"""
TWO_AT_ONCE = """SELECT candidate_ref FROM placements WHERE state IN ('planned', 'ready', 'running')
                 GROUP BY candidate_ref HAVING count(*) > 1"""
HIDDEN_IN_MATCH = """SELECT m.id FROM matches m JOIN candidates c ON c.id = m.candidate_ref
                     WHERE m.open AND NOT c.visible"""
BOOKINGS = """SELECT key, type, payload FROM events WHERE topic = 'matching.v1'
              AND type ~ '(slot.reserved|slot.released|place.opened).v1$' ORDER BY key, version"""
# Units by what matching has: kept are the slots used up; open what is free, or in use.
UNITS = """
    SELECT p.commitment_id, sum(used) AS kept, sum(greatest(room - used, busy)) AS open FROM (
        SELECT p.id, p.commitment_id,
            CASE WHEN p.state IN ('open', 'full', 'paused') THEN p.slots ELSE 0 END AS room,
            (SELECT count(*) FROM slots WHERE place_id = p.id AND state = 'used') AS used,
            (SELECT count(*) FROM placements WHERE place_id = p.id
                AND state IN ('planned', 'ready', 'running')) AS busy
        FROM places p) p GROUP BY p.commitment_id ORDER BY p.commitment_id"""


async def check_bank(stage: Stage, bank: Bank) -> str:
    """Compare slots with matches, events and placements; say in a line what there was."""
    assert await stage.rows("matching", TOO_FULL) == []
    assert await stage.rows("matching", TWO_AT_ONCE) == []
    assert await stage.rows("matching", HIDDEN_IN_MATCH) == []
    accepted = await stage.rows("matching", ACCEPTED)
    assert {count for _, count in accepted} == {1}
    slots = await stage.rows("matching", "SELECT match_id, state FROM slots")
    expected = dict(await stage.rows("matching", SLOTS_BY_MATCHES))
    assert dict(slots) == {match: state for match, state in expected.items() if state}
    most = await check_bookings(stage, {str(row["match_id"]) for row in slots})
    await check_protected(stage, bank)
    await check_placements(stage)
    return (
        f"{len(expected)} matches ({len(accepted)} accepted) for {most} slots at "
        f"{len(bank.places)} places"
    )


async def check_bookings(stage: Stage, booked: set[str]) -> int:
    """Replay every booking from followup's ledger: never more than a place has slots."""
    room: dict[str, int] = {}
    held: dict[str, set[str]] = defaultdict(set)
    for place, kind, payload in await stage.rows("followup", BOOKINGS):
        event = json.loads(payload)
        if kind.endswith("place.opened.v1"):
            room[place] = event["slots"]
        elif kind.endswith("slot.reserved.v1"):
            assert event["match_id"] not in held[place], "one match, two slots"
            held[place].add(event["match_id"])
        else:
            held[place].remove(event["match_id"])
        assert len(held[place]) <= room[place], "a slot was booked twice"
    assert set[str]().union(*held.values()) == booked
    return sum(room.values())


async def check_protected(stage: Stage, bank: Bank) -> None:
    """Whoever was protected from the start was never in a match, nor seen, nor named."""
    rows = await stage.rows("matching", "SELECT candidate_ref FROM matches")
    assert not {str(row[0]) for row in rows} & set(bank.protected)
    rows = await stage.rows("notifications", "SELECT id FROM recipients")
    assert not {str(row[0]) for row in rows} & set(bank.protected)


async def check_placements(stage: Stage) -> None:
    """Followup counts what matching's rows say: outcomes, units, and people once."""
    ours = await stage.rows("matching", "SELECT id, state, candidate_ref FROM placements")
    theirs = await stage.rows(
        "followup",
        """SELECT p.id, coalesce(outcome, CASE WHEN started_on IS NOT NULL THEN 'running'
                  WHEN ready_on IS NOT NULL THEN 'ready' ELSE 'planned' END), candidate_ref
           FROM placements p JOIN accepted_matches ON placement_id = p.id""",
    )
    assert Counter(map(tuple, ours)) == Counter(map(tuple, theirs))
    counted = "SELECT count(DISTINCT candidate_ref) FROM accepted_matches"
    people = await stage.rows("followup", counted)
    assert people[0][0] == len({row["candidate_ref"] for row in ours})
    units = await stage.rows(
        "followup",
        """SELECT id, kept, open FROM commitments
           WHERE kept_by = 'placement' AND kept + open > 0 ORDER BY id""",
    )
    expected = [tuple(row) for row in await stage.rows("matching", UNITS) if any(row[1:])]
    assert [tuple(row) for row in units] == expected
