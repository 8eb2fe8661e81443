"""Agreements: terms that fit the organisation, frozen before anybody signs, signed in order."""

import hashlib
import json
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID

from membership.rules.access import COORDINATOR, DECIDER, SIGNATORY, SYSTEM
from shared.machines import NOT_YET, Machine, NotAllowed, StaleEdit, State, Step, Unfit, earliest

# What the member has signed doesn't lapse: then it is the municipality that is late.
LAPSE = Step("lapse", "annulled", SYSTEM)
WITHDRAW = Step("withdraw", "annulled", SIGNATORY)

AGREEMENT = Machine(
    {
        NOT_YET: [Step("draft", "draft", COORDINATOR)],
        State("draft", "coordinator", "settle the terms and share them", "agreement"): [
            Step("edit", "draft", COORDINATOR),
            Step("share", "out_for_signature", COORDINATOR),
            LAPSE,
            WITHDRAW,
        ],
        State("out_for_signature", "signatory", "sign for the member", "agreement"): [
            Step("sign", "partly_signed", SIGNATORY),
            LAPSE,
            WITHDRAW,
        ],
        State("partly_signed", "decider", "sign for the municipality", "agreement"): [
            Step("sign", "in_force", DECIDER),
            WITHDRAW,
        ],
        State("in_force", "coordinator", "follow up, and renew in time", "term"): [],
    },
    ends=("annulled",),
)
LAPSING = AGREEMENT.starts("lapse")
PARTIES = {
    "partly_signed": "member",
    "in_force": "municipality",
}  # by the state a signature leads to


# Whoever agrees on more than a year's notice agrees anew nearer the day.
MOST_DAYS_AHEAD = timedelta(days=366)

Versions = frozenset[str] | None
"""The versions of a draft that somebody has read; None: any that stands."""


@dataclass(frozen=True, slots=True)
class Period:
    """From a first day up to, not with, another."""

    starts_on: date
    ends_before: date

    @property
    def last_day(self) -> date:
        return self.ends_before - timedelta(days=1)

    def holds(self, other: "Period") -> bool:
        """Tell whether the other has at least a day, and all its days lie in this one."""
        return (
            self.starts_on <= other.starts_on < other.ends_before
            and other.ends_before <= self.ends_before
        )


@dataclass(frozen=True, slots=True)
class Promise:
    """So many units of one offer, in one period, as the draft says it."""

    id: UUID
    offer: str
    units: int
    period: Period


@dataclass(frozen=True, slots=True)
class Terms:
    """All that the parties agree on."""

    term: Period
    promises: tuple[Promise, ...]
    we_chose_how: bool

    def document(self) -> dict[str, Any]:
        """Give the terms as they are stored, hashed and signed."""
        return {
            **_days(self.term),
            "we_chose_how": self.we_chose_how,
            "commitments": [
                {"commitment_id": str(one.id), "offer": one.offer, "units": one.units}
                | _days(one.period)
                for one in self.promises
            ],
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what `document` gave."""
        promises = (
            Promise(UUID(one["commitment_id"]), one["offer"], one["units"], _period(one))
            for one in document["commitments"]
        )
        return cls(_period(document), tuple(promises), document["we_chose_how"])


def _days(period: Period) -> dict[str, str]:
    return {name: day.isoformat() for name, day in asdict(period).items()}


def _period(document: Mapping[str, Any]) -> Period:
    days = (document["starts_on"], document["ends_before"])
    return Period(*map(date.fromisoformat, days))


def check_terms(terms: Terms, limits: Mapping[str, int], longest: Period) -> None:
    """Refuse terms that don't fit the organisation or the network; the first fault is named.

    `longest` begins with the approval and ends where a term from the first day may end at most.
    """
    if not longest.holds(terms.term):
        text = "The term begins after the approval and is no longer than the network allows."
        raise Unfit("/starts_on", "term_amiss", text)
    if not terms.promises and not terms.we_chose_how:
        text = "An agreement without commitments says that the member chose how to take part."
        raise Unfit("/we_chose_how", "choice_not_recorded", text)
    promised: Counter[str] = Counter()
    for place, promise in enumerate(terms.promises):
        at = f"/commitments/{place}"
        if promise.offer not in limits:
            text = "The network doesn't offer this for this size."
            raise Unfit(f"{at}/offer", "not_offered", text)
        promised[promise.offer] += promise.units
        check_limit(f"{at}/units", promised[promise.offer], limits[promise.offer])
        if not terms.term.holds(promise.period):
            raise Unfit(f"{at}/starts_on", "outside_the_term", "The period lies inside the term.")


def check_limit(pointer: str, units: int, most: int) -> None:
    """Refuse more units of an offer, over all its promises, than the size allows."""
    if units > most:
        text = f"At most {most} units of this offer for an organisation of this size, all in all."
        raise Unfit(pointer, "over_the_limit", text)


def due(state: str, terms: Terms, deadline: date | None) -> date | None:
    """Give an agreement's deadline: its last day, or, until it is in force, the membership's."""
    return earliest(terms.term.last_day, None if state == "in_force" else deadline)


def check_start(starts_on: date, agreed_on: date) -> None:
    """Refuse a term that begins in a distant future."""
    if starts_on > agreed_on + MOST_DAYS_AHEAD:
        raise Unfit("/starts_on", "too_far_ahead", "The term begins within a year.")


def check_may_hold(terms: Terms, offers: Container[str], on: date) -> None:
    """Refuse to share or sign what can't be kept any more: it is over, or no longer offered."""
    periods = (terms.term, *(promise.period for promise in terms.promises))
    if any(period.ends_before <= on for period in periods):
        raise NotAllowed("term_over", "The term, or the period of a promise, is already over.")
    if not all(promise.offer in offers for promise in terms.promises):
        raise NotAllowed("no_longer_offered", "The network no longer has one of the offers.")


def fingerprint(text: Mapping[str, Any]) -> str:
    """Give the hash of an agreement's text: the same for the same content, in whatever order."""
    canonical = json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def check_same_text(seen: str, frozen: str | None) -> None:
    """Refuse a signature on anything but the text that was shared."""
    if seen != frozen:
        raise NotAllowed("another_text", "This isn't the text that was shared for signature.")


def check_version(read: Versions, current: int) -> None:
    """Refuse an edit of a draft that somebody else has edited since it was read."""
    if read is not None and str(current) not in read:
        raise StaleEdit("stale_edit", "Somebody has edited the draft since: read it again.")
