"""What each stage begins with: the declared topics, and who may do what with them."""

import asyncio

from jobbpakten import authorizers, topics
from jobbpakten_local.parts.kafka_access import ADMIN, Access


async def declare(access: Access, prefix: str, partitions: int = 2) -> None:
    """Make the topics, and let each service at them by its own user, where there are users."""
    await topics.apply(access.reached_by(ADMIN), prefix, replication=1, partitions=partitions)
    if access.passwords:
        await asyncio.to_thread(authorizers.apply, access.of(ADMIN), prefix)
