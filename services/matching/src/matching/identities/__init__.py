"""Who a candidate is and what is delicate about her: sealed, each person with keys of her own.

Nothing here tells, logs or compares it in the open; what leaves is asked for by name.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from matching.models import Identity
from matching.queries.among import among
from shared.database import Tx
from shared.machines import NotFound
from shared.vaults import Vault

BLOCK = 256
PERSON_BLOCK = 1024  # also with what the directory was told, which says that she isn't protected
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


def padded(facts: Any, block: int = BLOCK) -> list[Any]:
    """Fill up what is to be sealed: a yes has as many bytes as a no, and so have most names."""
    return [facts, " " * (-len(json.dumps(facts, ensure_ascii=False).encode()) % block)]


async def keep(tx: Tx, ref: UUID, network: str, person: Person) -> bool:
    """Store a new person; False where the network has her already, also if since a moment ago."""
    identity, sensitive = vaults(tx)
    key, other = identity.new_key(), sensitive.new_key()
    row = insert(Identity).values(
        candidate_ref=ref,
        network=network,
        number_index=index_of(tx, network, person.number),
        identity_key=key,
        sealed=identity.seal(key, padded(asdict(person), PERSON_BLOCK), IDENTITY),
        sensitive_key=other,
        needs=sensitive.seal(other, padded(None), NEEDS),
    )
    once = row.on_conflict_do_nothing(constraint="one_person_once").returning(
        col(Identity.candidate_ref)
    )
    return (await tx.exec(once)).first() is not None


def index_of(tx: Tx, network: str, number: str) -> bytes:
    """Give what finds a person again in one network, and says nothing of her in another."""
    return vaults(tx).identity.index(f"{network} {number}")


async def find(tx: Tx, network: str, numbers: Collection[str]) -> dict[str, UUID]:
    """Give the references of those of these numbers that the network has."""
    indexes = {index_of(tx, network, number): number for number in numbers}
    here = select(Identity.number_index, Identity.candidate_ref).where(
        col(Identity.network) == network,
        among(col(Identity.number_index), indexes, LargeBinary()),
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
    filled = padded(asdict(changed), PERSON_BLOCK)
    row.sealed = vaults(tx).identity.seal(row.identity_key, filled, IDENTITY)
    return changed


async def details(tx: Tx, ref: UUID, fields: Collection[str]) -> dict[str, Any]:
    """Open the named consent fields and nothing else. Who may see them is the caller's to know."""
    who = await person(tx, ref)
    said = {
        "first_name": first_name(who.name),
        "full_name": who.name,
        "phone": who.phone,
        "email": who.email,
    }
    return {name: said[name] for name in fields if name in said}


def first_name(name: str) -> str:
    """Give the first name, also where the family name is written first, before a comma.

    Nothing where none is found: whoever consented to her first name didn't to the rest.
    """
    family, comma, given = name.partition(",")
    return next(iter((given if comma else family).split()), "")


async def note_needs(tx: Tx, ref: UUID, needs: Collection[str] | None) -> None:
    """Keep which adaptations she needs; null: nobody has asked."""
    row = await row_of(tx, ref)
    row.needs = sealed_with(tx, row, None if needs is None else sorted(needs), NEEDS)


async def needs_of(tx: Tx, ref: UUID) -> frozenset[str] | None:
    """Give the adaptations that she needs; None where nobody has asked."""
    row = await row_of(tx, ref)
    return _needs(tx, row.sensitive_key, row.needs)


async def needs_of_each(tx: Tx, refs: Sequence[UUID]) -> dict[UUID, frozenset[str] | None]:
    """Give for each candidate the adaptations she needs; None where nobody has asked."""
    here = select(Identity.candidate_ref, Identity.sensitive_key, Identity.needs).where(
        among(col(Identity.candidate_ref), refs)
    )
    found = {ref: _needs(tx, key, sealed) for ref, key, sealed in await tx.exec(here)}
    return dict.fromkeys(refs) | found


def _needs(tx: Tx, key: bytes, sealed: bytes) -> frozenset[str] | None:
    needs = vaults(tx).sensitive.open(key, sealed, NEEDS)[0]
    return None if needs is None else frozenset(needs)


async def seal_sensitive(tx: Tx, ref: UUID, facts: Any, purpose: str) -> bytes:
    """Seal something delicate (anything JSON can say) with the person's other key."""
    return sealed_with(tx, await row_of(tx, ref), facts, purpose)


async def open_sensitive(tx: Tx, ref: UUID, sealed: bytes, purpose: str) -> Any:
    return opened_with(tx, await row_of(tx, ref), sealed, purpose)


def sealed_with(tx: Tx, row: Identity, facts: Any, purpose: str) -> bytes:
    return vaults(tx).sensitive.seal(row.sensitive_key, padded(facts), purpose)


def opened_with(tx: Tx, row: Identity, sealed: bytes, purpose: str) -> Any:
    return vaults(tx).sensitive.open(row.sensitive_key, sealed, purpose)[0]
