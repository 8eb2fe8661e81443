"""Everything that leaves the services while a story is told, as bytes: what anybody could read."""

import asyncio
import re
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from tests.support.eventually import PATIENCE_S

from jobbpakten.acls import OPERATOR
from jobbpakten_local.demo.network.people import people
from jobbpakten_local.demo.network.stories import CONTACT_NAMES
from jobbpakten_local.demo.network.units import STAFF
from jobbpakten_local.demo.system import System
from jobbpakten_local.parts.kafka import Kafka
from shared.messaging.kafka import TOPICS

LINK = re.compile(r"http://\S+/t/[\w.~-]+")
OF_OPERATORS = ("/metrics", "/health/ready")
REPORT = "/networks/jobbpakten/report"


def gathered(system: System, kafka: Kafka, prefix: str) -> dict[str, bytes]:
    """Give all that was written where others read: topics, logs, figures, mails, pages, reports."""
    mails = system.post.messages()
    found = {f"log of {name}": one.log.read_bytes() for name, one in system.services.items()}
    found |= asyncio.run(records(kafka.access.reached_by(OPERATOR), prefix))
    found["mails"] = b"\n".join(map(words, mails))
    found |= asked(system, [link for mail in mails for link in LINK.findall(text(mail))])
    return found


async def records(reached_by: Mapping[str, Any], prefix: str) -> dict[str, bytes]:
    """Read every topic from its beginning to its end: keys, headers and payloads."""
    found = {topic: bytearray() for topic in TOPICS}
    names = [prefix + topic for topic in TOPICS]
    async with AIOKafkaConsumer(*names, **reached_by, auto_offset_reset="earliest") as consumer:
        ends = await consumer.end_offsets([*consumer.assignment()])
        while [place for place, end in ends.items() if await consumer.position(place) < end]:
            for place, several in (await consumer.getmany(timeout_ms=500)).items():
                for one in several:
                    found[place.topic.removeprefix(prefix)] += piece(one)
    return {topic: bytes(content) for topic, content in found.items()}


def piece(one: ConsumerRecord) -> bytes:
    headers = [name.encode() + b"=" + (value or b"") for name, value in one.headers]
    return b"\n".join([one.key or b"", one.value or b"", *headers, b""])


def words(mail: EmailMessage) -> bytes:
    """Give a mail but for whom it is addressed to: her own name and address may stand there."""
    headers = "\n".join(f"{name}: {value}" for name, value in mail.items() if name != "To")
    return f"{headers}\n{text(mail)}".encode()


def text(mail: EmailMessage) -> str:
    return "\n".join(
        str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
    )


def asked(system: System, links: list[str]) -> dict[str, bytes]:
    """Ask for all that needs no token: metrics, health, the API, reports, the pages of tasks."""
    of_operators = [f"{url}{path}" for url in system.probes.values() for path in OF_OPERATORS]
    of_all = [f"{url}/openapi.json" for url in system.urls.values()]
    report = system.urls["followup"] + REPORT
    reports = [report, f"{report}.html", f"{report}.html?lang=en"]
    with httpx.Client(timeout=PATIENCE_S) as http:
        found = {url: http.get(url).content for url in of_operators + of_all + reports}
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
