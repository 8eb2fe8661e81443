"""A bank of candidates and places, and all who race on it over HTTP."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
from tests.faults.members import CANARY_DOMAIN, CANARY_NAME, UNIT, Member
from tests.faults.writers import Callers
from tests.matching.support.pairs import number
from tests.matching.support.people import all_true
from tests.support.eventually import eventually

CANDIDATES, PROTECTED = 24, 2
CASEWORKERS = 8
OPEN_AT_ONCE = 4  # places: so few that caseworkers meet
HOURS = ["mon_am", "tue_am"]
FORMS = ("confidentiality_marking", "protected_registration", "fictitious_identity")
GROUND = "working_conditions"  # of a suspension


class Over(Exception):
    """This act was refused: somebody else came first, or hid her, or paused the place."""


@dataclass
class Bank:
    """Two employers' places and one unit's candidates; whoever acts asks by `do`."""

    matching: Callers
    membership: Callers
    employers: Sequence[Member]
    today: date
    seed: int
    candidates: list[str] = field(default_factory=list)
    protected: list[str] = field(default_factory=list)
    places: list[tuple[str, Member]] = field(default_factory=list)
    became: Counter[str] = field(default_factory=Counter)

    def day(self, days: int = 0) -> str:
        return (self.today + timedelta(days=days)).isoformat()

    async def do(
        self, chance: random.Random, role: str, path: str, body: Any = None, **more: str
    ) -> Any:
        """Give what is answered; Over when it is refused. A caseworker is one of the unit's."""
        more |= {"unit": UNIT} if role in {"caseworker", "decider"} else {}
        answer = await self.matching.call(chance, role, path, body, **more)
        return judged(answer)

    async def fill(self) -> None:
        """Register everybody, some of them protected from the start."""
        await asyncio.gather(*map(self.register, range(CANDIDATES + PROTECTED)))

    async def register(self, count: int) -> None:
        chance = random.Random(f"{self.seed}/candidate/{count}")
        found = await self.do(chance, "caseworker", "/candidates", self.person(count))
        ref = found["candidate_ref"]
        protected = count < PROTECTED
        if protected:
            await self.put(chance, ref, "protection", {"form": FORMS[count]})
        await self.put(chance, ref, "needs", {"needs": []})
        seen = await self.put(chance, ref, "facts", {"facts": all_true()})
        assert seen["visible"] is not protected
        (self.protected if protected else self.candidates).append(ref)

    def person(self, count: int) -> dict[str, Any]:
        return {
            "identity_number": number(count + 1),
            "name": f"{CANARY_NAME} {count}",
            "language": "sv",
            "wants_email": True,
            "email": f"participant.{count}@{CANARY_DOMAIN}",
            "abilities": {"skill:kitchen": True},
            "offers": ["internship"],
            "schedule": HOURS,
            "available_from": self.day(),
        }

    async def put(self, chance: random.Random, ref: str, what: str, body: Any) -> Any:
        return await self.do(
            chance, "caseworker", f"/candidates/{ref}/{what}", body, method="PUT", unit=UNIT
        )

    async def open_place(self, chance: random.Random) -> None:
        """Let one of the employers offer a place, which the co-ordinator opens."""
        employer = chance.choice(self.employers)
        body = {
            "commitment_id": employer.commitments[0],
            "area": "centrum",
            "slots": chance.choice((1, 1, 2, 3)),
            "schedule": HOURS,
            "starts_on": self.day(),
            "ends_before": self.day(60),
        }
        own = {"organisation": employer.organisation_id}
        made = await self.do(chance, "contact_person", "/places", body, **own)
        path = f"/places/{made['place_id']}"
        await self.do(chance, "coordinator", f"{path}/union-statement", {"statement": "none"})
        await self.do(chance, "coordinator", f"{path}/opening")
        self.places.append((made["place_id"], employer))

    async def race(self, enough: Callable[[], bool]) -> None:
        """Fill the bank, then let all of them act until it is enough."""
        await self.fill()
        await eventually(lambda: self.promises_are_heard(random.Random(self.seed)))
        racing = (
            *((f"caseworker/{one}", self.match, 1.5) for one in range(CASEWORKERS)),
            ("opener", self.turn_over, 1.0),
            ("hider", self.hide_and_show, 0.4),
            ("suspender", self.suspend_and_reinstate, 4.0),
        )
        await asyncio.gather(*(self.again(enough, *one) for one in racing))

    async def promises_are_heard(self, chance: random.Random) -> None:
        try:
            await self.open_place(chance)
        except Over as over:
            raise AssertionError from over

    async def again(
        self,
        enough: Callable[[], bool],
        name: str,
        act: Callable[[random.Random], Any],
        pause: float,
    ) -> None:
        chance = random.Random(f"{self.seed}/{name}")
        while not enough():
            try:
                await act(chance)
            except Over as over:
                self.became[str(over)] += 1
            await asyncio.sleep(pause)

    async def turn_over(self, chance: random.Random) -> None:
        """Open a place; now and then an employer takes one back, or pauses it for a moment."""
        await self.open_place(chance)
        place, employer = chance.choice(self.places[-OPEN_AT_ONCE:])
        own = {"organisation": employer.organisation_id}
        if chance.random() < 0.15:
            await self.do(chance, "contact_person", f"/places/{place}/closing", **own)
        elif chance.random() < 0.3:
            await self.do(chance, "contact_person", f"/places/{place}/pause", **own)
            await self.do(chance, "contact_person", f"/places/{place}/resumption", **own)

    async def hide_and_show(self, chance: random.Random) -> None:
        """Hide somebody, by a form of protection or by a fact, and show her again."""
        ref = chance.choice(self.candidates)
        if chance.random() < 0.5:
            await self.put(chance, ref, "protection", {"form": chance.choice(FORMS)})
            await self.put(chance, ref, "protection", {"form": "none"})
        else:
            doubt = all_true(may_work="unknown")
            await self.put(chance, ref, "facts", {"facts": doubt})
            await asyncio.sleep(0.2)
            await self.put(chance, ref, "facts", {"facts": all_true()})

    async def suspend_and_reinstate(self, chance: random.Random) -> None:
        path = f"/members/{self.employers[-1].membership_id}"
        calls: dict[str, Any] = {"suspension": {"ground": GROUND}, "reinstatement": {}}
        for what, body in calls.items():
            judged(await self.membership.call(chance, "decider", f"{path}/{what}", body))
            await asyncio.sleep(1)

    async def match(self, chance: random.Random) -> None:
        """Pick somebody for a place and go on as far as the others let us."""
        place, employer = chance.choice(self.places[-OPEN_AT_ONCE:])
        ref = chance.choice(self.candidates)
        body = {"place_id": place, "candidate_ref": ref}
        made = await self.do(chance, "caseworker", "/matches", body)
        path = f"/matches/{made['match_id']}"
        asking = {"fields": ["first_name", "phone"], "answer_by": self.day(5)}
        await self.do(chance, "caseworker", f"{path}/asking", asking)
        if chance.random() < 0.07:
            await self.do(chance, "caseworker", f"{path}/refusal")
            raise Over("her no")
        await self.agree(chance, path)
        if chance.random() < 0.07:
            await self.do(chance, "caseworker", f"{path}/consent-withdrawal")
            raise Over("consent taken back")
        await self.do(chance, "caseworker", f"{path}/release")
        await self.answer(chance, path, employer)
        plan = {"starts_on": self.day(), "ends_before": self.day(chance.choice((1, 4)))}
        placement = await self.do(chance, "decider", f"{path}/acceptance", plan)
        await self.place(chance, f"/placements/{placement['placement_id']}", plan)

    async def agree(self, chance: random.Random, path: str) -> None:
        """Let her say yes, on paper or by a word that a colleague confirms."""
        how = chance.choice(("paper", "two_staff"))
        yes = {"given_how": how, "until": self.day(60)}
        said = await self.do(chance, "caseworker", f"{path}/consent", yes)
        if how == "two_staff":
            word = {"consent_id": said["waits_for_witness"]["consent_id"]}
            call = f"{path}/consent-confirmation"
            await self.do(chance, "caseworker", call, word, actor="caseworker-2")

    async def answer(self, chance: random.Random, path: str, employer: Member) -> None:
        own = {"organisation": employer.organisation_id}
        says = {"answer": "yes"}
        if chance.random() < 0.1:
            says = {"answer": "no", "ground": "other_skills"}
        await self.do(chance, "contact_person", f"{path}/answer", says, **own)
        if says["answer"] == "no":
            await self.do(chance, "caseworker", f"{path}/confirmation")
            raise Over("employer's no")

    async def place(self, chance: random.Random, path: str, plan: dict[str, str]) -> None:
        """Prepare the placement, begin it, and let it end in one of the ways there are."""
        for party in ("employer", "participant", "municipality"):
            await self.do(chance, "caseworker", f"{path}/signatures", {"party": party})
        for act in ("insurance", "supervisor", "readiness"):
            await self.do(chance, "caseworker", f"{path}/{act}")
        if chance.random() < 0.1:
            await self.do(chance, "caseworker", f"{path}/no-show")
            raise Over("no show")
        await self.do(chance, "caseworker", f"{path}/start")
        end, body = self.end(chance, plan)
        await self.do(chance, "caseworker", f"{path}/{end}", body)
        self.became[end] += 1

    def end(self, chance: random.Random, plan: dict[str, str]) -> tuple[str, dict[str, Any]]:
        if chance.random() < 0.3:
            return "interruption", {"ground": "illness", "side": "participant"}
        if plan["ends_before"] == self.day(1):
            return "completion", {}
        return "partial-completion", {"last_day": self.day(), "missed_minutes": 60}


def judged(answer: httpx.Response) -> Any:
    """Give what was answered; Over for a refusal by which a race may end."""
    found = answer.json()
    if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.CONFLICT}:
        raise Over(found["code"])
    assert answer.is_success, answer.text
    return found
