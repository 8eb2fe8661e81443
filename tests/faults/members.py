"""Members of the network on a stage: organisations that have promised, and whom to write to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from tests.faults.stage import NETWORK
from tests.support.callers import bearer

HOURS = 28_000
STAFF = {
    role: bearer("membership", role, seconds=HOURS, networks=[NETWORK])
    for role in ("signatory", "vetting_officer", "decider", "coordinator")
}
NUMBERS = (
    "556036-0793",
    "556012-5790",
    "556016-0680",
    "556056-6258",
    "556703-7485",
    "556042-7220",
)
ACTIVITIES = ("study_visit", "lecture")
UNIT = "jobbcenter_city"
# In the names and addresses of everybody: they are looked for where they mustn't be.
CANARY_NAME, CANARY_DOMAIN = "Kanariefågel", "kanarie.example"


@dataclass(frozen=True)
class Member:
    """An organisation with an agreement in force, and the ids of its commitments."""

    membership_id: str
    organisation_id: str
    commitments: Sequence[str]


@dataclass(frozen=True)
class Applicant:
    """Does what leads an organisation to its agreement, each act by who may."""

    http: httpx.AsyncClient
    headers: dict[str, dict[str, str]]

    async def act(self, by: str, path: str, **body: Any) -> Any:
        method = "PUT" if path.endswith("answers") else "POST"
        read = {"If-Match": '"1"'} if path.endswith("sharing") else {}
        headers = self.headers[by] | read
        place = f"/networks/{NETWORK}{path}"
        answer = await self.http.request(method, place, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    async def name(self, path: str, role: str, **more: str) -> None:
        """Name somebody who can be told something."""
        who = {"role": role, "name": f"{CANARY_NAME} {role}", "language": "sv"}
        address = f"{role}.{path.split('/')[2][:8]}@{CANARY_DOMAIN}"
        await self.act("coordinator", path, **who, email=address, **more)


async def promise(
    http: httpx.AsyncClient, number: str, offers: Sequence[str] = ACTIVITIES, units: int = 20
) -> Member:
    """Lead one organisation to an agreement in force."""
    one = Applicant(http, dict(STAFF))
    facts = {"number": number, "name": f"Bolag {number}", "sector": "business", "size": "large"}
    applied = await one.act("signatory", "/members", **facts)
    path, organisation = f"/members/{applied['membership_id']}", applied["organisation_id"]
    own = {"organisation": organisation, "networks": [NETWORK]}
    one.headers["signatory"] = bearer("membership", "signatory", **own)
    for role in ("signatory", "contact_person"):
        await one.name(f"{path}/contacts", role)
    values = ("non_discrimination", "gender_equality", "equality", "human_rights")
    yes = dict.fromkeys(values, True)
    await one.act("signatory", f"{path}/values", text_version="2023-1", **yes)
    await one.act("vetting_officer", f"{path}/vetting")
    network = await http.get(f"/networks/{NETWORK}", headers=STAFF["coordinator"])
    asked = network.json()["checklist"]
    answers = [{"item": item, "answer": "yes", "evidence": "AMN-1"} for item in asked]
    await one.act("vetting_officer", f"{path}/vetting/answers", answers=answers)
    await one.act("decider", f"{path}/vetting/decision", outcome="accepted")
    promised = [{"offer": offer, "units": units} for offer in offers]
    await one.act("coordinator", f"{path}/agreement", commitments=promised)
    text = (await one.act("coordinator", f"{path}/agreement/sharing"))["text_hash"]
    await one.act("signatory", f"{path}/agreement/signatures", text_hash=text)
    signed = await one.act("decider", f"{path}/agreement/signatures", text_hash=text)
    commitments = [made["commitment_id"] for made in signed["commitments"]]
    return Member(applied["membership_id"], organisation, commitments)


async def name_staff(http: httpx.AsyncClient) -> None:
    """Say whom tasks for the municipality go to."""
    office = Applicant(http, dict(STAFF))
    for role in ("coordinator", "vetting_officer", "decider", "caseworker"):
        unit = UNIT if role == "caseworker" else "kansliet"
        await office.act(
            "coordinator",
            "/staff",
            role=role,
            unit=unit,
            name=f"{CANARY_NAME} {role}",
            email=f"{role}@{CANARY_DOMAIN}",
            language="sv",
        )
