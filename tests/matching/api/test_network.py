"""The network over HTTP: staff read all of what matching goes by, others what employers need."""

from typing import Any
from uuid import uuid4

import pytest
from tests.matching.support.pairs import PROFILE, Bank
from tests.matching.support.service import Matching
from tests.support.machines import ROLES

from matching.disclosure import EmployersDeadlines, EmployersProfile
from matching.profiles import Deadlines, Profile
from shared.networks.profiles import Network

STAFF = {"caseworker", "coordinator", "decider"}
# What is about those who are proposed, and what caseworkers think: nobody else's.
STAFFS_ALONE = {"version", "decided_on", "groups", "facts", "ends", "withdrawals", "departures"}
STAFFS_ALONE |= {"interruptions", "limits"}
OWN = {"areas", "requirements", "adaptations", "consent_fields", "employer_declines", "offers"}
OWN |= {"deadlines"}
DUE = {"place", "union", "employer_answer"}


def test_every_field_is_either_for_all_or_for_staff_alone() -> None:
    all_know = {*Network.model_fields}
    assert {*Profile.model_fields} == all_know | OWN | STAFFS_ALONE
    assert {*EmployersProfile.model_fields} == all_know | OWN
    assert {*EmployersDeadlines.model_fields} == DUE < {*Deadlines.model_fields}


@pytest.mark.parametrize("role", ROLES.split())
async def test_each_role_reads_its_part_with_texts_in_the_networks_languages(
    matching: Matching, role: str
) -> None:
    own: dict[str, Any] = {"organisation": uuid4()}
    for claims in ({}, own):
        found = await matching.good("GET", "", role, **claims)
        knows_all = role in STAFF and not claims
        assert (found.keys() >= STAFFS_ALONE) is knows_all
        assert bool(STAFFS_ALONE & found.keys()) is knows_all
        assert found["languages"] == ["sv", "en"]
        for codes in ("areas", "requirements", "adaptations", "consent_fields"):
            assert all(text.keys() == {"sv", "en"} for text in found[codes].values()), codes
        assert found["offers"]["internship"]["longest"]["days"] == 183
        declines = found["employer_declines"]
        follows = [one for one in declines.values() if {"follows", "tells_the_candidate"} & {*one}]
        assert len(follows) == (len(declines) if knows_all else 0)
        assert ({*found["deadlines"]} == DUE) is not knows_all


async def test_an_employer_answers_with_a_ground_that_it_finds_there(ours: Bank) -> None:
    found = await ours.matching.good("GET", "", "contact_person", **ours.employer)
    assert found["employer_declines"].keys() == PROFILE.employer_declines.keys()
    for ground in found["employer_declines"]:
        match = await ours.released(await ours.place(), await ours.candidate())
        assert (await ours.answer(match, "no", ground))["state"] == "employer_declined"
