"""Time in: what is due today and not yet done."""

from datetime import date

from membership.commands import contact, membership, organisation
from shared.database import Tx


async def due(tx: Tx, today: date) -> int:
    """End what wasn't signed in time, forget who left, seal what isn't sealed; give how many."""
    done = await membership.lapse(tx, today)
    done += await contact.forget_those_who_left(tx, today)
    return done + await organisation.seal_numbers(tx)
