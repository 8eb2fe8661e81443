"""What matching knows when a story has been told: as caseworkers see it, and as it is stored."""

from typing import Any

import httpx
from tests.support.eventually import PATIENCE_S

from jobbpakten_local.demo.network.callers import Callers
from jobbpakten_local.demo.network.people import Person, people
from jobbpakten_local.demo.system import System
from shared.edges.postgres import Door

BY_CLICK = {"phone"}
WITHDRAWN = "SELECT withdrawn_how FROM consents WHERE withdrawn_how IS NOT NULL"


async def taken_back(system: System) -> int:
    """Count the consents that ended because she said so: others end with their match."""
    connection = await Door(system.databases["matching"]).connect()
    try:
        found = await connection.fetch(WITHDRAWN)
    finally:
        await connection.close()
    return sum(row["withdrawn_how"] in BY_CLICK for row in found)


async def files(system: System) -> dict[str, Any]:
    """Give the files of those who live a story of their own, by the story."""
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        matching = system.callers(http)["matching"]
        return {
            one.story: await file_of(matching, one) for one in people() if one.story != "ordinary"
        }


async def file_of(matching: Callers, person: Person) -> Any:
    """Find her among her unit's candidates, which are in the order of their registration."""
    place = [one for one in people() if one.unit == person.unit].index(person)
    known = await matching.pages("caseworker", "candidates", unit=person.unit)
    path = f"/candidates/{known[place]['candidate_ref']}"
    return await matching.on_network("caseworker", "GET", path, unit=person.unit)
