"""Keys from settings: what others have, could guess, or is used twice is refused by name."""

import base64
import hashlib
import json
import os
from typing import Annotated, Any

import pytest
from joserfc.jwk import OctKey, OKPKey
from pydantic import TypeAdapter, ValidationError
from tests.support.callers import PUBLIC_KEY, token

from jobbpakten.keys import Keys
from matching.settings import Settings as Matching
from membership.settings import Settings as Membership
from notifications.settings import Settings as Notifications
from shared.edges.doorkeepers import Doorkeeper
from shared.keys import FIELD, PUBLISHED, SMALL_ORDER, pair_key, secret_key

SECRET = TypeAdapter(Annotated[str, secret_key()])
KINDS = {
    (curve, private): TypeAdapter(Annotated[str, pair_key(curve, private=private)])
    for curve in ("Ed25519", "X25519")
    for private in (True, False)
}
RFC_8032 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
ALICE = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
OWN = {
    Membership: ("contact_key", "previous_contact_key", "notifications_public_key"),
    Matching: (
        *("identity_key", "previous_identity_key", "sensitive_key", "previous_sensitive_key"),
        "notifications_public_key",
    ),
    Notifications: (
        *("private_key", "previous_private_key", "address_key", "previous_address_key"),
        *("link_key", "previous_link_key"),
    ),
}
PAIRS = [
    (kind, one, other)
    for kind, names in OWN.items()
    for one in ("token_public_key", *names)
    for other in names
    if one < other
]
SHORTEST = 32


def written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def octets(raw: bytes) -> str:
    return json.dumps({"kty": "oct", "k": written(raw)})


def pair(curve: Any, secret: bytes, *, private: bool = True) -> str:
    binding = OKPKey.binding.from_private_bytes(curve, secret)
    return json.dumps(OKPKey.import_key(binding).as_dict(private=private))


def refusal(kind: TypeAdapter[str], jwk: str) -> str:
    """Give why a key is refused; nothing of it stands there."""
    with pytest.raises(ValidationError) as refused:
        kind.validate_python(jwk)
    told: str = refused.value.errors()[0]["msg"]
    for part in json.loads(jwk).values():
        assert len(part) < SHORTEST or part not in told
    return told


@pytest.mark.parametrize("printed", PUBLISHED)
def test_a_key_that_is_printed_somewhere_is_refused_by_name_whichever_key_it_is(
    printed: str,
) -> None:
    raw = base64.urlsafe_b64decode(printed + "==")
    assert PUBLISHED[printed] in refusal(SECRET, octets(raw))
    if len(raw) == SHORTEST:
        for curve in ("Ed25519", "X25519"):
            mirrored = raw[:-1] + bytes([raw[-1] ^ 0x80])
            for x in (raw, mirrored):
                jwk = json.dumps({"kty": "OKP", "crv": curve, "x": written(x)})
                assert PUBLISHED[printed] in refusal(KINDS[curve, False], jwk)


@pytest.mark.parametrize(("secret", "where"), [(RFC_8032, "RFC 8037"), (ALICE, "RFC 7748")])
def test_the_secret_half_of_a_printed_pair_is_refused_as_a_key_of_every_kind(
    secret: str, where: str
) -> None:
    raw = bytes.fromhex(secret)
    assert where in refusal(SECRET, octets(raw))
    for (curve, private), kind in KINDS.items():
        assert where in refusal(kind, pair(curve, raw, private=True)) or not private


@pytest.mark.parametrize(
    "raw",
    [
        bytes([7]) * 32,
        bytes(range(32)),
        bytes(range(255, 159, -3)),
        os.urandom(16) * 2,
        os.urandom(20) + bytes(12),
        bytes(12) + os.urandom(20),
        b"correct horse battery staple, now",
        b"The quick brown fox jumps ov\0\0\0\0",
        "lösenordet för hela kommunen är".encode(),
        os.urandom(16).hex().encode(),
        base64.b64encode(os.urandom(24)),
        base64.urlsafe_b64decode("thekeyofthemunicipalityofuppsalaitisverysae="),
    ],
    ids=range(12),
)
def test_a_key_that_wasnt_made_by_chance_is_refused(raw: bytes) -> None:
    raw = (raw + os.urandom(32))[:32]
    assert "isn't made by chance; `jobbpakten keys` makes one" in refusal(SECRET, octets(raw))
    for (curve, private), kind in KINDS.items():
        if private:
            assert "isn't made by chance" in refusal(kind, pair(curve, raw))


def test_a_key_of_zero_bits_is_refused_by_name() -> None:
    assert "a key of zero bits" in refusal(SECRET, octets(bytes(32)))
    for (curve, private), kind in KINDS.items():
        jwk = pair(curve, bytes(32)) if private else None
        jwk = jwk or json.dumps({"kty": "OKP", "crv": curve, "x": written(bytes(32))})
        assert "a key of zero bits" in refusal(kind, jwk)


@pytest.mark.parametrize("sign", [0, 0x80])
@pytest.mark.parametrize("y", sorted({*SMALL_ORDER, FIELD, FIELD + 1} - {0}))
def test_a_public_key_that_anybody_can_sign_for_is_refused(y: int, sign: int) -> None:
    raw = bytearray(y.to_bytes(32, "little"))
    raw[-1] |= sign
    jwk = json.dumps({"kty": "OKP", "crv": "Ed25519", "x": written(bytes(raw))})
    assert "hide nothing" in refusal(KINDS["Ed25519", False], jwk)


