"""The only place where membership's parts are put together."""

from fastapi import FastAPI

from membership.api import router
from membership.clock import THINGS, due
from membership.commands.seals import canaries
from membership.profiles import Profile
from membership.settings import Settings
from membership.subscribers import hears
from shared import networks, service


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    here, sealed = networks.run_here(Profile, settings), canaries(settings)
    return service.assemble(
        settings, router, networks=here, hears=hears, due=due, things=THINGS, canaries=sealed
    )
