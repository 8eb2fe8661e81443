"""What lies sealed here: how the keys to it are known again, and how it is sealed anew."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import select

from matching.commands.placements.endings import reseal_ground
from matching.identities import (
    IDENTITY,
    NEEDS,
    label,
    needs_in,
    opened_with,
    person_in,
    row_of,
    sealed_person,
    sealed_with,
    vaults,
)
from matching.models import Fact, Identity, Placement
from matching.settings import Settings
from shared.database import Tx
from shared.people.canaries import LOOKED_AT, Canary, of_vault
from shared.people.resealing import Shelf
from shared.people.vaults import Vault, form_of


def canaries(settings: Settings) -> list[Canary]:
    """Give a canary for each secret key. Nothing is opened with a public one, so it has none."""
    return [
        of_vault("MATCHING_IDENTITY_KEY", Vault(settings.identity_key), persons),
        of_vault("MATCHING_SENSITIVE_KEY", Vault(settings.sensitive_key), needs),
    ]


async def persons(tx: Tx) -> Sequence[Callable[[], object]]:
    """Give how to open who some people are, sealed before there was a canary."""
    return [partial(person_in, tx, one) for one in await some(tx)]


async def needs(tx: Tx) -> Sequence[Callable[[], object]]:
    """Give how to open some people's needs, sealed before there was a canary."""
    return [partial(needs_behind, tx, one) for one in await some(tx)]


async def some(tx: Tx) -> Sequence[Identity]:
    return (await tx.exec(select(Identity).limit(LOOKED_AT))).all()


def needs_behind(tx: Tx, row: Identity) -> frozenset[str] | None:
    return needs_in(tx, row.candidate_ref, row.network, row.sensitive_key, row.needs)


async def reseal_identity(tx: Tx, row: Identity) -> None:
    """Wrap both keys of a person and seal who she is and what she needs anew."""
    who, said, form = person_in(tx, row), needs_behind(tx, row), await form_of(tx)
    whose = partial(label, row.candidate_ref, row.network)
    row.identity_key = vaults(tx).identity.rewrap(row.identity_key, whose(IDENTITY), form)
    row.sensitive_key = vaults(tx).sensitive.rewrap(row.sensitive_key, whose(NEEDS), form)
    row.sealed = await sealed_person(tx, row, who)
    row.needs = await sealed_with(tx, row, None if said is None else sorted(said), NEEDS)


async def reseal_fact(tx: Tx, fact: Fact) -> None:
    """Seal one fact in the form that holds now."""
    who = await row_of(tx, fact.candidate_ref)
    said = opened_with(tx, who, fact.sealed, fact.code)
    fact.sealed = await sealed_with(tx, who, said, fact.code)


SHELVES = (
    Shelf(
        Identity,
        (Identity.identity_key, Identity.sealed, Identity.sensitive_key, Identity.needs),
        reseal_identity,
    ),
    Shelf(Fact, (Fact.sealed,), reseal_fact),
    Shelf(Placement, (Placement.sealed_ground,), reseal_ground),
)
