"""What became of it all: read from the services' APIs, as anybody may who has the role."""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jobbpakten.demo.years import Network
from jobbpakten.reconciliation import Standing

ENDED = {
    "rejected": "rejected: {ground}",
    "withdrawn": "withdrawn by itself",
    "lapsed": "lapsed: it didn't sign its agreement in time",
}


@dataclass(frozen=True, slots=True)
class Result:
    """A network's year in figures and a few sentences. No id, so that it can be compared."""

    day: date
    members: Mapping[tuple[str, str], int]  # (state, sector) -> how many
    report: Mapping[str, Any]
    remarks: Sequence[str]
    standing: Standing


async def result(network: Network, standing: Standing) -> Result:
    membership = network.membership
    members = (await membership.on_network("coordinator", "GET", "/members?limit=200"))["members"]
    found = await membership.on_network("coordinator", "GET", "/organisations/findings")
    report = await network.followup.on_network("coordinator", "GET", "/report")
    return Result(
        day=date.fromisoformat(report["day"]),
        members=Counter((one["state"], one["sector"]) for one in members),
        report=report,
        remarks=sorted([*endings(members), *oddities(members, found)]),
        standing=standing,
    )


def endings(members: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Name those that didn't become members, and on which ground."""
    for one in members:
        if one["state"] in ENDED:
            ground = (one["ground"] or "").replace("_", " ")
            yield f"{one['name']} – {ENDED[one['state']].format(ground=ground)}"


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
