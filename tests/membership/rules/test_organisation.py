"""Names as they come: compared, and looked at for letters that don't belong."""

import pytest

from membership.rules.organisation import (
    has_mixed_letters,
    name_key,
    says_something,
    size_of,
)
from shared.people.tidying import tidy


@pytest.mark.parametrize("name", ["\u3164", "!?", "", " \u061c", "́", "_"])
def test_what_has_neither_letter_nor_digit_says_nothing(name: str) -> None:
    assert not says_something(tidy(name))


@pytest.mark.parametrize("name", ["7", "Ö", "مخبز", "株"])
def test_a_letter_or_digit_of_any_script_says_something(name: str) -> None:
    assert says_something(tidy(name))


@pytest.mark.parametrize("name", ["Törnеstam Bygg", "Lifvenhjelм & Co", "Αlfa Städ", "Bygg-Тeam"])
def test_a_letter_of_another_script_inside_a_word_is_seen(name: str) -> None:
    assert has_mixed_letters(name)


@pytest.mark.parametrize(
    "name",
    [
        "Törnestam Bygg",
        "مخبز النور",
        "Хлеб и соль",
        "مخبز Uppsala",
        "Uppsala\u2011Хлеб",
        "Café Ørsted 24/7",
        "株式会社サクラ",
    ],
)
def test_a_name_in_any_one_script_is_fine_and_so_are_words_of_two(name: str) -> None:
    assert not has_mixed_letters(name)


@pytest.mark.parametrize(
    "alike",
    [
        ("Törnestam Bygg AB", "TÖRNESTAM BYGG", "Törnеstam Bygg", "Törnestam Bygg AB (publ)"),
        ("Odlarna Ek. för.", "Odlarna ekonomisk förening", "Odlarna"),
        ("Svensson & Co HB", "Svensson Co", "Handelsbolag Svensson-Co"),
        ("Cafe\u0301 Linne\u0301 KB", "Café Linné"),
        ("مخبز النور", "مخبز النور AB"),
        ("Aktiebolaget Törnestam", "Törnestam Aktiebolag", "Törnestam AB i likvidation"),
        ("Bageriet AB (publ) i konkurs", "Bageriet", "AB Bageriet"),
        ("Svensson-Co", "Svensson\u2011Co", "Svensson\u2013Co", "Svens\u00adson Co"),
        ("نان\u200cوا", "نانوا"),
        ("Норра СОР", "HOPPA COP"),  # all Cyrillic, all Latin
        ("Αθκ", "Aθk"),
    ],
)
def test_names_that_people_take_for_the_same_have_one_key(alike: tuple[str, ...]) -> None:
    assert len({name_key(name) for name in alike}) == 1


@pytest.mark.parametrize("other", ["Törnestam Tak AB", "Tornestam Bygg", "Bygg Törnestam", "AB"])
def test_other_names_have_other_keys(other: str) -> None:
    assert name_key(other) != name_key("Törnestam Bygg AB")


def test_a_legal_form_alone_is_a_name() -> None:
    assert name_key("AB") == "ab"
    assert name_key("AB i likvidation") == "ab"


def test_no_two_names_are_alike_for_having_nothing_to_compare() -> None:
    assert name_key("!?") != name_key("+-")


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        (0, "micro"),
        (9, "micro"),
        (10, "small"),
        (49, "small"),
        (50, "medium"),
        (249, "medium"),
        (250, "large"),
    ],
)
def test_employees_fall_into_the_four_bands(employees: int, size: str) -> None:
    assert size_of(employees) == size
