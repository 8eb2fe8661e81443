"""What every call's body and answer share: days, codes, and where a thing stands."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from jobbpakten_events import FIRST_DAY, LAST_DAY
from shared.database import Tx
from shared.machines import Machine, Unfit
from shared.people.identity_numbers import may_name_somebody
from shared.time import clock


def as_written(day: object) -> object:
    """Refuse all but the one way in which a day is written: pydantic takes seconds for days."""
    if isinstance(day, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        return day
    raise ValueError("a day is written like 2026-03-02")


Day = Annotated[
    date,
    BeforeValidator(as_written),
    Field(ge=FIRST_DAY, le=LAST_DAY),
]
ActDay = Annotated[Day | None, Field(description="The act's own day; today if left out.")]
NUMBER_ALLOWED = "an identity number may stand here"


class Body(BaseModel):
    """What a call brings; a field that nobody knows is an error, never ignored.

    Nor does a field hold an identity number, unless it is marked NUMBER_ALLOWED, or a NUL.
    """

    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def names_nobody_by_number(cls, said: Any, field: ValidationInfo) -> Any:
        """Refuse an identity number anywhere in a field: it is stored or told as what it isn't."""
        marks = cls.model_fields[field.field_name or ""].metadata
        if NUMBER_ALLOWED not in marks and any(map(may_name_somebody, words_in(said))):
            raise ValueError("it never holds an identity number")
        if any("\x00" in word for word in words_in(said)):
            raise ValueError("it holds a character that no database keeps")
        return said


def words_in(said: Any) -> Iterator[str]:
    """Give all that a value says in words or figures; a body in it looks after itself."""
    if isinstance(said, Mapping):
        said = [*said, *said.values()]
    if isinstance(said, str | int | float):
        yield str(said)
    elif isinstance(said, list | tuple | set | frozenset):
        for part in said:
            yield from words_in(part)


class View(BaseModel):
    """What a call is answered."""

    model_config = ConfigDict(from_attributes=True)


class Standing(View):
    """No state without one accountable role, a next action and a deadline; ended ones have none."""

    state: str
    since: date
    owner: str | None
    next_action: str | None
    deadline: date | None


def standing(machine: Machine, thing: Any, deadline: date | None) -> dict[str, Any]:
    """Read the standing of a thing from its machine."""
    state = machine.states[thing.state]
    return {
        "state": state.name,
        "since": thing.since,
        "owner": state.owner or None,
        "next_action": state.next or None,
        "deadline": None if state.terminal else deadline,
    }


async def happened(tx: Tx, day: date | None, field: str) -> date:
    """Give the day of an act: the one in the body, never later than today, or today."""
    today = await clock.today(tx)
    if day and day > today:
        raise Unfit(f"/{field}", "later_than_today", "An act is recorded when it has happened.")
    return day or today
