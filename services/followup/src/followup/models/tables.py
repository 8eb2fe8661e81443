"""What all tables have in common: their registry."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class Table(SQLModel, registry=registry()):
    """A table of this service; all services can live in one process."""
