"""Import: many people come into the bank at once, all of them or none."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from matching import identities
from matching.commands.candidates.registrations import CANNOT_REGISTER, Registration, admit, begin
from matching.models import Candidate
from matching.profiles import Profile
from matching.queries import candidate as queries
from shared.http.acts import Act
from shared.machines import NotAllowed


class Fault(NamedTuple):
    """What is the matter in which cell, by the row's number in the file."""

    row: int
    column: str
    detail: str


class Line(NamedTuple):
    """One person of a file: the row, her new reference, who she is, the day of registration."""

    row: int
    ref: UUID
    registration: Registration
    on: date


async def faults_of(act: Act[Profile], lines: Sequence[Line]) -> list[Fault]:
    """Name the rows with a person who stands in the file before, or is the unit's already.

    Of other units' people nothing is said here: a file of numbers would tell who they are.
    """
    numbers = [line.registration.person.number for line in lines]
    here = await identities.find(act.tx, act.network, set(numbers))
    present = await queries.present(act.tx, act.caller.unit, here.values())
    faults, rows = [], dict[str, int]()
    for line, number in zip(lines, numbers, strict=True):
        if number in rows:
            detail = f"the same person stands in row {rows[number]}"
            faults.append(Fault(line.row, "identity_number", detail))
        elif here.get(number) in present:
            detail = "already_registered: this person is in the unit"
            faults.append(Fault(line.row, "identity_number", detail))
        rows.setdefault(number, line.row)
    return faults


async def bring_in(act: Act[Profile], lines: Sequence[Line]) -> None:
    """Register them all; one who is in another unit, or was quicker, ends the whole: NotAllowed.

    Whatever the reason, it is the same answer: another row that is made to fail would undo the
    file without a trace, and say by its own reason that the rows before it went well.
    """
    try:
        cases = await cases_of(act, lines)
        for line in lines:
            await begin(act.at(line.on), cases[line.ref], line.registration)
    except NotAllowed:
        raise NotAllowed(*CANNOT_REGISTER) from None


async def cases_of(act: Act[Profile], lines: Sequence[Line]) -> dict[UUID, Candidate]:
    """Take everybody's case, by the least index of her number: no two files wait in a circle."""

    def order(line: Line) -> bytes:
        return min(identities.indexes_of(act.tx, act.network, line.registration.person.number))

    return {
        one.ref: await admit(act.at(one.on), one.ref, one.registration.person)
        for one in sorted(lines, key=order)
    }
