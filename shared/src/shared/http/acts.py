"""An act: who does it, by which network's rules, on which day, in which transaction."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, Self, TypeVar

from shared.database import Tx
from shared.http.access import Caller, Calling
from shared.http.requests import happened
from shared.machines import NotFound
from shared.networks.profiles import NetworkProfile
from shared.time import clock

Rules = TypeVar("Rules", bound=NetworkProfile)


@dataclass(frozen=True, slots=True)
class Act(Generic[Rules]):
    """What a command needs to know of a call; the edge makes it, and whoever acts hands it on.

    `on` is the act's own day, which may lie before today; never after.
    """

    tx: Tx
    caller: Caller
    profile: Rules
    on: date

    @property
    def network(self) -> str:
        return self.profile.network

    def at(self, day: date) -> Self:
        """Return the same act on another day."""
        return replace(self, on=day)

    async def happened(self, day: date | None, field: str) -> Self:
        """Return the act on the day in its body, or today; Unfit for a day that is yet to come."""
        return self.at(await happened(self.tx, day, field))


async def acting(network: str, caller: Calling, tx: Tx) -> Act[Any]:
    """Return the call's act, today; NotFound where the network isn't run here."""
    profile = tx.networks.get(network)
    if profile is None:
        raise NotFound
    return Act(tx, caller, profile, await clock.today(tx))
