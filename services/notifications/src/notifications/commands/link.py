"""The links in mails: signed, with an end, and nothing in them but a notice's id."""

import json
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import OctKey

from notifications.settings import Settings

ALGORITHM = "HS256"


def link_to(settings: Settings, notice_id: UUID, ends_before: date) -> str:
    """Give the address of a task's page."""
    claims = {"n": str(notice_id), "exp": int(midnight(ends_before).timestamp())}
    key = key_of(settings.link_key)
    token = jwt.encode({"alg": ALGORITHM}, claims, key, algorithms=[ALGORITHM])
    return f"{settings.public_url}{settings.path_prefix}/t/{token}"


class Link(NamedTuple):
    """A link of ours: the notice that it leads to, and from which day on it leads nowhere.

    Its end is a business day: a link from a year played in a minute opens in that year.
    """

    notice_id: UUID
    ends_before: date


def read_link(settings: Settings, token: str) -> Link | None:
    """Give the link that a token of ours stands for, old or not; None for any other token."""
    try:
        claims = claims_of(settings, token)
        ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
        return Link(UUID(claims["n"]), ends.date())
    # joserfc: an odd header comes as TypeError or ValueError.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None


def claims_of(settings: Settings, token: str) -> dict[str, Any]:
    """Read a token signed by our key, or by the one before; BadSignatureError for any other."""
    try:
        return jwt.decode(token, key_of(settings.link_key), algorithms=[ALGORITHM]).claims
    except BadSignatureError:
        if not settings.previous_link_key:
            raise
        return jwt.decode(token, key_of(settings.previous_link_key), algorithms=[ALGORITHM]).claims


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def key_of(jwk: str) -> OctKey:
    return OctKey.import_key(json.loads(jwk))
