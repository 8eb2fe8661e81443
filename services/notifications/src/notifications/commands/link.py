"""The links in mails: signed, with an end, and nothing in them but a notice's id."""

import json
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from notifications.settings import Settings

ALGORITHM = "HS256"


def link_to(settings: Settings, notice_id: UUID, ends_before: date) -> str:
    """Give the address of a task's page."""
    claims = {"n": str(notice_id), "exp": int(midnight(ends_before).timestamp())}
    token = jwt.encode({"alg": ALGORITHM}, claims, key_of(settings), algorithms=[ALGORITHM])
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
        claims: dict[str, Any] = jwt.decode(token, key_of(settings), algorithms=[ALGORITHM]).claims
        ends = datetime.fromtimestamp(int(claims["exp"]), UTC)
        return Link(UUID(claims["n"]), ends.date())
    # joserfc: an odd header comes as TypeError or ValueError.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
        return None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def key_of(settings: Settings) -> OctKey:
    return OctKey.import_key(json.loads(settings.link_key))
