"""Tokens of machines (RFC 9068): one issuer's are read, or refused with a cause that shows nothing.

Which client called is all that is believed of what such a token says.
"""

import json
import time
from typing import TYPE_CHECKING, Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import Key

from shared.edges.keysets import ALGORITHMS, keys_of
from shared.edges.token_refusals import TokenAmiss
from shared.settings.issuers import Issuer

if TYPE_CHECKING:
    from shared.edges.issuers import PublishedKeys

LONGEST_SECONDS = 8 * 60 * 60
SLACK_SECONDS = 60  # by which the issuer's clock and ours may differ
# RFC 7515, 4: what a header says beside what we know is passed over, but for `crit`.
REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
# Entra ID and Keycloak say JWT where RFC 9068 says at+jwt; no other kind of token is taken.
KINDS = {None, "jwt", "at+jwt", "application/at+jwt"}
# What only a token holds that a person has signed in for: an ID token's, a session's, her consent.
OF_A_PERSON = {"nonce", "at_hash", "c_hash", "auth_time", "amr", "sid", "scp"}


class KeyUnknown(InvalidKeyIdError):
    """A token names a key that the issuer's last set doesn't hold: it may have a new one."""

    def __init__(self, keys: "PublishedKeys") -> None:
        super().__init__()
        self.keys = keys


def rules(audience: str) -> jwt.JWTClaimsRegistry:
    """Return what every token must say."""
    return jwt.JWTClaimsRegistry(
        leeway=SLACK_SECONDS,
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        sub={"essential": True},
    )


def check_lifetime(claims: dict[str, Any]) -> None:
    """Refuse a token that lives for too long."""
    if claims["exp"] > claims.get("iat", time.time()) + LONGEST_SECONDS + SLACK_SECONDS:
        raise TokenAmiss("it lives for more than eight hours")


def issuer_in(token: str) -> str | None:
    """Give the issuer that a token names, whoever signed it."""
    claims = json.loads(extracted(token).payload)
    named = claims.get("iss") if isinstance(claims, dict) else None
    return named if isinstance(named, str) else None


def extracted(token: str) -> jws.CompactSignature:
    return jws.extract_compact(token.encode(), None, REGISTRY)


class MachineTokens:
    """Reads one issuer's tokens."""

    def __init__(self, issuer: Issuer) -> None:
        self.published = published_by(issuer)
        self.fixed = keys_of({"keys": issuer.keys})
        self.rules = rules(issuer.audience)

    def client_of(self, token: str) -> str:
        """Return the client that a token was given to; JoseError or ValueError where it isn't good.

        KeyUnknown where the issuer may meanwhile have published the key.
        """
        read = extracted(token)
        header = read.headers()
        kind = header.get("typ")
        if (kind.lower() if isinstance(kind, str) else kind) not in KINDS:
            raise TokenAmiss("its typ isn't at+jwt or JWT: it is no access token")
        if not jws.validate_compact(read, self.key(header.get("kid")), ALGORITHMS, REGISTRY):
            raise BadSignatureError
        claims = json.loads(read.payload)
        self.rules.validate(claims)
        check_lifetime(claims)
        return client_in(claims)

    def key(self, kid: object) -> Key:
        """Return the key of a name; KeyUnknown or InvalidKeyIdError where there is none."""
        if not isinstance(kid, str):
            raise TokenAmiss("it has no kid: it doesn't say which key signed it")
        known = self.published.keys if self.published else self.fixed
        if kid in known:
            return known[kid]
        raise KeyUnknown(self.published) if self.published else InvalidKeyIdError


def published_by(issuer: Issuer) -> "PublishedKeys | None":
    """Give what fetches the keys that an issuer publishes; None where the file holds them."""
    if not issuer.jwks:
        return None
    from shared.edges.issuers import PublishedKeys  # noqa: PLC0415 - with it comes an HTTP client

    return PublishedKeys(issuer.jwks, issuer.ca_file or "")


def client_in(claims: dict[str, Any]) -> str:
    """Return the client that a token was given to, for itself; TokenAmiss where it isn't clear."""
    if OF_A_PERSON & claims.keys() or claims.get("idtyp", "app") != "app":
        raise TokenAmiss("it was given for a person who signed in, not by client credentials")
    named = [claims[name] for name in ("client_id", "azp") if claims.get(name) is not None]
    if len({*map(str, named)}) != 1:
        raise TokenAmiss("neither client_id nor azp names its client, or they name two")
    return str(named[0])
