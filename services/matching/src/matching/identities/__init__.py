"""Who a candidate is and what is delicate about her: sealed, each person with keys of her own.

Nothing here tells, logs or compares it in the open; what leaves is asked for by name.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from matching.models import Identity
from matching.settings import Settings
from shared.any_of import among
from shared.database import Tx
from shared.machines import NotFound
from shared.people.vaults import LARGE, Label, Unreadable, Vault, form_of, lock_indexes
from shared.savepoints import each_seen

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
    settings = tx.own(Settings)
    return Vaults(settings.identity_vault, settings.sensitive_vault)


def label(ref: UUID, network: str, purpose: str, row: str = "") -> Label:
    return Label(purpose, (network, str(ref)), row)


def filled(facts: Any) -> list[Any]:
    """Give the facts as the release before reads them: beside it lay what filled them up."""
    return [facts, ""]


async def add_person(tx: Tx, ref: UUID, network: str, person: Person) -> bool:
    """Store a new person; False where the network has her already, also if since a moment ago."""
    indexes = indexes_of(tx, network, person.number)
    await lock_indexes(tx, indexes)
    if indexes[1:] and await find(tx, network, [person.number]):
        return False
    (identity, sensitive), form = vaults(tx), await form_of(tx)
    who, needs = label(ref, network, IDENTITY), label(ref, network, NEEDS)
    key, other = identity.new_key(who, form), sensitive.new_key(needs, form)
    row = insert(Identity).values(
        candidate_ref=ref,
        network=network,
        number_index=indexes[0],
        identity_key=key,
        sealed=identity.seal(key, filled(asdict(person)), who, form, LARGE),
        sensitive_key=other,
        needs=sensitive.seal(other, filled(None), needs, form),
    )
    once = row.on_conflict_do_nothing(constraint="one_person_once").returning(
        col(Identity.candidate_ref)
    )
    return (await tx.exec(once)).first() is not None


def indexes_of(tx: Tx, network: str, number: str) -> list[bytes]:
    """Give what finds a person again in one network, and says nothing of her in another.

    The first is what is stored with her; while the key is changed there is a second.
    """
    return vaults(tx).identity.indexes(f"{network} {number}")


async def find(tx: Tx, network: str, numbers: Collection[str]) -> dict[str, UUID]:
    """Give the references of those of these numbers that the network has."""
    indexes = {index: n for n in numbers for index in indexes_of(tx, network, n)}
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
    return person_in(tx, await row_of(tx, ref))


def person_in(tx: Tx, row: Identity) -> Person:
    """Open who she is; Unreadable where another is found by her number."""
    whose = label(row.candidate_ref, row.network, IDENTITY)
    facts, _ = vaults(tx).identity.open(row.identity_key, row.sealed, whose)
    found = Person(**facts)
    if row.number_index not in indexes_of(tx, row.network, found.number):
        raise Unreadable("another person lies here than is found by her number")
    return found


async def change(tx: Tx, ref: UUID, **differs: Any) -> Person:
    """Seal her anew with what differs; the caller holds the candidate's row."""
    row = await row_of(tx, ref)
    changed = replace(person_in(tx, row), **differs)
    row.sealed = await sealed_person(tx, row, changed)
    return changed


async def sealed_person(tx: Tx, row: Identity, who: Person) -> bytes:
    whose = label(row.candidate_ref, row.network, IDENTITY)
    vault, form = vaults(tx).identity, await form_of(tx)
    return vault.seal(row.identity_key, filled(asdict(who)), whose, form, LARGE)


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
    row.needs = await sealed_with(tx, row, None if needs is None else sorted({*needs}), NEEDS)


async def needs_of(tx: Tx, ref: UUID) -> frozenset[str] | None:
    """Give the adaptations that she needs; None where nobody has asked."""
    row = await row_of(tx, ref)
    return needs_in(tx, ref, row.network, row.sensitive_key, row.needs)


async def needs_of_each(tx: Tx, refs: Sequence[UUID]) -> dict[UUID, frozenset[str] | None]:
    """Give for each candidate the adaptations she needs; None: nobody has asked, or can read it."""
    here = select(
        Identity.candidate_ref, Identity.network, Identity.sensitive_key, Identity.needs
    ).where(among(col(Identity.candidate_ref), refs))

    def needed(ref: UUID, *row: Any) -> tuple[UUID, frozenset[str] | None]:
        return ref, needs_in(tx, ref, *row)

    each = ((row[0], partial(needed, *row)) for row in await tx.exec(here))
    return dict.fromkeys(refs) | dict(each_seen(tx, "needs", each))


def needs_in(tx: Tx, ref: UUID, network: str, key: bytes, sealed: bytes) -> frozenset[str] | None:
    needs = vaults(tx).sensitive.open(key, sealed, label(ref, network, NEEDS))[0]
    return None if needs is None else frozenset(needs)


async def seal_sensitive(tx: Tx, ref: UUID, facts: Any, purpose: str, row: str) -> bytes:
    """Seal something delicate (anything JSON can say) with the person's other key, for a row."""
    return await sealed_with(tx, await row_of(tx, ref), facts, purpose, row)


async def open_sensitive(tx: Tx, ref: UUID, sealed: bytes, purpose: str, row: str) -> Any:
    return opened_with(tx, await row_of(tx, ref), sealed, purpose, row)


async def sealed_with(tx: Tx, who: Identity, facts: Any, purpose: str, row: str = "") -> bytes:
    whose = label(who.candidate_ref, who.network, purpose, row)
    form = await form_of(tx)
    return vaults(tx).sensitive.seal(who.sensitive_key, filled(facts), whose, form)


def opened_with(tx: Tx, who: Identity, sealed: bytes, purpose: str, row: str = "") -> Any:
    whose = label(who.candidate_ref, who.network, purpose, row)
    return vaults(tx).sensitive.open(who.sensitive_key, sealed, whose)[0]
