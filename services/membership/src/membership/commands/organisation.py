"""Organisations: stored once, found again by their number; a sole trader's lies sealed."""

from datetime import date
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from membership import queries
from membership.models import Organisation
from membership.profiles import Profile
from membership.rules.organisation import has_mixed_letters
from membership.settings import Settings
from shared.database import Tx
from shared.http.acts import Act
from shared.machines import NotFound
from shared.messaging.causation import current
from shared.people.vaults import Label, Unreadable, form_of, lock_indexes
from shared.savepoints import each_by_itself

NUMBER = "organisation_number"

log = structlog.get_logger()


async def find_or_add(act: Act[Profile], new: Organisation) -> Organisation:
    """Store the organisation, or find the one with its number, and lock it until we are done.

    A known one is there for its own people only, and takes from them how large it is now; a new
    one for whoever has none yet. Others who ask for a known one leave a trace in the log: of a new
    one they would leave an application.
    """
    await seal_numbers(act.tx)
    same = await has_its_number(act.tx, new)
    seal_number(act.tx, new, await form_of(act.tx))
    if (await act.tx.exec(select(Organisation.id).where(same))).first() is None:
        await act.tx.exec(insert(Organisation).on_conflict_do_nothing().values(**new.model_dump()))
    found = (await act.tx.exec(select(Organisation).where(same).with_for_update())).one()
    is_new = found.id == new.id
    if act.caller.organisation != (None if is_new else found.id):
        if not is_new:
            log.info("known_asked_for", network=current.get().network, key=act.caller.id)
        raise NotFound
    found.sector, found.size, found.municipal_unit = new.sector, new.size, new.municipal_unit
    return found


async def has_its_number(tx: Tx, new: Organisation) -> ColumnElement[bool]:
    """Give what finds the one with a new one's number; a sole trader's is for us to store alone."""
    if not new.sole_trader:
        return col(Organisation.number) == new.number
    indexes = tx.own(Settings).vault.indexes(f"{NUMBER} {new.number}")
    await lock_indexes(tx, indexes)
    return col(Organisation.number_index).in_(indexes)


async def seal_what_is_plain(tx: Tx, _: date) -> int:
    return await seal_numbers(tx)


async def seal_numbers(tx: Tx) -> int:
    """Seal the numbers that an earlier release has stored as they are; give how many."""
    found, form = await queries.lock_numbers_in_the_clear(tx), await form_of(tx)
    return await each_by_itself(tx, "organisations", found, partial(seal, tx, form=form))


async def seal(tx: Tx, organisation_id: UUID, form: int) -> None:
    organisation = await tx.get_one(Organisation, organisation_id, populate_existing=True)
    seal_number(tx, organisation, form)


def seal_number(tx: Tx, organisation: Organisation, form: int) -> None:
    """Seal a sole trader's number, for it is an identity number; others' stay as they are."""
    if not organisation.sole_trader or organisation.number is None:
        return
    vault = tx.own(Settings).vault
    key = vault.new_key(label(organisation), form)
    organisation.person_key = key
    organisation.sealed_number = vault.seal(key, organisation.number, label(organisation), form)
    organisation.number_index = vault.index(f"{NUMBER} {organisation.number}")
    organisation.number = None


def label(organisation: Organisation) -> Label:
    return Label(NUMBER, (str(organisation.id),))


def number_of(tx: Tx, organisation: Organisation) -> str:
    """Open a sole trader's number; Unreadable where it isn't sealed for this one."""
    vault = tx.own(Settings).vault
    key, sealed = organisation.person_key or b"", organisation.sealed_number or b""
    number = str(vault.open(key, sealed, label(organisation)))
    if organisation.number_index not in vault.indexes(f"{NUMBER} {number}"):
        raise Unreadable("another number lies here than is found by")
    return number


async def reseal(tx: Tx, organisation: Organisation) -> None:
    """Seal a sole trader's number in the form that holds now."""
    vault = tx.own(Settings).vault
    number, form = number_of(tx, organisation), await form_of(tx)
    key = vault.rewrap(organisation.person_key or b"", label(organisation), form)
    organisation.sealed_number = vault.seal(key, number, label(organisation), form)
    organisation.person_key = key


async def rewrap(tx: Tx, organisation: Organisation) -> None:
    """Wrap a sole trader's key by the key that the settings hold now, and find it by that one."""
    vault, number, whose = tx.own(Settings).vault, number_of(tx, organisation), label(organisation)
    wrapped = vault.rewrap(organisation.person_key or b"", whose, await form_of(tx))
    organisation.person_key, organisation.number_index = wrapped, vault.index(f"{NUMBER} {number}")


async def doubts(tx: Tx, network: str, known: Organisation, new: Organisation) -> list[str]:
    """Give what a person should look at: codes only, and never whom the organisation resembles."""
    alike = await queries.organisations_alike(tx, network, known)
    found = {
        "mixed_letters": has_mixed_letters(new.name),
        "near_duplicate": bool(alike),
        "known_by_another_name": known.name_key != new.name_key,
    }
    return [code for code, so in found.items() if so]
