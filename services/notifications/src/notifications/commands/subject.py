"""Aggregates of others: what we have heard of them, whatever the order in which it came."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, update

from notifications.commands import notice
from notifications.models import Notice, Subject
from notifications.rules.notices import CLOSING
from notifications.rules.subjects import ABOUT, CONSENTED, SHOWN, happening, with_one_more
from shared import clock
from shared.database import Tx
from shared.events import Envelope, Event

KEPT = ("network", "organisation_id", "unit", "candidate_ref")


async def hear(tx: Tx, event: Event, about: Envelope) -> None:
    """Remember what happened, close what it closes, and ask for what it asks."""
    kind, field = ABOUT[event.kind]
    facts = event.model_dump()
    subject = await locked(tx, kind, facts[field])
    more_is_known = learned(subject, facts | {"network": about.network})
    what = happening(event.kind, facts)
    version, at = about.aggregateversion, about.time
    subject.heard = with_one_more(subject.heard, what, event.key, version, at)
    tx.add(subject)
    await tx.flush()
    if what in CLOSING:
        await notice.close(tx, subject, about.occurredat)
    await notice.ask(tx, subject, what, event, about)
    if more_is_known or what in {SHOWN, CONSENTED}:
        await wake(tx, subject)


def learned(subject: Subject, facts: Mapping[str, Any]) -> bool:
    """Keep what an event says of whose an aggregate is; tell whether that was news."""
    news = {
        name: facts[name]
        for name in KEPT
        if facts.get(name) not in {None, ""} and facts[name] != getattr(subject, name)
    }
    for name, fact in news.items():
        setattr(subject, name, fact)
    return bool(news)


async def locked(tx: Tx, kind: str, subject_id: UUID) -> Subject:
    """Lock the row of an aggregate, new or known."""
    new = insert(Subject).values(kind=kind, id=subject_id, network="", heard={})
    row = new.on_conflict_do_update(index_elements=["kind", "id"], set_={"kind": kind})
    options = {"populate_existing": True}
    found = await tx.exec(row.returning(Subject), execution_options=options)
    subject: Subject = found.scalar_one()
    return subject


async def wake(tx: Tx, subject: Subject) -> None:
    """Look again at notices that waited for more to be known of it."""
    matches = select(Subject.id).where(Subject.candidate_ref == subject.id)
    of_her = (col(Notice.subject_kind) == "match") & col(Notice.subject_id).in_(matches)
    of_it = (col(Notice.subject_kind) == subject.kind) & (col(Notice.subject_id) == subject.id)
    waiting = (col(Notice.state) == "waiting") & col(Notice.reason).is_not(None)
    about = of_her if subject.kind == "candidate" else of_it
    await tx.exec(update(Notice).where(waiting, about).values(held_until=clock.now()))
