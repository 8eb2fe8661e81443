"""What lies sealed here: how the keys to it are known again, and how it is sealed anew."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from sqlmodel import col, select

from notifications.commands.recipient import addressee_of, reseal
from notifications.models import Recipient
from notifications.settings import Settings
from shared.database import Tx
from shared.people.canaries import LOOKED_AT, Canary, of_vault
from shared.people.resealing import Shelf
from shared.people.sealing import Addressee, opened, public_half, seal
from shared.people.vaults import Vault

PRIVATE = "NOTIFICATIONS_PRIVATE_KEY"
SHELVES = (Shelf(Recipient, (Recipient.wrapped_key, Recipient.sealed), reseal),)


def canaries(settings: Settings) -> list[Canary]:
    """Give a canary for each secret key.

    The private key's may be sealed for the key before it as long as that one is known too. What
    it and the key of the links have made lies with others: their first canary is taken on trust.
    """
    text = Addressee(name="canary", address=PRIVATE)
    return [
        Canary(
            PRIVATE,
            lambda: seal(public_half(settings.private_key), text).encode(),
            partial(sealed_for, settings.private_key),
            partial(sealed_for, settings.previous_private_key),
        ),
        of_vault("NOTIFICATIONS_ADDRESS_KEY", Vault(settings.address_key), rows),
        of_vault("NOTIFICATIONS_LINK_KEY", Vault(settings.link_key)),
    ]


def sealed_for(private_key: str, canary: bytes) -> bool:
    with suppress(ValueError):
        return bool(private_key) and opened(private_key, canary.decode()).address == PRIVATE
    return False


async def rows(tx: Tx) -> Sequence[Callable[[], object]]:
    """Give how to open some of what was sealed before there was a canary."""
    readable = select(Recipient).where(col(Recipient.sealed).is_not(None)).limit(LOOKED_AT)
    return [partial(addressee_of, tx.own(Settings), one) for one in await tx.exec(readable)]
