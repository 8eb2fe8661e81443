"""What lies sealed here: how the keys to it are known again, and how it is sealed anew."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from functools import partial

from sqlalchemy import func
from sqlmodel import col, select

from notifications.commands.recipient import addressee_of, reseal, rewrap
from notifications.models import Notice, Recipient
from notifications.rules.notice import link_ends_before
from notifications.settings import Settings
from shared.database import Tx
from shared.people.canaries import LOOKED_AT, Canary, of_vault
from shared.people.resealing import Shelf
from shared.people.rotation import Rotated, Wrap
from shared.people.sealing import Addressee, opened, public_half, seal, thumbprint
from shared.people.vaults import Vault
from shared.time import clock

PRIVATE = "NOTIFICATIONS_PRIVATE_KEY"
LINK = "NOTIFICATIONS_LINK_KEY"
SHELVES = (Shelf(Recipient, (Recipient.wrapped_key, Recipient.sealed), reseal),)
STILL_TOLD = "{} is still needed: have membership and matching tell all addresses again"
WRAPS = (
    Wrap(
        "address_key",
        lambda settings: settings.vault,
        Recipient,
        Recipient.wrapped_key,
        (Recipient.network, Recipient.id),
        rewrap,
    ),
)


def canaries(settings: Settings) -> list[Canary]:
    """Give a canary for each secret key.

    The private key's may be sealed for the key before it as long as that one is known too. What
    it and the key of the links have made lies with others: their first canary is taken on trust.
    """
    link = Vault(settings.link_key, settings.previous_link_key)
    before = partial(link.previous.made, name=LINK) if link.previous else lambda _: False
    text = Addressee(name="canary", address=PRIVATE)
    return [
        Canary(
            PRIVATE,
            lambda: seal(public_half(settings.private_key), text).encode(),
            partial(sealed_for, settings.private_key),
            partial(sealed_for, settings.previous_private_key),
        ),
        of_vault(settings, "address_key", settings.vault, rows),
        Canary(LINK, partial(link.canary, LINK), partial(link.made, name=LINK), before),
    ]


def sealed_for(private_key: str, canary: bytes) -> bool:
    with suppress(ValueError):
        return bool(private_key) and opened(private_key, canary.decode()).address == PRIVATE
    return False


async def rows(tx: Tx) -> Sequence[Callable[[], object]]:
    """Give how to open some of what was sealed before there was a canary."""
    readable = select(Recipient).where(col(Recipient.sealed).is_not(None)).limit(LOOKED_AT)
    return [partial(addressee_of, tx.own(Settings), one) for one in await tx.exec(readable)]


async def beside(tx: Tx) -> list[Rotated]:
    """Give where the keys are that wrap nobody's key: others tell anew, or time goes by."""
    settings = tx.own(Settings)
    of_pair, of_links = Rotated(PRIVATE), Rotated(LINK)
    if settings.previous_private_key:
        named = settings.variable("previous_private_key")
        of_pair.left = await told_for_another(tx, thumbprint(settings.private_key))
        of_pair.state = STILL_TOLD.format(named) if of_pair.left else f"{named} may be taken away"
    if settings.previous_link_key:
        named, last = settings.variable("previous_link_key"), await last_link(tx)
        of_links.state = f"{named} opens old links: those mailed until today end by {last}"
    return [of_pair, of_links]


async def told_for_another(tx: Tx, key: str) -> int:
    """Count the recipients whose address was last told sealed for another key than this."""
    here = select(func.count()).select_from(Recipient).where(col(Recipient.sealed).is_not(None))
    return (await tx.exec(here.where(col(Recipient.told_for).is_distinct_from(key)))).one()


async def last_link(tx: Tx) -> date:
    """Give the day on which the last link ends that has been mailed until now."""
    days = select(func.max(Notice.act_by), func.max(Notice.opened_on))
    act_by, opened_on = (await tx.exec(days.where(Notice.kind == "task"))).one()
    return link_ends_before(act_by, opened_on or await clock.today(tx))
