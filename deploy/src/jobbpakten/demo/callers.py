"""Who calls: each act is done by a person in her role, with a token signed by the demo's key."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt

from jobbpakten.parts.services import Keys
from shared import clock
from shared.access import ALGORITHM

NETWORK = "jobbpakten"
HOURS_SECONDS = 8 * 3600
TRIES = 5
# Four eyes: who prepares is never who decides.
ACTORS = {
    "signatory": "signatory",
    "vetting_officer": "officer-vera",
    "decider": "decider-dag",
    "coordinator": "coordinator-karin",
    "system": "demo",
}


class Refused(RuntimeError):
    """A service didn't do what the story says; the text is one sentence with its reason."""


@dataclass(frozen=True, slots=True)
class Callers:
    """Calls one service; what it answers is given as JSON."""

    service: str
    url: str
    keys: Keys
    http: httpx.AsyncClient

    async def call(
        self,
        role: str,
        method: str,
        path: str,
        body: Any = None,
        organisation: str | None = None,
        version: int | None = None,
    ) -> Any:
        """Call as a person in a role, on the version she has read; Refused for no good answer.

        The key lets the same call come again when the service had to turn it away.
        """
        headers = {
            "Authorization": f"Bearer {self.token(role, organisation)}",
            "Idempotency-Key": uuid4().hex,
        }
        headers |= {"If-Match": f'"{version}"'} if version else {}
        for again in range(TRIES):
            answer = await self.http.request(method, self.url + path, json=body, headers=headers)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            await asyncio.sleep(again / 10)
        if not answer.is_success:
            raise Refused(f"{self.service} refused {method} {path} as {role}: {reason(answer)}")
        return answer.json()

    async def on_network(self, role: str, method: str, path: str = "", **more: Any) -> Any:
        return await self.call(role, method, f"/networks/{NETWORK}{path}", **more)

    def token(self, role: str, organisation: str | None) -> str:
        expires = int(clock.now().timestamp()) + HOURS_SECONDS
        claims = {"sub": ACTORS[role], "aud": self.service, "role": role, "exp": expires}
        claims |= {"networks": [NETWORK]} | ({"organisation": organisation} if organisation else {})
        return jwt.encode({"alg": ALGORITHM}, claims, self.keys.pair, algorithms=[ALGORITHM])


def reason(answer: httpx.Response) -> str:
    """Read the problem that was answered, or whatever it was."""
    try:
        found = answer.json()
        return f"{answer.status_code} {found['code']}, {found.get('errors') or found['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:200]}"
