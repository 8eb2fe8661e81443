"""A year of a network that is nothing but files: mails, pages and reports speak its words."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.demo.channels import LINK, text
from tests.demo.conftest import Staging
from tests.matching.support.people import identity_number
from tests.support.networks import as_known_to

from jobbpakten.reconciliation import Comparison
from jobbpakten_local.demo.simulation import Network, days, do_what_is_due, set_clocks
from jobbpakten_local.demo.system import System
from matching.profiles import Profile

NETWORK, MUNICIPALITY = "linkopingsloftet", "0580"
UNIT, UNIT_NAME = "jobbtorg_linkoping", "Jobbtorg Linköping"
WEEKS = 52
HOURS = ["mon_am", "tue_am"]
# Words of the network that the demo tells of, which nobody here has heard of.
OTHERS = ("Jobbpakten", "Jobbcenter", "Gottsunda", "Praktik", "Studiebesök", "Fullföljda")
PROFILE = as_known_to(Profile, NETWORK)


@dataclass
class Year:
    """One employer and one candidate, from the application to the placement's end."""

    network: Network
    values: list[str]
    version: str
    day: date = date.min
    known: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)  # of tasks, while they stand

    async def do(
        self,
        service: str,
        role: str,
        path: str,
        body: Any = None,
        method: str = "POST",
        **more: Any,
    ) -> Any:
        more |= {"organisation": self.known["organisation"]} if role in EMPLOYERS else {}
        more |= {"unit": UNIT} if role == "caseworker" else {}
        callers = self.network.services[service]
        return await callers.on_network(role, method, path.format(**self.known), body or {}, **more)

    def on(self, weeks: int = 0) -> str:
        return (self.day + timedelta(weeks=weeks)).isoformat()

    async def join(self) -> None:
        """Apply, declare the network's own values, be vetted by its own checklist."""
        await self.name_staff()
        facts = {"name": "Stångåns Verkstad AB", "sector": "business", "size": "medium"}
        applied = await self.network.membership.on_network(
            "signatory", "POST", "/members", facts | {"number": "559999-0289"}
        )
        self.known["organisation"] = applied["organisation_id"]
        self.known["member"] = member = f"/members/{applied['membership_id']}"
        for role in EMPLOYERS:
            who = {"role": role, "name": "Eva Ek", "email": f"{role}@verkstad.example"}
            await self.do("membership", role, f"{member}/contacts", who | {"language": "sv"})
        yes = dict.fromkeys(self.values, True) | {"text_version": self.version}
        await self.do("membership", "signatory", f"{member}/values", yes)
        await self.do("membership", "vetting_officer", f"{member}/vetting")
        asked = (await self.do("membership", "coordinator", "", method="GET"))["checklist"]
        answers = [{"item": one, "answer": "yes", "evidence": "SON-2025-7"} for one in asked]
        path = f"{member}/vetting/answers"
        await self.do("membership", "vetting_officer", path, {"answers": answers}, method="PUT")
        path = f"{member}/vetting/decision"
        await self.do("membership", "decider", path, {"outcome": "accepted"})

    async def name_staff(self) -> None:
        for role in ("coordinator", "vetting_officer", "decider", "caseworker"):
            who = {"role": role, "unit": UNIT, "name": "Karin Ek", "language": "sv"}
            post = {"email": f"{role}@kommunen.example"}
            await self.do("membership", "coordinator", "/staff", who | post)

    async def promise(self) -> None:
        """Agree on a trial job and two open houses, and hold one of those."""
        member = self.known["member"]
        offers = [{"offer": "trial_job", "units": 2}, {"offer": "open_house", "units": 2}]
        path = f"{member}/agreement"
        drafted = {"commitments": offers}
        await self.do("membership", "coordinator", path, drafted)
        shared = await self.do("membership", "coordinator", f"{path}/sharing", version=1)
        signed = {"text_hash": shared["text_hash"]}
        await self.do("membership", "signatory", f"{path}/signatures", signed)
        made = await self.do("membership", "decider", f"{path}/signatures", signed)
        found = {one["offer"]: one["commitment_id"] for one in made["commitments"]}
        self.known["commitment"] = found["trial_job"]
        await self.do("membership", "coordinator", f"/commitments/{found['open_house']}/activities")

    async def open_place(self) -> None:
        body = {"commitment_id": self.known["commitment"], "area": "skaggetorp", "slots": 1}
        body |= {"schedule": HOURS, "starts_on": self.on(), "ends_before": self.on(6)}
        place = await self.do("matching", "contact_person", "/places", body)
        self.known["place"] = place["place_id"]
        await self.do("matching", "coordinator", "/places/{place}/union", {})
        stated = {"statement": "supports"}
        await self.do("matching", "coordinator", "/places/{place}/union-statement", stated)
        await self.do("matching", "coordinator", "/places/{place}/opening")

    async def register(self) -> None:
        body: dict[str, Any] = {"identity_number": identity_number(), "name": "Åsa Lind"}
        body |= {"language": "sv"}
        body |= {"wants_email": True, "email": "asa@post.example", "offers": ["trial_job"]}
        body |= {"abilities": {"skill:assembly": True}, "schedule": HOURS}
        body |= {"group": "social_assistance", "available_from": self.on()}
        found = await self.do("matching", "caseworker", "/candidates", body)
        self.known["candidate"] = found["candidate_ref"]
        path = "/candidates/{candidate}"
        await self.do("matching", "caseworker", f"{path}/needs", {"needs": []}, method="PUT")
        facts = [
            {"code": code, "value": "true", "source": rule.sources[0]}
            for code, rule in PROFILE.facts.items()
        ]
        seen = await self.do("matching", "caseworker", f"{path}/facts", {"facts": facts}, "PUT")
        assert seen["visible"]

    async def match(self) -> None:
        """Propose, ask, show, and have it accepted by a decider."""
        body = {"place_id": self.known["place"], "candidate_ref": self.known["candidate"]}
        match = await self.do("matching", "caseworker", "/matches", body)
        self.known["match"] = f"/matches/{match['match_id']}"
        asking = {"fields": ["first_name", "phone"], "answer_by": self.on(1)}
        await self.do("matching", "caseworker", "{match}/asking", asking)
        consent = {"given_how": "paper", "until": self.on(6)}
        await self.do("matching", "caseworker", "{match}/consent", consent)
        await self.do("matching", "caseworker", "{match}/release")
        await self.do("matching", "contact_person", "{match}/answer", {"answer": "yes"})
        plan = {"starts_on": self.on(), "ends_before": self.on(4)}
        accepted = await self.do("matching", "decider", "{match}/acceptance", plan)
        self.known["placement"] = f"/placements/{accepted['placement_id']}"

    async def begin(self) -> None:
        for party in ("employer", "participant", "municipality"):
            await self.do("matching", "caseworker", "{placement}/signatures", {"party": party})
        for act in ("insurance", "supervisor", "readiness", "start"):
            await self.do("matching", "caseworker", f"{{placement}}/{act}")

    async def complete(self) -> None:
        await self.do("matching", "caseworker", "{placement}/completion")


