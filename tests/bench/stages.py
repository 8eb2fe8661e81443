"""What the bench stands on: the real parts, topics and databases of their own for each side."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import make_url
from tests.support.callers import PUBLIC_KEY

from jobbpakten_local.parts import finished
from jobbpakten_local.parts import kafka as kafkas
from jobbpakten_local.parts import postgres as postgreses
from jobbpakten_local.parts.kafka_access import ADMIN, declare
from shared.messaging.kafka import TOPICS
from shared.migrations import PLUMBING, migrate
from shared.settings import ServiceSettings

TOPIC = "membership.v1"
Chosen = TypeVar("Chosen", bound=ServiceSettings)


@dataclass
class Stage:
    """A PostgreSQL as in production (commits reach the disk) and a Kafka of one node."""

    postgres: postgreses.Postgres
    kafka: kafkas.Kafka

    def __post_init__(self) -> None:
        self.kept: dict[int, str] = {}  # what was told, by how many: its database's URL

    @property
    def admin(self) -> dict[str, Any]:
        """Give what clients are made with that belong to nobody: floors beside our services."""
        return self.kafka.access.reached_by(ADMIN)

    async def prefix(self) -> str:
        """Make topics of its own, as declared: six partitions."""
        prefix = f"{fresh()}."
        await declare(self.kafka.access, prefix, TOPICS[TOPIC].partitions)
        return prefix

    def plumbing(self) -> str:
        """Give the URL of a database with an outbox and an inbox, and nothing else."""
        name = fresh()
        url = self.postgres.create_database(name)
        for script in sorted(PLUMBING.glob("*.sql")):
            self.postgres.execute(script.read_text(), name)
        return url

    def followup(self) -> str:
        """Give the URL of a new database of followup's; what others wrote is on disk."""
        url = self.postgres.create_database(fresh(), self.template)
        self.postgres.execute("CHECKPOINT")
        return url

    def drop(self, url: str) -> None:
        """Drop a database that was measured: nobody shall vacuum it beside the next."""
        self.postgres.drop_database(str(make_url(url).database))

    @cached_property
    def template(self) -> str:
        name = fresh()
        url = self.postgres.create_database(name)
        finished(asyncio.to_thread(migrate, "followup", url))  # a loop is running in this thread
        return name

    def settings(self, kind: type[Chosen], url: str, prefix: str, user: str = "") -> Chosen:
        return kind(
            database_url=url,
            kafka_topic_prefix=prefix,
            token_public_key=PUBLIC_KEY,
            municipality="0380",
            environment="test",
            **self.kafka.access.fields_for(user or kind.service),
        )


def fresh() -> str:
    """Give a name that nobody has."""
    return f"bench_{uuid4().hex[:8]}"


@contextmanager
def started() -> Iterator[Stage]:
    """Start the parts in a folder that goes when they do."""
    with (
        tempfile.TemporaryDirectory(prefix="jp-", ignore_cleanup_errors=True) as folder,
        postgreses.started(Path(folder) / "p") as postgres,
        kafkas.started(Path(folder) / "k") as kafka,
    ):
        yield Stage(postgres, kafka)
