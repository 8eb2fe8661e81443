"""Organisations: stored once, found again by their number; a sole trader's lies sealed."""

from datetime import date
from functools import partial
from uuid import UUID

import structlog
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
from shared.people.vaults import Label, Unreadable, form_of
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
    seal_number(act.tx, new, await form_of(act.tx))
    await act.tx.exec(insert(Organisation).on_conflict_do_nothing().values(**new.model_dump()))
    same = select(Organisation).where(
        col(Organisation.number_index) == new.number_index
        if new.number is None
        else col(Organisation.number) == new.number
    )
    found = (await act.tx.exec(same.with_for_update())).one()
    is_new = found.id == new.id
    if act.caller.organisation != (None if is_new else found.id):
        if not is_new:
            log.info("known_asked_for", network=current.get().network, key=act.caller.id)
        raise NotFound
    found.sector, found.size, found.municipal_unit = new.sector, new.size, new.municipal_unit
    return found


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
    if vault.index(f"{NUMBER} {number}") != organisation.number_index:
        raise Unreadable("another number lies here than is found by")
    return number


async def reseal(tx: Tx, organisation: Organisation) -> None:
    """Seal a sole trader's number in the form that holds now."""
    vault = tx.own(Settings).vault
    number, form = number_of(tx, organisation), await form_of(tx)
    key = vault.rewrap(organisation.person_key or b"", label(organisation), form)
    organisation.sealed_number = vault.seal(key, number, label(organisation), form)
    organisation.person_key = key


async def doubts(tx: Tx, network: str, known: Organisation, new: Organisation) -> list[str]:
    """Give what a person should look at: codes only, and never whom the organisation resembles."""
    alike = await queries.organisations_alike(tx, network, known)
    found = {
        "mixed_letters": has_mixed_letters(new.name),
        "near_duplicate": bool(alike),
        "known_by_another_name": known.name_key != new.name_key,
    }
    return [code for code, so in found.items() if so]
