"""The only place where membership's parts are put together."""

from collections.abc import Callable

from fastapi import FastAPI

from membership.api import router
from membership.clock import THINGS, due
from membership.commands.seals import SHELVES, canaries
from membership.profiles import Profile
from membership.settings import Settings
from membership.subscribers import hears
from shared import networks, service
from shared.people.resealing import Resealed, reseal


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    return service.assemble(
        settings,
        router,
        networks=networks.run_here(Profile, settings),
        hears=hears,
        due=due,
        things=THINGS,
        canaries=canaries(settings),
    )


async def reseal_all(settings: Settings, say: Callable[[str], None]) -> list[Resealed]:
    """Seal what lies here in the form that is bound to its person."""
    return await reseal(settings, canaries(settings), SHELVES, say)
