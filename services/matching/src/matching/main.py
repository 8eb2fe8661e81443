"""The only place where matching's parts are put together."""

from fastapi import FastAPI

from matching.api import router
from matching.clock import THINGS, due, waiting
from matching.commands.seals import canaries
from matching.profiles import Profile
from matching.settings import Settings
from matching.subscribers import hears
from shared import networks, service


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    here, sealed = networks.run_here(Profile, settings), canaries(settings)
    return service.assemble(
        settings,
        router,
        networks=here,
        hears=hears,
        due=due,
        things=THINGS,
        canaries=sealed,
        waiting=waiting,
    )
