"""Organisations: stored once, found again by their number; a sole trader's lies sealed."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from membership import queries
from membership.models import Organisation
from membership.rules.organisation import has_mixed_letters
from shared.access import Caller
from shared.database import Tx
from shared.machines import NotFound
from shared.vaults import Vault

NUMBER = "organisation_number"


async def settle(tx: Tx, caller: Caller, new: Organisation) -> Organisation:
    """Store the organisation, or find the one with its number, and lock it until we are done.

    A known one is there for its own people only, and takes from them how large it is now; a new
    one for whoever has none yet.
    """
    await seal_numbers(tx)
    seal_number(tx, new)
    await tx.exec(insert(Organisation).on_conflict_do_nothing().values(**new.model_dump()))
    same = select(Organisation).where(
        col(Organisation.number_index) == new.number_index
        if new.number is None
        else col(Organisation.number) == new.number
    )
    found = (await tx.exec(same.with_for_update())).one()
    is_new = found.id == new.id
    if caller.organisation != (None if is_new else found.id):
        raise NotFound
    found.sector, found.size, found.municipal_unit = new.sector, new.size, new.municipal_unit
    return found


async def seal_numbers(tx: Tx) -> int:
    """Seal the numbers that an earlier release has stored as they are; give how many."""
    found = await queries.numbers_in_the_clear(tx)
    for organisation in found:
        seal_number(tx, organisation)
    await tx.flush()
    return len(found)


def seal_number(tx: Tx, organisation: Organisation) -> None:
    """Seal a sole trader's number, for it is an identity number; others' stay as they are."""
    if not organisation.sole_trader or organisation.number is None:
        return
    vault: Vault = tx.info["settings"].vault
    key = vault.new_key()
    organisation.person_key = key
    organisation.sealed_number = vault.seal(key, organisation.number, NUMBER)
    organisation.number_index = vault.index(f"{NUMBER} {organisation.number}")
    organisation.number = None


async def doubts(tx: Tx, network: str, known: Organisation, new: Organisation) -> list[str]:
    """Give what a person should look at: codes only, and never whom the organisation resembles."""
    alike = await queries.organisations_alike(tx, network, known)
    found = {
        "mixed_letters": has_mixed_letters(new.name),
        "near_duplicate": bool(alike),
        "known_by_another_name": known.name_key != new.name_key,
    }
    return [code for code, so in found.items() if so]
