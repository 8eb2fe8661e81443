"""What became of it all: read from the services' APIs, as anybody may who has the role."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobbpakten.reconciliation import Standing
from jobbpakten_local.demo.network.people import people
from jobbpakten_local.demo.simulation import Network

ENDED = {
    "rejected": "rejected: {ground}",
    "withdrawn": "withdrawn by itself",
    "lapsed": "lapsed: it didn't sign its agreement in time",
    "suspended": "suspended: {ground}; of those who worked there, {stayed} went on",
}
BEGUN_AND_OVER = {"completed", "partly_completed", "interrupted"}


@dataclass(frozen=True, slots=True)
class Result:
    """A network's year in figures and a few sentences. No id, so that it can be compared."""

    day: date
    members: Mapping[tuple[str, str], int]  # (state, sector) -> how many
    report: Mapping[str, Any]
    bank: Mapping[str, Mapping[str, int]]  # candidates, places, placements: state -> how many
    mails: Mapping[str, int]  # by kind; empty where the mail server doesn't show them
    notices: Mapping[str, int]  # by state
    remarks: Sequence[str]
    standing: Standing


async def result(network: Network, standing: Standing, mails: Mapping[str, int]) -> Result:
    membership, followup = network.membership, network.followup
    members = await membership.pages("coordinator", "members")
    found = await membership.on_network("coordinator", "GET", "/organisations/findings")
    report = await followup.on_network("coordinator", "GET", "/report")
    placements = await network.matching.pages("coordinator", "placements")
    return Result(
        day=date.fromisoformat(report["day"]),
        members=Counter((one["state"], one["sector"]) for one in members),
        report=report,
        bank=await bank(network, placements),
        mails=mails,
        notices=await followup.on_network("coordinator", "GET", "/report/notices"),
        remarks=sorted([*endings(members, placements), *oddities(members, found)]),
        standing=standing,
    )


async def bank(
    network: Network, placements: Sequence[Mapping[str, Any]]
) -> Mapping[str, Mapping[str, int]]:
    """Count what is in the bank by state; whether a candidate is seen is all that is shown."""
    units = sorted({one.unit for one in people()})
    known = [await network.matching.pages("caseworker", "candidates", unit=one) for one in units]
    return {
        "candidates": Counter(one["state"] for unit in known for one in unit),
        "places": states(await network.matching.pages("coordinator", "places")),
        "placements": states(placements),
    }


def states(several: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    return Counter(one["state"] for one in several)


def endings(
    members: Sequence[Mapping[str, Any]], placements: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Name those that aren't members any more or never were, and on which ground."""
    for one in members:
        if one["state"] in ENDED:
            ground, stayed = (one["ground"] or "").replace("_", " "), went_on(one, placements)
            yield f"{one['name']} – {ENDED[one['state']].format(ground=ground, stayed=stayed)}"


def went_on(member: Mapping[str, Any], placements: Sequence[Mapping[str, Any]]) -> int:
    """Count the placements at a member that had begun before its state did, and ended after."""
    day = member["since"]
    return sum(
        one["organisation_id"] == member["organisation_id"]
        and one["starts_on"] <= day
        and (one["state"] == "running" or (one["state"] in BEGUN_AND_OVER and one["since"] > day))
        for one in placements
    )


def oddities(
    members: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """Name what membership finds odd among the names."""
    names = {one["organisation_id"]: one["name"] for one in members}
    for finding in findings:
        alike = sorted(names[one] for one in finding["organisation_ids"])
        strange = "".join(f", {foreign}" for name in alike for foreign in foreign_letters(name))
        yield f"{' = '.join(alike)} – {finding['code'].replace('_', ' ')}{strange}"


def foreign_letters(name: str) -> Iterator[str]:
    """Say where in a name a letter looks like ours and isn't."""
    for place, letter in enumerate(name, 1):
        called = unicodedata.name(letter, "?")
        if called.startswith(("CYRILLIC", "GREEK")):
            yield f"letter {place} is {called}"
