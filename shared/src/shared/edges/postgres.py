"""The door of a database: every connection to PostgreSQL is made here, for both drivers.

TLS and password are what the files hold now, so that both may be replaced while we run. A peer
that is silently gone is noticed in time, and a refusal is said once, with its cause and its cure.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import structlog
from sqlalchemy import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.edges.postgres_refusals import (
    IS_A_POOLER,
    UNFIT_POOLER,
    DatabaseRefuses,
    fault_of,
    filled,
)
from shared.edges.tls import tls_of
from shared.logs import describe
from shared.settings.databases import WayToDatabase

CONNECT_SECONDS = 8
# Who asks a peer that is gone learns it after 15 s; who waits for an answer of one, too.
LOST_SECONDS = 15
SOCKET_OPTIONS = {
    "TCP_USER_TIMEOUT": LOST_SECONDS * 1_000,
    "TCP_KEEPIDLE": 10,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 1,
}
# A prepared statement under the name that we gave it is no pooler's: asyncpg's begin so.
OURS = "__asyncpg_"
PREPARED = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%pg_prepared%'"

log = structlog.get_logger()


@dataclass(frozen=True)
class Door:
    """The way to one database; `way` says how it is secured, without it as an address alone does.

    `direct`: nothing may stand between, for session locks and LISTEN. `address` is the setting that
    holds the address. `said` is what all doors of one service have logged already; without it
    nothing is: a command says itself why it failed.
    """

    url: str
    way: WayToDatabase | None = None
    address: str = "database_url"
    session: Mapping[str, str] = field(default_factory=dict)
    command_seconds: float | None = None
    direct: bool = False
    said: dict[str, str] | None = None

    @property
    def at(self) -> str:
        """Say where it is, for logs and operators."""
        return place_of(self.url)

    def engine(self, **more: Any) -> AsyncEngine:
        """Make what SQLAlchemy connects by; it connects when first used."""
        return create_async_engine(
            self.url, async_creator=self.connect, hide_parameters=True, **more
        )

    async def connect(self) -> asyncpg.Connection:
        """Open a connection; DatabaseRefuses with its cure, or an outage as the driver says it."""
        dsn = make_url(self.url).set(drivername="postgresql")
        try:
            made = await asyncpg.connect(
                dsn.render_as_string(hide_password=False),
                **self.secrets(),
                server_settings=dict(self.session),
                timeout=CONNECT_SECONDS,
                command_timeout=self.command_seconds,
            )
        except Exception as error:
            if fault := fault_of(error, shows_certificate=self.shows_certificate):
                raise self.refusal(fault) from None
            raise
        try:
            notice_a_lost_peer(made)
            if self.direct:
                await self.refuse(made, IS_A_POOLER)
        except BaseException:
            made.terminate()
            raise
        if self.said:
            self.said.pop(self.address, None)
        return made

    async def check(self) -> None:
        """DatabaseRefuses where a pooler loses prepared statements between transactions.

        It is asked for what it does: none tells its version to a client.
        """
        connection = await self.connect()
        try:
            await self.refuse(connection, UNFIT_POOLER)
        finally:
            await connection.close(timeout=1)

    async def refuse(self, connection: asyncpg.Connection, fault: str) -> None:
        """DatabaseRefuses where a pooler answers, if none may or it loses what we prepare."""
        async with asyncio.timeout(CONNECT_SECONDS), connection.transaction():
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            kept = await connection.fetchval(PREPARED)
        if pid != connection.get_server_pid() and (self.direct or not kept or OURS in kept):
            raise self.refusal(fault)

    def secrets(self) -> dict[str, Any]:
        """Give TLS and password as their files are now; TlsAmiss for files that never gave TLS."""
        if self.way is None:
            return {"ssl": False}
        secured = self.way.database_tls != "off"
        return {
            "ssl": tls_of(self.way.database_tls_files).context if secured else False,
            "password": self.way.current("database_password") or None,
        }

    def refusal(self, fault: str) -> DatabaseRefuses:
        """Make the error, and log it unless it was said and still is so."""
        named = self.way.variable if self.way else str.upper
        own = bool(self.way and self.way.current("database_password"))
        refused = DatabaseRefuses(self.at, filled(fault, self.address, named, own_password=own))
        if self.said is not None:
            if str(refused) not in self.said.values():
                log.error("database_refuses", at=self.at, reason=str(refused))
            self.said[self.address] = str(refused)
        return refused

    def said_of(self, error: BaseException) -> str:
        """Say why nothing can be done there: a refusal in its own words, else without any text."""
        if isinstance(error, DatabaseRefuses):
            return str(error)
        return f"The database at {self.at} doesn't answer: {describe(error)}"

    @property
    def shows_certificate(self) -> bool:
        return bool(self.way and self.way.database_certificate_file)


def door_to(where: Door | str) -> Door:
    """Give the door of an address that says all, as on a laptop; a door is one already."""
    return Door(where) if isinstance(where, str) else where


def notice_a_lost_peer(connection: asyncpg.Connection) -> None:
    """Have the system hang up on a peer that answers nothing; asyncpg asks for none of it."""
    line = connection._transport.get_extra_info("socket")  # noqa: SLF001 - there is no other way
    if line is None or line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in SOCKET_OPTIONS.items():
        if option := getattr(socket, name, None):  # not every system has all of them
            line.setsockopt(socket.IPPROTO_TCP, option, value)


def place_of(url: str | URL) -> str:
    """Say where a database is: host, port and name, and nothing of who goes there, or how."""
    found = make_url(url)
    host = found.host or found.query.get("host", "localhost")
    port = found.port or found.query.get("port", "5432")
    hosts = host if isinstance(host, str) else ",".join(host)
    said = f"{hosts}:{port}/{found.database or ''}"
    # An @ that should have been written %40 leaves the end of a password in what follows it.
    return "?" if "@" in said else said
