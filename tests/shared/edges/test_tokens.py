"""Tokens of machines: whom one issuer vouches for, within its limits, and nobody else."""

import base64
import hmac
import json
import time
from contextlib import suppress
from typing import Any, cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import KeySet
from structlog.testing import capture_logs
from tests.support.callers import KEY, PUBLIC_KEY, token
from tests.support.published import (
    AUDIENCE,
    CLIENT,
    MACHINES,
    NAME,
    ec,
    ed,
    issuer,
    public,
    rsa,
    signed,
)

from shared.edges.doorkeepers import NOT_ADMITTED, Caller, Doorkeeper
from shared.edges.token_refusals import cause_of

HOUR_SECONDS = 3600
RSA, EC, ED, FOREIGN = rsa("rsa"), ec("ec"), ed("ed"), ed("ed")
PRIVATE = cast("Ed25519PrivateKey", ED.private_key)
OTHER_NAME = "https://login.region.se"
doorkeeper = Doorkeeper(
    "membership",
    PUBLIC_KEY,
    issuers=[
        issuer(keys=public(RSA, EC, ED)["keys"]),
        issuer(
            issuer=OTHER_NAME,
            keys=public(FOREIGN)["keys"],
            machines={"reader": {"role": "decider", "networks": ["grannpakten"], "unit": "arena"}},
        ),
    ],
)
IMPORTER = Caller(
    id="machine:importer",
    role="coordinator",
    networks=frozenset({"jobbpakten"}),
    is_machine=True,
)


def since_now(**seconds: float) -> dict[str, float]:
    return {name: time.time() + late for name, late in seconds.items()}


def refused(sent: str) -> str:
    """Say why a token isn't taken."""
    with pytest.raises(NOT_ADMITTED) as refusal:
        doorkeeper.admit(sent)
    return cause_of(refusal.value)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize(
    ("key", "alg"), [(RSA, "RS256"), (EC, "ES256"), (ED, "EdDSA"), (ED, "Ed25519")]
)
def test_three_algorithms_are_taken_and_what_the_client_may_comes_from_the_file(
    key: Any, alg: str
) -> None:
    says = {"role": "decider", "networks": ["grannpakten"], "organisation": "x", "unit": "x"}
    assert doorkeeper.admit(signed(key, alg, **says, is_machine=False)) == IMPORTER


