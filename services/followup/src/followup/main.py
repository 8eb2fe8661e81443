"""The only place where followup's parts are put together."""

from fastapi import FastAPI

from followup.api import router
from followup.clock import due
from followup.settings import Settings
from followup.subscribers import hears
from shared import service


def create_app(settings: Settings | None = None) -> FastAPI:
    return service.assemble(settings or Settings.from_environment(), router, hears=hears, due=[due])
