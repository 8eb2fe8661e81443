"""`jobbpakten token` and `keys`: a caller for development, never for production."""

import json
import re
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from tests.cli.commands import Ended, jobbpakten
from tests.support.callers import KEY, PUBLIC_KEY

from shared.edges.doorkeepers import Caller, Doorkeeper
from shared.time import clock

HER = UUID("0198f6a2-7f5c-7cc3-98c4-dc0c0c07398f")
UNIT = "jobbtorg_linkoping"
WHO = ("--actor", "anna", "--role", "signatory", "--network", "jobbpakten")
ENV = {
    "MEMBERSHIP_ENVIRONMENT": "test",
    "JOBBPAKTEN_TOKEN_PRIVATE_KEY": json.dumps(KEY.as_dict(private=True)),
}


def token(*words: object, **env: str) -> Ended:
    return jobbpakten("token", "--service", "membership", *WHO, *words, env=ENV | env)


def test_the_token_is_good_at_the_service_and_nothing_else_is_printed() -> None:
    found = token("--organisation", HER, "--network", "linkopingsloftet", "--unit", UNIT)

    assert found.code == 0
    assert Doorkeeper("membership", PUBLIC_KEY).admit(found.out.removesuffix("\n")) == Caller(
        id="anna",
        role="signatory",
        organisation=HER,
        unit=UNIT,
        networks=frozenset({"jobbpakten", "linkopingsloftet"}),
    )


def test_the_token_lasts_as_long_as_asked() -> None:
    found = token("--hours", 2, "--json").json

    assert found.keys() == {"token", "expires_at"}
    assert 7100 < found["expires_at"] - clock.now().timestamp() <= 7200
    assert token("--hours", 9).code == 2


@pytest.mark.parametrize("named", ["--actor", "--role", "--unit"])
def test_no_token_holds_an_identity_number(named: str) -> None:
    found = token(named, "1989-01-02-3286")

    assert (found.code, found.out) == (2, "")
    assert "3286" not in found.err


@pytest.mark.parametrize("environment", ["", "production"])
def test_in_production_it_is_refused(environment: str) -> None:
    env = {"FOLLOWUP_ENVIRONMENT": environment} if environment else {}
    found = jobbpakten("token", "--service", "followup", *WHO, env=ENV | env)

    assert found == Ended(
        2,
        "",
        "In production no tokens are made by hand: elsewhere set FOLLOWUP_ENVIRONMENT=test.\n",
    )


@pytest.mark.parametrize(
    "key", ["{", "17", "{}", pytest.param(PUBLIC_KEY, id="a public key"), '{"kty": "OKP"}']
)
def test_a_key_that_cant_sign_is_wrong_use(key: str) -> None:
    found = token(JOBBPAKTEN_TOKEN_PRIVATE_KEY=key)

    assert found.code == 2
    assert "isn't a private JWK on the curve Ed25519; `jobbpakten keys` makes one" in found.err


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        (
            bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
            "it is the key printed in RFC 8037, appendix A: its secret half is public",
        ),
        (bytes(32), "it is a key of zero bits"),
        (b"the municipality signs with that", "it isn't made by chance"),
    ],
)
def test_a_key_that_others_have_or_guess_signs_nothing(seed: bytes, told: str) -> None:
    made = OKPKey.import_key(Ed25519PrivateKey.from_private_bytes(seed)).as_dict(private=True)
    found = token(JOBBPAKTEN_TOKEN_PRIVATE_KEY=json.dumps(made))

    assert found.code == 2
    assert f"JOBBPAKTEN_TOKEN_PRIVATE_KEY: {told}; `jobbpakten keys` makes one.\n" == found.err


def test_the_key_that_signs_may_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(ENV["JOBBPAKTEN_TOKEN_PRIVATE_KEY"])
    named = {"JOBBPAKTEN_TOKEN_PRIVATE_KEY": "", "JOBBPAKTEN_TOKEN_PRIVATE_KEY_FILE": str(file)}
    assert token(**named).code == 0
    file.unlink()
    found = token(**named)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith(f"JOBBPAKTEN_TOKEN_PRIVATE_KEY_FILE: {file} can't be read")


def test_without_a_key_the_way_to_one_is_said() -> None:
    found = token(JOBBPAKTEN_TOKEN_PRIVATE_KEY="")

    assert found.code == 2
    assert "JOBBPAKTEN_TOKEN_PRIVATE_KEY isn't set: `jobbpakten keys` makes one." in found.err


def test_a_key_of_another_pair_is_refused_before_the_service_does() -> None:
    other = jobbpakten("keys", "--json").json["MEMBERSHIP_TOKEN_PUBLIC_KEY"]

    assert token(MEMBERSHIP_TOKEN_PUBLIC_KEY=PUBLIC_KEY).code == 0
    assert token(MEMBERSHIP_TOKEN_PUBLIC_KEY=other).code == 2
    both = {
        "MEMBERSHIP_TOKEN_PUBLIC_KEY": other,
        "MEMBERSHIP_PREVIOUS_TOKEN_PUBLIC_KEY": PUBLIC_KEY,
    }
    assert token(**both).code == 0


def test_keys_are_all_that_the_services_ask_for_in_lines_for_the_environment() -> None:
    lines = jobbpakten("keys").out.splitlines()
    env = {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    example = (Path(__file__).parents[2] / ".env.example").read_text()
    asked = set(re.findall(r"^(\w+_KEY)=", example, re.MULTILINE))
    assert env.keys() == asked | {"JOBBPAKTEN_TOKEN_PRIVATE_KEY"}
    assert token(**env).code == 0
