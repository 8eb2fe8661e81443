"""What was withdrawn from us in Kafka and is given back, is used again without a restart."""

import asyncio
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs
from tests.cli.commands import jobbpakten
from tests.shared.support.doors import Doors
from tests.shared.support.refused import USER, allowed, part, rights, sasl
from tests.support.eventually import eventually


@pytest.mark.parametrize("which", [0, 1, 2, 3], ids=["hears", "joins", "tells", "transacts"])
async def test_a_right_that_was_withdrawn_and_given_back_is_used_again(
    which: int, doors: Doors, database: Callable[[str], str]
) -> None:
    prefix = await allowed(doors)
    servers = f"127.0.0.1:{doors.ports['SASL']}"
    with capture_logs() as logs:
        async with part(database, prefix, kafka_servers=servers, **sasl(doors)) as service:
            await service.works()
            right = rights(prefix)[which]
            doors.withdraw(*right)

            async def is_named() -> None:
                await service.teller.tells(1)
                said = service.refusals.sentences()
                assert [right[2] in one for one in said] == [True]
                assert said[0].startswith(f"Kafka at {servers} ")
                assert "`jobbpakten topics acl`" in said[0]

            await eventually(is_named, every=0.5)
            doors.allow(*right)
            await service.works()
    lines = [one for one in logs if one["event"] == "waiting_for_kafka"]
    assert [right[2] in one["reason"] for one in lines] == [True]


@pytest.mark.parametrize("which", [0, 1, 2, 3], ids=["hears", "joins", "tells", "transacts"])
async def test_what_was_never_allowed_is_said_and_waited_for(
    which: int, doors: Doors, database: Callable[[str], str]
) -> None:
    prefix = await allowed(doors)
    right = rights(prefix)[which]
    doors.withdraw(*right)
    servers = f"127.0.0.1:{doors.ports['SASL']}"
    with capture_logs() as logs:
        async with part(database, prefix, kafka_servers=servers, **sasl(doors)) as service:

            def is_named() -> None:
                assert [right[2] in said for said in service.refusals.sentences()] == [True]

            await eventually(is_named)
            doors.allow(*right)
            await service.works()
    assert [one["event"] for one in logs].count("waiting_for_kafka") == 1
    assert right[0] == USER


async def test_the_command_line_says_what_it_isn_t_allowed(doors: Doors) -> None:
    prefix = await allowed(doors)
    servers = f"127.0.0.1:{doors.ports['SASL']}"
    said = sasl(doors, kafka_servers=servers, kafka_topic_prefix=prefix)
    env = {f"JOBBPAKTEN_{name.upper()}": str(value) for name, value in said.items()}

    found = await asyncio.to_thread(jobbpakten, "topics", "diff", env=env)

    assert (found.code, found.out) == (3, "")
    assert found.err.startswith(f"Kafka at {servers} has no topic {prefix}")
    assert "or doesn't allow it us" in found.err
