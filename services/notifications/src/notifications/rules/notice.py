"""The life of a notice, and whether it may go out now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from notifications.rules.access import COORDINATOR, STAFF, SYSTEM
from notifications.rules.notices import Rule
from notifications.rules.subjects import (
    Heard,
    has_consented,
    heard_since,
    is_visible,
    was_hidden_since,
)
from shared.machines import Machine, State, Step

OUTSIDE = frozenset({"participant", "contact_person", "signatory"})
HELD = timedelta(minutes=30)
# Relay and listener take seconds: what is older was told while we were away, and so was, perhaps,
# what makes it void or shows that it is done. That is heard within minutes, in whatever stream.
FRESH = timedelta(minutes=2)
CATCHING_UP = timedelta(minutes=5)
LINK_LIVES = timedelta(weeks=12)

# Whatever became of its mail: what it asks is done, void or too late, or staff say that it is told.
SETTLED = (
    Step("told", "acted", STAFF),
    Step("act", "acted", SYSTEM),
    Step("expire", "expired", SYSTEM),
    Step("cancel", "cancelled", SYSTEM),
)

NOTICE = Machine(
    {
        State("waiting", "system", "send it", "act_by"): [
            Step("send", "sent", SYSTEM),
            Step("fail", "failed", SYSTEM),
            Step("doubt", "uncertain", SYSTEM),
            *SETTLED,
        ],
        State("sent", "recipient", "do what it asks", "act_by"): SETTLED,
        State(
            "failed", "coordinator", "see that the recipient is told in another way", "act_by"
        ): SETTLED,
        State("uncertain", "coordinator", "find out whether it came, and settle it", "act_by"): [
            Step("send_again", "waiting", COORDINATOR),
            Step("leave", "uncertain", COORDINATOR),
            *SETTLED,
        ],
    },
    ends=("acted", "expired", "cancelled"),
)
OPEN = ("waiting", "sent", "failed", "uncertain")
ENDED = tuple(state.name for state in NOTICE.states.values() if state.terminal)

Readiness = Literal["ready", "wait", "acted", "cancelled", "expired"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The event that asked for a notice: in which stream, which number, when; and until when."""

    stream: str
    version: int
    at: datetime
    opened_on: date
    act_by: date | None = None


def closing(rule: Rule, asked: Asked, heard: Heard) -> Literal["acted", "cancelled"] | None:
    """Say how a notice is over by what was heard of its aggregate; None while it isn't."""

    def any_of(names: Collection[str]) -> bool:
        return any(heard_since(heard, name, asked.stream, asked.version) for name in names)

    if any_of(rule.done_by):
        return "acted"
    return "cancelled" if any_of(rule.void_by) else None


def readiness(
    rule: Rule, role: str, asked: Asked, heard: Heard, of_candidate: Heard, today: date
) -> Readiness:
    """Say whether a notice may go to a role now. Staff may know of her whom nobody else sees."""
    if over := closing(rule, asked, heard):
        return over
    if is_too_late(rule, asked, today):
        return "expired"
    if rule.about_candidate and was_hidden_since(of_candidate, since(rule, asked, heard)):
        return "cancelled"
    if role not in OUTSIDE:
        return "ready"
    seen = not rule.about_candidate or is_visible(of_candidate)
    return "ready" if seen and (not rule.consented or has_consented(heard, today)) else "wait"


def is_too_late(rule: Rule, asked: Asked, today: date) -> bool:
    """Tell an answer that would be none any more, and what not even a link would lead to."""
    answer_is_none = rule.expires and asked.act_by is not None and asked.act_by < today
    return answer_is_none or link_ends_before(asked.act_by, asked.opened_on) <= today


def how_long_held(kind: str, told_at: datetime, now: datetime) -> timedelta:
    """Say how long a notice is held that we hear of now; a task waits for nobody but ourselves."""
    if kind == "message":
        return HELD
    return CATCHING_UP if now - told_at > FRESH else timedelta()


def is_asked_for(rule: Rule, heard: Heard, facts: Mapping[str, object]) -> bool:
    """Tell whether the event, and what was heard before it, let the rule hold."""
    if rule.says and not facts[rule.says]:
        return False
    after = rule.only_after <= heard.keys()
    return after and not rule.never_after & heard.keys()


def since(rule: Rule, asked: Asked, heard: Heard) -> datetime:
    """Give from when on she mayn't have been hidden: from the first that the rule stands on."""
    before = (heard[name].values() for name in rule.only_after & heard.keys())
    return min([asked.at, *(datetime.fromisoformat(one[1]) for told in before for one in told)])


def may_be_told(state: str, kind: str, *, instead: bool) -> bool:
    """Tell whether the staff's word that she was told ends a notice; a task's act alone does."""
    return instead or (kind == "message" and state in {"failed", "uncertain"})


def is_overdue(kind: str, state: str, act_by: date | None, today: date) -> bool:
    return kind == "task" and state in OPEN and act_by is not None and act_by < today


def link_ends_before(act_by: date | None, opened_on: date) -> date:
    last = max(act_by or opened_on, opened_on)
    return last + LINK_LIVES if last < date.max - LINK_LIVES else date.max
