"""What isn't sealed for us is told by one kind of error, however odd it is."""

import base64
import json

import pytest
from joserfc.jwk import OKPKey

from shared.people.sealing import Addressee, opened, seal

OURS, OTHERS = OKPKey.generate_key("X25519"), OKPKey.generate_key("X25519")
PRIVATE = json.dumps(OURS.as_dict(private=True))
ANNA = Addressee(name="Anna", address="anna@example.se")


def public(key: OKPKey) -> str:
    return json.dumps(key.as_dict(private=False))


def headed(**header: object) -> str:
    """Give a sealed text under another header."""
    rest = seal(public(OURS), ANNA).partition(".")[2]
    written = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{written}.{rest}"


WHOLE = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}


def test_what_was_sealed_for_us_opens() -> None:
    assert opened(PRIVATE, seal(public(OURS), ANNA)) == ANNA


@pytest.mark.parametrize(
    "sealed",
    [
        "",
        "no.jwe.at.all.x",
        "å" * 200,
        seal(public(OTHERS), ANNA),
        seal(public(OURS), ANNA)[:-9],
        headed(**WHOLE),
        headed(**WHOLE, epk=None),
        headed(**WHOLE, epk="x"),
        headed(**WHOLE, epk=[]),
        headed(**WHOLE, epk={"kty": "OKP"}),
        headed(**WHOLE, epk={"kty": "OKP", "crv": 7, "x": 7}),
        headed(**WHOLE, epk={"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
        headed(alg=7, enc=[]),
        headed(**WHOLE, zip="DEF"),
        headed(**WHOLE, crit=["x"]),
    ],
    ids=range(15),
)
def test_whatever_else_comes_is_a_value_error(sealed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        opened(PRIVATE, sealed)
