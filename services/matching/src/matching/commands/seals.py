"""What lies sealed here: how the keys to it are known again, and how it is sealed anew."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import select

from matching.commands.placements.endings import reseal_ground
from matching.identities import (
    IDENTITY,
    NEEDS,
    indexes_of,
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
from shared.people.rotation import Rotated, Wrap
from shared.people.vaults import form_of


def canaries(settings: Settings) -> list[Canary]:
    """Give a canary for each secret key. Nothing is opened with a public one, so it has none."""
    return [
        of_vault(settings, "identity_key", settings.identity_vault, persons),
        of_vault(settings, "sensitive_key", settings.sensitive_vault, needs),
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


async def rewrap_identity(tx: Tx, row: Identity) -> None:
    """Wrap a person's key by the key that the settings hold now, and find her by that one."""
    who, whose = person_in(tx, row), label(row.candidate_ref, row.network, IDENTITY)
    row.identity_key = vaults(tx).identity.rewrap(row.identity_key, whose, await form_of(tx))
    row.number_index, *_ = indexes_of(tx, row.network, who.number)


async def rewrap_needs(tx: Tx, row: Identity) -> None:
    """Wrap a person's other key by the key that the settings hold now."""
    whose = label(row.candidate_ref, row.network, NEEDS)
    row.sensitive_key = vaults(tx).sensitive.rewrap(row.sensitive_key, whose, await form_of(tx))


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

WHOSE = (Identity.network, Identity.candidate_ref)
WRAPS = (
    Wrap(
        "identity_key",
        lambda settings: settings.identity_vault,
        Identity,
        Identity.identity_key,
        WHOSE,
        rewrap_identity,
    ),
    Wrap(
        "sensitive_key",
        lambda settings: settings.sensitive_vault,
        Identity,
        Identity.sensitive_key,
        WHOSE,
        rewrap_needs,
    ),
)


async def beside(_: Tx) -> list[Rotated]:
    """Give where keys are that wrap nobody's key: there are none here."""
    return []
