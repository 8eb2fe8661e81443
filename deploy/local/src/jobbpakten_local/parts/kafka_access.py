"""Who may come to the embedded broker: each service by its own user, and over TLS only."""

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic_settings import SettingsConfigDict

from jobbpakten import authorizers, topics
from jobbpakten.acls import users
from jobbpakten_local.parts.certificates import Authority
from shared.edges.kafka import SCRAM, arguments
from shared.settings.kafka import KafkaAccess

ADMIN, ITSELF = "admin", "broker"  # they may do everything
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
# Services come with a password, the broker to itself with its certificate; without either nobody.
SECURED = {
    "listener.security.protocol.map": "SASL:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL",
    "inter.broker.listener.name": "INTERNAL",
    "sasl.enabled.mechanisms": SCRAM,
    f"listener.name.sasl.{SCRAM.lower()}.sasl.jaas.config": LOGIN,
    "ssl.keystore.type": "PEM",
    "ssl.truststore.type": "PEM",
    "ssl.client.auth": "none",
    "listener.name.internal.ssl.client.auth": "required",
    "listener.name.controller.ssl.client.auth": "required",
    "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "false",
    "super.users": f"User:{ITSELF};User:{ADMIN}",
}


class LocalAccess(KafkaAccess):
    """Somebody's way to a Kafka that we have started."""

    model_config = SettingsConfigDict(env_prefix="JOBBPAKTEN_LOCAL_")
    service: ClassVar[str] = "jobbpakten_local"


def drawn() -> dict[str, str]:
    """Draw a password for each user."""
    return {user: secrets.token_urlsafe(24) for user in (ADMIN, *users())}


@dataclass(frozen=True)
class Access:
    """Where a Kafka is, and how one comes to it: without passwords, anybody by any name."""

    servers: str
    ca: Path = Path()
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)

    def settings_for(self, user: str) -> dict[str, str]:
        """Give what the environment of a user says of Kafka, without the service's name before."""
        if not self.passwords:
            return {"KAFKA_SERVERS": self.servers}
        return {
            "KAFKA_SERVERS": self.servers,
            "KAFKA_SECURITY": "SASL_SSL",
            "KAFKA_CA_FILE": str(self.ca),
            "KAFKA_USER": user,
            "KAFKA_PASSWORD": self.passwords[user],
        }

    def fields_for(self, user: str) -> dict[str, Any]:
        """Give the same as the fields of settings are called."""
        return {name.lower(): value for name, value in self.settings_for(user).items()}

    def of(self, user: str) -> KafkaAccess:
        return LocalAccess(**self.fields_for(user))

    def reached_by(self, user: str) -> dict[str, Any]:
        """Give what aiokafka's clients are made with."""
        return arguments(self.of(user))


def certified(folder: Path) -> dict[str, str]:
    """Write the broker's certificate and its authority's, and give where they lie."""
    authority = Authority()
    keystore = authority.sign(ITSELF).write(folder, ITSELF).both
    truststore = authority.write(folder)
    return {"ssl.keystore.location": str(keystore), "ssl.truststore.location": str(truststore)}


def scram(passwords: Mapping[str, str]) -> Iterator[str]:
    """Give what the format of a broker's folder is told of its users, a word a line."""
    for user, password in passwords.items():
        yield from ("--add-scram", f"{SCRAM}=[name={user},password={password}]")


async def declare(access: Access, prefix: str, partitions: int = 2) -> None:
    """Make a stage's topics, and let each service at them by its own user, if there are any."""
    await topics.apply(access.reached_by(ADMIN), prefix, replication=1, partitions=partitions)
    if access.passwords:
        await asyncio.to_thread(authorizers.apply, access.of(ADMIN), prefix)
