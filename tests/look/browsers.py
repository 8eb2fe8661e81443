"""Chromium, which shows what people see: on a phone, on a screen, on paper."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright
from tests.look.sheets import Sheet

PHONE, SCREEN = 390, 1280
NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "there is no Chromium to look with: apt install chromium"


def chromium_here() -> str | None:
    """Give the path of the Chromium on this machine: none is downloaded."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def started(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        yield browser
        await browser.close()


async def look(page: Page, sheet: Sheet, folder: Path) -> None:
    """Write a sheet and its pictures into the folder."""
    path = folder / sheet.name
    path.parent.mkdir(parents=True, exist_ok=True)
    written = ending(path, ".html")
    written.write_text(sheet.html, "utf-8")
    if sheet.text is not None:
        ending(path, ".txt").write_text(sheet.text, "utf-8")
    await page.goto(written.as_uri())
    for width in (PHONE, SCREEN):
        await page.set_viewport_size({"width": width, "height": 844})
        await page.screenshot(path=ending(path, f"-{width}.png"), full_page=True)
    if sheet.on_paper:
        await page.pdf(path=ending(path, ".pdf"), prefer_css_page_size=True)


def ending(path: Path, with_: str) -> Path:
    """Give the path of one of a sheet's files."""
    return path.with_name(path.name + with_)
