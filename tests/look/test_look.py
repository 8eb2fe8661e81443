"""What is looked at: all there is, with its pictures; and what is said where it can't be."""

import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from tests.look.__main__ import FOLDER, UNKNOWN, looked_at
from tests.look.browsers import MISSING, chromium_here
from tests.look.sheets import ROLES, TASKS, sheets

from jobbpakten_local.parts import finished
from notifications.rules.notices import TEMPLATES
from shared.texts import LANGUAGES

ROOT = Path(__file__).parents[2]
ALL = [*sheets()]
A_FEW = {"reports/newcomer-en", "tasks/gone-sv", "mails/together-signatory-sv"}
ENDED = ("acted", "cancelled", "expired")


def test_every_report_task_and_mail_is_looked_at_in_every_language() -> None:
    names = [sheet.name for sheet in ALL]

    assert len({*names}) == len(names)
    assert {template for template, _ in ROLES} == {*TEMPLATES}
    for language, (template, role) in product(LANGUAGES, ROLES):
        assert f"mails/{template}-{role}-{language}" in names
    for language, (template, role) in product(LANGUAGES, TASKS):
        for state in ("waiting", "waiting-late", *ENDED):
            assert f"tasks/{template}-{role}-{state}-{language}" in names
    for language, report in product(LANGUAGES, ("network", "member", "network-for-staff")):
        assert f"reports/{report}-{language}" in names


def test_a_tasks_page_that_looks_like_another_is_looked_at_once() -> None:
    of_one = [one.html for one in ALL if one.name.startswith("tasks/sign_agreement-signatory-")]

    assert len({*of_one}) == len(of_one)


@pytest.mark.usefixtures("chromium")
def test_each_is_written_with_its_pictures_and_can_be_clicked_to(tmp_path: Path) -> None:
    chosen = [sheet for sheet in ALL if sheet.name in A_FEW]
    finished(looked_at(chosen, chromium_here() or "", tmp_path))
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    index = (tmp_path / "index.html").read_text("utf-8")

    for sheet in chosen:
        endings = [".html", "-390.png", "-1280.png"]
        endings += [".pdf"] * sheet.on_paper + [".txt"] * (sheet.text is not None)
        assert {f"{sheet.name}{one}" for one in endings} <= written
        assert all(f'"{sheet.name}{one}"' in index for one in endings)
        assert (tmp_path / f"{sheet.name}.html").read_text("utf-8") == sheet.html
    assert len(written) == 3 * len(chosen) + 3


def test_where_there_is_no_chromium_it_says_how_to_get_one() -> None:
    words = [sys.executable, "-m", "tests.look"]
    ended = subprocess.run(
        words, cwd=ROOT, env={"PATH": "/nowhere"}, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr.strip()) == (1, MISSING)
    assert "apt install chromium" in MISSING


def test_a_name_that_nothing_has_is_said_to_be_one() -> None:
    words = [sys.executable, "-m", "tests.look", "no-such-page"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stderr.strip()) == (1, UNKNOWN)


def test_pictures_are_nobodys_to_commit() -> None:
    ignored = subprocess.run(["git", "check-ignore", "-q", FOLDER], cwd=ROOT, check=False)

    assert ignored.returncode == 0
