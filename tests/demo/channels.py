"""Everything that leaves the services while a story is told, as bytes: what anybody could read."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from email.message import EmailMessage

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from jobbpakten.demo.centres import STAFF
from jobbpakten.demo.people import people
from jobbpakten.demo.stages import Stage
from jobbpakten.demo.stories import CONTACT_NAMES
from shared.kafka import TOPICS

LINK = re.compile(r"http://\S+/t/[\w.~-]+")
REPORT = "/networks/jobbpakten/report"


def gathered(stage: Stage, servers: str, prefix: str) -> dict[str, bytes]:
    """Give all that was written where others read: topics, logs, figures, mails, pages, reports."""
    mails = stage.post.messages()
    found = {f"log of {name}": one.log.read_bytes() for name, one in stage.services.items()}
    found |= asyncio.run(records(servers, prefix))
    found["mails"] = b"\n".join(map(words, mails))
    found |= asked(stage.urls, [link for mail in mails for link in LINK.findall(text(mail))])
    return found


async def records(servers: str, prefix: str) -> dict[str, bytes]:
    """Read every topic from its beginning to its end: keys, headers and payloads."""
    found: dict[str, bytes] = {}
    async with AIOKafkaConsumer(bootstrap_servers=servers) as consumer:
        for topic in TOPICS:
            name = prefix + topic
            await consumer.topics()
            places = [TopicPartition(name, n) for n in consumer.partitions_for_topic(name) or ()]
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            found[topic] = b"\n".join([piece async for piece in pieces(consumer, ends)])
    return found


async def pieces(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]
) -> AsyncIterator[bytes]:
    while [place for place, end in ends.items() if await consumer.position(place) < end]:
        for several in (await consumer.getmany(timeout_ms=500)).values():
            for one in several:
                yield one.key or b""
                yield one.value or b""
                for header, value in one.headers:
                    yield header.encode() + b"=" + (value or b"")


def words(mail: EmailMessage) -> bytes:
    """Give a mail but for whom it is addressed to: her own name and address may stand there."""
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "To")
    return f"{headers}\n{text(mail)}".encode()


def text(mail: EmailMessage) -> str:
    return "\n".join(
        str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
    )


def asked(urls: Mapping[str, str], links: list[str]) -> dict[str, bytes]:
    """Ask for all that needs no token: metrics, health, the API, reports, the pages of tasks."""
    paths = {name: ["/metrics", "/health/ready", "/openapi.json"] for name in urls}
    paths["followup"] += [REPORT, f"{REPORT}.html", f"{REPORT}.html?lang=en"]
    with httpx.Client(timeout=30) as http:
        found = {
            f"{name}{path}": http.get(urls[name] + path).content
            for name, several in paths.items()
            for path in several
        }
        found["pages of tasks"] = b"\n".join(http.get(link).content for link in links[:40])
    return found


def canaries() -> set[str]:
    """Give what identifies people in the story: numbers in all forms, names, ways to reach them."""
    found: set[str] = set(CONTACT_NAMES) | {name for _, name, _ in STAFF}
    for one in people():
        number = one.row["identity_number"]
        bare = number.replace("-", "")
        found |= {number, bare, number[2:], bare[2:]}
        found |= {one.row[name] for name in ("name", "email", "phone", "address")}
    return found
