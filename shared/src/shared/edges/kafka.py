"""How everything of ours connects to Kafka: the arguments that its clients are made with.

Certificates, authorities and the password are read again at each connection, by all of them.
"""

from typing import Any, Self

from faststream.security import BaseSecurity, SASLScram512

from shared.edges.tls import tls_of
from shared.settings.kafka import KafkaAccess

SCRAM = "SCRAM-SHA-512"


def arguments(settings: KafkaAccess) -> dict[str, Any]:
    """Give what aiokafka's clients are made with; TlsAmiss for files that no TLS is made of."""
    made: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_servers,
        "security_protocol": settings.kafka_security,
    }
    if settings.kafka_tls:
        made |= {"ssl_context": tls_of(settings.kafka_tls).context}
    if settings.kafka_security == "SASL_SSL":
        made |= {
            "sasl_mechanism": SCRAM,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": CurrentPassword(settings),
        }
    return made


def security(settings: KafkaAccess) -> BaseSecurity:
    """Give the same as FastStream takes it."""
    made = arguments(settings)
    if settings.kafka_security != "SASL_SSL":
        tls = made.get("ssl_context")
        return BaseSecurity(ssl_context=tls, use_ssl=tls is not None)
    return SASLScram512(
        made["sasl_plain_username"],
        made["sasl_plain_password"],
        ssl_context=made["ssl_context"],
        use_ssl=True,
    )


class CurrentPassword(str):
    """A password that is, whenever a connection is made with it, what its file holds then.

    aiokafka keeps the one that a client was made with, and encodes it anew for each connection.
    """

    __slots__ = ("settings",)
    settings: KafkaAccess

    def __new__(cls, settings: KafkaAccess) -> Self:
        made = super().__new__(cls, settings.current("kafka_password"))
        made.settings = settings
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Give the password as it is now."""
        return self.settings.current("kafka_password").encode(encoding, errors)
