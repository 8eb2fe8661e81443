"""The demo's own data folder: one demo at a time lives in it, and each begins with it empty."""

import os
import shutil
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from jobbpakten_local.parts import Unavailable, cache, processes

NEAR = ".jobbpakten/demo"
LONGEST_BYTES = 80  # PostgreSQL's socket lies in it, two names further down
NOTE = "where"


def place(here: Path) -> Path:
    """Give the folder: in the working copy, or in the cache when that is too long a path."""
    near = here / NEAR
    if len(os.fsencode(near)) <= LONGEST_BYTES:
        return near
    return cache() / f"demo-{zlib.crc32(os.fsencode(here)):08x}"


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Own the folder, empty; Unavailable, with where the other one runs, if it is in use."""
    with ExitStack() as owning:
        try:
            owning.enter_context(processes.owned(folder))
        except Unavailable as error:
            raise Unavailable(f"{error}{noted(folder)}") from None
        end_left_over(folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder


def end_left_over(folder: Path) -> None:
    """End what a killed demo left running: the books say what, and they go with the folder."""
    for book in folder.glob("*.lock"):
        with processes.owned(book.with_suffix("")):
            pass


def note(folder: Path, where: str) -> None:
    (folder / NOTE).write_text(where)


def noted(folder: Path) -> str:
    found = folder / NOTE
    return f"; it shows {found.read_text()}" if found.exists() else ""
