"""What is known of a candidate: facts, protection, why she is parked; read and sealed in one place.

Everybody has a row for each, from the first day: that there is one says nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlmodel import col, select

from matching.identities import NEEDS, opened_with, row_of, sealed_with
from matching.models import Fact, Identity
from matching.profiles import FactRule, Profile
from matching.rules.fact import GROUND, PROTECTION, Finding, Known, Protection
from shared.any_of import among
from shared.database import Transaction, Tx
from shared.savepoints import each_seen


@dataclass(frozen=True, slots=True)
class File:
    """All rows of one candidate, and what they say when they are opened."""

    person: Identity
    rows: dict[str, Fact]
    said: dict[str, Any]

    async def write(self, tx: Tx, code: str, what: Any) -> None:
        sealed = await sealed_with(tx, self.person, what, code)
        if code in self.rows:
            self.rows[code].sealed = sealed
        else:
            ref = self.person.candidate_ref
            self.rows[code] = Fact(candidate_ref=ref, code=code, sealed=sealed)
            tx.add(self.rows[code])
        self.said[code] = what


async def rows_of_each(tx: Tx, refs: Collection[UUID]) -> dict[UUID, tuple[Identity, list[Fact]]]:
    """Read what lies sealed of several, in two questions."""
    found: dict[UUID, tuple[Identity, list[Fact]]] = {}
    persons = select(Identity).where(among(col(Identity.candidate_ref), refs))
    for person in await tx.exec(persons.execution_options(populate_existing=True)):
        found[person.candidate_ref] = (person, [])
    facts = select(Fact).where(among(col(Fact.candidate_ref), found))
    for row in await tx.exec(facts.execution_options(populate_existing=True)):
        found[row.candidate_ref][1].append(row)
    return found


async def read_ahead(tx: Tx, refs: Collection[UUID]) -> None:
    """Read what lies sealed of several; the caller holds the candidates' rows.

    It is opened when it is each one's turn, by herself.
    """
    # All of it, or nothing: half a file would say that nothing is known.
    AHEAD[tx] = await rows_of_each(tx, refs)


async def rows_of(tx: Tx, ref: UUID) -> tuple[Identity, Sequence[Fact]]:
    """Give what was read ahead of her, once; or read it now."""
    if (ahead := AHEAD.get(tx, {}).pop(ref, None)) is not None:
        return ahead
    person, here = await row_of(tx, ref), select(Fact).where(col(Fact.candidate_ref) == ref)
    return person, (await tx.exec(here.execution_options(populate_existing=True))).all()


async def file_of(tx: Tx, ref: UUID) -> File:
    """Give what is said of her, read once: whoever writes in it holds the candidate's row."""
    read = files(tx)
    if ref not in read:
        person, found = await rows_of(tx, ref)
        read[ref] = opened(tx, person, found)
    return read[ref]


def opened(tx: Tx, person: Identity, found: Iterable[Fact]) -> File:
    rows = {row.code: row for row in found}
    said = {code: opened_with(tx, person, row.sealed, code) for code, row in rows.items()}
    return File(person, rows, said)


def files(tx: Tx) -> dict[UUID, File]:
    """Give what this transaction has read; an undone savepoint takes along what it had read."""
    session = tx.sync_session
    now = session.get_nested_transaction() or session.get_transaction()
    when, kept = READ.get(tx, (None, {}))
    if when is not now:
        _, kept = READ[tx] = now, {}
    return kept


# What a transaction has read and nobody has opened yet.
AHEAD = WeakKeyDictionary[Transaction, dict[UUID, tuple[Identity, list[Fact]]]]()
# What each transaction has read, and within which savepoint.
READ = WeakKeyDictionary[Transaction, tuple[object, dict[UUID, File]]]()


async def begin(tx: Tx, ref: UUID, profile: Profile) -> None:
    """Know nothing of her. What protects her stays, if she was here before."""
    file = await file_of(tx, ref)
    said: dict[str, Any] = dict.fromkeys([*profile.facts, *file.rows], of_fact(Finding()))
    said |= {GROUND: None, PROTECTION: of_protection(Protection())}
    for code, nothing in said.items():
        if code not in file.rows or code != PROTECTION:
            await file.write(tx, code, nothing)
    file.person.needs = await sealed_with(tx, file.person, None, NEEDS)


async def known_of(tx: Tx, ref: UUID, profile: Profile) -> Known:
    """Open all that is known of her, by the profile's rules as they are now."""
    return known_in(await file_of(tx, ref), profile)


async def known_of_each(tx: Tx, refs: Collection[UUID], profile: Profile) -> dict[UUID, Known]:
    """Open what is known of several, to be read; whoever can't be opened is left out, and said."""

    def known(person: Identity, rows: Iterable[Fact]) -> tuple[UUID, Known]:
        return person.candidate_ref, known_in(opened(tx, person, rows), profile)

    found = await rows_of_each(tx, refs)
    return dict(each_seen(tx, "facts", ((ref, partial(known, *one)) for ref, one in found.items())))


def known_in(file: File, profile: Profile) -> Known:
    said = file.said
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
    ground: str | None = (await file_of(tx, ref)).said.get(GROUND)
    return ground


async def note_facts(tx: Tx, ref: UUID, findings: Mapping[str, Finding]) -> None:
    await _note(tx, ref, {code: of_fact(finding) for code, finding in findings.items()})


async def note_protection(tx: Tx, ref: UUID, protection: Protection) -> None:
    await _note(tx, ref, {PROTECTION: of_protection(protection)})


async def note_ground(tx: Tx, ref: UUID, ground: str | None) -> None:
    await _note(tx, ref, {GROUND: ground})


def of_fact(finding: Finding) -> dict[str, Any]:
    """Say a finding as it is sealed; until when it is good is the profile's to say."""
    said = {"value": finding.value, "source": finding.source, "recorded_by": finding.recorded_by}
    return said | {"found_on": written(finding.found_on)}


def of_protection(protection: Protection) -> dict[str, Any]:
    return {"form": protection.form, "found_on": written(protection.found_on)}


def written(on: date | None) -> str | None:
    return on.isoformat() if on else None


async def _note(tx: Tx, ref: UUID, said: Mapping[str, Any]) -> None:
    file = await file_of(tx, ref)
    for code, what in said.items():
        await file.write(tx, code, what)
