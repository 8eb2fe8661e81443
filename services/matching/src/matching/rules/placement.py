"""The life of a placement: what it needs to begin, how it may end, and what then is kept."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from matching.rules.access import CASEWORKER
from matching.rules.match import ACCEPTS
from shared.machines import NOT_YET, Machine, NotAllowed, State, Step, Unfit, check_order

PARTIES = ("employer", "participant", "municipality")
ONE_DAY = timedelta(days=1)

# She didn't come; or it won't begin, and that isn't hers: a consent taken back, a member suspended.
NEVER_BEGUN = (
    Step("miss", "no_show", CASEWORKER),
    Step("interrupt", "interrupted", CASEWORKER),
)

PLACEMENT = Machine(
    {
        NOT_YET: [Step("plan", "planned", ACCEPTS)],
        State("planned", "caseworker", "have it signed, insured and supervised", "preparation"): [
            Step("prepare", "planned", CASEWORKER),
            Step("make_ready", "ready", CASEWORKER),
            *NEVER_BEGUN,
        ],
        State("ready", "caseworker", "record the first day", "start"): [
            Step("start", "running", CASEWORKER),
            *NEVER_BEGUN,
        ],
        State("running", "caseworker", "follow it, and record its end", "end"): [
            Step("complete", "completed", CASEWORKER),
            Step("complete_partly", "partly_completed", CASEWORKER),
            Step("interrupt", "interrupted", CASEWORKER),
        ],
    },
    ends=("completed", "partly_completed", "no_show", "interrupted"),
)


class Prepared(Protocol):
    """What a placement has of what it needs."""

    signed: dict[str, str]
    insured_on: date | None
    supervisor_named_on: date | None


class Planned(Protocol):
    """For which days it was signed, and when it began."""

    @property
    def starts_on(self) -> date: ...
    @property
    def ends_before(self) -> date: ...
    @property
    def started_on(self) -> date | None: ...


class Heard(Protocol):
    """What the union was asked and has said about the place."""

    union_stated_on: date | None
    union_due_on: date | None


class Days(NamedTuple):
    """The first and the last day on which a placement may begin, and before which it may end."""

    earliest_start: date
    latest_start: date
    earliest_end: date
    latest_end: date


def missing(placement: Prepared, place: Heard, on: date) -> Iterator[str]:
    """Name what a placement still lacks on a day; what isn't recorded is lacking."""
    for party in PARTIES:
        if not_by(day_of(placement.signed, party), on):
            yield f"signature_of_{party}"
    if not_by(placement.insured_on, on):
        yield "insurance"
    if not_by(placement.supervisor_named_on, on):
        yield "supervisor"
    if not_by(place.union_stated_on, on) and not_by(place.union_due_on, on - ONE_DAY):
        yield "union_statement"


def day_of(signed: Mapping[str, str], party: str) -> date | None:
    return date.fromisoformat(signed[party]) if party in signed else None


def not_by(day: date | None, on: date) -> bool:
    """Say that it hadn't happened by then, as far as anybody knows."""
    return day is None or day > on


def check_ready(placement: Prepared, place: Heard, on: date) -> None:
    """Refuse a placement that lacks something, and say what."""
    lacking = [*missing(placement, place, on)]
    if lacking:
        raise NotAllowed("not_ready", f"Something is missing: {', '.join(lacking)}.")


def check_period(
    starts_on: date, ends_before: date, place: tuple[date, date], latest: date
) -> None:
    """Refuse days outside the place's, in the wrong order, or more than the offer allows.

    `place` is its first day and the day after its last; `latest` the last day that the offer
    allows from this start.
    """
    if starts_on >= ends_before:
        raise Unfit("/ends_before", "no_days", "A placement has at least one day.")
    if starts_on < place[0] or ends_before > place[1]:
        raise Unfit("/starts_on", "outside_the_place", "The days lie within the place's.")
    if ends_before > latest:
        raise Unfit("/ends_before", "too_long", "That is longer than this offer may last.")


def possible_days(
    today: date, place: tuple[date, date], consented_until: date, ends_by: Callable[[date], date]
) -> Days | None:
    """Give which days an acceptance may name today; None where none is left.

    `ends_by` gives the last day that the offer allows from a start: not every pair is possible.
    """
    first = max(today, place[0])
    last = min(consented_until, place[1] - ONE_DAY)
    if first > last:
        return None
    return Days(first, last, first + ONE_DAY, min(ends_by(last), place[1]))


def check_start(on: date, starts_on: date, ends_before: date) -> None:
    """Refuse a first day outside of what was planned and signed."""
    if not starts_on <= on < ends_before:
        raise NotAllowed("outside_the_plan", "It begins within the days that were signed.")


def check_suspended(suspended_on: date | None, reinstated_on: date | None, on: date) -> None:
    """Refuse a first day on which the member was suspended; who works there goes on."""
    if suspended_on and suspended_on <= on < (reinstated_on or date.max):
        raise NotAllowed("member_suspended", "The member is suspended: nobody begins there.")


def check_completed(ended_on: date, ends_before: date) -> None:
    """Refuse to call complete what ended before its last day."""
    if ended_on < ends_before - ONE_DAY:
        raise NotAllowed("before_the_end", "It ended before its last day: record it as partial.")


def check_last_day(last_day: date, started_on: date | None, ends_before: date) -> None:
    """Refuse a last day outside the placement; the planned last one is no partial completion."""
    check_order(last_day, started_on)
    check_within("/last_day", last_day, ends_before)


def check_within(pointer: str, last_day: date, ends_before: date) -> None:
    """Refuse a last day after the planned one: what went on to its end was completed."""
    if last_day >= ends_before:
        raise Unfit(pointer, "after_the_end", "It lies within the placement's days.")


def kept(placement: Planned, last_day: date) -> bool:
    """Say whether at least half of the planned calendar days were done, so that it counts."""
    first = placement.started_on or placement.starts_on
    done, planned = last_day - first + ONE_DAY, placement.ends_before - placement.starts_on
    return done * 2 >= planned
