"""The release before: its source from git, for tests of what it and this release must share."""

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


def members(root: Path) -> list[Path]:
    """Return the folders of a tree's distributions, as its workspace names them."""
    workspace = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["uv"]["workspace"]
    return sorted(folder for named in workspace["members"] for folder in root.glob(named))


@dataclass(frozen=True)
class Release:
    """A source tree, run by this environment's Python and libraries."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """Give an environment in which our packages are those of this tree."""
        sources = os.pathsep.join(str(member / "src") for member in members(self.folder))
        return os.environ | {"PYTHONPATH": sources}

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run Python in this tree, with more of an environment; what it printed comes back."""
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=self.environment | more,
            capture_output=True,
            text=True,
            check=False,
        )


THIS_ONE = Release(ROOT)


def before(folder: Path, number: int = -1) -> Release:
    """Lay the source of the release before, or of another by its number, into an empty folder.

    AssertionError, with the cure, in a clone that doesn't reach so far back.
    """
    commit: str = tomllib.loads((ROOT / "tests/releases.toml").read_text())["releases"][number]
    archive = ["git", "archive", "--format=tar", "--output", str(folder / "release.tar"), commit]
    made = subprocess.run(archive, cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, f"{commit} isn't here: git fetch --unshallow\n{made.stderr}"
    subprocess.run(["tar", "-xf", "release.tar"], cwd=folder, check=True)
    return Release(folder)
