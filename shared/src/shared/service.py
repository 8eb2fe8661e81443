"""A service put together: HTTP, relay, listener and clock around one database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.types import ASGIApp, Receive, Scope, Send

from shared import logs
from shared.database import Database, Networks, connect, schema_is_at_head
from shared.http import docs, problems
from shared.http.access import Doorkeeper
from shared.http.exchanges import check_address
from shared.http.glances import Glance
from shared.logs import describe
from shared.messaging import figures, kafka
from shared.messaging.epochs import know_life
from shared.messaging.gauges import Observer, Waiting
from shared.messaging.inbox import Hears
from shared.messaging.inbox.batches import Inbox
from shared.messaging.listener import Listener
from shared.messaging.relay import Relay
from shared.people.canaries import Canary, WrongKey, check
from shared.settings import ServiceSettings
from shared.time import schedule
from shared.time.manual import manual_clock_router
from shared.undone import over_and_over

SCHEMA = ("waiting_for_migrations", "Waiting for the schema.")
OPEN_TO_ALL = ("/health/", "/metrics")
LONG_SECONDS = 60  # for an event to lie in the outbox
STOP_SECONDS = 8  # the relay lets go of its producer and its connection

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
    database = connect(settings, networks)
    database.undone.expect(*things, "figures", "streams", "untold_streams")
    database.undone.expect_rounds(*rounds)
    parts = Parts(settings, database, hears, due, beside, canaries, waiting)
    app = FastAPI(
        title=f"Jobbpakten {settings.service}",
        lifespan=parts.lifespan,
        dependencies=[Depends(check_address)],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # the address would be built of what the caller calls us
    )
    app.state.database, app.state.hears = database, hears
    app.state.doorkeeper = Doorkeeper(settings.service, settings.token_public_key)
    app.add_middleware(Threshold, parts=parts)
    problems.install(app)
    by_hand = [manual_clock_router(database, due)] if settings.clock == "manual" else []
    for router in (parts.health(), docs.page(app), *routers, *by_hand):
        app.include_router(router)
    app.openapi = docs.described(app)  # type: ignore[method-assign]
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
        self.canaries = canaries
        self.waits, self.amiss = SCHEMA
        self.looked, self.answering = Glance(self.obstacle), Glance(self.fault)
        self.inbox = Inbox(settings, database, hears)
        self.listener = Listener(settings, self.inbox, hears.topics)
        self.relay = Relay(settings, database)
        self.observer = Observer(settings.service, database, waiting)
        told = {t.name for t in kafka.TOPICS.values() if settings.service in t.told_by}
        self.topics = hears.topics | told
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
            await asyncio.wait([self.working], timeout=STOP_SECONDS)
            await asyncio.gather(self.looked.stop(), self.answering.stop())
            await self.database.engine.dispose()

    async def work(self) -> None:
        """Wait for the schema and for the right keys, then run everything until we are stopped."""
        try:
            await self.wait()
            await know_life(self.settings.direct_url)
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
        watched = settings.service, settings.kafka_servers, settings.kafka_topic_prefix, self.topics
        watch = partial(kafka.watch, *watched)
        yield over_and_over(self.database.undone, "topics", watch, kafka.WATCH_SECONDS)
        if settings.clock == "system":
            yield schedule.run(self.database, self.due)

    async def wait(self) -> None:
        while not await self.is_open():
            log.warning(self.waits, reason=self.amiss)
            await asyncio.sleep(1)
        log.info("schema_is_at_head")

    async def is_open(self) -> bool:
        """Tell whether the schema is at head and the keys are the database's own."""
        if self.waits:
            self.waits, self.amiss = await self.looked()
        return not self.waits

    async def obstacle(self) -> tuple[str, str]:
        """Give what keeps us from beginning, as an event and in a sentence; empty: nothing does."""
        try:
            async with self.database.transaction() as tx:
                if not await schema_is_at_head(self.settings.service, tx):
                    return SCHEMA
                await check(tx, self.canaries)
        except WrongKey as error:
            return "wrong_key", str(error)
        except Exception as error:  # noqa: BLE001 - PostgreSQL comes when it comes
            amiss = f"The database at {self.database.at} doesn't answer: {describe(error)}"
            return "waiting_for_database", amiss
        return "", ""

    async def fault(self) -> str:
        """Say why the database doesn't answer; nothing when it does."""
        try:
            async with asyncio.timeout(5), self.database.transaction() as tx:
                await (await tx.connection()).execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001 - whatever it is, we aren't ready
            return describe(error)
        return ""

    def health(self) -> APIRouter:
        """Make the three probes and the metrics."""
        router = APIRouter(tags=["health"])

        @router.get("/health/startup")
        async def startup() -> Response:
            return bad(self.amiss) if self.waits else good("The schema is at head, the keys fit.")

        @router.get("/health/ready")
        async def ready() -> Response:
            if self.canaries and not await self.is_open():
                return bad(self.amiss)
            if fault := await self.answering():
                return bad(f"The database at {self.database.at} doesn't answer: {fault}")
            away = f"at {self.settings.kafka_servers} is not joined; events wait in the outbox"
            kafka_is = "is joined" if self.listener.joined else away
            return good(f"The database answers. Kafka {kafka_is}.{self.what_is_undone()}")

        @router.get("/health/live")
        async def live() -> Response:
            if self.working is None or self.working.done():
                return bad("The work beside HTTP has ended.")
            if stuck := self.database.undone.stuck():
                return bad(f"Fails in every round: {', '.join(stuck)}.")
            return bad("Records wait, none moves.") if self.listener.is_stuck() else good("Alive.")

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

        return router

    def what_is_undone(self) -> str:
        """Say what no restart and no other replica would mend: it takes nobody's calls away."""
        age = self.observer.oldest
        waits = f" The oldest event has waited for {age:.0f} s." if age > LONG_SECONDS else ""
        return waits + self.database.undone.said()


class Threshold:
    """Lets nobody in before the keys are known to be right: nothing is stored with another key."""

    def __init__(self, app: ASGIApp, parts: Parts) -> None:
        self.app, self.parts = app, parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 503 where we aren't open, but for probes and figures."""
        open_to_all = scope["type"] != "http" or scope["path"].startswith(OPEN_TO_ALL)
        if open_to_all or not self.parts.canaries or await self.parts.is_open():
            await self.app(scope, receive, send)
            return
        refusal = problems.unavailable("The service isn't ready. Nothing was stored; try again.")
        await refusal(scope, receive, send)


good = partial(Response, status_code=200, media_type="text/plain")
bad = partial(Response, status_code=503, media_type="text/plain")
