"""Many at once: candidates, and a host's open matches, put into the tables as acts would have."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import insert
from tests.matching.support.pairs import FIELDS, PROFILE, Bank
from tests.matching.support.people import identity_number
from tests.matching.support.service import UNIT, Matching
from tests.support.driven import TODAY
from uuid_utils.compat import uuid7

from matching.identities import IDENTITY, NEEDS, Person, filled, indexes_of, label, vaults
from matching.identities.facts import of_fact, of_protection
from matching.models import Candidate, Consent, Fact, Identity, Match, Place, Slot
from matching.rules.fact import GROUND, PROTECTION, Finding, Protection
from shared.database import Tx
from shared.people.vaults import LARGE, form_of

AT_ONCE = 1_000
LATER = date(2026, 3, 9)


async def crowd(matching: Matching, size: int, **differs: Any) -> list[UUID]:
    """Put so many visible candidates into the bank; gives their references."""
    refs = [uuid4() for _ in range(size)]
    for first in range(0, size, AT_ONCE):
        some = refs[first : first + AT_ONCE]
        async with matching.database.transaction() as tx:
            whole = [candidate(ref) | differs for ref in some]
            await tx.exec(insert(Candidate), params=whole)
            sealed = [sealed_of(tx, ref, await form_of(tx)) for ref in some]
            await tx.exec(insert(Identity), params=[person for person, _ in sealed])
            await tx.exec(insert(Fact), params=[fact for _, facts in sealed for fact in facts])
    return refs


def candidate(ref: UUID) -> dict[str, Any]:
    return {
        "id": ref,
        "network": PROFILE.network,
        "unit": UNIT,
        "caseworker": "caseworker-1",
        "state": "visible",
        "since": TODAY,
        "registered_on": TODAY,
        "visible": True,
        "abilities": {"lang:sv_a2": True},
        "offers": ["internship"],
        "schedule": 2**21 - 1,
        "available_from": TODAY,
        "language": "sv",
        "rules": PROFILE.rules_key,
    }


def sealed_of(tx: Tx, ref: UUID, form: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Seal who somebody is, and that all facts of her are TRUE."""
    (identity, sensitive), network = vaults(tx), PROFILE.network
    who = Person(number=identity_number(), name="Åsa Törnqvist")
    hers, needs = label(ref, network, IDENTITY), label(ref, network, NEEDS)
    key, other = identity.new_key(hers, form), sensitive.new_key(needs, form)
    said: dict[str, Any] = {
        code: of_fact(Finding("true", rule.sources[0], TODAY, "caseworker-1"))
        for code, rule in PROFILE.facts.items()
    }
    said |= {GROUND: None, PROTECTION: of_protection(Protection())}
    person = {
        "candidate_ref": ref,
        "network": network,
        "number_index": indexes_of(tx, network, who.number)[0],
        "identity_key": key,
        "sealed": identity.seal(key, filled(asdict(who)), hers, form, LARGE),
        "sensitive_key": other,
        "needs": sensitive.seal(other, filled([]), needs, form),
    }
    facts = [
        {
            "candidate_ref": ref,
            "code": code,
            "sealed": sensitive.seal(other, filled(what), label(ref, network, code), form),
        }
        for code, what in said.items()
    ]
    return person, facts


async def host(
    ours: Bank, matches: int, each: int = 20, *, alone: bool = False
) -> tuple[list[UUID], list[UUID]]:
    """Give a member places with so many matches, all shown to it; places and matches, by id.

    Each is another candidate's, unless she is alone.
    """
    refs = await crowd(ours.matching, 1 if alone else matches) * (matches if alone else 1)
    model = Place(**await a_place(ours))
    places = [uuid7() for _ in range(-(-matches // each))]
    found = [(uuid7(), places[n // each], ref, n % each + 1) for n, ref in enumerate(refs)]
    async with ours.matching.database.transaction() as tx:
        alike = model.model_dump() | {"slots": each}
        await tx.exec(insert(Place), params=[alike | {"id": one} for one in places])
        for first in range(0, matches, AT_ONCE):
            some = found[first : first + AT_ONCE]
            await tx.exec(insert(Match), params=[match(model, *one[:3]) for one in some])
            await tx.exec(insert(Consent), params=[consent(model, one[0], one[2]) for one in some])
            await tx.exec(insert(Slot), params=[slot(*one) for one in some])
    return places, [one[0] for one in found]


async def a_place(ours: Bank) -> dict[str, Any]:
    """Open a place, and take it away again: what it looked like is the others' model."""
    opened = await ours.place(slots=1)
    (row,) = await ours.rows(f"DELETE FROM places WHERE id = '{opened}' RETURNING *")
    return dict(row._mapping)


def match(place: Place, match_id: UUID, place_id: UUID, ref: UUID) -> dict[str, Any]:
    return {
        "id": match_id,
        "network": place.network,
        "place_id": place_id,
        "candidate_ref": ref,
        "organisation_id": place.organisation_id,
        "unit": UNIT,
        "picked_by": "caseworker-1",
        "state": "employer_asked",
        "since": TODAY,
        "deadline": LATER,
        "open": True,
        "asked_fields": FIELDS,
    }


def consent(place: Place, match_id: UUID, ref: UUID) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "network": place.network,
        "match_id": match_id,
        "candidate_ref": ref,
        "organisation_id": place.organisation_id,
        "fields": FIELDS,
        "given_how": "paper",
        "given_on": TODAY,
        "witnesses": [],
        "until": date(2026, 6, 1),
        "recorded_by": "caseworker-1",
    }


def slot(match_id: UUID, place_id: UUID, _: UUID, number: int) -> dict[str, Any]:
    kept = {"place_id": place_id, "number": number, "match_id": match_id}
    return kept | {"state": "reserved", "until": LATER}
