"""What caseworkers do with candidates, as functions of a running service."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from tests.matching.support.service import Matching
from tests.support.networks import as_known_to

from matching.profiles import Profile

PROFILE = as_known_to(Profile)
serials = count()


def identity_number(born: date = date(1987, 6, 5)) -> str:
    """Make a number that stands in no test and nobody had before in this run."""
    days, serial = divmod(next(serials), 999)
    born += timedelta(days=days)
    nine = f"{born:%y%m%d}{serial + 1:03}"
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(nine)]
    last = -sum(number // 10 + number % 10 for number in doubled) % 10
    return f"{born:%Y%m%d}{nine[6:]}{last}"


def body(**differs: Any) -> dict[str, Any]:
    """Make the body of a registration."""
    usual: dict[str, Any] = {"identity_number": identity_number()}
    usual |= {"name": "Åsa Törnqvist", "language": "sv"}
    usual |= {"wants_email": True, "email": "asa@exempel.se", "group": "social_assistance"}
    usual |= {"abilities": {"skill:kitchen": True}, "offers": ["internship"]}
    return usual | {"schedule": ["mon_am", "fri_pm"], "available_from": "2026-03-09"} | differs


async def registered(matching: Matching, **differs: Any) -> str:
    """Register somebody; gives her reference. A `unit` is the caseworker's."""
    claims = {"unit": differs.pop("unit")} if "unit" in differs else {}
    answer = await matching.good("POST", "/candidates", "caseworker", body(**differs), **claims)
    return str(answer["candidate_ref"])


def all_true(**differs: str) -> list[dict[str, str]]:
    """Make all facts of the profile TRUE, from the first source that can, but those named."""
    return [
        {"code": code, "value": differs.get(code, "true"), "source": rule.sources[0]}
        for code, rule in PROFILE.facts.items()
    ]


async def found(matching: Matching, ref: str, facts: Any = None, **claims: Any) -> Any:
    """Record needs and then facts, all TRUE unless said."""
    path = f"/candidates/{ref}"
    await matching.good("PUT", f"{path}/needs", "caseworker", {"needs": []}, **claims)
    facts = {"facts": all_true() if facts is None else facts}
    return await matching.good("PUT", f"{path}/facts", "caseworker", facts, **claims)


async def visible(matching: Matching, **differs: Any) -> str:
    """Register somebody about whom all is known; gives her reference."""
    claims = {"unit": differs["unit"]} if "unit" in differs else {}
    ref = await registered(matching, **differs)
    assert (await found(matching, ref, **claims))["visible"]
    return ref


async def file(matching: Matching, ref: str, **claims: Any) -> Any:
    return await matching.good("GET", f"/candidates/{ref}", "caseworker", **claims)
