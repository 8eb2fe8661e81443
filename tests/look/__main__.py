"""Show all that people see, pages and mails, in .jobbpakten/pages: `make look`."""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Template
from rich.progress import track
from tests.look.browsers import MISSING, chromium_here, look, started
from tests.look.sheets import Sheet, sheets

FOLDER = Path(__file__).parents[2] / ".jobbpakten/pages"
UNKNOWN = "nothing is called so; for example: make look ARGS=reports"
INDEX = Path(__file__).with_name("index.html")


def main() -> None:
    """Write them, with pictures of them and an index to click through."""
    words = argparse.ArgumentParser("python -m tests.look", description=__doc__)
    words.add_argument("part", nargs="?", default="", help="of a name: reports, mails/sign, -en")
    chosen = [sheet for sheet in sheets() if words.parse_args().part in sheet.name]
    path = chromium_here()
    if not chosen:
        sys.exit(UNKNOWN)
    if path is None:
        sys.exit(MISSING)
    shutil.rmtree(FOLDER, ignore_errors=True)
    asyncio.run(looked_at(chosen, path, FOLDER))
    print(f"{len(chosen)} pages and mails: {(FOLDER / 'index.html').as_uri()}")  # noqa: T201 - what it is for


async def looked_at(chosen: Sequence[Sheet], path: str, folder: Path) -> None:
    async with started(path) as browser:
        page = await browser.new_page()
        for sheet in track(chosen, "looking", transient=True):
            await look(page, sheet, folder)
    index = Template(INDEX.read_text("utf-8"), autoescape=True).render(sheets=chosen)
    (folder / "index.html").write_text(index, "utf-8")


if __name__ == "__main__":
    main()
