"""Profiles: what is shipped holds, and what is amiss is named by its path."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from membership import profiles
from shared.profiles import Limit, ProfileAmiss

SHIPPED = profiles.load()["jobbpakten"]


def changed(path: str, value: Any) -> str:
    """Give the shipped profile with one value replaced, or removed by None."""
    whole = yaml.safe_load((profiles.SHIPPED / "jobbpakten.yaml").read_text("utf-8"))
    *way, last = path.split(".")
    part = whole
    for name in way:
        part = part[name]
    if value is None:
        del part[last]
    else:
        part[last] = value
    return yaml.safe_dump(whole, allow_unicode=True)


def complaint(folder: Path, text: str) -> str:
    (folder / "odd.yaml").write_text(text, "utf-8")
    with pytest.raises(ProfileAmiss) as amiss:
        profiles.load(str(folder))
    return str(amiss.value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("motto", None),
        ("bank", "some"),
        ("colour", "blue"),
        ("municipality.code", 380),
        ("values.human_rights", None),
        ("values.human_rights.sv", ""),
        ("offers.internship.kept_by", "luck"),
        ("offers.internship.at_most.micro", 0),
        ("offers.internship.at_most.micro", "4"),
        ("offers.internship.at_most.giant", 4),
        ("refusal_grounds.not_verified.rests_on", True),  # YAML: an unquoted yes
        ("suspension_grounds", {}),
        ("suspension_grounds.working_conditions.review", None),
        ("deadlines.suspension", None),
        ("deadlines.vetting", None),
        ("deadlines.vetting", {"weeks": 1, "years": 1}),
        ("deadlines.vetting", {}),
        ("checklist", {}),
    ],
)
def test_a_field_that_is_amiss_is_named_by_file_and_path(
    tmp_path: Path, path: str, value: Any
) -> None:
    said = complaint(tmp_path, changed(path, value))
    assert said.startswith(f"odd.yaml: {path}"), said


def test_a_text_that_is_missing_in_one_language_is_named(tmp_path: Path) -> None:
    said = complaint(tmp_path, changed("checklist.insured.en", None))
    assert "checklist.insured isn't in the languages sv, en" in said


def test_what_is_no_yaml_and_a_folder_without_profiles_are_said(tmp_path: Path) -> None:
    with pytest.raises(ProfileAmiss, match="no profile"):
        profiles.load(str(tmp_path))
    assert "not YAML" in complaint(tmp_path, "a: [")
    assert "not YAML" in complaint(tmp_path, "a: 2026-13-45")


def test_a_key_or_a_network_that_stands_twice_is_said_with_its_place(tmp_path: Path) -> None:
    shipped = (profiles.SHIPPED / "jobbpakten.yaml").read_text("utf-8")
    twice = shipped.replace("bank: both", "bank: both\nmotto: En annan")
    assert "odd.yaml: not YAML: motto stands twice, the second in line 8" in complaint(
        tmp_path, twice
    )
    deeper = shipped.replace(
        "    kept_by: activity", "    kept_by: activity\n    kept_by: placement"
    )
    assert "kept_by stands twice" in complaint(tmp_path, deeper)
    (tmp_path / "even.yaml").write_text(shipped, "utf-8")
    said = complaint(tmp_path, shipped)
    assert said == "odd.yaml: network: another file has jobbpakten"


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_bytes("motto: Öppna".encode("latin-1"))
    with pytest.raises(ProfileAmiss, match=r"odd\.yaml: not UTF-8 from byte 7"):
        profiles.load(str(tmp_path))


@pytest.mark.parametrize("size", ["micro", "small", "medium", "large"])
def test_every_size_can_promise_something_and_more_the_larger_it_is(size: str) -> None:
    limits = SHIPPED.limits(size)
    assert limits
    assert all(units <= SHIPPED.limits("large")[offer] for offer, units in limits.items())


def test_an_offer_without_a_limit_for_a_size_is_not_made_to_it() -> None:
    internship = SHIPPED.offers["internship"]
    only_large = internship.model_copy(update={"at_most": profiles.Sizes(large=3)})
    profile = SHIPPED.model_copy(update={"offers": {"internship": only_large}})
    assert (profile.limits("micro"), profile.limits("large")) == ({}, {"internship": 3})


@pytest.mark.parametrize(
    ("limit", "start", "last"),
    [
        (Limit(working_days=10), date(2026, 3, 2), date(2026, 3, 16)),
        (Limit(working_days=1), date(2026, 6, 18), date(2026, 6, 22)),  # past Midsummer Eve
        (Limit(weeks=12), date(2026, 3, 2), date(2026, 5, 25)),
        (Limit(years=3), date(2026, 3, 2), date(2029, 3, 2)),
        (Limit(years=3), date(2024, 2, 29), date(2027, 3, 1)),
    ],
)
def test_a_limit_is_a_day(limit: Limit, start: date, last: date) -> None:
    assert limit.after(start) == last
