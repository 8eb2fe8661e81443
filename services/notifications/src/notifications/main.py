"""The only place where notifications' parts are put together."""

from functools import partial

from fastapi import FastAPI

from notifications.api import router
from notifications.clock import due, send
from notifications.settings import Settings
from notifications.subscribers import hears
from shared import service


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings.from_environment()
    beside = (partial(send, settings),)
    app = service.assemble(settings, router, hears=hears, due=[due], beside=beside)
    app.state.settings = settings
    return app
