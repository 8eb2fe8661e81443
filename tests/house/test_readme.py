"""What README shows works when it is pasted, and its links lead somewhere."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.shared.support.records import made, record

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")]
PAGES += [ROOT / "shared/README.md", ROOT / "deploy/README.md"]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def test_the_subscriber_of_the_readme_reads_what_is_told() -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    told = record(made(), 3)
    assert told.payload
    pasted: dict[str, Any] = {"__name__": "pasted"}
    exec(compile(code, "README.md", "exec"), pasted)

    envelope, event = pasted["read"]([*told.headers], told.payload)

    assert (envelope.subject, envelope.aggregateversion) == (made().key, 3)
    assert event == made()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        assert (page.parent / link).exists(), link
