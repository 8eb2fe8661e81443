"""Settings: what is missing is named with an example; the example file is generated."""

import json
import os
import secrets
import shlex
from pathlib import Path

import pytest
from joserfc.jwk import OctKey, OKPKey
from pydantic import BaseModel, ValidationError
from tests.support.callers import PUBLIC_KEY

from followup.settings import Settings as Followup
from jobbpakten.acls import OPERATOR
from jobbpakten.cli.environment import ToKafka
from matching.settings import Settings as Matching
from membership.settings import Settings as Membership
from notifications.settings import Settings as Notifications
from shared.keys import HOW_TO
from shared.settings import (
    SealingKey,
    SecretKey,
    ServiceSettings,
    example_of,
    is_key,
    is_printed,
)
from shared.settings.kafka import KafkaAccess

HEAD = """\
# What services read from the environment. Each secret (a key, a password, the address of a
# database) may be a file instead: MEMBERSHIP_CONTACT_KEY_FILE=/run/secrets/contact_key.
# docs/operations/keys.md says how keys are made, kept and changed. A service is given its own
# part and no other; the whole belongs in the shell of those who type `jobbpakten`.
"""
OF_OPERATORS = """
# jobbpakten, the command line: how `topics` and `restore` reach Kafka. Empty servers: as the last
# of the services above whose servers are set, which is enough where Kafka has no ACLs.
"""
SIGNS = """\
# Signs tokens for trying things out (`jobbpakten token`), never in production; as a private JWK.
# `jobbpakten keys` makes one.
#JOBBPAKTEN_TOKEN_PRIVATE_KEY=''
"""
EXAMPLE = Path(__file__).parents[2] / ".env.example"


class Local(ServiceSettings, service="local"):
    """Settings of a service that isn't there."""


class Holding(BaseModel):
    """Settings with a secret."""

    key: SecretKey


class Sealing(BaseModel):
    """Settings with what addresses are sealed for."""

    key: SealingKey


STRONG = json.dumps(OctKey.generate_key(256).as_dict(private=True))
SHORT = json.dumps(OctKey.generate_key(128).as_dict(private=True))


def test_a_secret_key_is_strong_and_not_shown() -> None:
    assert Holding(key=STRONG).key == STRONG
    assert json.loads(STRONG)["k"] not in repr(Holding(key=STRONG))


@pytest.mark.parametrize(
    "weak",
    ["", "nonsense", "[]", "7", "null", "{}", '{"kty":"oct"}', pytest.param(SHORT, id="short")],
)
def test_whatever_is_weaker_is_told_in_a_sentence(weak: str) -> None:
    with pytest.raises(ValidationError, match="isn't an octet JWK of 256 bits"):
        Holding(key=weak)


def test_addresses_are_sealed_for_the_public_half_alone() -> None:
    pair = OKPKey.generate_key("X25519", private=True)
    public = json.dumps(pair.as_dict(private=False))
    assert Sealing(key=public).key == public
    other = OKPKey.generate_key("Ed25519", private=True).as_dict(private=False)
    for wrong in (pair.as_dict(private=True), other, {}):
        with pytest.raises(ValidationError, match="isn't a public JWK on the curve X25519"):
            Sealing(key=json.dumps(wrong))


def test_no_key_that_signs_tokens_is_taken_where_the_public_half_is_asked_for() -> None:
    private = OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)
    with pytest.raises(ValidationError, match="isn't a public JWK on the curve Ed25519"):
        Local.model_validate({"token_public_key": json.dumps(private)})


def test_a_missing_setting_says_its_name_and_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("LOCAL_")]:
        monkeypatch.delenv(name)
    with pytest.raises(SystemExit) as ended:
        Local.from_environment()

    told = str(ended.value)
    assert "LOCAL_DATABASE_URL: Field required, for example postgresql+asyncpg://" in told
    assert "LOCAL_KAFKA_SERVERS" in told
    assert '"x":"…"}: `jobbpakten keys` makes one' in told


