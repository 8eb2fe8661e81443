"""What the services of the demo find in their environment, and how a shell finds the same."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from jobbpakten.acls import OPERATOR
from jobbpakten.cli.environment import services
from jobbpakten.keys import Keys
from jobbpakten_local.parts.kafka_access import Access
from jobbpakten_local.parts.mail import Post

MUNICIPALITY = "0380"


def settings(
    urls: Mapping[str, str],
    kafka: Access,
    name: str,
    keys: Keys,
    post: Post,
    *,
    port: int,
    municipality: str = MUNICIPALITY,
) -> dict[str, str]:
    """Give what the services' environment says; `port` is the one that leads to all of them."""
    found = keys.settings | {
        "NOTIFICATIONS_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "NOTIFICATIONS_SMTP_HOST": post.host,
        "NOTIFICATIONS_SMTP_PORT": str(post.port),
        "NOTIFICATIONS_SMTP_STARTTLS": "false",
        "NOTIFICATIONS_SENDER": "jobbpakten@kommunen.example",
    }
    for service, url in urls.items():
        said = {
            "DATABASE_URL": url,
            "KAFKA_TOPIC_PREFIX": f"{name}.",
            "TOKEN_PUBLIC_KEY": keys.public,
            "MUNICIPALITY": municipality,
            "ENVIRONMENT": "demo",
            "CLOCK": "manual",
            "PATH_PREFIX": f"/{service}",
        } | kafka.settings_for(service)
        found |= {f"{service.upper()}_{setting}": value for setting, value in said.items()}
    return found


def of_operator(kafka: Access, name: str) -> dict[str, str]:
    """Give what the operators' command line finds of Kafka: a user of its own."""
    said = kafka.settings_for(OPERATOR) | {"KAFKA_TOPIC_PREFIX": f"{name}."}
    return {f"{OPERATOR.upper()}_{setting}": value for setting, value in said.items()}


def surroundings() -> dict[str, str]:
    """Give the environment without what it says about the services: the demo has its own."""
    said = tuple(f"{service.upper()}_" for service in services())
    return {name: value for name, value in os.environ.items() if not name.startswith(said)}


def write(file: Path, environment: Mapping[str, str]) -> None:
    """Write the settings for a shell, readable by nobody else: there are keys among them."""
    file.touch(mode=0o600)
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in environment.items())
    file.write_text("".join(lines))
