"""What is known of a candidate, and whether that lets her be seen. Unknown is never yes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Value = Literal["true", "false", "unknown"]
Form = Literal["none", "confidentiality_marking", "protected_registration", "fictitious_identity"]

# Both have to be TRUE before anybody writes to her or shows her. The third form of protection has
# no mark in any register, so asking is a fact of its own.
OF_PROTECTION = frozenset({"no_mark_in_register", "asked_about_protection"})
NEEDS_ASKED = "needs_asked"
# Not facts of the profile: rows of their own, which every candidate has, in the same table.
PROTECTION, GROUND = "_protection", "_ground"
# Where what is known decides; in the others she is never seen.
SEEN_IN = frozenset({"investigating", "visible", "hidden", "in_match", "placed"})


@dataclass(frozen=True, slots=True)
class Finding:
    """What somebody found out, where, and on which day; it is good until a day, or for ever."""

    value: Value = "unknown"
    source: str = ""
    found_on: date | None = None
    recorded_by: str = ""
    good_until: date | None = None

    def on(self, today: date) -> Value:
        """Give what it says today: nothing once its time is over."""
        over = self.good_until is not None and self.good_until < today
        return "unknown" if over else self.value


@dataclass(frozen=True, slots=True)
class Protection:
    """Which form of protected identity she was found to have, and when; null: not recorded."""

    form: Form | None = None
    found_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one candidate: each fact of her network, and protection."""

    facts: Mapping[str, Finding]
    protection: Protection

    def values(self, today: date) -> dict[str, Value]:
        return {code: finding.on(today) for code, finding in self.facts.items()}


def hidden_for(values: Mapping[str, Value], form: Form | None, state: str) -> list[str]:
    """Name what hides her: each fact that isn't TRUE, protection, her state. Nothing: visible."""
    reasons = [
        code for code in {**dict.fromkeys(OF_PROTECTION), **values} if not is_true(values, code)
    ]
    reasons += ["protected"] if is_protected(form) else []
    reasons += [] if state in SEEN_IN else [state]
    return sorted(reasons)


def is_true(values: Mapping[str, Value], code: str) -> bool:
    return values.get(code, "unknown") == "true"


def is_protected(form: Form | None) -> bool:
    """Tell whether a form of protection is recorded; where none is, her facts decide."""
    return form not in {None, "none"}


def lives_protected(values: Mapping[str, Value], form: Form | None) -> bool:
    """Tell whether she is known to live protected, whether or not her form is recorded yet."""
    return is_protected(form) or any(values.get(code) == "false" for code in OF_PROTECTION)


def may_be_written_to(values: Mapping[str, Value], form: Form | None) -> bool:
    """Tell whether she is known not to live protected."""
    return not is_protected(form) and all(is_true(values, code) for code in OF_PROTECTION)


def next_look(known: Known, today: date) -> date | None:
    """Give the first day on which a fact that is TRUE today will be unknown again."""
    ends = (
        finding.good_until
        for finding in known.facts.values()
        if finding.good_until and finding.on(today) == "true"
    )
    return min((end + timedelta(days=1) for end in ends), default=None)


def replaces(found_on: date, before: date | None) -> bool:
    """Tell whether what was found on a day stands in place of what was known: never of newer."""
    return before is None or found_on >= before


def protection_after(before: Protection, form: Form, found_on: date) -> Protection:
    """Give the protection that holds now. Protecting always takes hold, also when found late."""
    if is_protected(form):
        return Protection(form, max(found_on, before.found_on or found_on))
    return Protection(form, found_on) if replaces(found_on, before.found_on) else before
