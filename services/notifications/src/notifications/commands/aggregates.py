"""Aggregates of others: what we have heard of them, whatever the order in which it came."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import col, select, update

from jobbpakten_events import Envelope, Event
from notifications.commands import notice
from notifications.models import Notice, Subject
from notifications.rules.notices import CLOSES
from notifications.rules.subjects import ABOUT, CONSENTED, SHOWN, happening, kept
from shared.database import Tx
from shared.time import clock

OF = ("organisation_id", "unit", "candidate_ref")
# Locks the row, new or known, and keeps of each stream the highest number at which it happened.
# `news`: whether more is known now of whose it is; NULL for one that is met for the first time.
HEAR = text("""
    WITH before AS (SELECT * FROM subjects WHERE kind = :kind AND id = :id)
    INSERT INTO subjects AS known (kind, id, network, organisation_id, unit, candidate_ref, heard)
    VALUES (:kind, :id, :network, :organisation_id, nullif(:unit, ''), :candidate_ref,
            jsonb_build_object(CAST(:what AS text), CAST(:now AS jsonb)))
    ON CONFLICT (kind, id) DO UPDATE SET
        network = coalesce(nullif(excluded.network, ''), known.network),
        organisation_id = coalesce(excluded.organisation_id, known.organisation_id),
        unit = coalesce(excluded.unit, known.unit),
        candidate_ref = coalesce(excluded.candidate_ref, known.candidate_ref),
        heard = CASE
            WHEN CAST(known.heard #>> ARRAY[:what, :stream, '0'] AS bigint) >= :version
            THEN known.heard
            ELSE known.heard || jsonb_build_object(
                CAST(:what AS text),
                coalesce(known.heard -> CAST(:what AS text), '{}') || CAST(:now AS jsonb))
        END
    RETURNING network, organisation_id, unit, candidate_ref, heard, (
        SELECT (b.network, b.organisation_id, b.unit, b.candidate_ref) IS DISTINCT FROM
               (known.network, known.organisation_id, known.unit, known.candidate_ref)
        FROM before AS b) AS news""").columns(heard=JSONB)


async def hear(tx: Tx, event: Event, about: Envelope) -> None:
    """Remember what happened, close what it closes, and ask for what it asks."""
    facts = event.model_dump()
    what = happening(event)
    subject, is_new, news = await remember(tx, what, facts, event, about)
    if not is_new and CLOSES.get(what, frozenset()) & subject.heard.keys():
        await notice.close(tx, subject, about.occurredat)
    await notice.ask(tx, subject, what, event, about)
    waits = news and subject.kind != "candidate"
    if waits or what in {SHOWN, CONSENTED}:
        await wake(tx, subject)


async def remember(
    tx: Tx, what: str, facts: dict[str, Any], event: Event, about: Envelope
) -> tuple[Subject, bool, bool]:
    """Store what happened in one statement; give all that is known, and what of it is new."""
    kind, field = ABOUT[type(event)]
    version, at = about.aggregateversion, about.time.isoformat()
    told = {"kind": kind, "id": facts[field], "network": about.network}
    told |= {"what": what, "stream": event.key, "version": version}
    now = {event.key: [str(version), at, *kept(event)]}
    told |= {"now": json.dumps(now)} | {n: facts.get(n) for n in OF}
    row = (await (await tx.connection()).execute(HEAR, told)).mappings().one()
    known = {name: row[name] for name in ("network", *OF, "heard")}
    return Subject(kind=kind, id=facts[field], **known), row["news"] is None, bool(row["news"])


async def wake(tx: Tx, subject: Subject) -> None:
    """Look again at notices that waited for more to be known of it."""
    matches = select(Subject.id).where(Subject.candidate_ref == subject.id)
    of_candidate = (col(Notice.subject_kind) == "match") & col(Notice.subject_id).in_(matches)
    of_subject = (col(Notice.subject_kind) == subject.kind) & (col(Notice.subject_id) == subject.id)
    waiting = (col(Notice.state) == "waiting") & col(Notice.reason).is_not(None)
    about = of_candidate if subject.kind == "candidate" else of_subject
    await tx.exec(update(Notice).where(waiting, about).values(held_until=clock.now()))
