"""All units together: who has which candidates, and which places are there to fill this week."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
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
        Centre(unit, [one for one in everybody if one.unit == unit], matching, seed, turn)
        for turn, unit in enumerate(units)
    ]


async def receive(centres: Sequence[Centre], day: date) -> int:
    """Let each unit talk to those who come, and ask anew about those whom it is time for."""
    # One by one: who was registered first matters, and is the same every time.
    acts = [await centre.register(day) for centre in centres]
    return sum(acts) + sum(await asyncio.gather(*(one.find_out_again(day) for one in centres)))


async def place(
    matching: Callers, centres: Sequence[Centre], applicants: Iterable[Applicant], day: date
) -> int:
    """Let each unit do its week's work with the places that are open, in one order every time."""
    stories = {one: who.who.story for who in applicants for one in who.places.values()}
    views = await matching.pages("coordinator", "places", "state=open")
    await at_once(refresh(matching, one, day) for one in views if is_stale(one, day))
    weeks = {one: STORY_WEEKS.get(story) for one, story in stories.items()}
    acts = await asyncio.gather(*(centre.look_after(day) for centre in centres))
    # One by one: who comes first to a place matters, and is the same every time.
    acts += [await centre.match(day, weeks) for centre in centres]
    return sum(acts)


def is_stale(one: Mapping[str, Any], day: date) -> bool:
    """Tell whether somebody should say that the offer stands, before it closes by itself."""
    soon = (day + timedelta(weeks=1)).isoformat()
    return bool(one["deadline"] <= soon)


async def refresh(matching: Callers, one: Mapping[str, Any], day: date) -> None:
    body = {"refreshed_on": day.isoformat()}
    own = one["organisation_id"]
    path = f"/places/{one['place_id']}/refreshing"
    await matching.on_network("contact_person", "POST", path, body, organisation=own)
