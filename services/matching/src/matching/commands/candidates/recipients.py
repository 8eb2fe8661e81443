"""Whether a candidate can be told something by e-mail: the directory hears it, sealed."""

from datetime import date
from functools import partial
from uuid import UUID

from jobbpakten_events.directory import TOPIC, RecipientNamed
from matching import identities
from matching.identities.facts import known_of
from matching.models import Candidate
from matching.profiles import Profile
from matching.queries import candidate as queries
from matching.rules.access import check_tells_again
from matching.rules.candidate import ENDS
from matching.rules.fact import Known, may_be_written_to
from matching.settings import Settings
from shared.database import Tx
from shared.http.acts import Act
from shared.messaging import outbox
from shared.people.sealing import Addressee, seal
from shared.savepoints import by_itself
from shared.time import clock


async def name(
    tx: Tx, candidate: Candidate, known: Known, today: date, *, again: bool = False
) -> bool:
    """Name her, forget her, or leave it as it was told last; gives whether she is named.

    Named is who wants e-mail, has an address, and is known not to live protected. Her row is the
    caller's: what is told of her here is true until somebody else has it.
    """
    who = await identities.person(tx, candidate.id)
    reachable = candidate.state not in ENDS and who.wants_email and who.email
    unprotected = may_be_written_to(known.values(today), known.protection.form)
    named = [who.name, who.email or "", candidate.language, candidate.unit]
    named = named if reachable and unprotected else []
    if named == who.named and not (named and again):
        return bool(named)
    await identities.change(tx, candidate.id, named=named)
    if not named:
        await outbox.forget(tx, TOPIC, str(candidate.id))
        return False
    key = tx.own(Settings).notifications_public_key
    event = RecipientNamed(
        recipient_id=candidate.id,
        role="participant",
        of=candidate.unit,
        language=candidate.language,
        sealed=seal(key, Addressee(name=named[0], address=named[1])),
    )
    await outbox.tell(tx, event, on=today)
    return True


async def tell_again(act: Act[Profile]) -> int:
    """Tell everybody named in a network anew, as notifications' key asks for; give how many.

    Each by herself: one whose row is broken is logged and keeps no mail from the others.
    """
    check_tells_again(act.caller)
    told: list[UUID] = []
    for ref in await queries.lock_candidates_in(act.tx, act.network):
        again = partial(name_again, act.tx, ref, act.profile, told)
        await by_itself(act.tx, "candidates", ref, act.network, again)
    return len(told)


async def name_again(tx: Tx, ref: UUID, profile: Profile, told: list[UUID]) -> None:
    """Tell her anew where she was named and may still be; forget her where she may not."""
    candidate = await tx.get_one(Candidate, ref, populate_existing=True)
    if not (await identities.person(tx, candidate.id)).named:
        return
    known = await known_of(tx, candidate.id, profile)
    if await name(tx, candidate, known, await clock.today(tx), again=True):
        told.append(candidate.id)
