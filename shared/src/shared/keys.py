"""Which keys from settings are taken: made by chance, known to nobody else, each for one purpose.

No sentence shows a key.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from joserfc.errors import JoseError
from joserfc.jwk import Key, OctKey, OKPKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from pydantic import AfterValidator

KEY_BYTES = 32
HOW_TO = "`jobbpakten keys` makes one"
WORDS = (b"password", b"secret", b"test", b"changeme", b"jobbpakten")
# A key made by chance breaks one of these limits less often than once in ten million.
FEWEST_BYTES, MOST_EQUAL_STEPS, MOST_TYPED_BYTES, MOST_SMALL_LETTERS = 17, 7, 29, 35
# Ed25519: where in its field the eight points of small order lie. With one of them as a public
# key anybody can sign.
FIELD = 2**255 - 19
_OF_ORDER_8 = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
_EIGHTH = int.from_bytes(bytes.fromhex(_OF_ORDER_8), "little")
SMALL_ORDER = {0, 1, FIELD - 1, _EIGHTH, FIELD - _EIGHTH}
KINDS: dict[str, type[Key]] = {"oct": OctKey, "OKP": OKPKey}
OF_THE_KEY = ("kty", "crv", "x", "d", "k")  # what else a JWK says would forbid us to use it


def key_that(fits: Callable[[Any], bool], what: str, kind: type[Key]) -> AfterValidator:
    """Refuse what isn't a JWK that fits, or is one that others have or could guess."""

    def checked(jwk: str) -> str:
        key = read(jwk, kind)
        if key is not None and (where := published(key)):
            raise ValueError(f"it is the key printed in {where}: its secret half is public")
        if key is None or not fits(key):
            raise ValueError(f"it isn't {what}")
        if fault := weakness(key):
            raise ValueError(f"{fault}; {HOW_TO}")
        return json.dumps({n: said for n, said in json.loads(jwk).items() if n in OF_THE_KEY})

    return AfterValidator(checked)


def secret_key() -> AfterValidator:
    """Refuse what isn't a good secret key."""
    what = f"an octet JWK of {8 * KEY_BYTES} bits"
    return key_that(lambda key: len(key.raw_value) == KEY_BYTES, what, OctKey)


def pair_key(curve: str, *, private: bool) -> AfterValidator:
    """Refuse what isn't this half of a good pair of keys on the curve."""
    what = f"a {'private' if private else 'public'} JWK on the curve {curve}"
    return key_that(lambda key: (key.curve_name, key.is_private) == (curve, private), what, OKPKey)


def read(jwk: str, kind: type[Key] | None = None) -> Any:
    """Read a JWK, of any kind unless one is named; None where it isn't one."""
    with suppress(ValueError, TypeError, AttributeError, JoseError, KeyError, RecursionError):
        said = dict(json.loads(jwk))
        key = KINDS[said["kty"]].import_key(said)
        # joserfc believes what stands beside a private half.
        is_whole = public_half(key) in {None, urlsafe_b64decode(said.get("x", "").encode())}
        return key if is_whole and kind in {None, type(key)} else None
    return None


def secret_half(key: Any) -> bytes | None:
    if isinstance(key, OctKey):
        return bytes(key.raw_value)
    return bytes(key.private_key.private_bytes_raw()) if key.private_key else None


def public_half(key: Any) -> bytes | None:
    return None if isinstance(key, OctKey) else bytes(key.public_key.public_bytes_raw())


def published(key: Any) -> str | None:
    """Say where a key is printed, whichever half and form of it; None for all others."""
    return next((_PUBLISHED[one] for one in sames(key) if one in _PUBLISHED), None)


def weakness(key: Any) -> str | None:
    """Say in words what makes a key easy to come by; None for a good one."""
    public = public_half(key)
    if public and any(public) and is_of_small_order(key.curve_name, public):
        return "it is one of the few keys that hide nothing"
    halves = [half for half in (secret_half(key), public) if half]
    if not all(map(any, halves)):
        return "it is a key of zero bits"
    by_chance = not any(one in guessed() or is_patterned(one) for one in halves)
    return None if by_chance else "it isn't made by chance"


@cache
def guessed() -> frozenset[bytes]:
    """Give what is tried first, and its public halves, in which no pattern shows."""
    tried = [bytes([one]) * KEY_BYTES for one in b"\0\1\2\7*01ABax\xaa\xff"]
    tried += [bytes(range(start, start + KEY_BYTES)) for start in (0, 1)]
    tried += [b"\1".ljust(KEY_BYTES, b"\0"), b"\1".rjust(KEY_BYTES, b"\0")]
    tried += [hashlib.sha256(word).digest() for word in (b"", *WORDS)]
    return frozenset(half for one in tried for half in (one, *pairs_of(one)))


def pairs_of(secret: bytes) -> Iterator[bytes]:
    """Give the public halves of a secret of 32 bytes, of either curve."""
    for kind in (Ed25519PrivateKey, X25519PrivateKey):
        yield kind.from_private_bytes(secret).public_key().public_bytes_raw()


def is_patterned(raw: bytes) -> bool:
    """Tell what is alike, counted, repeated, filled up or typed, as bytes or in its JWK."""
    steps = Counter((after - before) % 256 for before, after in pairwise(raw))
    text = raw.replace(b"\0", b" ").decode(errors="ignore")
    typed = "".join(filter(str.isprintable, text)).encode()
    small = [one for one in urlsafe_b64encode(raw).decode() if one.islower() or one == "_"]
    most = max(steps.values()) > MOST_EQUAL_STEPS or len(typed) > MOST_TYPED_BYTES
    return most or len({*raw}) < FEWEST_BYTES or len(small) > MOST_SMALL_LETTERS


def is_of_small_order(curve: str, public: bytes) -> bool:
    """Tell a public key with which everybody agrees on the same secret, or anybody can sign."""
    if curve == "Ed25519":
        return int.from_bytes(without_sign(public), "little") % FIELD in SMALL_ORDER
    try:
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return True
    return False


def sames(key: Any) -> Iterator[bytes]:
    """Give all by which a key is found to be the same as another, of whichever kind and half.

    A secret of 32 bytes can be the private half of a pair: then that one's public half is here.
    """
    secret, public = secret_half(key), public_half(key)
    yield from (without_sign(half) for half in (public, secret) if half)
    if secret and len(secret) == KEY_BYTES:
        yield from map(without_sign, pairs_of(secret))


def without_sign(half: bytes) -> bytes:
    """Leave out the last bit: X25519 passes over it, and Ed25519 tells a key's mirror by it."""
    return half[:-1] + bytes([half[-1] & 0x7F]) if len(half) == KEY_BYTES else half


def the_same(keys: Mapping[str, str]) -> tuple[str, str] | None:
    """Give the names of two keys that are one; None where each is by itself."""
    seen: dict[bytes, str] = {}
    for name, jwk in keys.items():
        for one in {*sames(read(jwk))}:
            if seen.setdefault(one, name) != name:
                return seen[one], name
    return None


_LINES = files("shared").joinpath("published.txt").read_text("utf-8").splitlines()
PUBLISHED = dict(line.split(" ", 1) for line in _LINES if line[0] != "#")
_PUBLISHED = {without_sign(urlsafe_b64decode(k.encode())): where for k, where in PUBLISHED.items()}
