"""The release before runs on this release's schema: replicas of both serve during an upgrade."""

from pathlib import Path

from tests.support.releases import THIS_ONE, before

# Its own tests, one or two a service, in which most of its tables are written and read.
LIVES = (
    *("tests/membership/api/test_joining.py", "tests/membership/api/test_contact.py"),
    *("tests/matching/api/test_placements.py", "tests/matching/api/test_consents.py"),
    *("tests/notifications/commands/test_sending.py", "tests/notifications/api/test_page.py"),
    *("tests/followup/subscribers/test_subscribers.py", "tests/followup/api/test_api.py"),
)


def test_the_release_before_passes_its_own_tests_on_this_schema(tmp_path: Path) -> None:
    release_before = before(tmp_path)
    plugin = Path(__file__).parent
    sources = THIS_ONE.environment["PYTHONPATH"]
    paths = f"{release_before.environment['PYTHONPATH']}:{plugin}"
    done = release_before.run(
        *("-m", "pytest", "-q", "-p", "on_this_schema", *LIVES),
        PYTHONPATH=paths,
        NEWER_SOURCES=sources,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
