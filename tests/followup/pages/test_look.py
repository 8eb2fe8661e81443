"""What a browser makes of the reports: on a phone, on screens of all widths, on paper."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pypdfium2
import pytest
from playwright.async_api import Browser, Page
from tests.look.browsers import PHONE
from tests.look.sheets import Sheet, reports

from followup.rules.member import SECTORS
from shared.texts import LANGUAGES

SHEETS = [sheet for language in LANGUAGES for sheet in reports(language)]
NETWORKS = [sheet for sheet in SHEETS if "network" in sheet.name]
DRAWN = [sheet for sheet in SHEETS if "newcomer" not in sheet.name]
WIDTHS = (320, PHONE, 640, 641, 768, 960, 961, 1280)
# What reaches beyond the screen, or can be reached by scrolling something sideways alone.
BEYOND = """() => [...document.body.querySelectorAll('*')].filter(one => {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const rolls = style.overflowX !== 'visible' && one.scrollWidth > one.clientWidth;
    return !one.closest('.unseen, thead') && (box.right > innerWidth + 0.5 || box.left < 0 || rolls)
}).map(one => `${one.tagName} ${one.textContent.trim().slice(0, 40)}`)"""
CELLS = """table => [...table.querySelectorAll('tbody tr')].map(row =>
    [...row.cells].map(cell => {
        const box = cell.getBoundingClientRect(), label = getComputedStyle(cell, '::before');
        return {text: cell.textContent, label: label.content, left: box.left,
                right: box.right, visible: cell.checkVisibility() && box.height > 10}
    }))"""
PICTURE = """svg => {
    const box = one => (({left, right}) => ({left, right}))(one.getBoundingClientRect());
    const months = [...svg.querySelectorAll('.month')].filter(one => one.checkVisibility());
    return {box: box(svg), columns: [...svg.querySelectorAll('.part')].map(box),
            months: months.map(box), all: svg.querySelectorAll('.month').length,
            size: Math.min(...[...svg.querySelectorAll('text')].map(
                one => parseFloat(getComputedStyle(one).fontSize) *
                    (svg.getScreenCTM()?.a ?? 1)))}
}"""
FEWEST_LINES = 8
WHITE = 255
NUMBER = re.compile(r"\d \(\d\)")


def named(sheet: Sheet) -> str:
    return sheet.name


@asynccontextmanager
async def opened(browser: Browser, sheet: Sheet, width: int = PHONE) -> AsyncIterator[Page]:
    page = await browser.new_page(viewport={"width": width, "height": 844})
    await page.set_content(sheet.html)
    yield page
    await page.close()


@pytest.mark.parametrize("sheet", SHEETS, ids=named)
async def test_nothing_is_wider_than_the_screen(sheet: Sheet, chromium: Browser) -> None:
    async with opened(chromium, sheet) as page:
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 844})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert await page.evaluate(BEYOND) == [], width


@pytest.mark.parametrize("sheet", NETWORKS, ids=named)
async def test_every_figure_of_the_members_is_seen_on_a_phone_with_what_it_is(
    sheet: Sheet, chromium: Browser
) -> None:
    async with opened(chromium, sheet) as page:
        table = page.locator("table").last
        heads = await table.locator("thead th").all_text_contents()
        rows: list[list[dict[str, Any]]] = await table.evaluate(CELLS)
        tree = await table.aria_snapshot()
    assert len(heads) > len(SECTORS) + 1
    for state, *figures in rows:
        assert [one["label"].partition(" / ")[0] for one in figures] == [
            f'"{head}"' for head in heads[1:]
        ]
        assert all(one["visible"] and one["text"].strip().isdigit() for one in figures)
        assert all(0 <= one["left"] < one["right"] <= PHONE for one in [state, *figures])
        assert f'rowheader "{state["text"]}"' in tree
    assert all(f'columnheader "{head}"' in tree for head in heads)
    assert tree.count("- cell ") == len(rows) * (len(heads) - 1)


@pytest.mark.parametrize("sheet", DRAWN, ids=named)
async def test_all_months_of_the_picture_are_within_its_box(
    sheet: Sheet, chromium: Browser
) -> None:
    async with opened(chromium, sheet) as page:
        for width in (320, PHONE, 1280):
            await page.set_viewport_size({"width": width, "height": 844})
            shows_all_months(await page.locator("svg.chart").evaluate(PICTURE), width)


def shows_all_months(picture: dict[str, Any], width: int) -> None:
    box, columns, months = picture["box"], picture["columns"], picture["months"]
    assert picture["all"] == 12
    assert 0 <= box["left"] < box["right"] <= width
    assert all(box["left"] - 1 <= one["left"] for one in columns)
    assert all(one["right"] <= box["right"] + 1 for one in columns)
    assert len({round(one["left"]) for one in columns}) >= 8
    assert max(one["right"] for one in columns) > 0.9 * box["right"]
    assert len(months) >= 6
    assert all(one["right"] < other["left"] for one, other in pairwise(months))
    assert picture["size"] >= 12


class Paper:
    """A report as it is printed: on each page its lines, and how far down the ink reaches."""

    def __init__(self, pdf: bytes) -> None:
        document = pypdfium2.PdfDocument(pdf)
        self.pages = [[*lines(page)] for page in document]
        self.sizes = {tuple(map(round, page.get_size())) for page in document}
        self.filled = [filled(page) for page in document]
        document.close()


def lines(page: Any) -> Iterator[str]:
    """Give the lines of a page, without its number."""
    for line in page.get_textpage().get_text_bounded().splitlines():
        if line.strip() and not NUMBER.fullmatch(line.strip()):
            yield line.strip()


def filled(page: Any) -> float:
    """Give how much of a page's height is filled: down to the last ink above its number."""
    ink = (page.render(scale=1).to_numpy() < WHITE - 40).any(axis=(1, 2))
    above = ink[: int(len(ink) * 0.95)]
    return float(np.flatnonzero(above)[-1] / len(ink))


@pytest.mark.parametrize("sheet", SHEETS, ids=named)
async def test_a_printed_report_fills_its_pages_and_keeps_headings_with_what_they_are_of(
    sheet: Sheet, chromium: Browser
) -> None:
    async with opened(chromium, sheet) as page:
        paper = Paper(await page.pdf(prefer_css_page_size=True))
        heads = await page.locator("h2").all_text_contents()
        text = await page.locator("header p, h1").all_text_contents()
    assert paper.sizes == {(595, 842)}  # A4
    assert len(paper.pages) <= 2
    assert len(paper.pages) == 1 or paper.filled[0] > 0.6
    assert all(len(page) >= FEWEST_LINES for page in paper.pages)
    assert not [page for page in paper.pages if page[-1] in heads]
    assert {*map(str.strip, text[:3])} <= {*paper.pages[0]}


@pytest.mark.parametrize("sheet", NETWORKS[:1], ids=named)
async def test_a_report_that_fills_more_pages_leaves_no_stray_lines_on_the_last(
    sheet: Sheet, chromium: Browser
) -> None:
    async with opened(chromium, sheet) as page:
        await page.evaluate(
            """times => { const table = document.querySelectorAll('table')[2].tBodies[0];
            for (const row of [...table.rows]) for (let n = 1; n < times; n++)
                table.append(row.cloneNode(true)) }""",
            3,
        )
        found = [
            Paper(await page.pdf(prefer_css_page_size=True, scale=scale)).pages
            for scale in (0.9, 1, 1.1, 1.2)
        ]
    assert {len(pages) for pages in found} >= {3}
    assert not [page for pages in found for page in pages if len(page) < FEWEST_LINES]
