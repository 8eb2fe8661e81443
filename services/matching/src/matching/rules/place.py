"""The life of a place and its slots: who may do what when, and under what it may be opened."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from matching.rules.access import COORDINATOR, EMPLOYER, SYSTEM
from shared.machines import NOT_YET, Machine, NotAllowed, NotFound, State, Step, Unfit, check_order

OFFERS = EMPLOYER | COORDINATOR

LIVING = ("open", "full", "paused")  # opened and not closed
# Only these are closed when nobody says for long that the offer stands: a full place offers none.
STALE = ("open", "paused")

ENDING = (Step("close", "closed", OFFERS), Step("end", "closed", SYSTEM))


def standing(state: str) -> tuple[Step, ...]:
    """Give what may be done with any place that is offered and not closed."""
    refreshed, paused = Step("refresh", state, OFFERS), Step("pause", "paused", OFFERS | SYSTEM)
    return (refreshed, paused, *ENDING)


PLACE = Machine(
    {
        NOT_YET: [Step("offer", "under_review", OFFERS)],
        State("under_review", "coordinator", "hear the union, then open it", "union"): [
            Step("ask_union", "under_review", COORDINATOR),
            Step("note_statement", "under_review", COORDINATOR),
            Step("open", "open", COORDINATOR),
            *ENDING,
        ],
        State("open", "contact_person", "answer matches, say that the offer stands", "place"): [
            Step("fill", "full", SYSTEM),
            *standing("open"),
        ],
        State("full", "contact_person", "receive those who come", "place"): [
            Step("free", "open", SYSTEM),
            *standing("full"),
        ],
        State("paused", "coordinator", "settle why it is paused", "place"): [
            Step("lift", "paused", OFFERS | SYSTEM),  # one ground of several
            Step("resume", "open", OFFERS | SYSTEM),
            *standing("paused"),
        ],
    },
    ends=("closed",),
)
# Who may pause on which ground; whoever may lift one does so with one click.
GROUNDS = {
    "employer": OFFERS,
    "unresponsive": COORDINATOR | SYSTEM,
    "member_suspended": SYSTEM,
}
LIFTS = {"employer": OFFERS, "unresponsive": OFFERS | SYSTEM, "member_suspended": SYSTEM}


# A slot is a number from one to as many as the place has; a free one isn't written down.
FREE = ""
SLOT_ACTS = {
    ("reserved", "keep"): "taken",
    ("taken", "use_up"): "used",
    ("reserved", "release"): FREE,
    ("taken", "release"): FREE,
}


@dataclass(frozen=True, slots=True)
class Under:
    """What we know of a promise that a place is offered under."""

    offer: str
    kept_by: str
    promised: int
    starts_on: date
    ends_before: date
    released: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What an employer offers and needs; `schedule` has a bit for each part of the week's days."""

    area: str
    slots: int
    must: list[str]
    want: list[str]
    provides: list[str]
    schedule: int
    starts_on: date
    ends_before: date


@dataclass(frozen=True, slots=True)
class Membership:
    """What we know of a member; None is unknown."""

    in_force_on: date | None
    suspended_on: date | None
    ended_on: date | None


def check_ground(ground: str, role: str) -> None:
    """Admit who may pause a place on this ground."""
    if role not in GROUNDS[ground]:
        raise NotFound


def accepts_matches(state: str, paused_for: Sequence[str], ends_before: date, today: date) -> bool:
    """Tell whether somebody may be matched to the place, also where no clock has closed it yet."""
    return state == "open" and not paused_for and today < ends_before


def due_day(state: str, limit: date | None, ends_before: date) -> date | None:
    """Give the last day for what is next: the limit, but never after the place's own last day.

    A full place offers nothing that could be out of date.
    """
    last = ends_before - timedelta(days=1)
    if limit is None or state == "full":
        return limit and last
    return min(limit, last)


def check_offer(under: Under, offers: Collection[str]) -> None:
    """Refuse a place for what isn't kept by placements, or what the network offers no longer."""
    if under.kept_by != "placement" or under.offer not in offers:
        text = "This promise isn't kept by people at a place."
        raise Unfit("/commitment_id", "not_for_places", text)


