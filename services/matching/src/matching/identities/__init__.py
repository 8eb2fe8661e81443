"""Who a candidate is and what is delicate about her: sealed, each person with keys of her own.

Nothing here tells, logs or compares it in the open; what leaves is asked for by name.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from matching.models import Candidate, Identity
from matching.rules.hours import words
from shared.database import Tx
from shared.machines import NotFound
from shared.vaults import Vault

# What is sealed is as long for a yes as for a no, and for most names.
BLOCK_CHARACTERS = 256
IDENTITY, NEEDS = "identity", "needs"


class Vaults(NamedTuple):
    identity: Vault
    sensitive: Vault


@dataclass(frozen=True, slots=True)
class Person:
    """A person as her caseworker recorded her; `named` is what the directory was last told."""

    number: str
    name: str
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    wants_email: bool = False
    named: list[str] = field(default_factory=list)


def vaults(tx: Tx) -> Vaults:
    settings = tx.info["settings"]
    return Vaults(_vault(settings.identity_key), _vault(settings.sensitive_key))


@cache
def _vault(jwk: str) -> Vault:
    return Vault(jwk)


def padded(facts: Any) -> list[Any]:
    return [facts, " " * (-len(repr(facts)) % BLOCK_CHARACTERS)]


async def keep(tx: Tx, ref: UUID, network: str, person: Person) -> bool:
    """Store a new person; False where the network has her already, also if since a moment ago."""
    identity, sensitive = vaults(tx)
    key = identity.new_key()
    row = insert(Identity).values(
        candidate_ref=ref,
        network=network,
        number_index=identity.index(person.number),
        identity_key=key,
        sealed=identity.seal(key, padded(asdict(person)), IDENTITY),
        sensitive_key=sensitive.new_key(),
    )
    once = row.on_conflict_do_nothing(constraint="one_person_once").returning(
        col(Identity.candidate_ref)
    )
    return (await tx.exec(once)).first() is not None


async def find(tx: Tx, network: str, numbers: Collection[str]) -> dict[str, UUID]:
    """Give the references of those of these numbers that the network has."""
    indexes = {vaults(tx).identity.index(number): number for number in numbers}
    here = select(Identity.number_index, Identity.candidate_ref).where(
        col(Identity.network) == network, col(Identity.number_index).in_(indexes)
    )
    return {indexes[index]: ref for index, ref in await tx.exec(here)}


async def row_of(tx: Tx, ref: UUID) -> Identity:
    """Give what is kept of her; hold it: the session forgets what nobody has."""
    found = await tx.get(Identity, ref)
    if found is None:
        raise NotFound
    return found


async def person(tx: Tx, ref: UUID) -> Person:
    """Open who she is; NotFound where nobody knows, or it has been forgotten."""
    row = await row_of(tx, ref)
    facts, _ = vaults(tx).identity.open(row.identity_key, row.sealed, IDENTITY)
    return Person(**facts)


async def change(tx: Tx, ref: UUID, **differs: Any) -> Person:
    """Seal her anew with what differs; the caller holds the candidate's row."""
    row = await row_of(tx, ref)
    changed = replace(await person(tx, ref), **differs)
    row.sealed = vaults(tx).identity.seal(row.identity_key, padded(asdict(changed)), IDENTITY)
    return changed


async def details(tx: Tx, ref: UUID, fields: Collection[str]) -> dict[str, Any]:
    """Open the named consent fields and nothing else. Who may see them is the caller's to know."""
    who, candidate = await person(tx, ref), await tx.get_one(Candidate, ref)
    said = {
        "first_name": first_name(who.name),
        "full_name": who.name,
        "phone": who.phone,
        "email": who.email,
        "abilities": candidate.abilities,
        "schedule": None if candidate.schedule is None else words(candidate.schedule),
    }
    return {name: said[name] for name in fields if name in said}


def first_name(name: str) -> str:
    """Give the first name, also where the family name is written first, before a comma."""
    family, comma, given = name.partition(",")
    return next(iter((given if comma else family).split()), name)


async def note_needs(tx: Tx, ref: UUID, needs: Collection[str] | None) -> None:
    """Keep which adaptations she needs; null: nobody has asked."""
    row = await row_of(tx, ref)
    row.needs = None if needs is None else sealed_with(tx, row, sorted(needs), NEEDS)


async def needs_of(tx: Tx, refs: Sequence[UUID]) -> dict[UUID, frozenset[str] | None]:
    """Give for each candidate the adaptations she needs; None where nobody has asked."""
    here = select(Identity.candidate_ref, Identity.sensitive_key, Identity.needs).where(
        col(Identity.candidate_ref).in_(refs), col(Identity.needs).is_not(None)
    )
    vault = vaults(tx).sensitive
    asked: dict[UUID, frozenset[str] | None] = {
        ref: frozenset(vault.open(key, sealed or b"", NEEDS)[0])
        for ref, key, sealed in await tx.exec(here)
    }
    return dict.fromkeys(refs) | asked


async def seal_sensitive(tx: Tx, ref: UUID, facts: Any, purpose: str) -> bytes:
    """Seal something delicate (anything JSON can say) with the person's other key."""
    return sealed_with(tx, await row_of(tx, ref), facts, purpose)


async def open_sensitive(tx: Tx, ref: UUID, sealed: bytes, purpose: str) -> Any:
    return opened_with(tx, await row_of(tx, ref), sealed, purpose)


def sealed_with(tx: Tx, row: Identity, facts: Any, purpose: str) -> bytes:
    return vaults(tx).sensitive.seal(row.sensitive_key, padded(facts), purpose)


def opened_with(tx: Tx, row: Identity, sealed: bytes, purpose: str) -> Any:
    return vaults(tx).sensitive.open(row.sensitive_key, sealed, purpose)[0]
