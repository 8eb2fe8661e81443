"""What identifies a person, stored so that only its service reads it: a key for each person.

The person's key is wrapped by a key from settings. Whoever forgets the wrapped key has forgotten
all that was sealed with it, in every backup too.
"""

import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OctKey

KEY_BITS = 256
NONCE_BYTES = 12


class Unreadable(ValueError):
    """It was sealed with another key, for another purpose, or was changed since."""


class Vault:
    """Seals and opens facts of persons with a settings key: an octet JWK of 256 bits."""

    def __init__(self, jwk: str) -> None:
        secret = OctKey.import_key(json.loads(jwk)).raw_value
        self.wrapping = AESGCM(hmac.digest(secret, b"wrap", hashlib.sha256))
        self.indexing = hmac.digest(secret, b"index", hashlib.sha256)

    def new_key(self) -> bytes:
        """Make a person's key, and give it wrapped, as it is stored."""
        return _sealed(self.wrapping, AESGCM.generate_key(KEY_BITS), b"key")

    def seal(self, wrapped: bytes, facts: Any, purpose: str) -> bytes:
        """Seal facts (anything JSON can say) with a person's key, for one purpose alone."""
        plain = json.dumps(facts, ensure_ascii=False).encode()
        return _sealed(self._unwrapped(wrapped), plain, purpose.encode())

    def open(self, wrapped: bytes, sealed: bytes, purpose: str) -> Any:
        """Open what `seal` gave; Unreadable for another key or purpose."""
        return json.loads(_opened(self._unwrapped(wrapped), sealed, purpose.encode()))

    def index(self, text: str) -> bytes:
        """Give what finds equal texts and tells nothing else without the settings key."""
        return hmac.digest(self.indexing, text.encode(), hashlib.sha256)

    def _unwrapped(self, wrapped: bytes) -> AESGCM:
        return AESGCM(_opened(self.wrapping, wrapped, b"key"))


def _sealed(key: AESGCM, plain: bytes, purpose: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, purpose)


def _opened(key: AESGCM, sealed: bytes, purpose: bytes) -> bytes:
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose)
    except InvalidTag:
        raise Unreadable("it can't be opened with this key") from None
