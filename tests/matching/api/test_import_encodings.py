"""Encodings: a file is taken as what it surely is, and its letters are never stored as others."""

import random

import pytest
from tests.matching.support.service import Matching
from tests.matching.support.tables import HEADER, imported, names, row, table

from matching.api.importing.tables import Columns, Table, read

COLUMNS = Columns(("name", "address"), ("name",), names=("name",))
SWEDISH = """Åsa Åberg|Örjan Öst|Ärla Äng|Märta Ek|Björn Bo|Pär Ek|Håkan Ek|Måns Ek|Kåre Å|Östen Ö
Lars Söderström|Pär Söderström|ÅSA ÅBERG|MÄRTA EK|BJÖRN BO|ÄRLA|ÖRJAN|Inga-Märta Ek|Ödmårds Ärna
åsa|märta|örjan|Ängla|Ina Hallåker|Sjö|Malmö|Ålö|LINDÅ|MALMÖ|Ek, Pär|Väinö Hämäläinen|Ylä-Äijö"""
OTHERS = """René Ek|Chloé|Renée|ANDRÉ|José|Zoë|Muñoz|García|María|León|Raúl|Jürgen|Müller|Ümit|Gül
Jørgen|Øster|Kjær|Weiß|Strauß|Loïc|Benoît|Noël|João|Ángel|Óscar|Úrsula|Élodie|Françoise|Ærlig|Márta
O’Brien|D’Angelo|Peña|ÜMIT|GARCÍA|IRÈNE|Geneviève|Nuñez|Jesús|Ñuflo|Ève"""
TAKEN_AS_CP1252 = """Šime|Žana|Ana Šime|Dušan|Nataša Božena|Štefan|Émile|Gül|Jürgen|Weißmann|Sœur
Lebœuf|Œuvrard|Guðrún|Sigurð|Þorsteinn|Øyvind Ærø|O´Brien|O’Brien|D’Angelo|Anna–Karin|Anna ”Ninni”
Anna “Ninni” Ek|MALMÖ|GöTEBORG|Ní hÉigeartaigh|Märta Živko|Åsa Suárez|Hélène|Çelik|Íris|João|Loïc
Anna\xa0Ek|Åsa\xa0|Pär Straße|Jõgi|Simões|Fernández|Gutiérrez|Conceição"""
OTHER_PAGES = ("cp850", "cp437", "mac_roman")


def split(written: str) -> list[str]:
    return written.replace("\n", "|").split("|")


def read_one(name: str, encoding: str) -> Table:
    return read(f"name;address\r\n{name};Storgatan 3\r\n".encode(encoding), COLUMNS)


@pytest.mark.parametrize("encoding", OTHER_PAGES)
def test_a_name_in_another_code_page_is_refused_by_its_row_and_never_stored_as_another(
    encoding: str,
) -> None:
    for name in split(SWEDISH) + split(OTHERS):
        if name.encode(encoding, "ignore").decode(encoding) == name:
            found = read_one(name, encoding)
            assert [(fault.row, fault.column) for fault in found.faults] == [(2, "name")], name
            assert "save it as CSV UTF-8" in found.faults[0].detail
            assert found.rows == []


def test_a_name_in_cp1252_is_taken_where_it_can_be_told_apart() -> None:
    for name in split(SWEDISH) + split(TAKEN_AS_CP1252):
        found = read_one(name, "cp1252")
        assert (found.faults, found.encoding) == ([], "cp1252"), name
        assert found.rows[0].cells["name"] == " ".join(name.split())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_any_name_in_utf8_is_taken(encoding: str) -> None:
    for name in split(SWEDISH) + split(OTHERS) + split(TAKEN_AS_CP1252):
        found = read_one(name, encoding)
        assert (found.faults, found.encoding) == ([], "utf-8"), name


@pytest.mark.parametrize(
    "name",
    ["Gülşen Işık", "Živko Šarić", "Мария", "مریم", "Łukasz Żak", "Nguyễn", "李明", "Sa‘d Ma’ruf"],
)
def test_a_name_of_any_alphabet_in_utf8_is_taken(name: str) -> None:
    assert read_one(name, "utf-8").rows[0].cells["name"] == name


@pytest.mark.parametrize("name", ["Živko", "Suárez", "Anna Ek\xa0"])
def test_what_may_be_another_letter_is_refused_unless_the_file_tells(name: str) -> None:
    found = read_one(name, "cp1252")
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "name")]
    told = read(f"name;address\nPär;\n{name};\n".encode("cp1252"), COLUMNS)
    assert (told.faults, len(told.rows)) == ([], 2)


