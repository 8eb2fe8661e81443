"""A match on its way to a placement and through it: one step a week, decided by chance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol

from jobbpakten_local.demo.network.callers import Refused

CONSENT_DAYS = 120
NO = 0.1
EMPLOYERS_NO = 0.15
NO_SHOW = 0.06
INTERRUPTED = 0.12
PARTLY = 0.12
SHORTEST = timedelta(weeks=3)  # a placement is worth its while
WITNESS = "caseworker-ylva"  # heard her, too
Body = dict[str, Any]


@dataclass
class Case:
    """What the caseworker knows: the match, the place, the candidate, and where they stand."""

    match_id: str
    place: Body
    ref: str
    story: str
    weeks: int  # for how long the placement is planned
    chance: Random
    at: str = "asked"
    placement_id: str = ""
    starts_on: date = date.min
    ends_before: date = date.max
    ends_early: date = date.max
    over: bool = False

    @property
    def meets_others(self) -> bool:
        """Tell whether its next step takes a slot, or ends others' matches."""
        return self.at in {"consented", "answered_yes"}


class Unit(Protocol):
    """Whoever calls for the unit."""

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> Any: ...


Step = Callable[[Unit, Case, date], Awaitable[int]]


async def step(unit: Unit, case: Case, day: date) -> int:
    """Take the next step; what others have ended meanwhile is over. Gives how many acts."""
    try:
        return await STEPS[case.at](unit, case, day)
    except Refused as refused:
        if not any(code in str(refused) for code in ENDED_MEANWHILE):
            raise
        case.over = True
        return await give_up(unit, case, day)


async def give_up(unit: Unit, case: Case, day: date) -> int:
    """End a placement that can't begin any more; a match has been ended by what refused it."""
    if case.at not in {"planned", "ready"}:
        return 0
    body = {"ground": "other", "side": "nobody", "ended_on": day.isoformat()}
    await unit.call("POST", f"/placements/{case.placement_id}/interruption", body)
    return 1


ENDED_MEANWHILE = (
    "404 not_found",
    "409 wrong_state",
    "409 not_available",
    "409 no_slot_left",
    "409 member_suspended",
    "409 no_consent",
    "409 does_not_fit",
)


async def hear_candidate(unit: Unit, case: Case, day: date) -> int:
    """Record the candidate's answer."""
    path, on = f"/matches/{case.match_id}", day.isoformat()
    if case.story == "says_no" or case.chance.random() < NO:
        await unit.call("POST", f"{path}/refusal", {"refused_on": on})
        case.over = True
        return 1
    how = case.chance.choice(("paper", "e_signed", "two_staff"))
    until = min(day + timedelta(days=CONSENT_DAYS), date.fromisoformat(case.place["ends_before"]))

    body: Body = {"given_how": how, "until": max(until, day).isoformat(), "given_on": on}
    said = await unit.call("POST", f"{path}/consent", body)
    if how == "two_staff":
        word = {"consent_id": said["waits_for_witness"]["consent_id"]}
        await unit.call("POST", f"{path}/consent-confirmation", word, sub=WITNESS)
    if case.story == "takes_back":
        taken = {"how": "phone", "withdrawn_on": on}
        await unit.call("POST", f"{path}/consent-withdrawal", taken)
        case.over = True
        return 2
    case.at = "consented"
    return 1


async def show_candidate(unit: Unit, case: Case, day: date) -> int:
    """Release her to the employer; it looks, and answers in the next week."""
    await unit.call("POST", f"/matches/{case.match_id}/release", {"released_on": day.isoformat()})
    case.at = "released"
    return 1


async def hear_employer(unit: Unit, case: Case, day: date) -> int:
    """Let the contact person read what she may see, and answer."""
    if case.story == "protected_later":
        body = {"form": "protected_registration", "found_on": day.isoformat()}
        await unit.call("PUT", f"/candidates/{case.ref}/protection", body)
        case.over = True
        return 1
    path = f"/matches/{case.match_id}"
    who = {"role": "contact_person", "organisation": case.place["organisation_id"]}
    await unit.call("GET", path, **who)
    no = case.chance.random() < EMPLOYERS_NO
    body = {"answer": "no" if no else "yes", "answered_on": day.isoformat()}
    body |= {"ground": case.chance.choice(("other_skills", "filled_otherwise"))} if no else {}
    await unit.call("POST", f"{path}/answer", body, **who)
    case.at = "answered_no" if no else "answered_yes"
    return 1


