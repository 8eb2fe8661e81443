"""Notices: what became of each, never whose it is or what it says."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from followup.models.tables import Table


class HeardNotice(Table, table=True):
    """One notice to one recipient, in the state that its stream told last."""

    __tablename__ = "notices"
    __table_args__ = (Index("notices_by_network", "network", "state"),)

    id: UUID = Field(primary_key=True)
    network: str
    state: str
    since: date
