"""A recipient's name and address, sealed for notifications' eyes alone, as they travel on a topic.

JWE (RFC 7516), ECDH-ES+A256KW and A256GCM on X25519: whoever tells holds the public key only.
"""

import json
from typing import Annotated

from joserfc import jwe
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field

HEADER = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
ALGORITHMS = [*HEADER.values()]
BLOCK = 2048  # as long for one as for another: it holds any name and address


class Addressee(BaseModel):
    """Whom a mail is for and where it goes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    address: Annotated[str, Field(min_length=3, max_length=320)]


def seal(public_jwk: str, addressee: Addressee) -> str:
    """Seal for the holder of the private key; each time another text."""
    plain = addressee.model_dump_json().encode()
    plain += b" " * (-len(plain) % BLOCK)  # JSON passes over it, also the release before
    return jwe.encrypt_compact(HEADER, plain, _key(public_jwk), algorithms=ALGORITHMS)


def opened(private_jwk: str, sealed: str) -> Addressee:
    """Open what was sealed; ValueError for what wasn't, or for another key."""
    key = _key(private_jwk)
    try:
        found = jwe.decrypt_compact(sealed, key, algorithms=ALGORITHMS)
    # joserfc: what is odd inside a header comes as whatever error it runs into.
    except Exception:  # noqa: BLE001 - it is no error of ours
        raise ValueError("it wasn't sealed for this key") from None
    return Addressee.model_validate_json(found.plaintext or b"")


def public_half(private_jwk: str) -> str:
    return json.dumps(_key(private_jwk).as_dict(private=False))


def thumbprint(jwk: str) -> str:
    """Give what tells one pair of keys from another, and nothing of its secret half (RFC 7638)."""
    return _key(jwk).thumbprint()


def _key(jwk: str) -> OKPKey:
    return OKPKey.import_key(json.loads(jwk))
