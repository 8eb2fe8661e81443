"""Diaries are written before anything happens, by the seed alone."""

import json
from typing import Any

import pytest
from tests.support.networks import as_known_to

from jobbpakten_local.demo.network.acts import ACTS
from jobbpakten_local.demo.network.diaries import Act
from jobbpakten_local.demo.network.organisations import organisations
from jobbpakten_local.demo.network.stories import diaries
from membership.profiles import Profile

PROFILE: dict[str, Any] = json.loads(as_known_to(Profile).model_dump_json())


def written(seed: int, weeks: int = 52) -> dict[str, list[Act]]:
    who = organisations()
    told = diaries(who, PROFILE, seed, weeks)
    return {one.number: acts for one, acts in zip(who, told, strict=True)}


def test_the_same_seed_writes_the_same_and_another_one_something_else() -> None:
    assert written(7) == written(7)
    assert written(7) != written(8)


@pytest.mark.parametrize("seed", range(20))
def test_acts_are_recorded_when_they_have_happened_and_in_their_order(seed: int) -> None:
    for acts in written(seed).values():
        assert acts[0].does == "apply"
        assert [act.recorded_on for act in acts] == sorted(act.recorded_on for act in acts)
        assert all(act.happened_on <= act.recorded_on for act in acts)
        assert {act.does for act in acts} <= ACTS.keys()


@pytest.mark.parametrize("seed", range(20))
def test_every_promise_begins_before_it_ends(seed: int) -> None:
    for acts in written(seed).values():
        signed = [act.recorded_on for act in acts if act.does == "countersign"]
        for promise in (p for a in acts for p in a.facts.get("commitments", ())):
            assert promise["units"] > 0
            assert not signed or promise.get("ends_before", "9") > signed[0].isoformat()
