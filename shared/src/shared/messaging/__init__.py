"""Kafka: what was done is told through the outbox, what others did is heard through the inbox."""
