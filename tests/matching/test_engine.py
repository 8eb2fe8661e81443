"""The engine gives what the rule gives, for any bank; and it is made of nothing but numpy."""

import ast
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import engine
from matching.engine import Index
from matching.rules.fit import ALWAYS, Hit, Need, Person, draw, feasible, ranked

CODES = ["skill:kitchen", "skill:care", "lang:en", "licence:b", "area:city"]
ADAPTATIONS = ["step_free", "quiet", "sitting"]
OFFERS = ["internship", "employment"]
DAY = date(2026, 3, 2)
ALL_WEEK = 2**21 - 1


def person(number: int = 1, **differs: object) -> Person:
    """Give somebody who fits `need()`, but for what differs."""
    fits = {
        "ref": UUID(int=number),
        "number": number,
        "group_rank": 0,
        "abilities": {"skill:care": True, "lang:en": True},
        "offers": frozenset({"internship"}),
        "schedule": 0b111,
        "available_from": DAY,
        "needs": frozenset({"quiet"}),
    }
    return Person(**{**fits, **differs})  # type: ignore[arg-type]


def need(**differs: object) -> Need:
    asked = {
        "id": UUID(int=9),
        "offer": "internship",
        "must": ("skill:care",),
        "want": ("lang:en", "licence:b"),
        "provides": frozenset({"quiet", "sitting"}),
        "schedule": 0b011,
        "starts_on": DAY,
    }
    return Need(**{**asked, **differs})  # type: ignore[arg-type]


def days() -> st.SearchStrategy[date]:
    return st.integers(-3, 3).map(lambda days: DAY + timedelta(days))


def hours() -> st.SearchStrategy[int]:
    return st.sampled_from([0, 1, 0b11, 0b101, 1 << 20, ALL_WEEK])


people = st.builds(
    person,
    group_rank=st.none() | st.integers(0, 2),
    abilities=st.dictionaries(st.sampled_from(CODES), st.sampled_from([True, True, False])),
    offers=st.frozensets(st.sampled_from(OFFERS)),
    schedule=st.none() | hours(),
    available_from=st.none() | days(),
    needs=st.none() | st.frozensets(st.sampled_from(ADAPTATIONS), max_size=1),
)
needs = st.builds(
    need,
    offer=st.sampled_from([*OFFERS, "nobody_wants_it"]),
    must=st.lists(st.sampled_from([*CODES, "skill:rare"]), max_size=2).map(tuple),
    want=st.lists(st.sampled_from([*CODES, "skill:rare"]), max_size=7).map(tuple),
    provides=st.frozensets(st.sampled_from([*ADAPTATIONS, "interpreter"])),
    schedule=hours(),
    starts_on=days(),
)


def numbered(bank: Sequence[Person]) -> list[Person]:
    return [
        person(number, **{name: getattr(one, name) for name in FREE})
        for number, one in enumerate(bank, 1)
    ]


FREE = ("group_rank", "abilities", "offers", "schedule", "available_from", "needs")


@given(st.lists(people, max_size=150).map(numbered), st.lists(needs, max_size=4), st.integers())
def test_the_same_people_in_the_same_order_with_the_same_reasons_as_the_rule(
    bank: list[Person], asked: list[Need], seed: int
) -> None:
    index = Index(iter(bank), seed)
    for one in asked:
        assert index.rank(one, 20) == ranked(bank, one, seed, 20)
        everybody = index.rank(one, len(bank))
        assert {hit.ref for hit in everybody} == {p.ref for p in bank if feasible(p, one)}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_large_bank_is_ranked_as_the_rule_does(seed: int) -> None:
    chance = random.Random(seed)
    bank = [random_person(chance, number) for number in range(3_000)]
    asked = [random_need(chance) for _ in range(60)]
    found = dict(Index(bank, seed).rank_all(asked))
    assert found == {one.id: ranked(bank, one, seed) for one in asked}
    assert any(len(hits) == 20 for hits in found.values())
    assert len({hit.score for hits in found.values() for hit in hits}) > 2


def random_person(chance: random.Random, number: int) -> Person:
    known = chance.sample(CODES, 4)
    return person(
        number,
        group_rank=chance.choice([None, 0, 1, 2]),
        abilities={code: chance.random() < 0.6 for code in known},
        schedule=chance.choice([None, 0b11, ALL_WEEK]),
        needs=chance.choice([None, frozenset(), frozenset({"quiet"}), frozenset({"step_free"})]),
    )


