"""The links in mails: signed, with an end, and nothing in them but a notice's id."""

import json
from datetime import UTC, date, datetime, time
from typing import Any
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
    return f"{settings.public_url}/t/{token}"


def notice_behind(settings: Settings, token: str, today: date) -> UUID | None:
    """Give the notice that a token of ours stands for; None for any other, or an old one.

    Its end is a business day: a link from a year played in a minute opens in that year.
    """
    try:
        claims: dict[str, Any] = jwt.decode(token, key_of(settings), algorithms=[ALGORITHM]).claims
        notice_id, ends = UUID(claims["n"]), int(claims["exp"])
    # joserfc: an odd header comes as TypeError or ValueError.
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return notice_id if midnight(today).timestamp() < ends else None


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def key_of(settings: Settings) -> OctKey:
    return OctKey.import_key(json.loads(settings.link_key))
