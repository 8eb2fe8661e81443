"""Recipients: named by others, sealed; opened once and sealed again with a key of their own."""

from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, update

from jobbpakten_events.directory import RecipientNamed
from notifications.models import Notice, Recipient
from notifications.settings import Settings
from shared.database import Tx
from shared.people.sealing import Addressee, opened, thumbprint
from shared.people.vaults import LARGE, Label, form_of
from shared.time import clock

PURPOSE = "addressee"  # and whose: what is sealed for one opens for nobody else
log = structlog.get_logger()


async def name(tx: Tx, event: RecipientNamed, network: str) -> None:
    """Remember whom a role can be told by; notices that waited for her go on."""
    facts = event.model_dump(include={"role", "of", "language"}) | {"network": network}
    facts |= sealed_again(tx.own(Settings), event, network, await form_of(tx))
    known = insert(Recipient).values(id=event.recipient_id, **facts)
    await tx.exec(known.on_conflict_do_update(index_elements=["id"], set_=facts))
    wake = update(Notice).where(
        col(Notice.state) == "waiting",
        col(Notice.reason) == "no_recipient",
        col(Notice.role) == event.role,
    )
    await tx.exec(wake.values(held_until=clock.now()))


def sealed_again(
    settings: Settings, event: RecipientNamed, network: str, form: int
) -> dict[str, bytes | str | None]:
    """Seal the address with a key of her own; what can't be opened is unknown, and said.

    The address before it isn't kept: she may have left it because somebody else reads it.
    """
    told = opened_by_any(settings, event.sealed)
    if told is None:
        log.warning("address_unreadable", key=event.key)
        return {"wrapped_key": None, "sealed": None, "told_for": None}
    key, addressee = told
    vault, whose = settings.vault, label(event.recipient_id, network)
    wrapped = vault.new_key(whose, form)
    sealed = vault.seal(wrapped, dict(addressee), whose, form, LARGE)
    return {"wrapped_key": wrapped, "sealed": sealed, "told_for": thumbprint(key)}


def label(recipient_id: UUID, network: str) -> Label:
    return Label(f"{PURPOSE} {recipient_id}", (network, str(recipient_id)))


def opened_by_any(settings: Settings, sealed: str) -> tuple[str, Addressee] | None:
    """Open an address with our key, or with the one before: the topic holds both for a while."""
    for key in filter(None, (settings.private_key, settings.previous_private_key)):
        with suppress(ValueError):
            return key, opened(key, sealed)
    return None


async def forget(tx: Tx, recipient_id: UUID) -> None:
    """Forget her, and the key to all that was sealed with it."""
    await tx.exec(delete(Recipient).where(col(Recipient.id) == recipient_id))


def addressee_of(settings: Settings, recipient: Recipient) -> Addressee:
    """Open where a mail goes; Unreadable where somebody changed it or the key."""
    if recipient.wrapped_key is None or recipient.sealed is None:
        raise LookupError("she has no address that can be read")
    vault, whose = settings.vault, label(recipient.id, recipient.network)
    return Addressee.model_validate(vault.open(recipient.wrapped_key, recipient.sealed, whose))


async def reseal(tx: Tx, recipient: Recipient) -> None:
    """Seal where mails to her go in the form that holds now."""
    settings, form = tx.own(Settings), await form_of(tx)
    addressee = addressee_of(settings, recipient)
    vault, whose = settings.vault, label(recipient.id, recipient.network)
    wrapped = vault.rewrap(recipient.wrapped_key or b"", whose, form)
    recipient.sealed = vault.seal(wrapped, dict(addressee), whose, form, LARGE)
    recipient.wrapped_key = wrapped


async def rewrap(tx: Tx, recipient: Recipient) -> None:
    """Wrap her key by the key that the settings hold now."""
    wrapped, whose = recipient.wrapped_key or b"", label(recipient.id, recipient.network)
    recipient.wrapped_key = tx.own(Settings).vault.rewrap(wrapped, whose, await form_of(tx))
