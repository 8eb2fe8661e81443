"""Every table says in the docs whom it refers to and when what lies in it goes."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from followup.settings import Settings as Followup
from matching.settings import Settings as Matching
from membership.rules.contact import KEPT_AFTER_THE_END
from notifications.rules.notice import LINK_LIVES
from shared.http.idempotency import KEPT_HOURS
from shared.migrations import PLUMBING_TABLES

SECRECY = (Path(__file__).parents[2] / "docs/architecture/secrecy.md").read_text()
PAGE = SECRECY.partition("## What is kept, and when it goes")[2]
ROW = re.compile(r"^\| `(\w+)\.(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SAID = {(row[1], row[2]): (row[3].strip(), row[4].strip()) for row in ROW.finditer(PAGE)}
SERVICES = ("membership", "matching", "notifications", "followup")
TABLES = {("each", table) for table in PLUMBING_TABLES}
TABLES |= {
    (service, table)
    for service in SERVICES
    for table in import_module(f"{service}.models").Table.metadata.tables
}


def test_each_table_is_on_the_page_and_no_other() -> None:
    assert set(SAID) == TABLES
    assert len(ROW.findall(PAGE)) == len(TABLES), "one is there twice"


@pytest.mark.parametrize("table", sorted(TABLES), ids=".".join)
def test_a_table_that_names_a_person_or_whom_she_meets_isnt_said_to_refer_to_nobody(
    table: tuple[str, str],
) -> None:
    service, name = table
    if service == "each":
        return
    columns = set(import_module(f"{service}.models").Table.metadata.tables[name].columns.keys())
    people = {"candidate_ref", "recipient_id", "sealed", "person_key", "wrapped_key"} & columns
    people |= {one for one in columns if one.endswith("_by") and one != "kept_by"}
    refers, goes = SAID[table]
    assert goes
    assert not (people and refers.startswith("nobody")), people


def test_the_times_on_the_page_are_those_of_the_code() -> None:
    fields = Matching.model_fields
    assert f"`MATCHING_CASES_KEPT_DAYS` ({fields['cases_kept_days'].default})" in PAGE
    assert f"`MATCHING_RUNS_KEPT_DAYS` ({fields['runs_kept_days'].default})" in PAGE
    assert f"{KEPT_AFTER_THE_END.days} days after" in SAID["membership", "contacts"][1]
    assert f"{LINK_LIVES.days // 7} weeks" in SAID["notifications", "notices"][1]
    assert f"{KEPT_HOURS} hours" in SAID["each", "answers"][1]
    assert not [name for name in Followup.model_fields if name.endswith("_kept_days")]
