"""The pages: one file without script, a picture and its table, in every language."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.followup.api.test_reports import ALL, ASKED, MEMBER, PEOPLE, REPORT, TODAY, as_of, whole
from tests.look import years
from tests.support.translations import all_is_asked_for, says_the_same_in_all_languages

from followup import pages
from followup.pages.texts import PageTexts
from followup.profiles import Profile
from followup.reports import Group, member_report, network_report
from followup.rules.ledger import Figures
from followup.rules.masking import HIDDEN, OUTCOMES, Persons, shown
from followup.rules.member import SECTORS, STATES, UNKNOWN
from shared.networks import load, shipped
from shared.texts import LANGUAGES

FOLDER = Path(pages.__file__).parent
NETWORKS = load(Profile, shipped())
PAGES = pages.Pages(NETWORKS)
WORDS = PageTexts("sv", NETWORKS["jobbpakten"])
STAFFS = PAGES.network(years.for_staff(), "sv")
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


def words(of: ET.Element | None) -> str:
    assert of is not None
    return " ".join(" ".join(of.itertext()).split())


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

    svg, *swatches = root.iter(f"{SVG}svg")
    described = {tag.get("id"): tag.text for tag in svg}
    assert svg.get("role") == "img"
    assert {one.get("aria-hidden") for one in swatches} == {"true"}
    assert all(described[name] for name in (svg.get("aria-labelledby") or "").split())
    rows = root.findall(".//section/figure/../table/tbody/tr")
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


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(
    ("language", "until", "since"),
    [
        ("sv", "Läget den 31 augusti 2026", "räknas från det första löftet, i {month}, till"),
        ("en", "As of 31 August 2026", "counted from the first promise, in {month}, until"),
    ],
)
def test_a_page_says_whose_it_is_from_when_until_when(
    network: str, language: str, until: str, since: str
) -> None:
    profile, texts = NETWORKS[network], PageTexts(language)
    of_all, of_one = years.in_public(network), years.for_member(network)
    for since_when, page in (
        (of_all.since, PAGES.network(of_all, language)),
        (of_one.since, PAGES.member(of_one, language)),
    ):
        assert since_when
        head = words(read(page).find("body/header"))
        assert f"{profile.municipality.name} · {profile.name}" in head
        assert until in head
        assert since.format(month=texts.month(since_when)) in head
        assert profile.name in (read(page).findtext("head/title") or "")


def test_the_day_that_all_is_as_of_stands_once_where_months_are_closed() -> None:
    public = words(read(PAGES.network(years.in_public(), "sv")).find("body"))

    assert (public.count("31 augusti 2026"), public.count("augusti 2026")) == (1, 2)
    assert words(read(STAFFS).find("body")).count("15 september 2026") == 2


def test_where_people_are_counted_by_another_day_the_page_says_by_which() -> None:
    other = replace(years.in_public(), people_as_of=date(2026, 7, 31))

    assert "Antalen personer visar läget den 31 juli 2026." in PAGES.network(other, "sv")
    assert "The numbers of people are as of 31 July 2026." in PAGES.network(other, "en")
    assert "Antalen personer visar" not in PAGES.network(years.in_public(), "sv")


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_hidden_is_not_said_to_be_few_beside_a_row_that_knows_better(
    language: str,
) -> None:
    persons = Persons(HIDDEN, shown(7))
    root = read(PAGES.network(replace(years.for_staff(), persons=persons), language))
    rows = [words(row) for row in root.iter("tr")]
    hidden = PageTexts(language).say("people.masked")

    begun, completed = (PageTexts(language).say(f"people.{one}") for one in ("begun", "completed"))
    assert f"{begun} {hidden}" in rows
    assert f"{completed} 7" in rows
    for page in [*every_page(language), PAGES.network(years.in_public(size=5), language)]:
        figures = [words(one) for one in read(page).iter() if one.tag in {"td", "p", "span"}]
        assert not [one for one in figures if re.search("färre än|fewer than", one)]


def test_no_column_holds_nothing_but_dashes() -> None:
    for report in (years.in_public(), years.in_public(size=5)):
        for table in read(PAGES.network(report, "sv")).iter("table"):
            rows = [row for row in table.iter("tr") if row.find("td") is not None]
            for column in zip(*[list(row)[1:] for row in rows], strict=True):
                said = {words(cell) for cell in column}
                assert not said <= {"– visas inte"}, ET.tostring(table, "unicode")[:200]


def test_who_has_promised_nothing_yet_sees_no_picture_and_no_noughts() -> None:
    root = read(PAGES.member(years.of_newcomer(), "sv"))

    assert not [*root.iter(f"{SVG}svg")]
    assert "Då hade ännu inget utlovats." in words(root.find("body/header"))
    assert "Av 0 utlovade" not in words(root)
    assert "överenskommelse" not in words(root.find("body/main")).lower()


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
