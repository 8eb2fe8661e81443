"""The only place where notifications' parts are put together."""

from functools import partial

from fastapi import FastAPI

from notifications.api import router
from notifications.clock import THINGS, due, waiting
from notifications.commands import metrics
from notifications.commands.seals import canaries
from notifications.sender import ROUNDS, send
from notifications.settings import Settings
from notifications.subscribers import hears
from shared import networks, service
from shared.networks.profiles import NetworkProfile


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    app = service.assemble(
        settings,
        router,
        networks=networks.run_here(NetworkProfile, settings),
        hears=hears,
        due=due,
        things=THINGS,
        rounds=ROUNDS,
        beside=(partial(send, settings),),
        canaries=canaries(settings),
        waiting=waiting,
    )
    app.state.settings = settings
    metrics.expect(settings.service)
    return app
