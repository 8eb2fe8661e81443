"""Lists in pages: the answer says after which row the next page begins, the next call says it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query

from shared.database import Tx

MOST = 200  # rows on a page
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is asked for."""

    after: UUID | None = None
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST

    async def read(self, tx: Tx, rows: Any, by: Any) -> Sequence[Any]:
        """Return what is selected, in the order of a column of ids: a page and a row beyond it."""
        here = rows.where(by > self.after) if self.after else rows
        found: Sequence[Any] = (await tx.exec(here.order_by(by).limit(self.limit + 1))).all()
        return found

    def cut(
        self, found: Sequence[Row], id_of: Callable[[Row], UUID]
    ) -> tuple[Sequence[Row], UUID | None]:
        """Return the page, and after which row the next one begins; None on the last."""
        page = found[: self.limit]
        return page, id_of(page[-1]) if len(found) > self.limit else None


Paged = Annotated[Page, Depends()]
