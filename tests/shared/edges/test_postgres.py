"""The way to PostgreSQL: who is let in, and what is said to who isn't; with both drivers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import structlog
from sqlalchemy import text
from tests.cli.commands import jobbpakten
from tests.shared.edges.conftest import Town
from tests.shared.support.notes import Local, nothing_due
from tests.support.callers import client
from tests.support.eventually import eventually

from jobbpakten_local.parts.certificates import Authority
from shared import service
from shared.database import connect, world_is_broken
from shared.edges.postgres_refusals import DatabaseRefuses
from shared.messaging.inbox import Hears
from shared.settings import ServiceSettings

STRANGER = Authority("somebody else's")


class Case(NamedTuple):
    """What is wrong: with the server's certificate, or with our settings; and what is said."""

    name: str
    said: str
    server: Callable[[Town], Any] | None = None
    ours: Callable[[Town], dict[str, Any]] = lambda _: {}


def ca_of_a_stranger(town: Town) -> dict[str, Any]:
    return {"database_ca_file": str(STRANGER.write(town.folder, "stranger"))}


CASES = [
    Case(
        "wrong CA",
        "shows a certificate of an authority that we don't know: put that authority into "
        "MEMBERSHIP_DATABASE_CA_FILE",
        ours=ca_of_a_stranger,
    ),
    Case(
        "wrong host",
        "shows a certificate for another host: have its name put there, or correct "
        "MEMBERSHIP_DATABASE_URL",
        server=lambda town: town.ours.sign("db", "db.kommunen.example"),
    ),
    Case(
        "wrong address",
        "shows a certificate for another host",
        server=lambda town: town.ours.sign("db", "localhost"),
        ours=lambda _: {"host": "127.0.0.1"},
    ),
    Case(
        "expired",
        "shows a certificate that has expired: have it renewed there",
        server=lambda town: town.ours.sign("db", expired=True),
    ),
    Case(
        "no TLS from us",
        "takes TLS only: set MEMBERSHIP_DATABASE_TLS to verify-full",
        ours=lambda _: {"database_tls": "off", "database_ca_file": ""},
    ),
    Case(
        "wrong password",
        "doesn't let us in: correct the password in MEMBERSHIP_DATABASE_PASSWORD",
        ours=lambda _: {"database_password": "n0t-that-one-8c1f"},
    ),
    Case(
        "unknown user",
        "doesn't let us in: correct the password in MEMBERSHIP_DATABASE_PASSWORD",
        ours=lambda town: {"user": "nobody", "database_password": town.password},
    ),
    Case(
        "client certificate missing",
        "wants a certificate of ours: set MEMBERSHIP_DATABASE_CERTIFICATE_FILE and "
        "MEMBERSHIP_DATABASE_KEY_FILE",
        ours=lambda _: {
            "user": "certified",
            "database_certificate_file": "",
            "database_key_file": "",
        },
    ),
    Case(
        "client certificate of another user",
        "takes our certificate for another user's",
        ours=lambda town: {"user": "certified", **town.certificate(town.ours, "membership")},
    ),
    Case(
        "client certificate of another authority",
        "hangs up when we greet it",
        ours=lambda town: {"user": "certified", **town.certificate(STRANGER, "certified")},
    ),
    Case(
        "client certificate out of date",
        "hangs up when we greet it",
        ours=lambda town: {
            "user": "certified",
            **town.certificate(town.ours, "certified", expired=True),
        },
    ),
    Case(
        "CA file missing",
        "can't be asked: /nowhere/ca.crt holds no certificates that can be read: "
        "no such file or directory",
        ours=lambda _: {"database_ca_file": "/nowhere/ca.crt"},
    ),
]


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def refused(request: pytest.FixtureRequest, town: Town) -> tuple[Local, str]:
    """Give the settings of a service that isn't let in, and what is said of it."""
    case: Case = request.param
    if case.server:
        town.server.show(case.server(town))
    return town.settings(**case.ours(town)), case.said


async def reached(settings: ServiceSettings) -> list[str]:
    """Ask by both drivers who we are there, and by what."""
    ask = "SELECT concat_ws(' ', current_user, version) FROM pg_stat_ssl WHERE pid=pg_backend_pid()"
    database = connect(settings)
    async with database.engine.connect() as connection:
        found = [await connection.scalar(text(ask))]
    await database.engine.dispose()
    directly = await database.direct.connect()
    found.append(await directly.fetchval(ask))
    await directly.close()
    return found


@pytest.mark.parametrize(
    ("user", "how"),
    [
        ("membership", {}),
        ("membership", {"host": "127.0.0.1"}),
        ("membership", {"database_tls": "require"}),
        ("membership", {"database_tls": "require", "database_ca_file": ""}),
        ("certified", {}),
    ],
)
async def test_who_is_let_in_speaks_tls_with_both_drivers(
    town: Town, user: str, how: dict[str, Any]
) -> None:
    assert await reached(town.settings(user, **how)) == [f"{user} TLSv1.3"] * 2