def test_a_clock_is_set_by_hand_in_test_and_demo_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "DATABASE_URL": "postgresql+asyncpg://me@db/x",
        "KAFKA_SERVERS": "x",
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    }
    for name, value in {**wanted, "MUNICIPALITY": "0380", "CLOCK": "manual"}.items():
        monkeypatch.setenv(f"LOCAL_{name}", value)
    with pytest.raises(SystemExit, match=r"LOCAL_CLOCK: .*production"):
        Local.from_environment()
    monkeypatch.setenv("LOCAL_ENVIRONMENT", "staging")
    with pytest.raises(SystemExit, match=r"LOCAL_CLOCK: .*refused in staging"):
        Local.from_environment()
    for environment in ("demo", "test"):
        monkeypatch.setenv("LOCAL_ENVIRONMENT", environment)
        assert Local.from_environment().clock == "manual"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "nonsense", r"LOCAL_DATABASE_URL: .*begins with postgresql\+asyncpg://"),
        ("DATABASE_URL", "postgres://db/x", r"LOCAL_DATABASE_URL: .*begins with postgresql"),
        ("DATABASE_URL", "postgresql+asyncpg://me:my@b/c@db:1/x", "LOCAL_DATABASE_URL: .*are %40"),
        ("DATABASE_URL", "postgresql+asyncpg://me:my@b:c@db:1/x", "LOCAL_DATABASE_URL: .*are %40"),
        ("DATABASE_URL", "", r"LOCAL_DATABASE_URL: .*at least 1"),
        ("KAFKA_SERVERS", "", r"LOCAL_KAFKA_SERVERS: .*at least 1"),
        ("KAFKA_TOPIC_PREFIX", "å/", r"LOCAL_KAFKA_TOPIC_PREFIX: .*match"),
        ("MUNICIPALITY", "０３８０", r"LOCAL_MUNICIPALITY: .*match"),
        ("SESSION_TIMEOUT_MS", "0", r"LOCAL_SESSION_TIMEOUT_MS: .*greater than 0"),
        ("TOKEN_PUBLIC_KEY", '{"kty":' + "[" * 100_000, "isn't a public JWK"),
        ("TOKEN_PUBLIC_KEY", "{kty:OKP}", r"LOCAL_TOKEN_PUBLIC_KEY: .*isn't a public JWK"),
        ("TOKEN_PUBLIC_KEY", "{}", r"LOCAL_TOKEN_PUBLIC_KEY: .*isn't a public JWK"),
    ],
)
def test_a_setting_that_means_nothing_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"LOCAL_{name}", value)
    with pytest.raises(SystemExit, match=told):
        Local.from_environment()


def example(kind: type[ServiceSettings]) -> str:
    """Write the service's part of `.env.example`: what is needed, and what has a default."""
    lines = [f"# {kind.service}"]
    for name, field in kind.model_fields.items():
        lines += [f"# {field.description}"] if field.description else []
        lines += [f"# {HOW_TO}."] if is_key(name) else []
        needed = field.is_required()
        value = example_of(field, kind.service) if needed else str(field.default)
        lines.append(f"{'' if needed else '#'}{kind.variable(name)}={shlex.quote(value)}")
    return "\n".join(lines) + "\n"


def of_operators() -> str:
    """Write what the command line reads of its own; what it means stands with the services'."""
    names = [*KafkaAccess.model_fields, "kafka_topic_prefix"]
    fields = {name: ToKafka.model_fields[name] for name in names if name.startswith("kafka_")}
    return "".join(
        f"#{OPERATOR.upper()}_{name.upper()}={shlex.quote(str(field.default))}\n"
        for name, field in fields.items()
    )


def test_the_example_file_is_what_the_code_says() -> None:
    services = (Membership, Matching, Notifications, Followup)
    written = "\n".join([HEAD, *(example(kind) for kind in services)])
    written += OF_OPERATORS + of_operators() + SIGNS
    if os.environ.get("RECORD"):
        EXAMPLE.write_text(written)
    assert EXAMPLE.read_text() == written


PRINTED = ["secret", "Changeme", "me", "<password>", "%24%7BDB_PASSWORD%7D", "***", "me_password1"]
PRINTED += [
    "CHANGE-ME",
    "[YOUR-PASSWORD]",
    "%24POSTGRES_PASSWORD",
    "passw0rd",
    "ditt l%C3%B6senord",
]


@pytest.mark.parametrize("environment", ["production", "staging", "test"])
@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_DIRECT_URL"])
@pytest.mark.parametrize("where", ["me:{}@db/x", "me@db/x?password={}", "db/x?user=me&password={}"])
@pytest.mark.parametrize("password", PRINTED)
def test_a_password_from_a_manual_is_refused_where_people_are(
    monkeypatch: pytest.MonkeyPatch, password: str, where: str, name: str, environment: str
) -> None:
    wanted = {
        "DATABASE_URL": "postgresql+asyncpg://me@db/x",
        "KAFKA_SERVERS": "x",
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
        "MUNICIPALITY": "0380",
        "ENVIRONMENT": environment,
    }
    url = f"postgresql+asyncpg://{where.format(password)}"
    for one, value in (wanted | {name: url}).items():
        monkeypatch.setenv(f"LOCAL_{one}", value)
    if environment == "test":
        assert Local.from_environment().environment == "test"
        return
    with pytest.raises(SystemExit, match=f"^LOCAL_{name}: its password is one from a manual$"):
        Local.from_environment()