@pytest.mark.parametrize("alg", ["HS256", "HS512", "PS256", "RS512", "ES384", "none", "A256KW"])
def test_no_other_algorithm_is_taken_also_not_signed_with_what_is_public(alg: str) -> None:
    header, payload, _ = signed(RSA, "RS256").split(".")
    changed = part(json.loads(unpacked(header)) | {"alg": alg})
    whole = f"{changed}.{payload}"
    for secret in (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode()):
        mac = hmac.digest(secret, whole.encode(), "sha256")
        said = refused(f"{whole}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")
        assert said == "it is signed by an algorithm that isn't taken"
    assert refused(f"{whole}.") == "it is signed by an algorithm that isn't taken"


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def unpacked(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


NOT_ITS_KEY = "its signature isn't by a key of its issuer's"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (signed(RSA, "RS256", aud="api://matching"), "its aud isn't what it should be"),
        (signed(RSA, "RS256", aud=None), "it doesn't say aud"),
        (signed(RSA, "RS256", aud=[AUDIENCE + "x"]), "its aud isn't what it should be"),
        (signed(RSA, "RS256", iss="https://login.example.se/another"), "it is signed by an"),
        (signed(RSA, "RS256", iss=NAME + "/"), "it is signed by an"),
        (signed(RSA, "RS256", iss=[NAME]), "it is signed by an"),
        (signed(RSA, "RS256", iss=None), "it is signed by an"),
        (signed(ED, iss="https://login.example.se/another"), NOT_ITS_KEY),
        (signed(RSA, "RS256", exp=None), "it doesn't say exp"),
        (signed(RSA, "RS256", sub=None), "it doesn't say sub"),
        (signed(RSA, "RS256", {"kid": "ec"}), "its algorithm isn't its key's"),
        (signed(EC, "ES256", {"kid": "rsa"}), "its algorithm isn't its key's"),
        (signed(ED, "Ed25519", {"kid": "nobody's"}), "its issuer has no such key"),
        (signed(ED, "Ed25519", {"kid": None}), "it has no kid: it doesn't say which key signed it"),
        (signed(rsa("rsa"), "RS256"), NOT_ITS_KEY),
        (signed(ec("ec"), "ES256"), NOT_ITS_KEY),
        (signed(FOREIGN), NOT_ITS_KEY),  # the other issuer's, of the same kid
        (signed(ED, client_id="reader"), "its client isn't one of the issuer's machines"),
        (signed(ED, client_id="IMPORTER"), "its client isn't one of the issuer's machines"),
        (signed(ED, azp="reader"), "neither client_id nor azp names its client"),
        (signed(ED, client_id=None), "neither client_id nor azp names its client"),
        (signed(ED, client_id=[CLIENT]), "its client isn't one of the issuer's machines"),
        (signed(ED, "Ed25519", {"typ": "dpop+jwt"}), "its typ isn't at+jwt or JWT"),
        (signed(ED, "Ed25519", {"typ": "logout+jwt"}), "its typ isn't at+jwt or JWT"),
        (signed(ED, "Ed25519", {"typ": "JWT"}, nonce="x"), "it was given for a person"),
        (signed(ED, auth_time=1, azp=CLIENT), "it was given for a person"),
        (signed(ED, scp="user_impersonation"), "it was given for a person"),
        (signed(ED, idtyp="user"), "it was given for a person"),
        (signed(ED)[:-9] + "A" * 9, NOT_ITS_KEY),
        (signed(ED, more="x" * 130_000), "it is too large"),
        ("a.b.c", "it can't be read"),
        ("", "it can't be read"),
    ],
)
def test_whatever_isnt_the_issuers_own_for_us_is_refused_with_its_cause(
    sent: str, said: str
) -> None:
    assert refused(sent).startswith(said)


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt", None])
def test_an_access_token_says_what_it_is_as_issuers_do(typ: str | None) -> None:
    assert doorkeeper.admit(signed(ED, "Ed25519", {"typ": typ})) == IMPORTER


@pytest.mark.parametrize(
    "claims",
    [
        {"azp": CLIENT},
        {"azp": CLIENT, "client_id": None},
        {"aud": [AUDIENCE, "account"]},
        {"idtyp": "app"},
        {"scope": "profile"},
        {"acr": "1"},
        {"sub": "0b5e"},
    ],
)
def test_what_keycloak_entra_and_wso2_say_beside_is_no_hindrance(claims: dict[str, Any]) -> None:
    more = {"x5t": "dGVzdA", "x-odd": "not ours to read"}
    assert doorkeeper.admit(signed(ED, "Ed25519", more, **claims)) == IMPORTER


@pytest.mark.parametrize(
    "seconds",
    [
        {"exp": -45},
        {"iat": 45},
        {"nbf": 45},
        {"iat": 45, "exp": 8 * HOUR_SECONDS + 45},
        {"iat": -7 * HOUR_SECONDS, "exp": HOUR_SECONDS - 5},
    ],
)
def test_clocks_may_differ_by_a_minute(seconds: dict[str, float]) -> None:
    assert doorkeeper.admit(signed(ED, **since_now(**seconds))) == IMPORTER


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ({"exp": -75}, "it is over"),
        ({"iat": 75}, "its iat"),
        ({"nbf": 75}, "its nbf"),
        ({"iat": 0, "exp": 8 * HOUR_SECONDS + 75}, "it lives for more than eight hours"),
        ({"iat": -8 * HOUR_SECONDS, "exp": HOUR_SECONDS}, "it lives for more than eight hours"),
    ],
)
def test_a_clock_that_differs_by_more_is_wrong_and_eight_hours_are_enough(
    seconds: dict[str, float], said: str
) -> None:
    assert refused(signed(ED, **since_now(**seconds))).startswith(said)


def test_two_issuers_may_name_a_key_alike_and_each_vouches_for_its_own_clients() -> None:
    reader = doorkeeper.admit(signed(FOREIGN, iss=OTHER_NAME, client_id="reader"))
    assert (reader.id, reader.role, reader.unit) == ("machine:reader", "decider", "arena")
    assert (
        refused(signed(FOREIGN, iss=OTHER_NAME)) == "its client isn't one of the issuer's machines"
    )
    assert refused(signed(ED, iss=OTHER_NAME, client_id="reader")) == NOT_ITS_KEY


