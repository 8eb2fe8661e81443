"""Settings: what is missing is named with an example; the example file is generated."""

import json
import os
from pathlib import Path

import pytest
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ValidationError
from tests.callers import PUBLIC_KEY

from followup.settings import Settings as Followup
from matching.settings import Settings as Matching
from membership.settings import Settings as Membership
from notifications.settings import Settings as Notifications
from shared.settings import SealingKey, SecretKey, ServiceSettings, example

EXAMPLE = Path(__file__).parents[2] / ".env.example"


class Local(ServiceSettings, service="local"):
    """Settings of a service that isn't there."""


class Holding(BaseModel):
    """Settings with a secret."""

    key: SecretKey


class Sealing(BaseModel):
    """Settings with what addresses are sealed for."""

    key: SealingKey


STRONG = '{"kty":"oct","k":"' + "A" * 43 + '"}'
SHORT = '{"kty":"oct","k":"' + "A" * 22 + '"}'


def test_a_secret_key_is_strong_and_not_shown() -> None:
    assert Holding(key=STRONG).key == STRONG
    assert "A" not in repr(Holding(key=STRONG))


@pytest.mark.parametrize("weak", ["", "nonsense", "[]", "7", "null", "{}", '{"kty":"oct"}', SHORT])
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


def test_production_has_no_clock_that_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "DATABASE_URL": "postgresql+asyncpg://me@db/x",
        "KAFKA_SERVERS": "x",
        "TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    }
    for name, value in {**wanted, "MUNICIPALITY": "0380", "CLOCK": "manual"}.items():
        monkeypatch.setenv(f"LOCAL_{name}", value)
    with pytest.raises(SystemExit, match=r"LOCAL_CLOCK: .*production"):
        Local.from_environment()
    monkeypatch.setenv("LOCAL_ENVIRONMENT", "demo")
    assert Local.from_environment().clock == "manual"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "nonsense", r"LOCAL_DATABASE_URL: .*begins with postgresql\+asyncpg://"),
        ("DATABASE_URL", "postgres://db/x", r"LOCAL_DATABASE_URL: .*begins with postgresql"),
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


def test_the_example_file_is_what_the_code_says() -> None:
    services = (Membership, Matching, Notifications, Followup)
    written = "\n".join(example(kind) for kind in services)
    if os.environ.get("RECORD"):
        EXAMPLE.write_text(written)
    assert EXAMPLE.read_text() == written
