"""A machine takes no part in what two people answer for; all else it does as the file says."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from tests.membership.conftest import INTERNSHIPS, Membership, usual
from tests.support.published import calling

FOUR_EYES = {
    ("POST", "/members"),
    ("POST", "/members/{}/values"),
    ("POST", "/members/{}/vetting"),
    ("PUT", "/members/{}/vetting/answers"),
    ("POST", "/members/{}/vetting/decision"),
    ("POST", "/members/{}/agreement"),
    ("PUT", "/members/{}/agreement"),
    ("POST", "/members/{}/agreement/sharing"),
    ("POST", "/members/{}/agreement/signatures"),
    ("POST", "/members/{}/suspension"),
    ("POST", "/members/{}/reinstatement"),
}
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Tried(Membership):
    """Each act is tried by a machine in the same role first, and then done by a person."""

    async def call(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        whose = claims.get("organisation")
        machine = {"role": role} | ({"organisation": str(whose)} if whose else {})
        more = {k.replace("_", "-"): v for k, v in claims.items() if k[0].isupper()}
        with calling(self.app, "membership", **machine) as header:
            url = f"/networks/{self.network}{path}"
            answer = await self.http.request(method, url, json=body, headers=header | more)
        place = (method, ID.sub("{}", path))
        tried.setdefault(place, set()).add((answer.status_code, answer.json().get("code", "")))
        return await super().call(method, path, role, body, **claims)


tried: dict[tuple[str, str], set[tuple[int, str]]] = {}


@pytest.fixture
async def machine(database: Callable[[str], str]) -> AsyncIterator[Tried]:
    tried.clear()
    async with Tried.running(usual(database("membership"))) as service:
        yield service


async def test_no_machine_prepares_or_decides_what_four_eyes_look_at(machine: Tried) -> None:
    member = await machine.drafted(INTERNSHIPS)
    path = f"/members/{member['membership_id']}"
    terms = {"commitments": [INTERNSHIPS], "we_chose_how": False}
    await machine.good("PUT", f"{path}/agreement", "coordinator", terms, If_Match='"1"')
    shared = await machine.good(
        "POST", f"{path}/agreement/sharing", "coordinator", {}, If_Match='"2"'
    )
    signature = {"text_hash": shared["text_hash"]}
    await machine.as_member(member, "POST", "/agreement/signatures", signature)
    await machine.good("POST", f"{path}/agreement/signatures", "decider", signature)
    await machine.good("POST", f"{path}/suspension", "decider", {"ground": "working_conditions"})
    await machine.good("POST", f"{path}/reinstatement", "decider", {})

    assert tried == {act: {(409, "needs_a_person")} for act in FOUR_EYES}


async def test_a_machine_reads_and_records_what_needs_no_second_pair_of_eyes(
    machine: Tried,
) -> None:
    member = await Membership.joined(machine, {"offer": "study_visit", "units": 3})
    url = f"/networks/jobbpakten/commitments/{member['commitments'][0]}/activities"
    with calling(machine.app, "membership", role="coordinator") as header:
        answer = await machine.http.post(url, json={}, headers=header)
        assert answer.status_code == 201, answer.text
        listed = await machine.http.get("/networks/jobbpakten/members", headers=header)
    assert listed.json()["members"]
    (about,) = [one for kind, one, _ in await machine.told_in_full() if kind == "activity.held.v1"]
    assert (about["ce_actorid"], about["ce_actorrole"]) == ("machine:importer", "coordinator")
