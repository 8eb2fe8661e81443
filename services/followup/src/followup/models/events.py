"""The event ledger: every event as it came."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from followup.models.tables import Table


class HeardEvent(Table, table=True):
    """One event as it came: the long memory. The database refuses to change or delete it."""

    __tablename__ = "events"

    topic: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    version: int = Field(primary_key=True, sa_type=BigInteger)
    id: UUID
    type: str
    network: str
    occurred_on: date
    recorded_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    headers: dict[str, str] = Field(sa_type=JSONB)
    payload: bytes | None
