"""All units together: who has which candidates, and which places are there to fill this week."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from jobbpakten.demo.acts import Applicant
from jobbpakten.demo.callers import Callers, at_once
from jobbpakten.demo.centres import Centre
from jobbpakten.demo.people import people

STORY_WEEKS = {"suspended": 24}  # how long a placement lasts where a story needs it


def offices(matching: Callers, seed: int) -> list[Centre]:
    """Give the units, each with the candidates whose case it has."""
    everybody = people()
    units = sorted({one.unit for one in everybody})
    return [
        Centre(unit, [one for one in everybody if one.unit == unit], matching, seed)
        for unit in units
    ]


async def place(
    matching: Callers, centres: Iterable[Centre], applicants: Iterable[Applicant], day: date
) -> int:
    """Let each unit do its week's work with the places that are open, in one order every time."""
    stories = {one: who.who.story for who in applicants for one in who.places.values()}
    views = await places(matching)
    known = [views[one] for one in stories]
    await at_once(refresh(matching, one, day) for one in known if is_stale(one, day))
    weeks = {one: STORY_WEEKS.get(story) for one, story in stories.items()}
    return sum([await centre.work(day, weeks) for centre in centres])


async def places(matching: Callers) -> dict[str, Any]:
    """Give all places that the co-ordinator sees, by their ids."""
    return {one["place_id"]: one for one in await matching.pages("coordinator", "places")}


def is_stale(one: Mapping[str, Any], day: date) -> bool:
    """Tell whether somebody should say that the offer stands, before it closes by itself."""
    soon = (day + timedelta(weeks=2)).isoformat()
    return bool(one["state"] == "open" and one["deadline"] <= soon)


async def refresh(matching: Callers, one: Mapping[str, Any], day: date) -> None:
    body = {"refreshed_on": day.isoformat()}
    own = one["organisation_id"]
    path = f"/places/{one['place_id']}/refreshing"
    await matching.on_network("contact_person", "POST", path, body, organisation=own)
