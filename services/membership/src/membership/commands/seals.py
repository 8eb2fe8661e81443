"""What lies sealed here: how the key to it is known again, and how it is sealed anew."""

from collections.abc import Callable, Sequence
from functools import partial

from sqlmodel import col, select

from membership.commands import contact, organisation
from membership.models import Contact, Organisation
from membership.settings import Settings
from shared.database import Tx
from shared.people.canaries import LOOKED_AT, Canary, of_vault
from shared.people.resealing import Shelf
from shared.people.rotation import Rotated, Wrap

SHELVES = (
    Shelf(Contact, (Contact.person_key, Contact.sealed), contact.reseal),
    Shelf(Organisation, (Organisation.person_key, Organisation.sealed_number), organisation.reseal),
)

WRAPS = (
    Wrap(
        "contact_key",
        lambda settings: settings.vault,
        Contact,
        Contact.person_key,
        (Contact.network, Contact.id),
        contact.rewrap,
    ),
    Wrap(
        "contact_key",
        lambda settings: settings.vault,
        Organisation,
        Organisation.person_key,
        (Organisation.id,),
        organisation.rewrap,
    ),
)


def canaries(settings: Settings) -> list[Canary]:
    """Give a canary for each secret key. Nothing is opened with a public one, so it has none."""
    return [of_vault(settings, "contact_key", settings.vault, rows)]


async def rows(tx: Tx) -> Sequence[Callable[[], object]]:
    """Give how to open some of what was sealed before there was a canary."""
    people = await tx.exec(select(Contact).limit(LOOKED_AT))
    found: list[Callable[[], object]] = [partial(contact.person_behind, tx, one) for one in people]
    sealed = select(Organisation).where(col(Organisation.sealed_number).is_not(None))
    traders = await tx.exec(sealed.limit(LOOKED_AT))
    return found + [partial(organisation.number_of, tx, one) for one in traders]


async def beside(_: Tx) -> list[Rotated]:
    """Give where keys are that wrap nobody's key: there are none here."""
    return []
