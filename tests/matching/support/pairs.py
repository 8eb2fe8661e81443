"""Candidates and places brought together, act by act, as the people do it over HTTP."""

import asyncio
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from sqlalchemy import text
from tests.matching.support.places import opened, promised
from tests.matching.support.service import UNIT, Matching
from tests.support.driven import TODAY
from tests.support.networks import as_known_to

from jobbpakten_events.membership import CommitmentMade, MembershipReinstated, MembershipSuspended
from matching.profiles import Profile
from shared.database import Tx
from shared.http.access import Caller
from shared.http.acts import Act

PROFILE = as_known_to(Profile)


def by(tx: Tx, caller: Caller, on: date = TODAY) -> Act[Profile]:
    """Give an act of the caller's in a transaction that a test has opened."""
    return Act(tx, caller, PROFILE, on)


NAME, PHONE, EMAIL = "Shamiram Kanariefågel", "070-174 06 05", "kanarie@example.se"
ADDRESS = "Burgatan 7, Uppsala"
SECRETS = (NAME, "Shamiram", "Kanariefågel", PHONE, EMAIL, ADDRESS)
PERSON = {
    "name": NAME,
    "language": "sv",
    "wants_email": True,
    "email": EMAIL,
    "phone": PHONE,
    "address": ADDRESS,
    "group": "social_assistance",
    "abilities": {"lang:sv_a2": True, "skill:kitchen": True, "licence:b": False},
    "offers": ["internship"],
    "schedule": ["mon_am", "tue_am", "wed_pm"],
    "available_from": "2026-03-02",
}
FIELDS = ["abilities", "first_name", "phone"]
ASKING = {"fields": FIELDS, "answer_by": "2026-03-07"}
PLAN = {"starts_on": "2026-04-01", "ends_before": "2026-07-01"}
TRUE = [
    {"code": code, "value": "true", "source": rule.sources[0], "found_on": TODAY.isoformat()}
    for code, rule in PROFILE.facts.items()
    if code != "needs_asked"
]
COLLEAGUE = "caseworker-2"
GONE = (404, "not_found")