async def test_require_looks_at_no_name_and_with_a_ca_file_at_the_authority(town: Town) -> None:
    town.server.show(town.ours.sign("db", "db.kommunen.example"))
    assert len(await reached(town.settings(database_tls="require"))) == 2
    town.server.show(STRANGER.sign("db"))
    assert len(await reached(town.settings(database_tls="require", database_ca_file=""))) == 2
    with pytest.raises(DatabaseRefuses, match="authority that we don't know"):
        await reached(town.settings(database_tls="require"))


async def test_certificates_as_some_operators_make_them_are_taken_and_their_chain_is_checked(
    town: Town,
) -> None:
    old = Authority("without key identifiers", strict=False)
    town.server.show(old.sign("db"))
    theirs = {"database_ca_file": str(old.write(town.folder, "old"))}
    assert len(await reached(town.settings(**theirs))) == 2
    town.server.show(Authority("without key identifiers", strict=False).sign("db"))
    with pytest.raises(DatabaseRefuses, match="authority that we don't know"):
        await reached(town.settings(**theirs))


async def test_the_cause_and_the_cure_are_said_once_with_both_drivers_and_no_secret(
    refused: tuple[Local, str], town: Town
) -> None:
    (about, said), seen = refused, list[tuple[str, bool]]()
    database = connect(about)
    for connecting in (database.engine.connect, database.direct.connect) * 2:
        with structlog.testing.capture_logs() as logs, pytest.raises(DatabaseRefuses) as amiss:
            await connecting()
        seen += [(one["event"], said in one["reason"]) for one in logs]
        host = "127.0.0.1" if "127.0.0.1" in about.database_url else "localhost"
        at = f"The database at {host}:{town.server.port}/town"
        assert str(amiss.value).startswith(f"{at} {said}")
        assert world_is_broken(amiss.value), "it is waited for"
        for secret in (town.password, "n0t-that-one", "{", "}"):
            assert secret not in str(amiss.value)
    assert seen == [("database_refuses", True)]
    await database.engine.dispose()


async def test_a_service_that_isnt_let_in_waits_says_so_once_and_goes_on_when_it_is(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, tries = "shows a certificate that has expired", list[int]()
    town.server.show(town.ours.sign("db", expired=True))
    about = town.settings()
    app = service.assemble(about, hears=Hears(), due=[nothing_due])
    door = app.state.database.door
    check = type(door).check

    async def counted(self: Any) -> None:
        tries.append(1)
        await check(self)

    monkeypatch.setattr(type(door), "check", counted)
    with structlog.testing.capture_logs() as logs:
        async with app.router.lifespan_context(app), client(app) as http:

            async def says_so() -> None:
                for probe in ("startup", "ready"):
                    answer = await http.get(f"/health/{probe}")
                    assert (answer.status_code, said in answer.text) == (503, True), answer.text
                assert len(tries) > 2

            async def is_let_in() -> None:
                for probe in ("startup", "ready"):
                    assert (await http.get(f"/health/{probe}")).status_code == 200

            await eventually(says_so)
            assert (await http.get("/health/live")).status_code == 200
            assert [one["event"] for one in logs] == ["database_refuses"]
            assert said in logs[0]["reason"]
            town.server.show(town.ours.sign("db"))
            await eventually(is_let_in)


def test_the_command_line_says_the_same(refused: tuple[Local, str]) -> None:
    about, said = refused
    fields = [one for one in Local.model_fields if one.startswith("database_")]
    env = {about.variable(one): getattr(about, one) for one in fields}
    found = jobbpakten("parked", "list", "--service", "membership", env=env)

    assert (found.code, found.out, said in found.err) == (3, "", True), found.err


async def test_new_connections_take_what_the_files_hold_now_and_half_a_pair_breaks_nothing(
    town: Town,
) -> None:
    about = town.settings("certified")
    database = connect(about)
    files = [Path(about.database_certificate_file), Path(about.database_key_file)]
    before = [file.read_bytes() for file in files]
    other = town.ours.sign("membership")  # it would be refused: so one sees which was shown
    async with database.engine.connect() as living:
        files[0].write_bytes(other.certificate)
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                await (await database.direct.connect()).close()
        assert [one["event"] for one in logs] == ["tls_files_amiss"]
        assert "aren't a certificate and its key" in logs[0]["reason"]
        files[1].write_bytes(other.key)
        with pytest.raises(DatabaseRefuses, match="for another user's"):
            await database.direct.connect()
        for file, content in zip(files, before, strict=True):
            file.write_bytes(content)
        await (await database.direct.connect()).close()
        assert await living.scalar(text("SELECT 1")) == 1
    await database.engine.dispose()


async def test_the_password_is_read_from_its_file_at_each_connection(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "password"
    file.write_text("another-87d2")
    monkeypatch.setenv("MEMBERSHIP_DATABASE_PASSWORD_FILE", str(file))
    database = connect(town.settings(database_password=""))
    with pytest.raises(
        DatabaseRefuses, match="correct the password in MEMBERSHIP_DATABASE_PASSWORD"
    ):
        await database.direct.connect()
    file.write_text(f"{town.password}\n")
    await (await database.direct.connect()).close()
    file.unlink()
    await (await database.direct.connect()).close()  # with the last that was read
