"""Which of an issuer's keys verify tokens: public ones for signatures, strong enough, by `kid`."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import Key, OKPKey, import_key
from joserfc.util import urlsafe_b64decode

from shared.keys import published, weakness

ALGORITHM = "Ed25519"  # RFC 9864: the exact name of what was EdDSA
OF_PEOPLE = [ALGORITHM, "EdDSA"]
ALGORITHMS = ["RS256", "ES256", *OF_PEOPLE]
FEWEST_RSA_BITS = 2048
PARTS = ("kty", "kid", "n", "e", "crv", "x", "y")  # nothing private, and nothing that forbids us


def is_set(said: Any) -> bool:
    """Tell a JWK set (RFC 7517, 5), whatever its keys are for."""
    return isinstance(said, Mapping) and isinstance(said.get("keys"), list)


def keys_of(said: Any) -> dict[str, Key]:
    """Return the keys of a JWK set that verify tokens, by their ids; {} for no set."""
    keys = map(key_that_verifies, said["keys"] if is_set(said) else ())
    return {str(key.kid): key for key in keys if key}


def key_that_verifies(jwk: Any) -> Key | None:
    """Return the public key of a JWK; None for one for another use, without `kid`, or weak."""
    with suppress(JoseError, ValueError, TypeError, AttributeError, KeyError):
        said = (jwk.get("use", "sig"), "verify" in jwk.get("key_ops", ["verify"]))
        named = isinstance(jwk["kid"], str) and jwk["kid"] and jwk.get("alg", "RS256") in ALGORITHMS
        if said == ("sig", True) and named and FIT[jwk["kty"]](jwk):
            key = import_key({name: jwk[name] for name in PARTS if name in jwk})
            others_sign = isinstance(key, OKPKey) and (published(key) or weakness(key))
            return None if others_sign else key
    return None


def bits(number: str) -> int:
    return int.from_bytes(urlsafe_b64decode(number.encode())).bit_length()


# By a key's kind: whether it is one that we verify with, and strong enough.
FIT: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "RSA": lambda jwk: bits(jwk["n"]) >= FEWEST_RSA_BITS,
    "EC": lambda jwk: bool(jwk["crv"] == "P-256"),
    "OKP": lambda jwk: bool(jwk["crv"] == "Ed25519"),
}
