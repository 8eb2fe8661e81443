"""Count the files of ours that each act passes through: `python -m tests.passages`.

Whoever changes what an act does has to read them. Counted is in which files functions run while a
call that matching's tests make is answered, without `shared/`: in the release before, and here.
"""

import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from tests.support.releases import THIS_ONE, Release, before

# Tests that let a match be proposed, answered and accepted, where they lie here and where they lay.
CALLING = ("matches/test_decisions.py", "api/test_consents.py", "test_consents.py")


def passed(release: Release) -> dict[str, list[str]]:
    """Run those tests of a tree; give the files by the act."""
    tests = [release.folder / "tests/matching" / one for one in CALLING]
    with TemporaryDirectory() as folder:
        path = f"{Path(__file__).parent}{os.pathsep}{release.environment['PYTHONPATH']}"
        told = {"PYTHONPATH": path, "PASSAGES": f"{folder}/passages"}
        words = ("-m", "pytest", "-q", "-p", "noted", *(str(one) for one in tests if one.exists()))
        ended = release.run(*words, **told)
        if ended.returncode:
            sys.exit(ended.stdout[-2000:])
        found: dict[str, list[str]] = json.loads(Path(folder, "passages").read_text("utf-8"))
    return found


def main() -> None:
    with TemporaryDirectory() as folder:
        was, now = passed(before(Path(folder))), passed(THIS_ONE)
    table = Table("act", "before", "now")
    for act in sorted(now):
        table.add_row(act, str(len(was.get(act, []))), str(len(now[act])))
    Console().print(table)
    for act in sys.argv[1:]:
        Console().print(act, *now[act], sep="\n  ")


if __name__ == "__main__":
    main()
