"""The pages: one file without script, a picture and its table, in every language."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.followup.api.test_reports import ALL, ASKED, MEMBER, PEOPLE, REPORT, TODAY, as_of, whole
from tests.support.translations import all_is_asked_for, says_the_same_in_all_languages

from followup import pages
from followup.pages.texts import PageTexts
from followup.profiles import Profile
from followup.reports import Group, member_report, network_report
from followup.rules.ledger import Figures
from followup.rules.masking import OUTCOMES
from followup.rules.member import SECTORS, STATES, UNKNOWN
from shared.networks import load, shipped
from shared.texts import LANGUAGES

FOLDER = Path(pages.__file__).parent
NETWORKS = load(Profile, shipped())
PAGES = pages.Pages(NETWORKS)
WORDS = PageTexts("sv", NETWORKS["jobbpakten"])
SVG = "{http://www.w3.org/2000/svg}"
MEMBERS = member_report("jobbpakten", MEMBER, ALL, PEOPLE)
EMPTY = network_report("jobbpakten", [ASKED], [], as_of(2026, 1, 1), date(2026, 1, 1))
CODES = {
    "state": [*STATES, UNKNOWN],
    "sector": [*SECTORS, UNKNOWN],
    "size": ["micro", "small", "medium", "large", UNKNOWN],
    "unit": list(Figures.__slots__),
    "meaning": list(Figures.__slots__),
    "kind": ["offer", "sector"],
    "outcome": list(OUTCOMES),
}


def read(page: str) -> ET.Element:
    return ET.fromstring(page.removeprefix("<!DOCTYPE html>"))


def every_page(language: str) -> Iterator[str]:
    yield PAGES.network(REPORT, language)
    yield PAGES.network(EMPTY, language)
    yield PAGES.member(MEMBERS, language)
    yield PAGES.member(member_report("jobbpakten", ASKED, [], PEOPLE), language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_well_formed_and_holds_no_script(language: str) -> None:
    for page in every_page(language):
        root = read(page)
        assert root.get("lang") == language
        assert "<script" not in page.lower()
        assert not [tag for tag in root.iter() if any(name.startswith("on") for name in tag.attrib)]
        assert "http" not in page.replace("http://www.w3.org/", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_says_what_it_shows_and_has_its_table(language: str) -> None:
    root = read(PAGES.network(REPORT, language))

    [svg] = root.iter(f"{SVG}svg")
    described = {tag.get("id"): tag.text for tag in svg}
    assert svg.get("role") == "img"
    assert all(described[name] for name in (svg.get("aria-labelledby") or "").split())
    rows = root.findall(".//section/figure/../div/table/tbody/tr")
    assert len(rows) == len(REPORT.months)


def test_every_table_names_its_columns_and_rows() -> None:
    for table in read(PAGES.network(REPORT, "en")).iter("table"):
        columns = table.findall("thead/tr/th")
        assert {head.get("scope") for head in columns} == {"col"}
        for row in table.findall("tbody/tr"):
            assert [head.get("scope") for head in row.findall("th")] == ["row"]
            assert len(row) == len(columns)


@pytest.mark.parametrize("page", [*every_page("sv")])
def test_every_table_has_a_caption(page: str) -> None:
    for table in read(page).iter("table"):
        assert table[0].tag == "caption"
        assert table[0].text


def test_the_figures_stand_on_the_page() -> None:
    found = read(PAGES.network(REPORT, "sv")).findall(".//section[2]/..//tfoot/tr")[0]

    assert [cell.text for cell in found.findall("td")] == ["3", "9", "0", "0", "3", "6", "0", "1"]


def test_what_comes_from_outside_is_escaped() -> None:
    report = network_report("<b>&", [MEMBER], [], PEOPLE)

    assert "&lt;b&gt;&amp;" in PAGES.network(report, "sv")


def test_numbers_and_days_are_written_as_people_write_them() -> None:
    swedish, english = PageTexts("sv"), PageTexts("en")

    assert (swedish.number(12345), english.number(12345)) == ("12\xa0345", "12,345")
    assert (swedish.day(TODAY), english.day(TODAY)) == ("22 november 2026", "22 November 2026")
    assert (swedish.share(1, 3), english.share(0, 0)) == ("33\xa0%", "–")


def test_rows_are_sorted_by_what_they_are_called() -> None:
    codes = ["study_visit", "unknown", "employment", "own_idea", "public", "coaching"]
    rows = [Group(code, 1, whole()) for code in codes]

    assert [row.code for row in WORDS.by_name(rows, "offer")] == [
        *("employment", "coaching", "own_idea", "public", "study_visit", "unknown"),
    ]
    swedish = sorted("åäöaz", key=lambda letter: PageTexts("sv").place(letter, "offer"))
    assert swedish == ["a", "z", "å", "ä", "ö"]


def test_every_language_says_the_same_with_the_same_values() -> None:
    says_the_same_in_all_languages(FOLDER)


def test_no_text_is_left_over_or_missing() -> None:
    all_is_asked_for(FOLDER)


@pytest.mark.parametrize(("of", "codes"), CODES.items())
def test_every_code_has_its_swedish_name(of: str, codes: list[str]) -> None:
    assert {*codes} <= PageTexts("sv").names[of].keys()


def test_a_network_names_what_is_promised_and_how_placements_end() -> None:
    other = PageTexts("sv", NETWORKS["linkopingsloftet"])

    assert WORDS.called("trial_job", "offer") == "Provjobb"
    assert other.called("trial_job", "offer") == "Provjobb som kommunen betalar"
    assert WORDS.called("completed", "outcome") == "Fullföljda"
    assert other.called("completed", "outcome") == "Hela vägen"
    assert other.called("linkopingsloftet", "network") == "Linköpingslöftet"
    assert other.called("member", "state") == "Medlem"


def test_a_code_that_nobody_named_yet_reads_well_enough() -> None:
    for texts in (WORDS, PageTexts("sv")):
        assert texts.called("industry_walk", "offer") == "Industry walk"
    assert PageTexts("en").called("en-god-investering", "network") == "En god investering"


def test_a_network_that_is_run_here_no_longer_has_its_report_yet() -> None:
    page = pages.Pages({}).network(REPORT, "sv")

    assert "Jobbpakten" in page
    assert "Fullföljda till en del" in page
