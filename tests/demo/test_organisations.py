"""The forty: valid numbers that nobody has, and names as they come."""

import unicodedata

import pytest
from stdnum.se import orgnr, personnummer

from jobbpakten_local.demo.network.organisations import Organisation, organisations
from jobbpakten_local.demo.network.stories import STORIES
from jobbpakten_local.demo.results import foreign_letters

ALL = organisations()
NAMES = [one.name for one in ALL]
# The ends of the registries' series, which nobody is near.
FAR_OFF = {"559999", "969999", "769999", "802999", "252999", "232999", "202999", "212999"}
# Skatteverket publishes these as test numbers: birth numbers 238 and 239.
TEST_PERSONS = ("238", "239")


def is_sole_trader(one: Organisation) -> bool:
    return int(one.number[2:4]) < 20


def test_there_are_forty_of_all_sectors_and_sizes_and_none_comes_twice() -> None:
    assert len(ALL) == len({one.number for one in ALL}) == len(set(NAMES)) == 40
    assert {one.sector for one in ALL} == {"business", "civil_society", "public"}
    assert {one.size for one in ALL} == {"micro", "small", "medium", "large"}
    assert any(one.municipal_unit for one in ALL)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.number)
def test_every_number_is_valid_and_safe_for_tests(one: Organisation) -> None:
    assert orgnr.is_valid(one.number)
    if is_sole_trader(one):
        assert personnummer.is_valid(one.number)
        assert one.number.split("-")[1].startswith(TEST_PERSONS)
    else:
        assert one.number[:6] in FAR_OFF


def test_one_is_a_sole_trader() -> None:
    assert len([one for one in ALL if is_sole_trader(one)]) == 1


def test_names_have_all_our_letters_and_some_of_others() -> None:
    assert set("åäöÅÄÖ") <= set("".join(NAMES))
    arabic = [n for n in NAMES if all("ARABIC" in unicodedata.name(c) for c in n if c != " ")]
    assert len(arabic) == 1
    strange = [letter for name in NAMES for letter in foreign_letters(name)]
    assert strange == ["letter 5 is CYRILLIC SMALL LETTER IE"]


def test_every_story_is_lived_by_somebody() -> None:
    assert {one.story for one in ALL} == STORIES.keys()
