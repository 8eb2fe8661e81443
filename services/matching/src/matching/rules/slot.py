"""Slots: numbers from one to as many as the place has; a free one isn't written down."""

from collections.abc import Collection, Iterable

from shared.machines import NotAllowed

FREE = ""
ACTS = {
    ("reserved", "keep"): "taken",
    ("taken", "use_up"): "used",
    ("reserved", "release"): FREE,
    ("taken", "release"): FREE,
}


def free_number(slots: int, in_use: Collection[int]) -> int:
    """Give the lowest free number; NotAllowed when there is none."""
    for number in range(1, slots + 1):
        if number not in in_use:
            return number
    raise NotAllowed("no_slot_left", "Every slot of the place is kept for somebody, or in use.")


def after(state: str, act: str) -> str:
    """Give what becomes of a slot; NotAllowed for one that isn't there or stands elsewhere."""
    if (state, act) not in ACTS:
        text = "No slot of the place stands so for this match that this could be done."
        raise NotAllowed("wrong_slot", text)
    return ACTS[state, act]


def room(slots: int, states: Iterable[str]) -> str:
    """Say what the slots in use leave of a place: `open`, `full` or `filled`.

    A slot that is only reserved may come back: it leaves the place open, for others to wait.
    """
    held = [state for state in states if state in ("taken", "used")]
    if len(held) < slots:
        return "open"
    return "full" if "taken" in held else "filled"
