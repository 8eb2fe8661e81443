"""How a service reaches Kafka, and what it is called there."""

from pydantic import Field

from shared.settings.stages import StageSettings


class KafkaSettings(StageSettings):
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
