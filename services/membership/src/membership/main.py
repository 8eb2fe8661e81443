"""The only place where membership's parts are put together."""

from fastapi import FastAPI

from membership import profiles
from membership.api import router
from membership.clock import due
from membership.settings import Settings
from membership.subscribers import hears
from shared import service


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    networks = profiles.load(settings.profiles)
    app = service.assemble(settings, router, hears=hears, due=[due])
    app.state.networks = networks
    return app
