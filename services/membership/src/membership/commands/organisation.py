"""Organisations: stored once, found again by their number."""

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from membership import queries
from membership.models import Organisation
from membership.rules.organisation import has_mixed_letters
from shared.database import Tx


async def settle(tx: Tx, new: Organisation) -> Organisation:
    """Store the organisation, or find the one with its number, and hold it until we are done."""
    once = insert(Organisation).on_conflict_do_nothing(index_elements=["number"])
    await tx.exec(once.values(**new.model_dump()))
    same = select(Organisation).where(col(Organisation.number) == new.number)
    return (await tx.exec(same.with_for_update())).one()


async def doubts(tx: Tx, network: str, known: Organisation, new: Organisation) -> list[str]:
    """Give what a person should look at: codes only, and never whom the organisation resembles."""
    alike = await queries.organisations_alike(tx, network, known)
    found = {
        "mixed_letters": has_mixed_letters(new.name),
        "near_duplicate": bool(alike),
        "known_by_another_name": known.name_key != new.name_key,
    }
    return [code for code, so in found.items() if so]
