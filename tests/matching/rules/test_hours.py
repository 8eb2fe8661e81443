"""Hours in words and bits say the same."""

from hypothesis import given
from hypothesis import strategies as some

from matching.rules.hours import HOURS, bits, words


def test_the_week_begins_with_monday_morning_and_has_twenty_one_parts() -> None:
    assert (len(HOURS), bits(["mon_am"]), bits(["sun_ev"])) == (21, 1, 2**20)


@given(some.integers(0, 2**21 - 1))
def test_bits_become_words_and_bits_again(schedule: int) -> None:
    assert bits(words(schedule)) == schedule
