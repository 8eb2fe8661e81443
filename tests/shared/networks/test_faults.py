"""What is amiss in a network is named by file, line and field."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as some
from tests.shared.support.networks import KINDS, complaint, spoilt
from tests.support.networks import NETWORK, copied, say

import matching.profiles
from shared.networks import load
from shared.networks.profiles import NetworkProfile

SIGNS = "ab:-{}[]&*!#|>%'\"\\ \n\t01"  # what YAML is written with


def line_of(file: Path, field: str) -> int:
    """Return the line in which a field stands, or what it stands in."""
    node = yaml.compose(file.read_text("utf-8"))
    line = 1
    for name in field.split("."):
        inside = node.value if isinstance(node, yaml.MappingNode) else []
        found = [(key, inner) for key, inner in inside if key.value == name]
        if not found:
            break
        line, node = found[0][0].start_mark.line + 1, found[0][1]
    return line


@pytest.mark.parametrize(
    ("file", "field", "value"),
    [
        ("network.yaml", "motto", None),
        ("network.yaml", "bank", "some"),
        ("network.yaml", "colour", "blue"),
        ("network.yaml", "municipality.code", 380),
        ("network.yaml", "contact.email", "nobody"),
        ("network.yaml", "data_protection_officer", None),
        ("network.yaml", "values.human_rights.sv", ""),
        ("network.yaml", "values.Equality", {"sv": "x", "en": "y"}),
        ("network.yaml", "values.human_rights.en", None),
        ("network.yaml", "offers.internship.kept_by", "luck"),
        ("network.yaml", "offers.internship.text", {"sv": "Praktik"}),
        ("network.yaml", "units.kansliet", {"en": "The office"}),
        ("network.yaml", "units", {}),
        ("network.yaml", "languages", ["sv", "en", "sv"]),
        ("network.yaml", "motto", "  "),
        ("network.yaml", "offers.internship.text.sv", "Praktik \ufffd"),
        ("network.yaml", "municipality.code", "380"),
        ("network.yaml", "name", "Jobbpakten\r\nBcc: alla"),
        ("network.yaml", "name", "\u00a0"),
        ("network.yaml", "units.jobbcenter_city.sv", " "),
        ("membership.yaml", "offers.internship.at_most.micro", 0),
        ("membership.yaml", "offers.internship.at_most.micro", "4"),
        ("membership.yaml", "offers.internship.at_most.giant", 4),
        ("membership.yaml", "offers.internship", None),
        ("membership.yaml", "offers.guided_tour", {"at_most": {"micro": 1}}),
        ("membership.yaml", "refusal_grounds.not_verified.rests_on", True),  # an unquoted yes
        ("membership.yaml", "suspension_grounds", {}),
        ("membership.yaml", "suspension_grounds.working_conditions.review", None),
        ("membership.yaml", "deadlines.suspension", None),
        ("membership.yaml", "deadlines.vetting", {"weeks": 1, "years": 1}),
        ("membership.yaml", "deadlines.vetting", {}),
        ("membership.yaml", "checklist", {}),
        ("membership.yaml", "checklist.insured.en", None),
        ("membership.yaml", "bank", "both"),
        ("matching.yaml", "offers.internship", None),
        ("matching.yaml", "offers.study_visit", {"longest": {"days": 1}}),
        ("matching.yaml", "employer_declines.need_gone.tells_the_candidate", "yes"),
        ("matching.yaml", "ends.expired", None),
        ("matching.yaml", "ends.candidate_no.tells_the_candidate", True),
        ("matching.yaml", "ends.withdrawn.tells_the_candidate", True),
        ("matching.yaml", "facts.asked_about_protection", None),
        ("matching.yaml", "employer_declines.need_gone.follows", "Ring!"),
        ("matching.yaml", "groups.5", {"sv": "Fem", "en": "Five"}),
        ("matching.yaml", "decided_on", "2026-13-45"),
        ("matching.yaml", "limits.candidate_answer_days", {"at_least": 8, "at_most": 7}),
        ("matching.yaml", "deadlines.visible", 92),
        ("matching.yaml", "version", 2026),
        ("matching.yaml", "withdrawals", None),
        ("followup.yaml", "placements.running", None),
        ("followup.yaml", "placements.lost", {"sv": "Borta", "en": "Gone"}),
    ],
)
def test_what_is_amiss_is_named_by_file_line_and_field(
    tmp_path: Path, file: str, field: str, value: Any
) -> None:
    where = copied(tmp_path) / file
    say(where, field, value)

    said = complaint(tmp_path, KINDS[file])

    [name, line, named, why] = said.splitlines()[0].split(":", 3)
    assert name == f"{NETWORK}/{file}"
    assert field.startswith(named.strip()) or named.strip().startswith(f"{field}.")
    assert "Input" not in why
    assert int(line) == line_of(where, named.strip())
    assert why.strip()


def test_all_that_is_amiss_is_said_at_once(tmp_path: Path) -> None:
    own = copied(tmp_path)
    say(own / "network.yaml", "bank", "some")
    say(own / "network.yaml", "motto", None)
    say(own / "matching.yaml", "version", 7)
    say(copied(tmp_path, "grannpakten") / "matching.yaml", "limits.matches_at_place", 0)

    said = complaint(tmp_path, matching.profiles.Profile).splitlines()

    assert [one.split(": ")[1] for one in said] == [
        *("limits.matches_at_place", "motto", "bank", "version")
    ]


def test_a_field_that_says_nothing_is_no_answer(tmp_path: Path) -> None:
    own = copied(tmp_path)
    spoilt(own / "network.yaml", lambda text: text.replace("bank: both", "bank:"))

    assert complaint(tmp_path, NetworkProfile).endswith(": bank: it says nothing")


def test_what_is_no_yaml_or_no_text_is_said_with_its_line(tmp_path: Path) -> None:
    own = copied(tmp_path)
    file, good = own / "network.yaml", (own / "network.yaml").read_text("utf-8")
    for text, why in (
        ("bank: both\na: [", "jobbpakten/network.yaml:2: not YAML: "),
        ('a: 1\nb: !!int ""', "jobbpakten/network.yaml:2: not YAML: no int: "),
        ("a: 1\nb: !!bool abc", "jobbpakten/network.yaml:2: not YAML: no bool: "),
        ('a: "\\UFFFFFFFF"', "jobbpakten/network.yaml:1: not YAML: "),
        ("a: &a\n  b: *a", "jobbpakten/network.yaml:1: not YAML: "),
        ("", "jobbpakten/network.yaml:1: it says nothing"),
        ("bank: both", "jobbpakten/network.yaml:1: network: it is missing"),
        ("bank:\n\tboth", "network.yaml:2: not YAML: "),
        ("- bank", "jobbpakten/network.yaml:1: "),
        ("null", "jobbpakten/network.yaml:1: it says nothing"),
        (f"{good}\nbank: none", f"network.yaml:{good.count(chr(10)) + 2}: bank stands"),
    ):
        file.write_text(text, "utf-8")
        assert why in complaint(tmp_path, NetworkProfile), text
    file.write_bytes("bank: both\nmotto: Öppna".encode("latin-1"))
    assert complaint(tmp_path, NetworkProfile) == (
        "jobbpakten/network.yaml:2: not UTF-8: save it as UTF-8"
    )


@given(some.text() | some.text(SIGNS), some.sampled_from(["", "bank: both\n"]))
def test_whatever_stands_in_a_file_is_said_by_file_and_line(text: str, before: str) -> None:
    with TemporaryDirectory() as folder:
        own = copied(Path(folder))
        (own / "network.yaml").write_text(before + text, "utf-8")
        for line in complaint(Path(folder), NetworkProfile).splitlines():
            assert re.match(r"jobbpakten/network\.yaml:\d+: ", line)


def test_aliases_that_repeat_each_other_are_refused_before_they_are_read(tmp_path: Path) -> None:
    rings = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    (copied(tmp_path) / "network.yaml").write_text(f"a0: &a0 [1]\n{rings}", "utf-8")
    assert "it says too much" in complaint(tmp_path, NetworkProfile)


def test_a_link_that_leads_nowhere_and_a_network_named_for_its_folder_are_said(
    tmp_path: Path,
) -> None:
    own = copied(tmp_path)
    assert "name the folder that it lies in" in complaint(own, NetworkProfile)
    (tmp_path / "grannpakten").symlink_to(tmp_path / "nowhere")
    assert "grannpakten/network.yaml: it isn't there" in complaint(tmp_path, NetworkProfile)


def test_a_file_or_a_network_that_isnt_there_is_said(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        assert "a folder with a network.yaml for each" in complaint(folder, NetworkProfile)
    own = copied(tmp_path)
    (own / "matching.yaml").unlink()
    for name in ("..data", "lost+found"):  # of Kubernetes' ConfigMap, of a mounted disk
        (tmp_path / name).mkdir()

    assert complaint(tmp_path, KINDS["matching.yaml"]) == "jobbpakten/matching.yaml: it isn't there"
    assert {*load(KINDS["membership.yaml"], tmp_path)} == {NETWORK}


def test_what_cant_be_opened_is_said(tmp_path: Path) -> None:
    file = copied(tmp_path) / "network.yaml"
    file.unlink()
    file.mkdir()
    assert complaint(tmp_path, NetworkProfile) == (
        "jobbpakten/network.yaml: it can't be read: Is a directory"
    )


def test_a_network_lies_in_the_folder_of_its_own_name(tmp_path: Path) -> None:
    copied(tmp_path, "grannpakten").rename(tmp_path / "another")
    assert "network: its folder is called another" in complaint(tmp_path, NetworkProfile)
