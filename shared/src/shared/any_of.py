"""Whatever is one of many: sent as one parameter, for PostgreSQL takes no more than 32,767."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, literal
from sqlalchemy.orm import Mapped
from sqlalchemy.types import TypeEngine


def among(
    column: Mapped[Any], values: Iterable[Any], kind: TypeEngine[Any] | None = None
) -> ColumnElement[bool]:
    """Select whatever is one of these values, ids unless another kind is named."""
    return column == any_(literal([*values], ARRAY(kind or Uuid())))
