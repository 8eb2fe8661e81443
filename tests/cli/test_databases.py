"""A database that is missing, wrong, away or empty: one sentence, its exit code, no secret."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import make_url
from tests.cli.commands import NOWHERE, jobbpakten
from tests.cli.ledgers import Ledgers

from jobbpakten_local.parts.postgres import Postgres

LIST = ("parked", "list", "--service", "followup")


def test_a_database_that_isnt_set_is_named_with_an_example() -> None:
    found = jobbpakten(*LIST)

    assert found.code == 2
    assert found.err == (
        "FOLLOWUP_DATABASE_URL isn't set: set it to the database of followup, "
        "for example postgresql+asyncpg://followup:…@db:5432/followup.\n"
    )


def test_a_database_may_be_named_in_a_file_and_a_file_that_is_amiss_is_wrong_use(
    tmp_path: Path,
) -> None:
    file = tmp_path / "url"
    file.write_text(f"{NOWHERE}\n")
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL_FILE": str(file)})
    assert found.code == 3
    assert "127.0.0.1:1/followup" in found.err

    both = {"FOLLOWUP_DATABASE_URL_FILE": str(file), "FOLLOWUP_DATABASE_URL": NOWHERE}
    missing = {"FOLLOWUP_DATABASE_URL_FILE": str(tmp_path / "nothing")}
    for env, said in (
        (both, "FOLLOWUP_DATABASE_URL and FOLLOWUP_DATABASE_URL_FILE are both set"),
        (missing, f"FOLLOWUP_DATABASE_URL_FILE: {tmp_path / 'nothing'} can't be read"),
    ):
        found = jobbpakten(*LIST, env=env)
        assert (found.code, found.out, found.err.count("\n")) == (2, "", 1)
        assert found.err.startswith(said)
        assert "s3cret" not in found.err


@pytest.mark.parametrize(
    "amiss", [{"KAFKA_SECURITY": "SASL_SSL"}, {"KAFKA_PASSWORD_FILE": "/nowhere"}]
)
def test_who_goes_to_a_database_hears_nothing_of_kafka(amiss: dict[str, str]) -> None:
    env = {f"FOLLOWUP_{name}": value for name, value in amiss.items()}
    found = jobbpakten(*LIST, env=env | {"FOLLOWUP_DATABASE_URL": NOWHERE})

    assert (found.code, "127.0.0.1:1/followup" in found.err) == (3, True), found.err
    assert "KAFKA" not in found.err


def test_without_any_database_all_names_are_said() -> None:
    found = jobbpakten("parked", "list")

    assert found.code == 2
    assert "set FOLLOWUP_DATABASE_URL or MATCHING_DATABASE_URL or MEMBERSHIP_" in found.err


@pytest.mark.parametrize("address", ["postgres", "postgresql://db/followup", "sqlite://", "a://["])
def test_an_address_that_is_none_is_wrong_use(address: str) -> None:
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": address})

    assert found.code == 2
    assert "FOLLOWUP_DATABASE_URL is no address of a PostgreSQL database" in found.err


def test_a_server_that_doesnt_answer_is_away() -> None:
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": NOWHERE})

    assert found.code == 3
    assert found.err == (
        "The database of followup at 127.0.0.1:1/followup doesn't answer "
        "(ConnectionRefusedError): "
        "start PostgreSQL, or correct FOLLOWUP_DATABASE_URL.\n"
    )
    assert "s3cret" not in found.err


def test_a_database_that_doesnt_exist_is_away(postgres: Postgres) -> None:
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": postgres.url(uuid4().hex)})

    assert found.code == 3
    assert "doesn't exist: create it, or correct FOLLOWUP_DATABASE_URL" in found.err


def test_an_empty_database_must_be_migrated(empty: str) -> None:
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": empty})

    assert found.code == 3
    assert "isn't migrated: run `jobbpakten migrate --service followup`" in found.err


def test_the_address_past_the_pooler_is_taken(ledgers: Ledgers) -> None:
    direct = {"FOLLOWUP_DATABASE_DIRECT_URL": ledgers.urls["followup"]}

    assert jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": NOWHERE} | direct).code == 0
    direct = {"FOLLOWUP_DATABASE_DIRECT_URL": "nowhere"}
    found = jobbpakten(*LIST, env=ledgers.environment() | direct)
    assert found.err.startswith("FOLLOWUP_DATABASE_DIRECT_URL is no address")


def test_a_service_that_isnt_there_is_wrong_use() -> None:
    found = jobbpakten("parked", "list", "--service", "payroll", env={"COLUMNS": "200"})

    assert found.code == 2
    assert "followup or matching or membership or notifications" in found.err


def test_a_wrong_environment_is_named(ledgers: Ledgers) -> None:
    wrong = ledgers.environment() | {"FOLLOWUP_ENVIRONMENT": "playground"}
    found = jobbpakten(*LIST, env=wrong)

    assert found.code == 2
    assert found.err.startswith("FOLLOWUP_ENVIRONMENT: Input should be 'production'")


def test_migrate_says_from_where_to_where_and_is_safe_to_repeat(empty: str) -> None:
    env = {"FOLLOWUP_DATABASE_URL": empty}
    first = jobbpakten("migrate", "--json", env=env)
    again = jobbpakten("migrate", "--service", "followup", "--json", env=env)

    assert (first.code, again.code) == (0, 0)
    (step,) = first.json
    assert step == {"service": "followup", "from": None, "to": step["to"]}
    assert again.json == [{"service": "followup", "from": step["to"], "to": step["to"]}]
    assert step["to"] in jobbpakten("migrate", env=env).out


def test_migrate_without_a_server_is_away() -> None:
    found = jobbpakten("migrate", env={"FOLLOWUP_DATABASE_URL": NOWHERE})

    assert (found.code, "at 127.0.0.1:1/followup doesn't answer" in found.err) == (3, True)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("FOLLOWUP_DATABASE_URL", "FOLLOWUP_DATABASE_URL"),
        ("FOLLOWUP_DATABASE_DIRECT_URL", "FOLLOWUP_DATABASE_DIRECT_URL"),
    ],
)
def test_the_setting_that_is_used_is_the_one_to_correct(setting: str, named: str) -> None:
    found = jobbpakten(*LIST, env={setting: NOWHERE})

    assert found.err.endswith(f"or correct {named}.\n")


def test_migrate_says_how_far_it_is(empty: str) -> None:
    found = jobbpakten("migrate", "--json", env={"FOLLOWUP_DATABASE_URL": empty})

    steps, head = found.err.splitlines(), found.json[0]["to"]
    assert steps[0] == f"followup: 0001 of {head} is done"
    assert steps[-1] == f"followup: {head} of {head} is done"
    assert len(steps) == int(head)


def test_no_password_is_asked_for_or_shown_where_it_is_wrong(postgres: Postgres) -> None:
    stranger = make_url(postgres.url("postgres")).set(username=f"no_{uuid4().hex}", password="pw")
    address = stranger.render_as_string(hide_password=False)
    found = jobbpakten(*LIST, env={"FOLLOWUP_DATABASE_URL": address})

    assert found.code == 3
    assert "doesn't let us in" in found.err
