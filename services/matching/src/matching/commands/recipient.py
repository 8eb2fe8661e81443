"""Whether a candidate can be told something by e-mail: the directory hears it, sealed."""

from datetime import date

from matching import identities
from matching.models import Candidate
from matching.rules.candidate import ENDS
from matching.rules.fact import Known, may_be_written_to
from shared import outbox
from shared.database import Tx
from shared.events.directory import TOPIC, RecipientNamed
from shared.sealing import Addressee, seal


async def name(tx: Tx, candidate: Candidate, known: Known, today: date) -> None:
    """Name her, forget her, or leave it as it was told last.

    Named is who wants e-mail, has an address, and is known not to live protected.
    """
    who = await identities.person(tx, candidate.id)
    reachable = candidate.state not in ENDS and who.wants_email and who.email
    unprotected = may_be_written_to(known.values(today), known.protection.form)
    named = [who.name, who.email or "", candidate.language, candidate.unit]
    named = named if reachable and unprotected else []
    if named == who.named:
        return
    await identities.change(tx, candidate.id, named=named)
    if not named:
        await outbox.forget(tx, TOPIC, str(candidate.id))
        return
    key = tx.info["settings"].notifications_public_key
    event = RecipientNamed(
        recipient_id=candidate.id,
        role="participant",
        of=candidate.unit,
        language=candidate.language,
        sealed=seal(key, Addressee(name=named[0], address=named[1])),
    )
    await outbox.tell(tx, event, on=today)