async def confirm(unit: Unit, case: Case, day: date) -> int:
    on = {"confirmed_on": day.isoformat()}
    await unit.call("POST", f"/matches/{case.match_id}/confirmation", on)
    case.over = True
    return 1


async def accept(unit: Unit, case: Case, day: date) -> int:
    """Have a decider accept the match; the placement begins in two weeks."""
    case.starts_on = max(day + timedelta(days=10), date.fromisoformat(case.place["starts_on"]))
    last = date.fromisoformat(case.place["ends_before"])
    case.ends_before = min(case.starts_on + timedelta(weeks=case.weeks), last)
    if case.ends_before < case.starts_on + SHORTEST:
        ground = {"ground": "place_ends_too_soon", "withdrawn_on": day.isoformat()}
        await unit.call("POST", f"/matches/{case.match_id}/withdrawal", ground)
        case.over = True
        return 1
    days = {"starts_on": case.starts_on.isoformat(), "ends_before": case.ends_before.isoformat()}
    found = await unit.call(
        "POST",
        f"/matches/{case.match_id}/acceptance",
        days | {"accepted_on": day.isoformat()},
        role="decider",
    )
    case.placement_id, case.at = found["placement_id"], "planned"
    return 1


async def prepare(unit: Unit, case: Case, day: date) -> int:
    """Have it signed by all, insured and supervised, and call it ready."""
    path, on = f"/placements/{case.placement_id}", day.isoformat()
    for party in ("employer", "participant", "municipality"):
        await unit.call("POST", f"{path}/signatures", {"party": party, "signed_on": on})
    await unit.call("POST", f"{path}/insurance", {"insured_on": on})
    await unit.call("POST", f"{path}/supervisor", {"named_on": on})
    await unit.call("POST", f"{path}/readiness", {"ready_on": on})
    case.at = "ready"
    return 6


async def begin(unit: Unit, case: Case, day: date) -> int:
    """Record its first day when it has come, or that nobody came."""
    if day < case.starts_on:
        return 0
    path = f"/placements/{case.placement_id}"
    if case.weeks < LONG_WEEKS and case.chance.random() < NO_SHOW:
        await unit.call("POST", f"{path}/no-show", {"found_on": day.isoformat()})
        case.over = True
        return 1
    on = case.starts_on.isoformat()
    await unit.call("POST", f"{path}/start", {"started_on": on})
    case.at = "running"
    if case.weeks < LONG_WEEKS and case.chance.random() < INTERRUPTED + PARTLY:
        share = case.chance.uniform(0.2, 0.9)
        case.ends_early = case.starts_on + (case.ends_before - case.starts_on) * share
    return 1


async def end(unit: Unit, case: Case, day: date) -> int:
    """Record how it ended, when it has."""
    path = f"/placements/{case.placement_id}"
    last = (case.ends_before - timedelta(days=1)).isoformat()
    if day >= case.ends_early:
        on, partly = (
            case.ends_early.isoformat(),
            case.chance.random() < PARTLY / (INTERRUPTED + PARTLY),
        )
        minutes = 60 * case.chance.randint(0, 20)
        ground = {"ground": case.chance.choice(("illness", "moved", "found_work", "conflict"))}
        if partly:
            body: Body = {"last_day": on, "missed_minutes": minutes}
            await unit.call("POST", f"{path}/partial-completion", body)
        else:
            body = ground | {"ended_on": on, "side": "participant"}
            await unit.call("POST", f"{path}/interruption", body)
    elif day >= case.ends_before:
        await unit.call("POST", f"{path}/completion", {"ended_on": last})
    else:
        return 0
    case.over = True
    return 1


LONG_WEEKS = 20  # what a story rests on goes on to its end
STEPS: dict[str, Step] = {
    "asked": hear_candidate,
    "consented": show_candidate,
    "released": hear_employer,
    "answered_yes": accept,
    "answered_no": confirm,
    "planned": prepare,
    "ready": begin,
    "running": end,
}
