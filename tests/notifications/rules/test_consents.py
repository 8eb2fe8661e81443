"""Whether a consent is known to hold: until its last day, and as the release before heard it."""

from datetime import date

import pytest

from notifications.rules.subjects import has_consented

TODAY, HEARD_AT = date(2026, 3, 2), "2026-03-01T08:00:00+00:00"


@pytest.mark.parametrize(
    ("kept", "holds"),
    [
        (["2026-03-01"], False),
        (["2026-03-02"], True),
        (["2026-03-03"], True),
        ([], True),  # the release before kept no day, and mailed by it
    ],
)
def test_a_consent_holds_until_its_last_day_is_over(kept: list[str], *, holds: bool) -> None:
    heard = {"consent.given.v1": {"one": ["1", HEARD_AT, *kept]}}
    assert has_consented(heard, TODAY) is holds


def test_without_one_there_is_none() -> None:
    assert not has_consented({}, TODAY)
    assert not has_consented({"consent.withdrawn.v1": {"one": ["2", HEARD_AT]}}, TODAY)
