"""A service put together: HTTP, relay, listener and clock around one database."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from shared import clock, kafka, logs, problems
from shared.access import Doorkeeper
from shared.database import Database, connect, schema_is_at_head
from shared.inbox import Hears
from shared.inbox.batches import Inbox
from shared.listener import Listener
from shared.logs import describe
from shared.observing import Observer
from shared.relay import Relay
from shared.settings import ServiceSettings

STOP_SECONDS = 8  # the relay lets go of its producer and its connection

Work = Callable[[Database], Coroutine[Any, Any, None]]
log = structlog.get_logger()


def assemble(
    settings: ServiceSettings,
    *routers: APIRouter,
    hears: Hears,
    due: Sequence[clock.Due],
    beside: tuple[Work, ...] = (),
) -> FastAPI:
    """Put a service together; it starts when the server does, and waits for what is away.

    `beside` is work of its own that runs as long as the service does, and never ends by itself.
    """
    logs.configure(settings.service, settings.log_level)
    database = connect(settings)
    parts = Parts(settings, database, hears, due, beside)
    app = FastAPI(
        title=f"Jobbpakten {settings.service}",
        lifespan=parts.lifespan,
        responses=problems.DOCUMENTED,
    )
    app.state.database, app.state.hears = database, hears
    app.state.doorkeeper = Doorkeeper(settings.service, settings.token_public_key)
    problems.install(app)
    app.include_router(parts.health())
    for router in routers:
        app.include_router(router)
    if settings.clock == "manual":
        app.include_router(clock.hands(database, due))
    return app


class Parts:
    """What runs beside HTTP, and how it is."""

    def __init__(
        self,
        settings: ServiceSettings,
        database: Database,
        hears: Hears,
        due: Sequence[clock.Due],
        beside: tuple[Work, ...],
    ) -> None:
        self.settings, self.database, self.due, self.beside = settings, database, due, beside
        self.inbox = Inbox(settings, database, hears)
        self.listener = Listener(settings, self.inbox, hears.topics)
        self.relay = Relay(settings, database.told)
        told = {t.name for t in kafka.TOPICS.values() if settings.service in t.told_by}
        self.topics = hears.topics | told
        self.at_head = False
        self.working: asyncio.Task[None] | None = None

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
            await self.database.engine.dispose()

    async def work(self) -> None:
        """Wait for the schema, then run everything until we are stopped."""
        try:
            await self.wait_for_schema()
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
        yield Observer(settings.service, self.database).run()
        yield from (work(self.database) for work in self.beside)
        yield kafka.watch(settings.kafka_servers, settings.kafka_topic_prefix, self.topics)
        if settings.clock == "system":
            yield clock.run(self.database, self.due)

    async def wait_for_schema(self) -> None:
        while not self.at_head:
            try:
                async with self.database.transaction() as tx:
                    self.at_head = await schema_is_at_head(self.settings.service, tx)
                if not self.at_head:
                    log.warning("waiting_for_migrations")
            except Exception as error:  # noqa: BLE001 - PostgreSQL comes when it comes
                log.warning("waiting_for_database", error=describe(error))
            if not self.at_head:
                await asyncio.sleep(1)
        log.info("schema_is_at_head")

    def health(self) -> APIRouter:
        """Make the three probes and the metrics."""
        router = APIRouter(tags=["health"])

        @router.get("/health/startup")
        async def startup() -> Response:
            return (
                good("The schema is at head.") if self.at_head else bad("Waiting for the schema.")
            )

        @router.get("/health/ready")
        async def ready() -> Response:
            try:
                async with asyncio.timeout(5), self.database.transaction() as tx:
                    await (await tx.connection()).execute(text("SELECT 1"))
            except Exception as error:  # noqa: BLE001 - whatever it is, we aren't ready
                return bad(f"The database doesn't answer: {describe(error)}")
            kafka_is = "joined" if self.listener.joined else "not joined; events wait in the outbox"
            return good(f"The database answers. Kafka is {kafka_is}.")

        @router.get("/health/live")
        async def live() -> Response:
            if self.working is None or self.working.done():
                return bad("The work beside HTTP has ended.")
            return (
                bad("Records wait, nothing moves.") if self.listener.is_stuck() else good("Alive.")
            )

        @router.get("/metrics")
        async def figures() -> Response:
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        return router


def good(what: str) -> Response:
    return Response(what, 200, media_type="text/plain")


def bad(what: str) -> Response:
    return Response(what, 503, media_type="text/plain")
