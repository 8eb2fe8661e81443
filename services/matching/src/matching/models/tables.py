"""What all tables have in common: their registry, and columns that hold documents."""

from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """Everything that lies in this service's database, but for the plumbing."""


def document() -> Any:
    """Make a JSON column; its value is replaced, never changed in place."""
    return Column(JSONB, nullable=False)