def test_a_password_made_by_chance_is_taken() -> None:
    made = [chance(16) for chance in (secrets.token_urlsafe, secrets.token_hex) for _ in range(500)]
    for password in (*made, "correct-horse-battery-staple"):
        assert not is_printed(password, "membership"), password


KAFKA = {
    "DATABASE_URL": "postgresql+asyncpg://me@db/x",
    "KAFKA_SERVERS": "x",
    "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    "MUNICIPALITY": "0380",
}
WHO = {"KAFKA_SECURITY": "SASL_SSL", "KAFKA_USER": "local", "KAFKA_PASSWORD": "drawn by chance"}


def local(monkeypatch: pytest.MonkeyPatch, **said: str) -> Local:
    for name, value in (KAFKA | said).items():
        monkeypatch.setenv(f"LOCAL_{name}", value)
    return Local.from_environment()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"KAFKA_SECURITY": "SASL_PLAINTEXT"}, "LOCAL_KAFKA_SECURITY: .*'SSL' or 'SASL_SSL'"),
        (
            {"KAFKA_SECURITY": "SASL_SSL", "KAFKA_USER": "local"},
            "^LOCAL_KAFKA_SECURITY is SASL_SSL: set LOCAL_KAFKA_USER and LOCAL_KAFKA_PASSWORD$",
        ),
        (
            WHO | {"KAFKA_SECURITY": "SSL"},
            "^LOCAL_KAFKA_PASSWORD is set: it needs LOCAL_KAFKA_SECURITY=SASL_SSL$",
        ),
        (
            {"KAFKA_CA_FILE": "/ca.crt"},
            "^LOCAL_KAFKA_CA_FILE is set: it needs LOCAL_KAFKA_SECURITY=SSL or SASL_SSL$",
        ),
        (
            {"KAFKA_SECURITY": "SSL", "KAFKA_CERTIFICATE_FILE": "/user.crt"},
            "^LOCAL_KAFKA_CERTIFICATE_FILE and LOCAL_KAFKA_KEY_FILE belong together: set both or",
        ),
        (WHO | {"KAFKA_PASSWORD": "changeme"}, "^LOCAL_KAFKA_PASSWORD: it is one from a manual$"),
        (WHO | {"KAFKA_PASSWORD": "local1"}, "^LOCAL_KAFKA_PASSWORD: it is one from a manual$"),
    ],
)
def test_half_an_access_to_kafka_is_told_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, said: dict[str, str], told: str
) -> None:
    with pytest.raises(SystemExit, match=told):
        local(monkeypatch, **said)


def test_a_whole_access_to_kafka_is_taken_and_its_password_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = local(monkeypatch, **WHO)
    assert taken.kafka_password == WHO["KAFKA_PASSWORD"]
    assert WHO["KAFKA_PASSWORD"] not in repr(taken)


@pytest.mark.parametrize("prefix", ["", "/local", "/a/b-2", "/9"])
def test_a_prefix_is_a_path(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    assert prefixed(monkeypatch, prefix).path_prefix == prefix


@pytest.mark.parametrize(
    "odd", ["local", "/", "/local/", "//local", "/Local", "/lo cal", "/å", "/a?b", "/..", "/a\n"]
)
def test_an_odd_prefix_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, odd: str) -> None:
    with pytest.raises(SystemExit, match=r"^LOCAL_PATH_PREFIX: .*, for example /local$"):
        prefixed(monkeypatch, odd)


def prefixed(monkeypatch: pytest.MonkeyPatch, prefix: str) -> Local:
    about = {"DATABASE_URL": "postgresql+asyncpg://me@db/x", "KAFKA_SERVERS": "x"}
    about |= {"TOKEN_PUBLIC_KEY": PUBLIC_KEY, "MUNICIPALITY": "0380", "PATH_PREFIX": prefix}
    for name, value in about.items():
        monkeypatch.setenv(f"LOCAL_{name}", value)
    return Local.from_environment()
