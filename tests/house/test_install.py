"""`make .venv/.installed` says what it does and how far it is, and fails when pip does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = """#!/bin/sh
case "$*" in *requirements.lock*)
    for i in $(seq 45); do echo "Collecting p$i==1.0 (from -r requirements.lock (line $i))"; done
    echo "Installing collected packages: p1, p2"; {end};;
esac
"""


@pytest.mark.parametrize(("end", "code"), [("true", 0), ("exit 1", 2)])
def test_the_install_says_what_it_does_and_how_far_it_is(
    tmp_path: Path, end: str, code: int
) -> None:
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    pip = tmp_path / ".venv/bin/pip"
    pip.parent.mkdir(parents=True)
    pip.write_text(PIP.format(end=end))
    pip.chmod(0o755)

    command = ["make", ".venv/.installed"]
    # Tests are run by make, and a make within a make says more.
    alone = {name: said for name, said in os.environ.items() if not name.startswith("M")}
    ended = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env=alone
    )

    said = ended.stdout.splitlines()
    count = said[2].removeprefix("2 of 3: the packages, about ")
    assert said[1:6] == [
        "1 of 3: a virtual environment",
        f"2 of 3: the packages, about {count}",
        f"  20 of {count}",
        f"  40 of {count}",
        f"  45 of {count} are here: unpacking them",
    ]
    assert int(count) > 50
    assert ended.returncode == code
    assert (tmp_path / ".venv/.installed").exists() == (code == 0)
