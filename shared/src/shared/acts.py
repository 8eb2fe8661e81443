"""What every call's body and answer share: days, codes, and where a thing stands."""

import re
from datetime import date
from typing import Annotated, Any

from fastapi import Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from shared import clock
from shared.access import Calling
from shared.database import Tx
from shared.logs import holds_identity_number
from shared.machines import Machine, NotFound, Unfit


def as_written(day: object) -> object:
    """Refuse all but the one way in which a day is written: pydantic takes seconds for days."""
    if isinstance(day, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        return day
    raise ValueError("a day is written like 2026-03-02")


def without_identity_number(text: str) -> str:
    if holds_identity_number(text):
        raise ValueError("it never holds an identity number")
    return text


Day = Annotated[date, BeforeValidator(as_written), Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
ActDay = Annotated[Day | None, Field(description="The act's own day; today if left out.")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
NoNumber = AfterValidator(without_identity_number)


class Body(BaseModel):
    """What a call brings; a field that nobody knows is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")


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


async def network_of(request: Request, network: str, _: Calling) -> Any:
    """Give the service's profile of the network in the path; NotFound where there is none."""
    found = request.app.state.networks.get(network)
    if found is None:
        raise NotFound
    return found


async def happened(tx: Tx, day: date | None, field: str) -> date:
    """Give the day of an act: the one in the body, never later than today, or today."""
    today = await clock.today(tx)
    if day and day > today:
        raise Unfit(f"/{field}", "later_than_today", "An act is recorded when it has happened.")
    return day or today
