"""The only place where followup's parts are put together."""

from fastapi import FastAPI

from followup.api import router
from followup.clock import THINGS, due, waiting
from followup.folds import Rooms
from followup.pages import Pages
from followup.profiles import Profile
from followup.settings import Settings
from followup.subscribers import hears
from shared import networks, service
from shared.http.networks import reading


def create_app(settings: Settings | None = None) -> FastAPI:
    chosen = settings or Settings.from_environment()
    rooms, run_here = Rooms(), networks.run_here(Profile, chosen)
    app = service.assemble(
        chosen,
        reading(Profile),
        router,
        networks=run_here,
        hears=hears,
        due=due,
        things=THINGS,
        beside=(rooms.until_stopped,),
        waiting=waiting,
    )
    app.state.folds, app.state.pages = rooms, Pages(run_here)
    return app
