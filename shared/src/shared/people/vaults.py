"""What identifies a person, stored so that only its service reads it: a key for each person.

The person's key is wrapped by a key from settings. Whoever forgets the wrapped key has forgotten
all that was sealed with it, in every backup too.

While the key from settings is changed there are two: what the previous one wrapped opens, and what
is wrapped or indexed anew is so by the new one. `rotation.py` brings the one to the other.

There are two forms. The first release sealed for a purpose alone; the second binds what is sealed,
and the wrapped key, to whose it is: put beside another person it doesn't open. Both are read; which
is written stands in the table `sealing`, so that the release before runs until it is replaced.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OctKey
from sqlalchemy import Connection, Engine, text

from shared.database import Tx

KEY_BITS = 256
NONCE_BYTES = 12
STRIPED_BITS = 6  # of 16: a file of thousands takes at most 1,024 locks
SMALL, LARGE = 512, 4096  # what is sealed is filled up to a multiple: LARGE holds any name
FIRST, BOUND = 1, 2
# What is sealed in the second form begins with it. In the first form a nonce stood there, which is
# the same once in 2**96 times; then it is opened as what it is nevertheless.
MARK = b"jobbpakten/2"

_bound = WeakSet[Engine | Connection]()


class Unreadable(ValueError):
    """It was sealed with another key, for another purpose or person, or was changed since."""


@dataclass(frozen=True, slots=True)
class Label:
    """What something sealed is for and whose it is: `owner` is the person, in her network."""

    purpose: str
    owner: tuple[str, ...]
    row: str = ""  # which one, where she can have several

    def bound(self, purpose: str, row: str = "") -> bytes:
        return MARK + json.dumps([purpose, row, *self.owner]).encode()


class Vault:
    """Seals and opens facts of persons with a settings key: an octet JWK of 256 bits.

    With a previous key it opens what that one has sealed, and finds what it has indexed.
    """

    def __init__(self, jwk: str, previous: str = "") -> None:
        self.previous = Vault(previous) if previous else None
        secret = OctKey.import_key(json.loads(jwk)).raw_value
        self.wrapping = AESGCM(hmac.digest(secret, b"wrap", hashlib.sha256))
        self.indexing = hmac.digest(secret, b"index", hashlib.sha256)

    def new_key(self, label: Label, form: int) -> bytes:
        """Make a person's key, and give it wrapped, as it is stored."""
        return self._wrapped(AESGCM.generate_key(KEY_BITS), label, form)

    def rewrap(self, wrapped: bytes, label: Label, form: int) -> bytes:
        """Wrap the same key anew; what was sealed with it opens as before."""
        return self._wrapped(self._unwrapped(wrapped, label), label, form)

    def seal(
        self, wrapped: bytes, facts: Any, label: Label, form: int, block: int = SMALL
    ) -> bytes:
        """Seal facts (anything JSON can say) with a person's key, as long for one as another."""
        plain = json.dumps(facts, ensure_ascii=False).encode()
        plain += b" " * (-len(plain) % block)  # JSON passes over it, also the release before
        key, bound = AESGCM(self._unwrapped(wrapped, label)), label.bound(label.purpose, label.row)
        return _sealed(key, plain, label.purpose.encode(), bound, form)

    def open(self, wrapped: bytes, sealed: bytes, label: Label) -> Any:
        """Open what `seal` gave; Unreadable for another key, purpose or person."""
        key, bound = AESGCM(self._unwrapped(wrapped, label)), label.bound(label.purpose, label.row)
        return json.loads(_opened(key, sealed, label.purpose.encode(), bound))

    def index(self, text: str) -> bytes:
        """Give what finds equal texts and tells nothing else without the settings key."""
        return hmac.digest(self.indexing, text.encode(), hashlib.sha256)

    def indexes(self, text: str) -> list[bytes]:
        """Give all by which equal texts may be found: our own first, then the previous key's."""
        return [self.index(text), *(self.previous.indexes(text) if self.previous else ())]

    def has_wrapped(self, wrapped: bytes, label: Label) -> bool:
        """Tell a person's key that is wrapped by our key; Unreadable where no key of ours opens."""
        with suppress(Unreadable):
            return bool(_opened(self.wrapping, wrapped, b"key", label.bound("key")))
        self._unwrapped(wrapped, label)
        return False

    def canary(self, name: str) -> bytes:
        """Seal a text by which this very key is known again."""
        return _sealed(self.wrapping, self.index(name), b"", MARK + name.encode(), BOUND)

    def made(self, canary: bytes, name: str) -> bool:
        """Tell whether this key sealed the canary of that name."""
        with suppress(Unreadable):
            found = _opened(self.wrapping, canary, b"", MARK + name.encode())
            return hmac.compare_digest(found, self.index(name))
        return False

    def _wrapped(self, key: bytes, label: Label, form: int) -> bytes:
        return _sealed(self.wrapping, key, b"key", label.bound("key"), form)

    def _unwrapped(self, wrapped: bytes, label: Label) -> bytes:
        try:
            return _opened(self.wrapping, wrapped, b"key", label.bound("key"))
        except Unreadable:
            if self.previous is None:
                raise
            return self.previous._unwrapped(wrapped, label)  # noqa: SLF001 - one of its own kind


async def lock_indexes(tx: Tx, indexes: Sequence[bytes]) -> None:
    """Let nobody else store under any of these indexes until we are done.

    A constraint sees that two are the same only where one key has indexed both. Whoever takes
    several goes by the least index of each, so that no two wait in a circle.
    """
    if len(indexes) > 1:
        stripe = int.from_bytes(min(indexes)[:2], "big") >> STRIPED_BITS
        lock = text("SELECT pg_advisory_xact_lock(hashtext('indexes'), :stripe)")
        await (await tx.connection()).execute(lock, {"stripe": stripe})


async def form_of(tx: Tx) -> int:
    """Give the form to seal in, as this transaction sees it; it never goes back to the first."""
    engine = tx.get_bind()
    if engine not in _bound:
        if await (await tx.connection()).scalar(text("SELECT form FROM sealing")) != BOUND:
            return FIRST
        _bound.add(engine)
    return BOUND


def _sealed(key: AESGCM, plain: bytes, first: bytes, bound: bytes, form: int) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    mark, associated = (MARK, bound) if form == BOUND else (b"", first)
    return mark + nonce + key.encrypt(nonce, plain, associated)


def _opened(key: AESGCM, sealed: bytes, first: bytes, bound: bytes) -> bytes:
    second = [(sealed[len(MARK) :], bound)] if sealed.startswith(MARK) else []
    for form, associated in (*second, (sealed, first)):
        with suppress(InvalidTag, ValueError):  # ValueError: too short to be anything
            return key.decrypt(form[:NONCE_BYTES], form[NONCE_BYTES:], associated)
    raise Unreadable("it can't be opened with this key")
