"""The only place where matching's parts are put together."""

from fastapi import FastAPI

from matching import profiles
from matching.api import router
from matching.clock import due
from matching.settings import Settings
from matching.subscribers import hears
from shared import service


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    networks = profiles.load(settings.profiles)
    app = service.assemble(settings, router, hears=hears, due=due)
    app.state.networks = networks
    return app