def check_codes(terms: Terms, known: Mapping[str, Collection[str]]) -> None:
    """Refuse codes that the network's profile doesn't have; `known` has them by field.

    What is demanded isn't wished for as well: it would be counted twice.
    """
    given = {
        "area": [terms.area],
        "must": terms.must,
        "want": terms.want,
        "provides": terms.provides,
    }
    for field, codes in given.items():
        if not set(codes) <= set(known[field]):
            text = "The network's profile doesn't have this code."
            raise Unfit(f"/{field}", "unknown_code", text)
    if set(terms.must) & set(terms.want):
        raise Unfit("/want", "said_twice", "What has to be there isn't wished for as well.")


def check_days(terms: Terms, under: Under, longest: date, on: date) -> None:
    """Refuse days outside the promise, longer than the offer's limit, or over before offered."""
    if not under.starts_on <= terms.starts_on < under.ends_before:
        raise Unfit("/starts_on", "outside_the_promise", "A place begins while its promise lasts.")
    if terms.ends_before <= max(terms.starts_on, on):
        raise Unfit("/ends_before", "ends_too_soon", "A place has a day, and it isn't over.")
    if terms.ends_before > longest:
        raise Unfit("/ends_before", "too_long", "The offer's limit is shorter.")


def check_promise(under: Under, slots: int, others: int) -> None:
    """Refuse more slots than the promise leaves; a released one leaves none.

    `others` are the slots of its places that aren't closed and those in use at closed ones.
    """
    if under.released or slots + others > under.promised:
        raise NotAllowed("over_the_promise", "The promise leaves fewer slots than this.")


def check_member(known: Membership, on: date) -> None:
    """Refuse to open a place of an organisation that isn't known to be a member: unknown is no."""
    if known.in_force_on is None or on < known.in_force_on:
        raise NotAllowed("not_in_force", "The member's agreement isn't known to be in force.")
    if known.suspended_on or known.ended_on:
        raise NotAllowed("member_suspended", "The member is suspended, or no longer one.")


def check_union(due_on: date | None, stated_on: date | None, on: date) -> None:
    """Refuse before the union has stated, or its deadline passed; an objection is shown only."""
    if stated_on:
        check_order(on, stated_on)
    elif due_on is None or on <= due_on:
        raise NotAllowed("union_not_heard", "The union hasn't stated, and its time isn't over.")


def liftable(paused_for: Collection[str], ground: str | None, role: str) -> list[str]:
    """Give the grounds that a resumption lifts: the one named, or all that this role may."""
    wanted = [ground] if ground else [one for one in paused_for if role in LIFTS[one]]
    if not wanted or not set(wanted) <= set(paused_for):
        raise NotAllowed("not_paused_for_this", "It isn't paused for what you could lift.")
    if not all(role in LIFTS[one] for one in wanted):
        raise NotAllowed("not_yours_to_lift", "The pause ends when its own ground does.")
    return wanted


def free_number(slots: int, in_use: Collection[int]) -> int:
    """Give the lowest free number; NotAllowed when there is none."""
    for number in range(1, slots + 1):
        if number not in in_use:
            return number
    raise NotAllowed("no_slot_left", "Every slot of the place is kept for somebody, or in use.")


def after(state: str, act: str) -> str:
    """Give what becomes of a slot; NotAllowed for one that isn't there or stands elsewhere."""
    if (state, act) not in SLOT_ACTS:
        text = "No slot of the place stands so for this match that this could be done."
        raise NotAllowed("wrong_slot", text)
    return SLOT_ACTS[state, act]


def room(slots: int, states: Iterable[str]) -> str:
    """Say what the slots in use leave of a place: `open`, `full` or `filled`.

    A slot that is only reserved may come back: it leaves the place open, for others to wait.
    """
    held = [state for state in states if state in ("taken", "used")]
    if len(held) < slots:
        return "open"
    return "full" if "taken" in held else "filled"
