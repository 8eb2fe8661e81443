"""All four services as apps on a database, for what must hold in each of them."""

from collections.abc import Callable
from functools import cache

from fastapi import FastAPI
from tests.support.callers import settings

from followup.main import create_app as followup
from followup.settings import Settings as FollowupSettings
from jobbpakten.keys import Keys
from matching.main import create_app as matching
from matching.settings import Settings as MatchingSettings
from membership.main import create_app as membership
from membership.settings import Settings as MembershipSettings
from notifications.main import create_app as notifications
from notifications.settings import Settings as NotificationsSettings
from shared.settings import ServiceSettings

MADE: dict[str, tuple[Callable[..., FastAPI], type[ServiceSettings]]] = {
    "membership": (membership, MembershipSettings),
    "matching": (matching, MatchingSettings),
    "notifications": (notifications, NotificationsSettings),
    "followup": (followup, FollowupSettings),
}
MAIL = {"public_url": "https://a.example.se", "smtp_host": "smtp", "sender": "a@example.se"}
keys = Keys()


@cache
def app_of(service: str, url: str = "postgresql+asyncpg://nobody@127.0.0.1:1/none") -> FastAPI:
    """Return the service's app as it is with a clock that is set by hand."""
    return new_app_of(service, url)


def new_app_of(service: str, url: str, **differs: str) -> FastAPI:
    """Make an app that nobody shares: it is as if it had just been started."""
    create_app, kind = MADE[service]
    ours = {
        name.removeprefix(f"{service.upper()}_").lower(): key
        for name, key in keys.settings.items()
        if name.startswith(service.upper())
    }
    more = MAIL if service == "notifications" else {}
    return create_app(settings(kind, url, **ours, **more, **differs))