@pytest.mark.parametrize("encoding", OTHER_PAGES)
def test_an_address_in_another_code_page_is_refused_too(encoding: str) -> None:
    for address in ("Norra ängen 3", "Ängsgatan 3", "Västra ågatan", "Box 3, Öregrund"):
        content = f"name;address\nBo;{address}\n".encode(encoding)
        assert [fault.column for fault in read(content, COLUMNS).faults] == ["address"], address
        taken = read(f"name;address\nBo;{address}\n".encode("cp1252"), COLUMNS)
        assert taken.rows[0].cells["address"] == address


@pytest.mark.parametrize("encoding", OTHER_PAGES)
def test_each_row_of_a_whole_file_in_another_code_page_is_named(encoding: str) -> None:
    rows = [f"{name};" for name in split(SWEDISH)]
    found = read("\n".join(["name;address", "Bo;", *rows]).encode(encoding), COLUMNS)
    assert sorted(fault.row for fault in found.faults) == [*range(3, 3 + len(rows))]


def test_one_row_of_another_code_page_among_others_is_named() -> None:
    for name in ("Lars Söderström", "Pär", "Åsa", "Jørgen"):
        rows = [f"{one};".encode("cp1252") for one in split(SWEDISH)]
        content = b"\n".join([b"name;address", *rows[:3], f"{name};".encode("cp850"), *rows[3:]])
        assert [fault.row for fault in read(content, COLUMNS).faults] == [5]


@pytest.mark.parametrize(
    ("name", "written", "read_before_as"),
    [
        ("Söderström", "utf-8", "cp1252"),
        ("Åsa", "utf-8", "cp1252"),
        ("Söderström", "utf-8", "mac_roman"),
        ("Söderström", "utf-8", "cp850"),
        ("Söderström", "cp850", "cp1252"),
        ("Pär", "mac_roman", "cp1252"),
        ("Örjan", "mac_roman", "latin-1"),
        ("Söderström", "cp1252", "utf-8"),
    ],
)
def test_letters_that_were_lost_before_the_file_was_saved_as_utf8_are_seen(
    name: str, written: str, read_before_as: str
) -> None:
    lost = name.encode(written).decode(read_before_as, "replace")
    found = read_one(lost, "utf-8")
    assert [(fault.row, fault.column) for fault in found.faults] == [(2, "name")]
    assert "lost" in found.faults[0].detail


def test_a_utf8_file_with_a_letter_cut_in_two_is_refused_by_its_row() -> None:
    for begins in (b"", b"\xef\xbb\xbf"):
        whole = begins + "name;address\nÅsa;\nBjörn;\n".encode()
        found = read(whole.replace("ö".encode(), b"\xc3"), COLUMNS)
        assert 3 in [fault.row for fault in found.faults]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Иван", "cp1251"),
        ("Иван", "koi8-r"),
        ("Νίκος", "cp1253"),
        ("محمد", "cp1256"),
        ("דוד", "cp1255"),
        ("Łukasz", "cp1250"),
        ("张伟明", "gbk"),
        ("Šime", "iso8859-15"),
    ],
)
def test_a_name_in_another_alphabet_s_code_page_is_refused(name: str, encoding: str) -> None:
    assert [fault.row for fault in read_one(name, encoding).faults] == [2]
    among = b"\n".join([b"name;address", "Pär;".encode("cp1252"), name.encode(encoding) + b";"])
    assert [fault.row for fault in read(among, COLUMNS).faults] == [3]


def test_a_file_of_a_megabyte_of_odd_letters_is_judged_at_once() -> None:
    chance = random.Random(5)
    odd = "".join(chr(letter) for letter in range(0xC0, 0x100))
    rows = [f"{''.join(chance.choices(odd + 'abc ', k=500))};" for _ in range(1_990)]
    assert read("\n".join(["name;address", *rows]).encode("cp1252"), COLUMNS).rows == []


async def test_the_answer_says_as_what_the_file_was_read(matching: Matching) -> None:
    for encoding, said in {
        "utf-8": "utf-8",
        "utf-8-sig": "utf-8",
        "cp1252": "cp1252",
        "latin-1": "cp1252",
        "utf-16": None,
    }.items():
        content = table(row(name="Pär Ek")).decode().encode(encoding)
        for dry_run in (True, False):
            answer = await imported(matching, content, dry_run=dry_run)
            assert (answer["encoding"], answer["registered"]) == (said, bool(said) and not dry_run)
    assert await names(matching) == ["Pär Ek"] * 4


async def test_a_file_of_another_code_page_registers_nobody_and_is_not_repeated(
    matching: Matching,
) -> None:
    written = "\r\n".join([HEADER, row(name="Bo Ek"), row(name="Lars Söderström")])
    for encoding in OTHER_PAGES:
        answer = await imported(matching, written.encode(encoding))
        assert (answer["rows"], answer["registered"], answer["encoding"]) == (0, 0, "cp1252")
        assert [(error["row"], error["column"]) for error in answer["errors"]] == [(3, "name")]
        assert "derstr" not in str(answer)
    assert await names(matching) == []
