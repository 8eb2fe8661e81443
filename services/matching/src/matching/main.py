"""The only place where matching's parts are put together."""

from collections.abc import Callable

from fastapi import FastAPI

from matching.api import router
from matching.clock import THINGS, due
from matching.commands.seals import SHELVES, canaries
from matching.profiles import Profile
from matching.settings import Settings
from matching.subscribers import hears
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