EMPLOYERS = ("signatory", "contact_person")
STORY = {0: "join", 1: "promise", 3: "open_place", 4: "register", 5: "match", 6: "begin"}
STORY |= {11: "complete"}


@dataclass(frozen=True)
class Lived:
    """What people could read when the year was over."""

    mails: dict[str, str]  # by subject
    tasks: list[str]
    report: dict[str, str]  # by language
    of_member: str


async def lived(system: System) -> Lived:
    async with (
        httpx.AsyncClient(timeout=60) as http,
        Comparison(system.databases, system.hears) as comparison,
    ):
        reached = system.callers(http, NETWORK)
        network = Network(reached, comparison.until_quiet, comparison.until_heard)
        found = await network.membership.on_network("coordinator", "GET")
        values = [one for one in found["values"] if one != "version"]
        year = Year(network, values, found["values"]["version"])
        for week, day in enumerate(days(WEEKS)):
            year.day = day
            await set_clocks(network, day)
            if week in STORY:
                await getattr(year, STORY[week])()
            await do_what_is_due(network)
            if week in STORY:
                year.pages += [(await http.get(link)).text for link in links_in(system)]
        return await read(system, http, year)


def links_in(system: System) -> list[str]:
    return [link for mail in system.post.messages() for link in LINK.findall(text(mail))]


async def read(system: System, http: httpx.AsyncClient, year: Year) -> Lived:
    mails = {str(mail["Subject"]): text(mail) for mail in system.post.messages()}
    url = f"{system.urls['followup']}/networks/{NETWORK}"
    report = {one: (await http.get(f"{url}/report.html?lang={one}")).text for one in ("sv", "en")}
    token = year.network.followup.token("coordinator")
    of_member = await http.get(
        f"{url}{year.known['member']}/report.html", headers={"Authorization": f"Bearer {token}"}
    )
    return Lived(mails, year.pages, report, of_member.text)


@pytest.fixture(scope="module")
def year(staging: Staging) -> Iterator[Lived]:
    with staging(f"demo-{uuid4().hex[:8]}", MUNICIPALITY) as system:
        yield asyncio.run(lived(system))


def test_its_mails_are_from_it_and_name_its_units(year: Lived) -> None:
    assert len(year.mails) > 5
    for subject, mail in year.mails.items():
        assert subject.startswith("Linköpingslöftet: ")
        assert "Linköpingslöftet" in mail
    assert any(UNIT_NAME in mail for mail in year.mails.values())


def test_its_tasks_have_pages_in_its_words(year: Lived) -> None:
    assert year.tasks
    assert all("Linköpingslöftet" in page for page in year.tasks)
    assert any(UNIT_NAME in page for page in year.tasks)


def test_its_reports_name_its_offers_and_how_its_placements_end(year: Lived) -> None:
    for word in ("Linköpingslöftet", "Provjobb som kommunen betalar", "Hela vägen"):
        assert word in year.report["sv"]
        assert word in year.of_member
    assert "Öppet hus på arbetsplatsen" in year.report["sv"]
    for word in ("Linköpingslöftet", "Trial job paid by the municipality", "All the way"):
        assert word in year.report["en"]


def test_nothing_that_people_read_speaks_another_networks_words(year: Lived) -> None:
    pages = [*year.mails, *year.mails.values(), *year.tasks]
    for page in [*pages, *year.report.values(), year.of_member]:
        assert not [word for word in OTHERS if word in page]
