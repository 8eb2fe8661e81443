"""What spreadsheets write is taken where nothing is lost; all else is named for what it is."""

import csv
import gzip
import io
import zipfile
from itertools import product

import pytest
from tests.matching.support import people
from tests.matching.support.service import Matching
from tests.matching.support.tables import CLEAN, HEADER, imported, names, row, table

NAME = 'Törnqvist, "Åsa" É'


async def test_a_file_is_read_as_spreadsheets_write_it(matching: Matching) -> None:
    encodings = ("utf-8", "utf-8-sig", "cp1252")
    forms = [*product(encodings, ";,\t", ("\n", "\r\n", "\r"))]
    numbers = ["{}", "{},00", "{}.0", '="{}"', "'{}", "{:.11E}"] * 5
    for (encoding, separator, end), number in zip(forms, numbers, strict=False):
        rows = [line.split(";") for line in (HEADER, row(name=NAME))]
        rows[1][0] = number.format(int(rows[1][0]))
        written = io.StringIO(newline="")
        csv.writer(written, delimiter=separator, lineterminator=end).writerows(rows)
        answer = await imported(matching, written.getvalue().encode(encoding))
        read_as = "cp1252" if encoding == "cp1252" else "utf-8"
        assert answer == {"rows": 1, "registered": 1, **CLEAN, "encoding": read_as}
    assert await names(matching) == [NAME] * len(forms)


@pytest.mark.parametrize(
    ("before", "separator", "first"),
    [
        ("sep=;\r\n", ";", 2),
        ("SEP=;\n", ";", 2),
        ('"sep=,"\r\n', ",", 2),
        ("sep=,,,,\r\n", ",", 2),
        ("sep=\t\r\n", "\t", 2),
        ("sep=|\r\n", "|", 2),
        ("sep=;\r\n\r\n", ";", 3),
        ("\r\n", ";", 3),
        (";;;;\r\n", ";", 3),
        (" \t\r\n", ";", 3),
        ("\r\n\r\n", "\t", 4),
        ("\ufeff\ufeff", ";", 2),
    ],
)
async def test_a_first_line_that_says_nothing_of_anybody_is_passed_over(
    matching: Matching, before: str, separator: str, first: int
) -> None:
    rows = [HEADER, row(name="", schedule=""), row(schedule="")]
    written = before + "\r\n".join(rows).replace(";", separator)
    answer = await imported(matching, written.encode())
    assert [(one["row"], one["column"]) for one in answer["errors"]] == [(first, "name")]
    rows[1] = row(schedule="")
    written = before + "\r\n".join(rows).replace(";", separator)
    assert (await imported(matching, written.encode()))["registered"] == 2


async def test_empty_cells_at_the_end_may_be_cut_off_or_too_many(matching: Matching) -> None:
    short = ";".join(row().split(";")[:3])
    rows = [f"{HEADER};;", short, row(), f"{row()};", f"{row()};;;;; ;\u200b;", ";;;;", ""]
    answer = await imported(matching, "\r\n".join(rows).encode())
    assert answer == {"rows": 4, "registered": 4, **CLEAN}


async def test_rows_that_are_too_long_or_too_short_to_say_who_are_named(matching: Matching) -> None:
    number = people.identity_number()
    answer = await imported(
        matching, table(row(), f"{row()};more", number, f"{row()};;x", f"{number};Bo Ek")
    )
    places = [(error["row"], error["column"]) for error in answer["errors"]]
    assert places == [(3, ""), (4, "language"), (4, "name"), (5, ""), (6, "language")]
    assert answer["errors"][0]["detail"] == "the row has more cells than the header"
    assert answer["registered"] == 0


async def test_a_day_may_have_its_midnight_and_no_other_hour(matching: Matching) -> None:
    taken = ("2026-02-27", "2026-02-27 00:00", "2026-02-27 00:00:00", "2026-02-27T00:00:00.000")
    rows = [row(available_from=day, registered_on=day) for day in taken]
    assert (await imported(matching, table(*rows)))["registered"] == len(taken)
    hours = ("14:00", "00:00:01", "00:00 x", "00")
    refused = (*(f"2026-02-27 {hour}" for hour in hours), "27/2", "46080", "2026-02-2700:00")
    answer = await imported(matching, table(*(row(available_from=day) for day in refused)))
    places = [(error["row"], error["column"]) for error in answer["errors"]]
    assert places == [(number, "available_from") for number in range(2, 2 + len(refused))]


