"""Slots by the rules alone: in whatever order acts come, never more than the place has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.rules.place import FREE, SLOT_ACTS, after, free_number, room
from shared.machines import NotAllowed

STATES = (FREE, "reserved", "taken", "used")
acts = st.lists(
    st.tuples(st.sampled_from(["reserve", "keep", "release", "use_up"]), st.integers(0, 7)),
    max_size=60,
)


@given(slots=st.integers(1, 5), acts=acts)
def test_no_order_of_acts_books_a_slot_twice_or_more_than_there_are(
    slots: int, acts: list[tuple[str, int]]
) -> None:
    held: dict[int, tuple[int, str]] = {}  # match -> number, state
    for act, match in acts:
        number, state = held.get(match, (0, FREE))
        room_left = len(held) < slots
        if act == "reserve" and state == FREE and room_left:
            held[match] = (free_number(slots, [n for n, _ in held.values()]), "reserved")
        elif act != "reserve" and (state, act) in SLOT_ACTS:
            held[match] = (number, after(state, act))
            if held[match][1] == FREE:
                del held[match]
        numbers = [n for n, _ in held.values()]
        assert len(numbers) == len(set(numbers)) <= slots
        assert set(numbers) <= set(range(1, slots + 1))
        if len(held) == slots:
            with pytest.raises(NotAllowed):
                free_number(slots, numbers)


def test_a_slot_moves_only_as_the_table_says() -> None:
    for state in STATES:
        for act in ("keep", "use_up", "release"):
            if (state, act) in SLOT_ACTS:
                assert after(state, act) == SLOT_ACTS[state, act]
            else:
                with pytest.raises(NotAllowed):
                    after(state, act)
    assert SLOT_ACTS == {
        ("reserved", "keep"): "taken",
        ("taken", "use_up"): "used",
        ("reserved", "release"): "",
        ("taken", "release"): "",
    }


def test_the_lowest_free_number_is_given() -> None:
    assert free_number(3, []) == 1
    assert free_number(3, [1, 3]) == 2
    with pytest.raises(NotAllowed) as refused:
        free_number(2, [1, 2])
    assert refused.value.code == "no_slot_left"


ROOM = """
    1 -                 open
    1 reserved          open
    1 taken             full
    1 used              filled
    2 taken             open
    2 taken,reserved    open
    2 taken,taken       full
    2 taken,used        full
    2 used,reserved     open
    2 used              open
    2 used,used         filled"""


@pytest.mark.parametrize("line", [line for line in ROOM.split("\n") if line])
def test_what_the_slots_in_use_leave_of_a_place(line: str) -> None:
    slots, states, expected = line.split()
    assert room(int(slots), [] if states == "-" else states.split(",")) == expected