def number(count: int) -> str:
    """Make an identity number of nobody: born on 1 January 1980, by its checksum."""
    digits = f"800101{count:03}"
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits))
    check = -sum(one // 10 + one % 10 for one in products) % 10
    return f"19{digits}{check}"


@dataclass
class Bank:
    """Drives matches for one member's place and the candidates of one unit."""

    matching: Matching
    promise: CommitmentMade
    candidates: int = 0

    @property
    def employer(self) -> dict[str, Any]:
        return {"organisation": self.promise.organisation_id}

    async def post(self, path: str, body: Any = None, **claims: Any) -> httpx.Response:
        role = claims.pop("role", "caseworker")
        return await self.matching.call("POST", path, role, body or {}, **claims)

    async def insists(self, path: str, body: Any = None, **claims: Any) -> httpx.Response:
        """Post as one of many at once."""
        role = claims.pop("role", "caseworker")
        return await self.matching.insists("POST", path, role, body or {}, **claims)

    async def good(self, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.post(path, body, **claims)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    async def refused(self, path: str, body: Any = None, **claims: Any) -> tuple[int, str]:
        """Give the status and the code of what should be refused."""
        answer = await self.post(path, body, **claims)
        return answer.status_code, answer.json().get("code", "")

    async def place(self, **differs: Any) -> str:
        return str((await opened(self.matching, self.promise, **differs))["place_id"])

    async def unseen(self, **differs: Any) -> str:
        """Register a candidate of whom nothing is found out yet."""
        self.candidates += 1
        claims = {"unit": differs.pop("unit", UNIT)}
        body = PERSON | {"identity_number": number(self.candidates)} | differs
        return str((await self.good("/candidates", body, **claims))["candidate_ref"])

    async def candidate(self, *needs: str, **differs: Any) -> str:
        """Register one and find out all that lets her be seen."""
        claims = {"unit": differs.get("unit", UNIT)}
        ref = await self.unseen(**differs)
        for path, body in (
            ("facts", {"facts": TRUE}),
            ("protection", {"form": "none", "found_on": TODAY.isoformat()}),
            ("needs", {"needs": needs, "asked_on": TODAY.isoformat()}),
        ):
            url = f"/candidates/{ref}/{path}"
            found = await self.matching.good("PUT", url, "caseworker", body, **claims)
        assert found["visible"], found
        return ref

    async def protect(self, ref: str, form: str = "confidentiality_marking") -> Any:
        body = {"form": form, "found_on": TODAY.isoformat()}
        path = f"/candidates/{ref}/protection"
        return await self.matching.good("PUT", path, "caseworker", body)

    async def find(self, ref: str, code: str, value: str) -> Any:
        """Record another value of one fact."""
        (fact,) = (one for one in TRUE if one["code"] == code)
        body = {"facts": [fact | {"value": value}]}
        return await self.matching.good("PUT", f"/candidates/{ref}/facts", "caseworker", body)

    @property
    def member(self) -> dict[str, Any]:
        return self.promise.model_dump(include={"membership_id", "organisation_id"})

    async def suspend(self, **when: date) -> None:
        await self.matching.hears(MembershipSuspended(**self.member, ground="conditions"), **when)

    async def reinstate(self, **when: date) -> None:
        await self.matching.hears(MembershipReinstated(**self.member), **when)

    # The way of one match; each gives its id.

    async def proposed(self, place: str, ref: str, **claims: Any) -> str:
        body = {"place_id": place, "candidate_ref": ref}
        return str((await self.good("/matches", body, **claims))["match_id"])

    async def asked(self, place: str, ref: str, **claims: Any) -> str:
        match = await self.proposed(place, ref, **claims)
        await self.good(f"/matches/{match}/asking", ASKING, **claims)
        return match

    async def consented(self, place: str, ref: str, **differs: Any) -> str:
        match = await self.asked(place, ref)
        body = {"given_how": "paper", "until": "2026-06-01"} | differs
        await self.good(f"/matches/{match}/consent", body)
        return match

    async def said(self, match: str, **differs: Any) -> str:
        """Record her word, which waits for its second witness; gives under which id it waits."""
        body = {"given_how": "two_staff", "until": "2026-06-01"} | differs
        found = await self.good(f"/matches/{match}/consent", body)
        return str(found["waits_for_witness"]["consent_id"])

    async def confirmed(self, match: str, consent_id: str, **claims: Any) -> Any:
        path, claims = f"/matches/{match}/consent-confirmation", {"actor": COLLEAGUE} | claims
        return await self.good(path, {"consent_id": consent_id}, **claims)

    async def released(self, place: str, ref: str, **differs: Any) -> str:
        match = await self.consented(place, ref, **differs)
        await self.good(f"/matches/{match}/release")
        return match

    async def wanted(self, place: str, ref: str) -> str:
        match = await self.released(place, ref)
        await self.answer(match)
        return match

    async def answer(self, match: str, says: str = "yes", ground: str | None = None) -> Any:
        body = {"answer": says} | ({"ground": ground} if ground else {})
        return await self.good(
            f"/matches/{match}/answer", body, role="contact_person", **self.employer
        )

    async def accepted(self, place: str, ref: str) -> Any:
        """Go all the way to a planned placement; gives it."""
        match = await self.wanted(place, ref)
        return await self.good(f"/matches/{match}/acceptance", PLAN, actor=COLLEAGUE)

    async def prepared(self, placement_id: str) -> None:
        path = f"/placements/{placement_id}"
        for party in ("employer", "participant", "municipality"):
            await self.good(f"{path}/signatures", {"party": party})
        for act in ("insurance", "supervisor"):
            await self.good(f"{path}/{act}")

    async def ready(self, place: str, ref: str) -> str:
        placement = str((await self.accepted(place, ref))["placement_id"])
        await self.prepared(placement)
        await self.good(f"/placements/{placement}/readiness")
        return placement

    async def state(self, match: str) -> str:
        found = await self.matching.good("GET", f"/matches/{match}", "caseworker")
        return str(found["state"])

    async def look(self, match: str) -> httpx.Response:
        """Read a match as its employer does."""
        path = f"/matches/{match}"
        return await self.matching.call("GET", path, "contact_person", **self.employer)

    async def seen(self) -> list[str]:
        """Give the matches that the employer finds in its list."""
        found = await self.matching.good("GET", "/matches", "contact_person", **self.employer)
        return [one["match_id"] for one in found["matches"]]

    async def rows(self, sql: str) -> list[Any]:
        async with self.matching.database.transaction() as tx:
            return [*(await (await tx.connection()).execute(text(sql))).all()]


async def bank(matching: Matching, **differs: Any) -> Bank:
    return Bank(matching, await promised(matching, promised=100, **differs))


async def answers(calls: list[Any]) -> list[tuple[int, str]]:
    """Make the calls at once; gives status and code of each."""
    found = await asyncio.gather(*calls)
    return [(one.status_code, one.json().get("code", "")) for one in found]
