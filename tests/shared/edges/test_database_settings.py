"""Settings of the way to a database: what contradicts itself is said before anything begins."""

from typing import Any

import pytest
from tests.cli.commands import jobbpakten
from tests.shared.support.notes import Local
from tests.support.callers import settings

URL = "postgresql+asyncpg://me@db/x"
LIST = ("parked", "list", "--service", "membership")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"database_url": f"{URL}?ssl=require"},
            "it says ssl: take that out, and set MEMBERSHIP_DATABASE_TLS",
        ),
        (
            {"database_direct_url": f"{URL}?sslmode=verify-full&sslrootcert=a"},
            "it says sslmode, sslrootcert: take that out, and set MEMBERSHIP_DATABASE_TLS",
        ),
        (
            {"database_ca_file": "ca.crt"},
            "MEMBERSHIP_DATABASE_CA_FILE: nothing reads it while MEMBERSHIP_DATABASE_TLS is off",
        ),
        (
            {"database_tls": "verify-full", "database_key_file": "a.key"},
            "MEMBERSHIP_DATABASE_KEY_FILE: set MEMBERSHIP_DATABASE_CERTIFICATE_FILE beside it",
        ),
        (
            {"database_url": "postgresql+asyncpg://me:mine@db/x", "database_password": "7cc2"},
            "MEMBERSHIP_DATABASE_URL: it holds a password, and MEMBERSHIP_DATABASE_PASSWORD anoth",
        ),
        (
            {"environment": "production", "clock": "system", "database_password": "changeme"},
            "MEMBERSHIP_DATABASE_PASSWORD: its password is one from a manual",
        ),
        ({"database_tls": "prefer"}, "Input should be 'off', 'require' or 'verify-full'"),
    ],
)
def test_what_contradicts_itself_is_refused_with_what_helps(
    more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValueError, match="validation error") as refused:
        settings(Local, more.pop("database_url", URL), **more)
    assert said in str(refused.value)


def test_what_the_environment_says_to_one_driver_is_refused_and_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    with pytest.raises(ValueError, match="PGSSLMODE: nothing reads it: set MEMBERSHIP_DATABASE_TL"):
        settings(Local, URL)
    assert settings(Local, URL, database_tls="require").database_tls == "require"


def test_no_password_is_shown_where_settings_are() -> None:
    assert "7cc2" not in repr(settings(Local, URL, database_password="7cc2"))


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (
            {"MEMBERSHIP_DATABASE_URL": f"{URL}?sslmode=require"},
            "MEMBERSHIP_DATABASE_URL says sslmode: take that out, and set MEMBERSHIP_DATABASE_TLS.",
        ),
        (
            {"MEMBERSHIP_DATABASE_URL": URL, "MEMBERSHIP_DATABASE_CA_FILE": "a"},
            "MEMBERSHIP_DATABASE_CA_FILE: nothing reads it while MEMBERSHIP_DATABASE_TLS is off.",
        ),
        (
            {"MEMBERSHIP_DATABASE_URL": URL, "MEMBERSHIP_DATABASE_TLS": "on"},
            "MEMBERSHIP_DATABASE_TLS: Input should be 'off', 'require' or 'verify-full'.",
        ),
    ],
)
def test_the_command_line_refuses_the_same(env: dict[str, str], said: str) -> None:
    found = jobbpakten(*LIST, env=env)

    assert (found.code, found.err) == (2, f"{said}\n")