def random_need(chance: random.Random) -> Need:
    return need(
        id=UUID(int=chance.getrandbits(128)),
        must=tuple(chance.sample(CODES, chance.randint(0, 2))),
        want=tuple(chance.sample(CODES, chance.randint(0, 4))),
        provides=frozenset(chance.sample(ADAPTATIONS, 2)),
    )


@pytest.mark.parametrize(
    "differs",
    [
        {"abilities": {"skill:care": False, "lang:en": True}},
        {"abilities": {"lang:en": True}},
        {"offers": frozenset()},
        {"offers": frozenset({"employment"})},
        {"schedule": 0b101},
        {"schedule": None},
        {"available_from": DAY + timedelta(1)},
        {"available_from": None},
        {"needs": frozenset({"quiet", "step_free"})},
        {"needs": None},
    ],
)
def test_who_lacks_one_thing_or_of_whom_it_is_unknown_is_nobodys_hit(
    differs: dict[str, object],
) -> None:
    bank = [person(1), person(2, **differs)]
    assert [feasible(one, need()) for one in bank] == [True, False]
    assert [hit.ref for hit in Index(bank, 7).rank(need())] == [UUID(int=1)]
    assert Index(bank[1:], 7).rank(need()) == []


def test_what_is_unknown_is_listed_and_never_scores_and_adaptations_are_no_reason() -> None:
    bank = [
        person(1, abilities={"skill:care": True, "lang:en": True, "licence:b": False}),
        person(2, abilities={"skill:care": True, "licence:b": True, "lang:en": True}),
        person(3),
    ]
    third, first, second = (UUID(int=n) for n in (1, 2, 3))
    hits = Index(bank, 7).rank(need())
    assert hits[0] == Hit(first, 2, ("skill:care", "lang:en", "licence:b", *ALWAYS), ())
    assert sorted(hits[1:]) == [
        Hit(third, 1, ("skill:care", "lang:en", *ALWAYS), ()),
        Hit(second, 1, ("skill:care", "lang:en", *ALWAYS), ("licence:b",)),
    ]
    assert "quiet" not in str(hits)


def test_equals_go_by_the_boards_order_then_by_a_draw_that_the_seed_repeats() -> None:
    bank = [person(n, group_rank={0: None, 1: 1, 2: 0}[n % 3]) for n in range(1, 61)]
    orders = {seed: [hit.ref for hit in Index(bank, seed).rank(need(), 60)] for seed in range(4)}
    again = [hit.ref for hit in Index(reversed(bank), 3).rank(need(), 60)]
    assert again == orders[3], "it doesn't matter in which order they come"
    assert len({tuple(order) for order in orders.values()}) == 4
    for order in orders.values():
        ranks = [ref.int % 3 for ref in order]
        assert ranks == [2] * 20 + [1] * 20 + [0] * 20
    assert draw(7, 1) == draw(7, 1) != draw(8, 1)
    assert draw(7, 12) != draw(71, 2), "no seed runs into a number"


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 130])
def test_banks_of_all_sizes_end_where_they_end(size: int) -> None:
    bank = [person(number) for number in range(size)]
    index = Index(bank, 7)
    everybody = need(must=(), want=(), provides=ADAPTATIONS)
    assert len(index.rank(everybody, 200)) == size
    assert index.rank(need(provides=()), 200) == []
    assert len(index.rank(everybody, 1)) == min(1, size)
    assert index.rank(everybody, 0) == []


def test_the_index_remembers_what_places_ask_for_but_not_without_limit() -> None:
    index = Index([person(1)], 7)
    for ahead in range(2 * engine.MASKS_KEPT):
        assert index.rank(need(starts_on=DAY + timedelta(ahead), schedule=0b010))
    assert len(index.masks) <= engine.MASKS_KEPT


def test_the_engine_is_made_of_numpy_and_the_rule_and_nothing_else() -> None:
    found = set[str | None]()
    for node in ast.walk(ast.parse(Path(str(engine.__file__)).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
    assert found == {"numpy", "numpy.typing", "matching.rules.fit"}