def test_people_come_as_before_whatever_issuer_their_token_names() -> None:
    for claims in ({}, {"iss": "https://jobb.example.se"}, {"is_machine": True}):
        anna = doorkeeper.admit(token("membership", "decider", **claims))
        assert (anna.role, anna.is_machine) == ("decider", False)
    with pytest.raises(NOT_ADMITTED):
        doorkeeper.admit(token("membership", "decider", iss=NAME))


def test_no_person_is_called_as_machines_are() -> None:
    with pytest.raises(NOT_ADMITTED) as refusal:
        doorkeeper.admit(token("membership", "coordinator", sub="machine:importer"))
    assert cause_of(refusal.value).startswith("its sub begins with machine:")
    assert doorkeeper.admit(token("membership", "coordinator", sub="machinery")).id == "machinery"


def test_people_come_with_the_key_before_the_present_one_until_it_is_taken_away() -> None:
    now, before = ed("new"), token("membership", "decider")
    new = json.dumps(now.as_dict(private=False))
    both = Doorkeeper("membership", new, PUBLIC_KEY)
    fresh = signed(now, "Ed25519", {"typ": None}, aud="membership", role="decider", networks=[])
    assert both.admit(before).role == both.admit(fresh).role == "decider"
    for keys in ((new,), (new, "")):
        with pytest.raises(NOT_ADMITTED):
            Doorkeeper("membership", *keys).admit(before)
    assert json.dumps(KEY.as_dict(private=False)) == PUBLIC_KEY


def test_a_refusal_is_said_once_a_while_with_whose_token_it_was_and_nothing_of_it() -> None:
    door = Doorkeeper("membership", PUBLIC_KEY, issuers=[issuer(keys=public(ED)["keys"])])
    sent = [
        signed(ED, aud="850709-9805"),
        signed(ED, "Ed25519", {"kid": "850709-9805"}),
        "850709-9805",
    ]
    sent += [token("membership", "850709-9805"), token("membership", "x", networks=[{}])]
    with capture_logs() as lines:
        for one in sent * 3:
            with pytest.raises(NOT_ADMITTED) as refusal:
                door.admit(one)
            door.note(one, refusal.value)
    assert [(line["at"], line["reason"]) for line in lines] == [
        (NAME, "its aud isn't what it should be"),
        (NAME, "its issuer has no such key"),
        ("people", "it can't be read (DecodeError)"),
        ("people", "an actor's id travels: it can't be an identity number"),
        ("people", "its networks isn't what it should be"),
    ]


ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ODD = st.recursive(
    ANYTHING, lambda one: st.lists(one, max_size=2) | st.dictionaries(st.text(), one)
)
CLAIMS = st.sampled_from(
    ["iss", "aud", "sub", "exp", "iat", "nbf", "client_id", "azp", "nonce", "idtyp", "role"]
)
HEADERS = st.sampled_from(["typ", "kid", "crit", "b64", "jwk", "jku", "x5c"])


@given(st.dictionaries(CLAIMS, ODD, max_size=3), st.dictionaries(HEADERS, ODD, max_size=2))
def test_whatever_a_token_says_it_is_the_files_machine_or_nobody(
    claims: dict[str, Any], header: dict[str, Any]
) -> None:
    whole = {"iss": NAME, "aud": AUDIENCE, "sub": "x", "client_id": CLIENT, "exp": time.time() + 60}
    said = {"alg": "Ed25519", "kid": "ed"} | header
    whole_token = f"{part(said)}.{part(whole | claims)}"
    signature = PRIVATE.sign(whole_token.encode())
    sent = f"{whole_token}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    with suppress(*NOT_ADMITTED):
        assert doorkeeper.admit(sent) == IMPORTER


def test_a_token_names_no_key_of_its_own() -> None:
    """Neither `jwk`, `jku` nor `x5c` in a header says by which key it is signed."""
    strange = ed("ed")
    for named in ({"jwk": KeySet([strange]).as_dict()["keys"][0]}, {"jku": "https://evil.example"}):
        assert refused(signed(strange, "Ed25519", named)) == NOT_ITS_KEY
    assert MACHINES.keys() == {CLIENT}
