"""What is known of a candidate: facts, protection, why she is parked; read and sealed in one place.

Everybody has a row for each, from the first day: that there is one says nothing.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from matching.identities import note_needs, open_sensitive, seal_sensitive
from matching.models import Fact
from matching.profiles import FactRule, Profile
from matching.rules.fact import GROUND, PROTECTION, Finding, Known, Protection
from shared.database import Tx


async def begin(tx: Tx, ref: UUID, profile: Profile) -> None:
    """Know nothing of her. What protects her stays, if she was here before."""
    for code in profile.facts:
        await note_fact(tx, ref, code, Finding())
    await note_ground(tx, ref, None)
    await note_needs(tx, ref, None)
    if await tx.get(Fact, (ref, PROTECTION)) is None:
        await note_protection(tx, ref, Protection())


async def known_of(tx: Tx, ref: UUID, profile: Profile) -> Known:
    """Open all that is known of her, by the profile's rules as they are now."""
    said = await _opened(tx, ref)
    facts = {code: read(said.get(code) or {}, rule) for code, rule in profile.facts.items()}
    protection = said.get(PROTECTION) or {}
    return Known(facts, Protection(protection.get("form"), day(protection.get("found_on"))))


def read(said: dict[str, Any], rule: FactRule) -> Finding:
    """Read a finding; what the rules don't rest on any more is unknown."""
    value, source = said.get("value", "unknown"), said.get("source", "")
    if value == "true" and source not in rule.sources:
        value = "unknown"
    found_on = day(said.get("found_on"))
    ends = rule.good_for.after(found_on) if rule.good_for and found_on and value == "true" else None
    return Finding(value, source, found_on, said.get("recorded_by", ""), ends)


def day(said: str | None) -> date | None:
    return date.fromisoformat(said) if said else None


async def ground_of(tx: Tx, ref: UUID) -> str | None:
    """Give the code of why she is parked or has left; None where neither."""
    ground: str | None = (await _opened(tx, ref)).get(GROUND)
    return ground


async def _opened(tx: Tx, ref: UUID) -> dict[str, Any]:
    here = select(Fact).where(col(Fact.candidate_ref) == ref)
    rows = (await tx.exec(here.execution_options(populate_existing=True))).all()
    return {row.code: await open_sensitive(tx, ref, row.sealed, row.code) for row in rows}


async def note_fact(tx: Tx, ref: UUID, code: str, finding: Finding) -> None:
    said = {"value": finding.value, "source": finding.source, "recorded_by": finding.recorded_by}
    await _note(tx, ref, code, said | {"found_on": written(finding.found_on)})


async def note_protection(tx: Tx, ref: UUID, protection: Protection) -> None:
    said = {"form": protection.form, "found_on": written(protection.found_on)}
    await _note(tx, ref, PROTECTION, said)


async def note_ground(tx: Tx, ref: UUID, ground: str | None) -> None:
    await _note(tx, ref, GROUND, ground)


def written(on: date | None) -> str | None:
    return on.isoformat() if on else None


async def _note(tx: Tx, ref: UUID, code: str, said: Any) -> None:
    sealed = await seal_sensitive(tx, ref, said, code)
    row = await tx.get(Fact, (ref, code))
    if row is None:
        tx.add(Fact(candidate_ref=ref, code=code, sealed=sealed))
    else:
        row.sealed = sealed
