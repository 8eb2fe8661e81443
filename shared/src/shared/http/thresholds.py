"""Who comes in: nobody before schema, keys and database are right, and nobody past the prefix."""

import asyncio
from collections.abc import Sequence

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.database import Database, schema_is_at_head
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.http import problems
from shared.http.glances import Glance
from shared.messaging.epochs import know_life
from shared.people.canaries import Canary, WrongKey, check

SCHEMA = ("waiting_for_migrations", "Waiting for the schema.")
REFUSED = "database_refuses"
LOOK_SECONDS = 5

log = structlog.get_logger()


class Gate:
    """Closed until the schema is at this release's head or later, and the keys fit; then open.

    By then it is also known, past any pooler, in which life of its database the service is.
    Once open it stays so: an outage of PostgreSQL is said by each call, and by `/health/ready`.
    """

    def __init__(self, service: str, database: Database, canaries: Sequence[Canary]) -> None:
        self.service, self.database, self.canaries = service, database, canaries
        self.waits, self.amiss = SCHEMA
        self.looked = Glance(self.obstacle)

    async def wait(self) -> None:
        said = ""
        while not await self.is_open():
            if self.waits != REFUSED and said != self.amiss:  # else it is said where it was met
                log.warning(self.waits, reason=self.amiss)
            said = self.amiss
            await asyncio.sleep(1)
        log.info("schema_is_at_head")

    async def is_open(self) -> bool:
        """Tell whether nothing keeps us from beginning."""
        if self.waits:
            self.waits, self.amiss = await self.looked()
        return not self.waits

    async def obstacle(self) -> tuple[str, str]:
        """Give what keeps us from beginning, as an event and in a sentence; empty: nothing does."""
        door = self.database.door
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await door.check()
                async with self.database.transaction() as tx:
                    if not await schema_is_at_head(self.service, tx):
                        return SCHEMA
                    await check(tx, self.canaries)
                door = self.database.direct
                await know_life(door)
        except WrongKey as error:
            return "wrong_key", str(error)
        except Exception as error:  # noqa: BLE001 - PostgreSQL comes when it comes
            said = REFUSED if isinstance(error, DatabaseRefuses) else "waiting_for_database"
            return said, door.said_of(error)
        return "", ""


class Threshold:
    """Lets nobody in while the gate is closed: nothing is stored with another key or schema.

    What lies outside the service's prefix is 404 like whatever else isn't there. The prefix is
    ASGI's `root_path`, which Starlette takes off a path where it finds it, and else doesn't miss.
    """

    def __init__(
        self, app: ASGIApp, gate: Gate, prefix: str = "", always: tuple[str, ...] = ()
    ) -> None:
        self.app, self.gate, self.prefix, self.always = app, gate, prefix, always

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 404 past the prefix, and 503 while we aren't open but to what is `always`."""
        if scope["type"] != "http" or scope["path"].startswith(self.always):
            await self.app(scope, receive, send)
            return
        scope["root_path"] = self.prefix
        if not scope["path"].startswith(f"{self.prefix}/"):
            await problems.problem(404, "not_found")(scope, receive, send)
        elif not await self.gate.is_open():
            said = "The service isn't ready. Nothing was stored; try again."
            await problems.unavailable(said)(scope, receive, send)
        else:
            await self.app(scope, receive, send)
