"""Two people whose facts lie sealed in a service, written and read by its own commands.

Also a script, which the release before runs with its own: `seals.py matching write`.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib import import_module
from inspect import signature
from typing import Any
from uuid import UUID, uuid4

from joserfc.jwk import OKPKey
from sqlmodel import select

from jobbpakten_events.directory import RecipientNamed
from matching import identities
from matching.commands.placements.endings import SEALED_FOR, why_interrupted
from matching.identities import facts
from matching.models import Candidate, Identity, Match, Place, Placement
from matching.rules.fact import Finding
from membership import profiles
from membership.commands import contact, organisation
from membership.models import Contact, Organisation
from notifications.commands import recipient
from notifications.models import Recipient
from shared.database import Tx, connect
from shared.messaging.causation import Cause, because
from shared.networks import load, shipped
from shared.people.sealing import Addressee, seal

NETWORK, DAY = "jobbpakten", date(2026, 3, 2)
NUMBERS, NAMES = ("198901023286", "197010632391"), ("Åsa Törnqvist", "Bo Ek")
WHY = {"ground": "illness", "side": "participant"}


async def write(
    service: str, tx: Tx, numbers: Sequence[str] = NUMBERS, names: Sequence[str] = NAMES
) -> None:
    """Let the service seal what it seals, of two new people."""
    with because(Cause("a-test", network=NETWORK)):
        for number, name in zip(numbers, names, strict=True):
            await WRITERS[service](tx, number, name)


async def read(service: str, tx: Tx) -> list[str]:
    """Open all that lies sealed in the service, and say it, in order."""
    found = await READERS[service](tx)
    return sorted(json.dumps(one, default=str, sort_keys=True) for one in found)


async def write_membership(tx: Tx, number: str, name: str) -> None:
    facts: dict[str, Any] = {
        "role": "caseworker",
        "unit": "city",
        "language": "sv",
        "named_by": "a",
    }
    new = Contact(id=uuid4(), network=NETWORK, named_on=DAY, **facts)
    person = Addressee(name=name, address=f"{uuid4().hex}@example.se")
    await contact.store(tx, load(profiles.Profile, shipped())[NETWORK], new, person)
    trader: dict[str, Any] = {"name": "x", "name_key": "x", "sector": "business", "size": "micro"}
    number = str(uuid4().int)[: len(number)]
    tx.add(
        Organisation(id=uuid4(), number=number, sole_trader=True, municipal_unit=False, **trader)
    )
    await tx.flush()
    await organisation.seal_numbers(tx)


async def read_membership(tx: Tx) -> Sequence[Any]:
    people: list[Any] = [
        (one.id, contact.person_behind(tx, one).model_dump())
        for one in await tx.exec(select(Contact))
    ]
    vault = service_of(tx).vault
    for one in await tx.exec(select(Organisation)):
        if hasattr(organisation, "number_of"):
            number = organisation.number_of(tx, one)
        else:  # the release before never opens one
            number = vault.open(one.person_key, one.sealed_number, organisation.NUMBER)
        people.append((one.id, number))
    return people


async def write_matching(tx: Tx, number: str, name: str) -> None:
    ref, id_, network = uuid4(), uuid4(), f"{NETWORK}{uuid4()}"  # a person comes once in each
    for_all: dict[str, Any] = {"network": network, "since": DAY}
    of_one = for_all | {"unit": "city"}
    tx.add(Candidate(id=ref, caseworker="a", registered_on=DAY, **of_one))
    who = identities.Person(number, name, "a@example.se", "070-174 06 05", "Storgatan 1")
    assert await identities.add_person(tx, ref, network, replace(who, named=[name]))
    await tx.flush()
    await identities.note_needs(tx, ref, ["quiet"])
    await facts.note_facts(tx, ref, {"fit": Finding("true", "a", DAY, name), "right": Finding()})
    days = {"starts_on": DAY, "ends_before": date(2026, 4, 1)}
    of_place: dict[str, Any] = {"organisation_id": uuid4(), "commitment_id": uuid4()}
    work = {"offer": "internship", "area": "kitchen"}
    place = {**for_all, **days, **of_place, **work, "refreshed_on": DAY, "membership_id": uuid4()}
    tx.add(Place(id=id_, slots=2, schedule=1, **place))
    await tx.flush()
    for _ in range(2):
        placement = uuid4()
        of_match: dict[str, Any] = {"place_id": id_, "candidate_ref": ref}
        employer: dict[str, Any] = {"organisation_id": of_place["organisation_id"]}
        match = Match(id=uuid4(), picked_by="a", open=False, **of_one, **of_match, **employer)
        tx.add(match)
        await tx.flush()
        row = [str(placement)] if "row" in signature(identities.seal_sensitive).parameters else []
        ground = await identities.seal_sensitive(tx, ref, WHY | {"by": name}, SEALED_FOR, *row)
        where = {**of_one, **of_match, **of_place, **work, **days}
        tx.add(Placement(id=placement, match_id=match.id, sealed_ground=ground, **where))
    await tx.flush()


async def read_matching(tx: Tx) -> Sequence[Any]:
    found: list[Any] = []
    for one in (await tx.exec(select(Identity))).all():
        ref: UUID = one.candidate_ref
        found.append((ref, (await identities.person(tx, ref)).name))
        found.append((ref, sorted(await identities.needs_of(tx, ref) or [])))
        found.append((ref, (await facts.file_of(tx, ref)).said))
    ended = (await tx.exec(select(Placement))).all()
    return found + [(one.id, await why_interrupted(tx, one)) for one in ended]


async def write_notifications(tx: Tx, number: str, name: str) -> None:
    private = json.loads(service_of(tx).private_key)
    public = json.dumps(OKPKey.import_key(private).as_dict(private=False))
    sealed = seal(public, Addressee(name=name, address=f"{number[:4]}@example.se"))
    named = RecipientNamed(
        recipient_id=uuid4(), role="caseworker", of="city", language="sv", sealed=sealed
    )
    await recipient.name(tx, named, NETWORK)


async def read_notifications(tx: Tx) -> Sequence[Any]:
    found = (await tx.exec(select(Recipient))).all()
    settings = service_of(tx)
    return [(one.id, recipient.addressee_of(settings, one).model_dump()) for one in found]


def service_of(tx: Tx) -> Any:
    """Give the settings of whichever service it is; the release before has them elsewhere."""
    return tx.settings


WRITERS: dict[str, Any] = {
    "membership": write_membership,
    "matching": write_matching,
    "notifications": write_notifications,
}
READERS: dict[str, Any] = {
    "membership": read_membership,
    "matching": read_matching,
    "notifications": read_notifications,
}


async def main(service: str, what: str) -> None:
    settings = import_module(f"{service}.settings").Settings.from_environment()
    database = connect(settings)
    async with database.transaction() as tx:
        if what == "write":
            await write(service, tx)
        print(json.dumps(await read(service, tx)))  # noqa: T201 - whoever runs it reads it
    await database.engine.dispose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
