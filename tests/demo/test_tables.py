"""What the demo prints: what is there to be copied stays whole."""

from io import StringIO

from rich.console import Console

from jobbpakten_local.demo import tables

URLS = {
    "followup": "http://127.0.0.1:27127/followup",
    "matching": "http://127.0.0.1:27127/matching",
}
PROBES = {"followup": "http://127.0.0.1:31692", "notifications": "http://127.0.0.1:31693"}


def test_links_and_paths_stand_in_one_line_however_narrow_the_terminal_is() -> None:
    link, folder = f"http://127.0.0.1:24539/t/{'x' * 150}", f"/home/{'somebody/' * 20}settings"
    out = StringIO()
    on = Console(file=out, width=60, highlight=False)
    tables.show(tables.places(URLS, PROBES, folder, f"{folder}/new", link), on)
    said = out.getvalue().splitlines()
    assert f"  a task      {link}" in said
    assert f"  mails       {folder}/new" in said
    assert "                POST http://127.0.0.1:31693/clock/due" in said
    assert f"  settings    set -a; . {folder}; set +a" in said
