"""A service put together: HTTP, relay, listener and clock around one database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.middleware import Middleware

from shared import logs
from shared.database import Database, Networks, connect
from shared.edges.doorkeepers import Doorkeeper
from shared.edges.kafka_refusals import Refusals
from shared.http import docs, problems
from shared.http.exchanges import check_address
from shared.http.glances import Glance
from shared.http.thresholds import Gate, Threshold
from shared.logs import describe
from shared.messaging import figures, kafka
from shared.messaging.gauges import Observer, Waiting
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener
from shared.messaging.relay import Relay
from shared.people.canaries import Canary
from shared.settings import ServiceSettings
from shared.time import schedule
from shared.time.manual import manual_clock_router
from shared.undone import over_and_over

OPEN_TO_ALL = ("/health/", "/metrics")
LONG_SECONDS = 60  # for an event to lie in the outbox
STOP_SECONDS = 6  # after the listener: relay, senders and pool let go of what they hold

Work = Callable[[Database], Coroutine[Any, Any, None]]
log = structlog.get_logger()


def assemble(
    settings: ServiceSettings,
    *routers: APIRouter,
    hears: Hears,
    due: Sequence[schedule.Due],
    networks: Networks | None = None,
    things: tuple[str, ...] = (),
    rounds: tuple[str, ...] = (),
    beside: tuple[Work, ...] = (),
    canaries: Sequence[Canary] = (),
    waiting: Waiting | None = None,
) -> FastAPI:
    """Put a service together; it starts when the server does, and waits for what is away.

    `networks` are those run here, by code; `things` the kinds of what is done each by itself, of
    which `waiting` counts those due. `beside` is work that never ends by itself, its `rounds` by
    name. Nobody is served before the `canaries` say that the keys are the database's.
    """
    logs.configure(settings.service, settings.log_level)
    doorkeeper = Doorkeeper.of(settings)
    database = connect(settings, networks)
    database.undone.expect(*things, "figures", "streams", "untold_streams")
    database.undone.expect_rounds(*rounds)
    parts = Parts(settings, database, hears, due, (*beside, *doorkeeper.work), canaries, waiting)
    app = plain(
        f"Jobbpakten {settings.service}",
        Middleware(Threshold, gate=parts.gate, prefix=settings.path_prefix),
        lifespan=parts.lifespan,
    )
    app.state.hears, app.state.probes = hears, beside_calls(parts)
    for one in (app, app.state.probes):
        one.state.database, one.state.doorkeeper = database, doorkeeper
    for router in (docs.page(app), *routers):
        app.include_router(router)
    app.openapi = docs.described(app)  # type: ignore[method-assign]
    return app


def beside_calls(parts: "Parts") -> FastAPI:
    """Make what operators ask on another port: probes, figures, a clock that is set by hand."""
    threshold = Middleware(Threshold, gate=parts.gate, always=OPEN_TO_ALL)
    app = plain("Probes", threshold, openapi_url=None)
    app.include_router(parts.health())
    if parts.settings.clock == "manual":
        app.include_router(manual_clock_router(parts.database, parts.due))
    return app


def plain(title: str, threshold: Middleware, **more: Any) -> FastAPI:
    """Make an app without calls, whose errors are problems."""
    app = FastAPI(
        title=title,
        middleware=[threshold],
        dependencies=[Depends(check_address)],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the address would be built of what the caller calls us
        **more,
    )
    problems.install(app)
    return app


class Parts:
    """What runs beside HTTP, and how it is."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        hears: Hears,
        due: Sequence[schedule.Due],
        beside: tuple[Work, ...],
        canaries: Sequence[Canary],
        waiting: Waiting | None,
    ) -> None:
        self.settings, self.database, self.due, self.beside = settings, database, due, beside
        self.gate = Gate(settings.service, database, canaries)
        self.answering = Glance(database.fault)
        self.inbox = Inbox(settings, database, hears)
        self.refusals = Refusals(settings)
        self.listener = Listener(settings, self.inbox, hears.topics, self.refusals)
        self.relay = Relay(settings, database, refusals=self.refusals)
        self.observer = Observer(settings.service, database, waiting)
        self.topics = hears.topics | kafka.told_by(settings.service)
        self.registry = figures.registry_of(settings.service)
        self.expect()
        self.working: asyncio.Task[None] | None = None

    def expect(self) -> None:
        """Show all figures from the start, also while nothing runs yet."""
        figures.expect(self.settings.service, self.topics)
        parts = map(schedule.name_of, self.due)
        self.database.undone.expect_rounds("figures", "drain", "topics", *parts)

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        self.working = asyncio.create_task(self.work())
        try:
            yield
        finally:
            log.info("stopping")
            await self.listener.stop()
            self.working.cancel()
            with suppress(TimeoutError):  # a database that hangs answers no goodbye
                async with asyncio.timeout(STOP_SECONDS):
                    await asyncio.wait([self.working])
                    await asyncio.gather(self.gate.looked.stop(), self.answering.stop())
                    await self.database.engine.dispose()

    async def work(self) -> None:
        """Wait for the schema and for the right keys, then run everything until we are stopped."""
        try:
            await self.gate.wait()
            async with asyncio.TaskGroup() as group:
                for task in self.tasks():
                    group.create_task(task)
        except Exception as error:  # noqa: BLE001 - liveness says it too, and we begin anew
            for one in getattr(error, "exceptions", [error]):
                log.error("work_ended", error=describe(one))  # noqa: TRY400 - never its text

    def tasks(self) -> Iterator[Coroutine[Any, Any, None]]:
        """Give all that runs beside HTTP; none of them ends by itself."""
        settings = self.settings
        yield self.relay.run()
        yield self.listener.run()
        yield self.inbox.run()
        yield self.observer.run()
        yield from (work(self.database) for work in self.beside)
        watch = partial(kafka.watch, settings, self.topics, self.listener.liveness.note_answer)
        yield over_and_over(self.database.undone, "topics", watch, kafka.WATCH_SECONDS)
        if settings.clock == "system":
            yield schedule.run(self.database, self.due)

    def health(self) -> APIRouter:
        """Make the three probes and the metrics."""
        router = APIRouter(tags=["health"])

        @router.get("/health/startup")
        async def startup() -> Response:
            if not await self.gate.is_open():
                return bad(self.gate.amiss)
            return good("The schema is at head, the keys fit.")

        @router.get("/health/ready")
        async def ready() -> Response:
            if not await self.gate.is_open():
                return bad(self.gate.amiss)
            if fault := await self.answering():
                return bad(fault)
            away = f"at {self.settings.kafka_servers} is not joined; events wait in the outbox"
            kafka_is = "is joined" if self.listener.liveness.joined else away
            said = " ".join([f"Kafka {kafka_is}.", *self.refusals.sentences()])
            return good(f"The database answers. {said}{self.what_is_undone()}")

        @router.get("/health/live")
        async def live() -> Response:
            if self.working is None or self.working.done():
                return bad("The work beside HTTP has ended.")
            if stuck := self.database.undone.stuck():
                return bad(f"Fails in every round: {', '.join(stuck)}.")
            return bad(amiss) if (amiss := self.listener.stuck()) else good("Alive.")

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return router

    def what_is_undone(self) -> str:
        """Say what no restart and no other replica would mend: it takes nobody's calls away."""
        age = self.observer.oldest
        waits = f" The oldest event has waited for {age:.0f} s." if age > LONG_SECONDS else ""
        return waits + self.database.undone.said()


good = partial(Response, status_code=200, media_type="text/plain")
bad = partial(Response, status_code=503, media_type="text/plain")