@pytest.mark.parametrize(
    "u",
    [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ],
)
def test_a_public_key_with_which_every_secret_is_the_same_is_refused(u: str) -> None:
    jwk = json.dumps({"kty": "OKP", "crv": "X25519", "x": written(bytes.fromhex(u))})
    assert "hide nothing" in refusal(KINDS["X25519", False], jwk)


@pytest.mark.parametrize(
    "tried",
    [
        bytes(32),
        b"\xff" * 32,
        bytes(range(32)),
        b"\1".ljust(32, b"\0"),
        b"\1".rjust(32, b"\0"),
        hashlib.sha256(b"password").digest(),
        hashlib.sha256(b"").digest(),
    ],
    ids=range(7),
)
def test_the_public_half_of_what_everybody_tries_is_refused(tried: bytes) -> None:
    for curve, private in KINDS:
        if not private:
            told = refusal(KINDS[curve, False], pair(curve, tried, private=False))
            assert "isn't made by chance" in told
    refusal(SECRET, octets(tried))


@pytest.mark.parametrize("kty", ["OCT", "okp", "RSA", "", ["OKP"], {}, None])
def test_a_key_says_what_it_is(kty: Any) -> None:
    for kind, jwk in (
        (SECRET, json.loads(octets(os.urandom(32)))),
        (KINDS["Ed25519", False], json.loads(pair("Ed25519", os.urandom(32), private=False))),
    ):
        with pytest.raises(ValidationError, match="it isn't a"):
            kind.validate_python(json.dumps(jwk | {"kty": kty}))


@pytest.mark.parametrize(
    "more", [{"use": "enc"}, {"key_ops": ["sign"]}, {"key_ops": []}, {"alg": "EdDSA"}, {"kid": "1"}]
)
def test_a_key_that_is_taken_opens_the_door_whatever_stands_beside_it(more: Any) -> None:
    said = json.loads(PUBLIC_KEY) | more
    taken = KINDS["Ed25519", False].validate_python(json.dumps(said))
    assert Doorkeeper("matching", taken).admit(token("matching", "caseworker")).role == "caseworker"


def test_halves_of_two_pairs_are_no_key() -> None:
    one, other = (json.loads(pair("X25519", os.urandom(32))) for _ in range(2))
    told = refusal(KINDS["X25519", True], json.dumps(one | {"x": other["x"]}))
    assert "isn't a private JWK on the curve X25519" in told


def test_what_we_make_is_taken() -> None:
    for _ in range(100):
        SECRET.validate_python(json.dumps(OctKey.generate_key(256).as_dict(private=True)))
        for (curve, private), kind in KINDS.items():
            kind.validate_python(pair(curve, os.urandom(32), private=private))


def said(name: str, secret: bytes) -> str:
    """Write a secret as a setting of that name takes it."""
    if name == "token_public_key":
        return pair("Ed25519", secret, private=False)
    if name.endswith("private_key"):
        return pair("X25519", secret)
    return pair("X25519", secret, private=False) if "public" in name else octets(secret)


@pytest.mark.parametrize(("kind", "one", "other"), PAIRS)
def test_one_key_for_two_purposes_is_refused_and_both_are_named(
    monkeypatch: pytest.MonkeyPatch, kind: type[Matching], one: str, other: str
) -> None:
    keys = {name: said(name, os.urandom(32)) for name in ("token_public_key", *OWN[kind])}
    environment(monkeypatch, kind, keys)
    kind.from_environment()
    secret = os.urandom(32)
    environment(monkeypatch, kind, {name: said(name, secret) for name in (one, other)})
    with pytest.raises(SystemExit) as ended:
        kind.from_environment()
    for name in (one, other):
        assert f"{kind.service}_{name}".upper() in str(ended.value)
    assert "the same key" in str(ended.value)


def environment(
    monkeypatch: pytest.MonkeyPatch, kind: type[Matching], differs: dict[str, str]
) -> None:
    usual = {"database_url": "postgresql+asyncpg://me@db/x", "kafka_servers": "x"}
    usual |= {"token_public_key": PUBLIC_KEY, "municipality": "0380"}
    usual |= {"smtp_host": "x", "public_url": "https://x.se", "sender": "a@x.se"}
    for name, value in Keys().settings.items():
        monkeypatch.setenv(name, value)
    for name, value in (usual | differs).items():
        monkeypatch.setenv(f"{kind.service}_{name}".upper(), value)


def test_the_bytes_of_a_public_key_are_no_secret() -> None:
    token, identity = OKPKey.generate_key("Ed25519"), OctKey.generate_key(256)
    public = token.as_dict(private=False)
    keys = {"token_public_key": json.dumps(public), "notifications_public_key": Keys().public}
    same = json.dumps({"kty": "oct", "k": public["x"]})
    keys |= {"identity_key": same, "sensitive_key": json.dumps(identity.as_dict(private=True))}
    keys["notifications_public_key"] = Keys().sealing_public
    usual = {"database_url": "postgresql+asyncpg://me@db/x", "kafka_servers": "x"}
    with pytest.raises(ValidationError, match="MATCHING_TOKEN_PUBLIC_KEY and MATCHING_IDENTITY"):
        Matching(**usual, municipality="0380", **keys)  # type: ignore[arg-type]
