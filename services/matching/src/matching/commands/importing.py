"""Import: many people come into the bank at once, all of them or none."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from matching import identities
from matching.commands.candidate import Registration, register
from matching.profiles import Profile
from matching.queries import candidate as queries
from matching.rules.table import Fault
from shared.access import Caller
from shared.database import Tx


class Line(NamedTuple):
    """One person of a file: the row, her new reference, who she is, the day of registration."""

    row: int
    ref: UUID
    registration: Registration
    on: date


async def faults_of(tx: Tx, caller: Caller, profile: Profile, lines: Sequence[Line]) -> list[Fault]:
    """Name the rows with a person who stands in the file before, or is the unit's already.

    Of other units' people nothing is said here: a file of numbers would tell who they are.
    """
    numbers = [line.registration.person.number for line in lines]
    here = await identities.find(tx, profile.network, set(numbers))
    present = await queries.present(tx, caller.unit, here.values())
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


async def bring_in(tx: Tx, caller: Caller, profile: Profile, lines: Sequence[Line]) -> None:
    """Register them all; one who is in another unit, or was quicker, ends the whole: NotAllowed."""
    for line in lines:
        await register(tx, caller, profile, line.ref, line.registration, line.on)
