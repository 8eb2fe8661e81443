"""A notifications service without Kafka: the real app on a fresh database, and a mail server."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import OctKey, OKPKey
from sqlalchemy import text
from sqlmodel import select
from tests.notifications.support.servers import Server, mail_server, one_port
from tests.shared.support.records import envelope
from tests.support.callers import bearer, client, settings
from tests.support.driven import TODAY, Running
from uuid_utils.compat import uuid7

from jobbpakten_events import TYPE_PREFIX, Event
from jobbpakten_events import Envelope as About
from jobbpakten_events.directory import RecipientNamed
from notifications.main import create_app
from notifications.models import Delivery, Notice, Recipient, Table
from notifications.sender import Sender
from notifications.settings import Settings
from notifications.subscribers import hears, on_recipient_forgotten
from shared.messaging.causation import Cause, because
from shared.people import sealing
from shared.time import clock

PAIR = OKPKey.generate_key("X25519")
PUBLIC = json.dumps(PAIR.as_dict(private=False))
KEYS = {
    "private_key": json.dumps(PAIR.as_dict(private=True)),
    "address_key": json.dumps(OctKey.generate_key(256).as_dict(private=True)),
    "link_key": json.dumps(OctKey.generate_key(256).as_dict(private=True)),
}


@dataclass
class Notifications(Running):
    """Drives the service as its neighbours and its people do."""

    service = "notifications"

    server: Server
    sender: Sender
    versions: dict[str, int] = field(default_factory=dict)
    moment: datetime = field(default_factory=clock.now)

    def about(self, event: Event, on: date = TODAY, network: str = "jobbpakten") -> About:
        """Make the envelope of the next event in its stream, a second later than the last one."""
        self.versions[event.key] = self.versions.get(event.key, 0) + 1
        self.moment = max(self.moment + timedelta(seconds=1), clock.now())
        return envelope(
            event,
            self.versions[event.key],
            id=str(uuid7()),
            time=self.moment.isoformat(),
            occurredat=on.isoformat(),
            network=network,
            correlationid="asked-by-a-test",
        )

    async def hears(self, *events: Event, **about: Any) -> None:
        for event in events:
            await self.takes(event, self.about(event, **about))

    async def takes(self, event: Event, about: About) -> None:
        """Hand an event to the function that hears it, as the inbox does."""
        cause = Cause(about.correlationid, str(about.id), "notifications", network=about.network)
        async with self.database.transaction() as tx:
            with because(cause):
                await hears[type(event)](tx, event, about)

    async def forgets(self, recipient_id: UUID) -> None:
        named = RecipientNamed(
            recipient_id=recipient_id, role="caseworker", of="north", language="sv", sealed="x"
        )
        async with self.database.transaction() as tx:
            await on_recipient_forgotten(tx, str(recipient_id), self.about(named))

    async def knows(self, role: Any, of: object, who: UUID | None = None, **differs: Any) -> UUID:
        """Hear of a recipient, whose address begins with her role unless said otherwise."""
        who = who or uuid4()
        network = differs.pop("network", "jobbpakten")
        await self.hears(named(role, of, who, **differs), network=network)
        return who

    async def sends(self) -> list[str]:
        """Let the sender do a round of what mails go through; give what has gone out so far."""
        await self.sender.recover()
        await self.sender.dispatch_round()
        await self.sender.send_round()
        return self.server.kinds

    async def call(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        url = f"/networks/{claims.pop('network', 'jobbpakten')}/notices{path}"
        headers = bearer("notifications", role, **claims)
        return await self.http.request(method, url, json=body, headers=headers)

    async def listed(self, role: str = "coordinator", **claims: Any) -> Any:
        answer = await self.call("GET", "", role, **claims)
        assert answer.is_success, answer.text
        return answer.json()["notices"]

    async def states(self) -> list[str]:
        """Give template, role and state of every notice, in alphabetical order."""
        async with self.database.transaction() as tx:
            found = (await tx.exec(select(Notice))).all()
        return sorted(f"{one.template} {one.role} {one.state}" for one in found)

    async def mails(self) -> list[Delivery]:
        async with self.database.transaction() as tx:
            return [*(await tx.exec(select(Delivery))).all()]

    async def recipients(self) -> list[Recipient]:
        async with self.database.transaction() as tx:
            return [*(await tx.exec(select(Recipient))).all()]

    async def told(self) -> list[str]:
        """Give the kinds of all events told, in order."""
        return [row["kind"] for row in await self.told_in_full()]

    async def told_in_full(self) -> list[dict[str, Any]]:
        rows = text("SELECT headers, payload FROM outbox ORDER BY position")
        async with self.database.transaction() as tx:
            found = (await (await tx.connection()).execute(rows)).all()
        return [
            {"kind": h["ce_type"].removeprefix(TYPE_PREFIX), "headers": h, **json.loads(payload)}
            for h, payload in found
        ]

    async def everything(self) -> str:
        """Give all that lies in the database, but for what is sealed."""
        async with self.database.transaction() as tx:
            connection = await tx.connection()
            rows = [
                (await connection.execute(text(f"SELECT * FROM {name}"))).all()
                for name in [*Table.metadata.tables, "outbox", "streams", "answers", "parked"]
            ]
        return "\n".join(
            str([bytes(c) if isinstance(c, memoryview) else c for c in row])
            for table in rows
            for row in table
        )


def named(role: Any, of: object, who: UUID, **differs: Any) -> RecipientNamed:
    name = differs.get("name", "Åsa Öberg")
    address = differs.get("address", f"{role}@example.se")
    sealed = sealing.seal(PUBLIC, sealing.Addressee(name=name, address=address))
    return RecipientNamed(
        recipient_id=who,
        role=role,
        of=str(of),
        language=differs.get("language", "sv"),
        sealed=differs.get("sealed", sealed),
    )


def of_service(url: str, port: int, **more: Any) -> Settings:
    known = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_starttls": False}
    known |= {"public_url": "https://notiser.example.se", "sender": "jobbpakten@example.se"}
    return settings(Settings, url, **(KEYS | known | more))


@asynccontextmanager
async def running(
    url: str, server: Server, make: Callable[[Settings], FastAPI] = create_app, **more: Any
) -> AsyncIterator[Notifications]:
    """Run the app on a database, on TODAY."""
    chosen = of_service(url, server.port, **more)
    app = make(chosen)
    async with client(app) as http:
        # The day is set by hand, but mails go as they do when nobody does so.
        as_usual = chosen.model_copy(update={"clock": "system"})
        service = Notifications(app, http, server, Sender(as_usual, app.state.database))
        if chosen.clock == "manual":
            await service.set_the_day(TODAY)
        yield service
    await service.database.engine.dispose()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with mail_server(one_port()) as listening:
        yield listening


usual = cache(create_app)


@pytest.fixture
async def service(database: Callable[[str], str], server: Server) -> AsyncIterator[Notifications]:
    async with running(database("notifications"), server, make=usual) as one:
        yield one


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    """Move the recorded time on."""
    then = clock.now() + timedelta(**delta)
    monkeypatch.setattr(clock, "now", lambda: then)


@pytest.fixture
async def own(database: Callable[[str], str], server: Server) -> AsyncIterator[Notifications]:
    """Run an app that no other test shares: what it says in `/health` is this test's."""
    async with running(database("notifications"), server) as one:
        yield one


@pytest.fixture
def own_kinds(own: Notifications) -> list[str]:
    return sorted(own.database.undone.things)
