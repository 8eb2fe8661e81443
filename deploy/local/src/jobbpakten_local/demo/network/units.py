"""The municipality's units at work: week by week they register, propose, place and follow."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from jobbpakten_local.demo.network.acts import Applicant
from jobbpakten_local.demo.network.callers import Callers, Refused, at_once
from jobbpakten_local.demo.network.cases import Case, step
from jobbpakten_local.demo.network.people import Person, as_file, people

WAVES = {0: 0.5, 8: 0.3, 20: 0.2}  # in which week which share of the candidates comes
ASKED_AGAIN_WEEKS = 12  # what is good for three months is found out anew
MOST_TALKS = 6
PROPOSES_EVERY = 2  # weeks
MOST_PROPOSALS = 2
WORTH_WEEKS = 10  # from a proposal to the first day it takes six or seven
LOOKED_AT = 4  # places that a unit would fill when it proposes, other ones each time
STAFF = (
    ("coordinator", "Karin Ek", "kansliet"),
    ("vetting_officer", "Vera Norén", "kansliet"),
    ("decider", "Dag Hägg", "kansliet"),
    ("caseworker", "Cia Åberg", "jobbcenter_city"),
    ("caseworker", "Gert Khalil", "jobbcenter_gottsunda"),
)
FACTS = {
    "receives_assistance": "decision",
    "not_in_agency_service": "employment_agency",
    "may_work": "document",
    "no_mark_in_register": "population_register",
    "asked_about_protection": "conversation",
    "wants_to_be_matched": "conversation",
}
Weeks = Mapping[str, int | None]  # by place: how long it has to last, None: as it comes
SHORT_LIVED = (
    *("receives_assistance", "not_in_agency_service", "no_mark_in_register"),
    "asked_about_protection",
)
STORY_WEEKS = {"suspended": 24}  # how long a placement lasts where a story needs it
SOME_WEEKS = (4, 8, 12, 16)  # how long a placement is planned for
TALES = {2: "takes_back", 4: "says_no", 6: "protected_later"}  # by the number of the case


async def name_staff(membership: Callers) -> None:
    """Say whom tasks for the municipality go to."""
    for role, name, unit in STAFF:
        post = f"{role}.{unit.replace('_', '-')}@kommunen.example"
        body = {"role": role, "name": name, "email": post, "unit": unit, "language": "sv"}
        await membership.on_network("coordinator", "POST", "/staff", body)


@dataclass
class Unit:
    """One unit: its candidates, in the order of registration, and its matches on their way."""

    code: str
    people: Sequence[Person]
    matching: Callers
    seed: int
    turn: int  # units propose in turns
    week: int = 0
    refs: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)  # by ref: the week of the last talk
    cases: list[Case] = field(default_factory=list)
    apart: Sequence[Case] = ()  # this week's whose next step takes a slot, or ends others' matches

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        role = more.pop("role", "caseworker")
        return await self.matching.on_network(role, method, path, body, unit=self.code, **more)

    async def look_after(self, day: date) -> int:
        """Go on with whatever meets no other."""
        here = [case for case in self.cases if not case.over and not case.meets_others]
        self.apart = [case for case in self.cases if not case.over and case.meets_others]
        # One by one: of two at one place it matters who comes first, and is the same every time.
        return sum([await step(self, case, day) for case in here])

    async def match(self, day: date, weeks: Weeks) -> int:
        """Take slots and propose. `weeks` has all places, each in its turn."""
        acts = [await step(self, case, day) for case in self.apart]
        if (self.week + self.turn) % PROPOSES_EVERY == 0:
            acts.append(await self.propose(day, weeks))
        self.week += 1
        return sum(acts)

    async def register(self, day: date) -> int:
        """Import this week's candidates, then talk to each."""
        coming = self.coming()
        if not coming:
            return 0
        brought = await self.call("POST", "/candidates/import?dry_run=false", as_file(coming))
        if brought["errors"]:
            raise Refused(f"matching refused candidates.csv: {brought['errors'][0]}")
        new = await self.unknown()
        self.refs += new
        await at_once(self.talk(ref, person, day) for ref, person in zip(new, coming, strict=True))
        return 1 + 3 * len(coming)

    def coming(self) -> list[Person]:
        begun = sum(share for week, share in WAVES.items() if week <= self.week)
        return list(self.people[len(self.refs) : round(begun * len(self.people))])

    async def unknown(self) -> list[str]:
        """Give the refs of those who came since, in the order of their registration."""
        after = f"?after={self.refs[-1]}" if self.refs else ""
        found = await self.call("GET", f"/candidates{after}")
        return [one["candidate_ref"] for one in found["candidates"]]

    async def talk(self, ref: str, person: Person, day: date) -> None:
        """Find out what decides whether she is shown; some facts stay unknown in some stories."""
        known = [code for code in FACTS if (person.story, code) != ("unknown", "may_work")]
        await self.note(ref, known, day)
        asked = {"needs": person.needs, "asked_on": day.isoformat()}
        await self.call("PUT", f"/candidates/{ref}/needs", asked)
        if person.story == "protected":
            await self.protect(ref, day)
        self.seen[ref] = self.week

    async def note(self, ref: str, codes: Iterable[str], day: date) -> None:
        on = day.isoformat()
        facts = [
            {"code": code, "value": "true", "source": FACTS[code], "found_on": on} for code in codes
        ]
        await self.call("PUT", f"/candidates/{ref}/facts", {"facts": facts})

    async def protect(self, ref: str, day: date) -> None:
        body = {"form": "confidentiality_marking", "found_on": day.isoformat()}
        await self.call("PUT", f"/candidates/{ref}/protection", body)

    async def find_out_again(self, day: date) -> int:
        """Ask the registers anew where it is three months since, as far as there is time."""
        late = [ref for ref in self.refs if self.week - self.seen[ref] >= ASKED_AGAIN_WEEKS]
        # Whoever is on the way to a place, or at one, goes first.
        busy = {case.ref for case in self.cases if not case.over}
        due = sorted(late, key=lambda ref: ref not in busy)[:MOST_TALKS]
        await at_once(self.note(ref, SHORT_LIVED, day) for ref in due)
        self.seen |= dict.fromkeys(due, self.week)
        return len(due)

    async def propose(self, day: date, weeks: Weeks) -> int:
        """Let the engine rank for some places, and pick the first who is free for each."""
        free = self.turned(await self.free(weeks, day))
        # What a story rests on comes first; the others in their turn.
        free.sort(key=lambda one: weeks[one["place_id"]] is None)
        some = {one["place_id"]: one for one in free[:LOOKED_AT]}
        if not some or not self.refs:
            return 0
        run = await self.call("POST", "/runs", {"seed": self.seed, "place_ids": [*some]})
        ranked = (await self.call("GET", f"/runs/{run['run_id']}"))["ranked"]
        order = {place: number for number, place in enumerate(some)}  # the same every time
        ranked.sort(key=lambda one: (order[one["place_id"]], one["rank"]))
        busy = {case.ref for case in self.cases if not case.over}
        asked = {(case.place["place_id"], case.ref) for case in self.cases}
        picked: dict[str, str] = {}
        for one in ranked:
            place, ref = one["place_id"], one["candidate_ref"]
            if place not in picked and ref not in busy and (place, ref) not in asked:
                picked[place] = ref
                busy.add(ref)
        for place in [one for one in some if one in picked][:MOST_PROPOSALS]:
            await self.pick(run["run_id"], some[place], picked[place], day, weeks)
        return 2 + 2 * min(MOST_PROPOSALS, len(picked))

    async def free(self, weeks: Weeks, day: date) -> Sequence[dict[str, Any]]:
        """Give the places that take somebody now, and for long enough yet."""
        found = await self.matching.pages("coordinator", "places", "state=open")
        lasts = (day + timedelta(weeks=WORTH_WEEKS)).isoformat()
        there = (one for one in found if one["free"] and one["ends_before"] > lasts)
        known = {one["place_id"]: one for one in there}
        return [known[place] for place in weeks if place in known]

    def turned(self, places: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Begin with other places each week."""
        begin = (self.week * LOOKED_AT) % max(1, len(places))
        return [*places[begin:], *places[:begin]]

    async def pick(
        self,
        run_id: str,
        place: dict[str, Any],
        ref: str,
        day: date,
        weeks: Weeks,
    ) -> None:
        """Propose her, and ask her the same day."""
        on = day.isoformat()
        body = {"place_id": place["place_id"], "candidate_ref": ref, "run_id": run_id}
        match = await self.call("POST", "/matches", body | {"proposed_on": on})
        asking = {
            "fields": ["first_name", "phone", "abilities", "schedule"],
            "answer_by": (day + timedelta(days=7)).isoformat(),
            "asked_on": on,
        }
        await self.call("POST", f"/matches/{match['match_id']}/asking", asking)
        number = len(self.cases)
        chance = Random(f"{self.seed} {self.code} {number}")  # noqa: S311 - a story, no secret
        story = TALES.get(number, "")
        lasts = weeks[place["place_id"]] or chance.choice(SOME_WEEKS)
        self.cases.append(Case(match["match_id"], place, ref, story, lasts, chance))


def units_of(matching: Callers, seed: int) -> list[Unit]:
    """Give the units, each with the candidates whose case it has."""
    everybody = people()
    codes = sorted({one.unit for one in everybody})
    return [
        Unit(code, [one for one in everybody if one.unit == code], matching, seed, turn)
        for turn, code in enumerate(codes)
    ]


async def receive(units: Sequence[Unit], day: date) -> int:
    """Let each unit talk to those who come, and ask anew about those whom it is time for."""
    # One by one: who was registered first matters, and is the same every time.
    acts = [await unit.register(day) for unit in units]
    return sum(acts) + sum(await asyncio.gather(*(one.find_out_again(day) for one in units)))


async def place(
    matching: Callers, units: Sequence[Unit], applicants: Iterable[Applicant], day: date
) -> int:
    """Let each unit do its week's work with the places that are open, in one order every time."""
    stories = {one: who.who.story for who in applicants for one in who.places.values()}
    views = await matching.pages("coordinator", "places", "state=open")
    await at_once(refresh(matching, one, day) for one in views if is_stale(one, day))
    weeks = {one: STORY_WEEKS.get(story) for one, story in stories.items()}
    acts = [await unit.look_after(day) for unit in units]
    # One by one: who comes first to a place matters, and is the same every time.
    acts += [await unit.match(day, weeks) for unit in units]
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
