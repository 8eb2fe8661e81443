"""How a service reaches Kafka, as whom, and what it is called there."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from shared.edges.tls import TlsFiles
from shared.settings.stages import StageSettings
from shared.settings.words import is_printed

FILES = ("kafka_ca_file", "kafka_certificate_file", "kafka_key_file")


class KafkaAccess(StageSettings):
    """The way to a cluster, and who we are there: a user with a password, or a certificate."""

    kafka_servers: str = Field("", description="Bootstrap servers.", examples=["kafka:9092"])
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = Field(
        "PLAINTEXT",
        description="SSL: TLS, as whom the certificate says; SASL_SSL: TLS, a user and a password.",
    )
    kafka_ca_file: str = Field(
        "", description="Who signs the brokers' certificates (PEM); empty: the system's."
    )
    kafka_certificate_file: str = Field("", description="Our own certificate (PEM).")
    kafka_key_file: str = Field("", description="The key of that certificate (PEM).")
    kafka_user: str = Field("", description="With SASL_SSL, by SCRAM-SHA-512.")
    kafka_password: str = Field("", repr=False)

    @model_validator(mode="after")
    def refuse_half_an_access(self) -> Self:
        names = {name: self.variable(name) for name in type(self).model_fields}
        security = names["kafka_security"]
        given = {name for name in (*FILES, "kafka_user", "kafka_password") if getattr(self, name)}
        user, pair = {"kafka_user", "kafka_password"}, {*FILES[1:]}
        if self.kafka_security == "SASL_SSL" and not user <= given:
            both = f"{names['kafka_user']} and {names['kafka_password']}"
            raise ValueError(f"{security} is SASL_SSL: set {both}")
        if self.kafka_security != "SASL_SSL" and user & given:
            named = names[min(user & given, key=names.__getitem__)]
            raise ValueError(f"{named} is set: it needs {security}=SASL_SSL")
        if self.kafka_security == "PLAINTEXT" and given:
            named = names[min(given, key=names.__getitem__)]
            raise ValueError(f"{named} is set: it needs {security}=SSL or SASL_SSL")
        if len(pair & given) == 1:
            pair_named = f"{names['kafka_certificate_file']} and {names['kafka_key_file']}"
            raise ValueError(f"{pair_named} belong together: set both or neither")
        return self

    @model_validator(mode="after")
    def refuse_a_password_from_a_manual(self) -> Self:
        if self.is_for_real and is_printed(self.kafka_password, self.kafka_user):
            raise ValueError(f"{self.variable('kafka_password')}: it is one from a manual")
        return self

    @property
    def kafka_tls(self) -> TlsFiles | None:
        """The files that TLS to Kafka is made of; None where there is no TLS."""
        if self.kafka_security == "PLAINTEXT":
            return None
        return TlsFiles(self.kafka_ca_file, self.kafka_certificate_file, self.kafka_key_file)


class OperatorsAccess(KafkaAccess):
    """The way of who restores: by our ACLs no service may read what it tells itself."""

    service = "jobbpakten"
    model_config = SettingsConfigDict(env_prefix="JOBBPAKTEN_")


class KafkaSettings(KafkaAccess):
    """The cluster, the names of what is ours there, and how a consumer of it behaves."""

    kafka_servers: str = Field(
        description="Bootstrap servers.", min_length=1, examples=["kafka:9092"]
    )
    kafka_topic_prefix: str = Field(
        "",
        pattern=r"^[a-zA-Z0-9._-]*$",
        description="Set before topics, groups, transactional ids.",
    )
    session_timeout_ms: int = Field(10_000, gt=0, description="Of the consumer group's members.")

    @property
    def group(self) -> str:
        """The consumer group, and the first part of the relay's transactional id."""
        return f"{self.kafka_topic_prefix}{self.service}"
