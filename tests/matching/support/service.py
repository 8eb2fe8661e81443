"""A matching service without sockets: the real app on a fresh database, on a settable day."""

import json
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from joserfc.jwk import OctKey, OKPKey
from tests.support.callers import settings
from tests.support.driven import Driven

from matching.main import create_app
from matching.settings import Settings
from matching.subscribers import hears

UNIT, OTHER_UNIT = "jobbcenter_city", "jobbcenter_gottsunda"
NOTIFICATIONS = OKPKey.generate_key("X25519")
PRIVATE_KEY = json.dumps(NOTIFICATIONS.as_dict(private=True))  # notifications' own
KEYS = {
    "identity_key": json.dumps(OctKey.generate_key(256).as_dict()),
    "sensitive_key": json.dumps(OctKey.generate_key(256).as_dict()),
    "notifications_public_key": json.dumps(NOTIFICATIONS.as_dict(private=False)),
}


class Matching(Driven):
    """Drives the service over its API, as the people who use it do."""

    service = "matching"
    handlers = hears

    async def call(
        self, method: str, path: str, role: str, body: Any = None, **claims: Any
    ) -> httpx.Response:
        """Call as any service is; a caseworker is of UNIT unless another unit is claimed."""
        unit = {"unit": UNIT} if role == "caseworker" else {}
        return await super().call(method, path, role, body, **(unit | claims))


def app_on(url: str, **more: Any) -> FastAPI:
    return create_app(settings(Settings, url, **(KEYS | more)))


usual = cache(app_on)
