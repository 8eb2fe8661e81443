"""What all bodies share: codes, days, and that an act is never recorded before its day."""

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from membership.profiles import Profile
from shared import clock
from shared.access import Calling
from shared.database import Tx
from shared.logs import holds_identity_number
from shared.machines import NotFound, Unfit


def as_written(day: object) -> object:
    """Refuse all but the one way in which a day is written: pydantic takes seconds for days."""
    if isinstance(day, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day):
        return day
    raise ValueError("a day is written like 2026-03-02")


Day = Annotated[date, BeforeValidator(as_written), Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]
ActDay = Annotated[Day | None, Field(description="The act's own day; today if left out.")]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def without_identity_number(reference: str) -> str:
    if holds_identity_number(reference):
        raise ValueError("a reference never holds an identity number")
    return reference


Reference = Annotated[
    str,
    Field(pattern=r"^[A-ZÅÄÖ§][A-Za-zÅÄÖåäö0-9 /:.-]{1,39}$", examples=["AMN-2024-00562"]),
    AfterValidator(without_identity_number),
]


class Body(BaseModel):
    """What a call brings; a field that nobody knows is an error, never ignored."""

    model_config = ConfigDict(extra="forbid")


class View(BaseModel):
    """What a call is answered."""

    model_config = ConfigDict(from_attributes=True)


async def network_of(request: Request, network: str, _: Calling) -> Profile:
    """Give the profile of the network in the path; NotFound where there is none."""
    found: Profile | None = request.app.state.networks.get(network)
    if found is None:
        raise NotFound
    return found


Network = Annotated[Profile, Depends(network_of)]


async def happened(tx: Tx, day: date | None, field: str) -> date:
    """Give the day of an act: the one in the body, never later than today, or today."""
    today = await clock.today(tx)
    if day and day > today:
        raise Unfit(f"/{field}", "later_than_today", "An act is recorded when it has happened.")
    return day or today