async def test_a_telephone_with_a_dash_or_an_extension_is_taken_in_any_encoding(
    matching: Matching,
) -> None:
    written = "070–174 06 05", "018-727 00 00 ankn 1234", "018–727 00 00, anknytning 12"
    for encoding in ("utf-8", "cp1252"):
        rows = "\n".join([HEADER, *(row(phone=phone) for phone in written)])
        assert (await imported(matching, rows.encode(encoding)))["registered"] == len(written)
    found = (await matching.good("GET", "/candidates", "caseworker"))["candidates"]
    phones = [(await people.file(matching, one["candidate_ref"]))["phone"] for one in found]
    assert phones == [phone.replace("–", "-") for phone in written] * 2


async def test_an_address_keeps_its_lines_and_a_name_has_one(matching: Matching) -> None:
    written = row(name='"Åsa\nEk"', address='"c/o  Ek \r\n\r\nStorgatan 3\n753 20\u200b Uppsala"')
    assert (await imported(matching, table(written, row(address="\u200d\u200b"))))[
        "registered"
    ] == 2
    found = (await matching.good("GET", "/candidates", "caseworker"))["candidates"]
    files = [await people.file(matching, one["candidate_ref"]) for one in found]
    assert files[0]["name"] == "Åsa Ek"
    assert files[0]["address"] == "c/o Ek\nStorgatan 3\n753 20 Uppsala"
    assert files[1]["address"] is None


def zipped(**files: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return written.getvalue()


CSV = f"{HEADER}\r\n{row(name='Åsa Ek')}\r\n"
KINDS = {
    "an Excel workbook (xlsx)": zipped(**{"[Content_Types].xml": b"<a/>", "xl__workbook.xml": b""}),
    "an ODS spreadsheet": zipped(
        mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content=b""
    ),
    "a ZIP archive": zipped(people=CSV.encode()),
    "an old Excel workbook (xls)": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "compressed with gzip": gzip.compress(CSV.encode()),
    "a compressed archive": b"7z\xbc\xaf\x27\x1c" + bytes(30),
    "a PDF document": b"%PDF-1.7\n%\xe2\xe3",
    "an RTF document": b"{\\rtf1\\ansi",
    "an HTML page": b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>",
    "an HTML page ": b"<TABLE><tr><td>name",
    "an XML document": b'<?xml version="1.0"?>',
    "JSON": b'[{"name": "x"}]',
    "a web form, not the file itself": b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n',
    "UTF-16 text": CSV.encode("utf-16"),
    "UTF-16 text ": CSV.encode("utf-16-le"),
    "UTF-16 text  ": CSV.encode("utf-16-be"),
    "UTF-32 text": CSV.encode("utf-32"),
    "UTF-32 text ": CSV.encode("utf-32-be"),
}


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_no_csv_is_named_for_what_it_is(matching: Matching, kind: str) -> None:
    answer = await imported(matching, KINDS[kind])
    said = f"the file is {kind.strip()}: save it as CSV UTF-8"
    assert answer["errors"] == [{"row": 1, "column": "", "detail": said}]
    assert (answer["rows"], answer["registered"], answer["encoding"]) == (0, 0, None)


async def test_a_file_with_nul_is_no_text(matching: Matching) -> None:
    answer = await imported(matching, table(row(), row(name="Bo\0Ek")))
    assert "NUL" in answer["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("rows", "amiss"),
    [
        ([row(), row(name='"Åsa'), row()], 3),
        ([row(), row(name='"Åsa'), row(name='"Ek, Bo"'), row()], 3),
        ([row(), row(), row(name='"Åsa" Ek')], 4),
        ([row(address='"Box 3\nUppsala"'), "", row(), row(name='"' + "x" * 200_000)], 5),
    ],
)
async def test_a_quotation_mark_that_isn_t_closed_is_named_by_its_row(
    matching: Matching, rows: list[str], amiss: int
) -> None:
    answer = await imported(matching, table(*rows))
    assert [(error["row"], error["column"]) for error in answer["errors"]] == [(amiss, "")]
    assert "quotation mark" in answer["errors"][0]["detail"]
    assert (answer["rows"], answer["registered"]) == (0, 0)
