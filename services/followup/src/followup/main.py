"""The only place where followup's parts are put together."""

from fastapi import FastAPI

from followup.api import router
from followup.clock import THINGS, due
from followup.folds import Rooms
from followup.settings import Settings
from followup.subscribers import hears
from shared import service


def create_app(settings: Settings | None = None) -> FastAPI:
    chosen = settings or Settings.from_environment()
    rooms = Rooms()
    app = service.assemble(
        chosen, router, hears=hears, due=due, things=THINGS, beside=(rooms.until_stopped,)
    )
    app.state.folds = rooms
    return app
