"""Who calls: each act is done by a person in her role, with a token signed by the demo's key."""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from joserfc import jwt

from jobbpakten.keys import Keys
from shared.edges.keysets import ALGORITHM
from shared.time import clock

NETWORK = "jobbpakten"
AT_ONCE = 6
HOURS_SECONDS = 8 * 3600
TRIES = 5
# Four eyes: who prepares is never who decides.
ACTORS = {
    "signatory": "signatory",
    "contact_person": "contact",
    "caseworker": "caseworker-cia",
    "vetting_officer": "officer-vera",
    "decider": "decider-dag",
    "coordinator": "coordinator-karin",
    "system": "demo",
}


Done = TypeVar("Done")


class Refused(RuntimeError):
    """A service didn't do what the story says; the text is one sentence with its reason."""


@dataclass(frozen=True, slots=True)
class Callers:
    """Calls one service about one network; what it answers is given as JSON."""

    service: str
    url: str
    clock: str  # where its clock is
    keys: Keys
    http: httpx.AsyncClient
    network: str = NETWORK
    tokens: dict[tuple[object, ...], str] = field(default_factory=dict)

    async def call(
        self,
        role: str,
        method: str,
        path: str,
        body: Any = None,
        version: int | None = None,
        **of: str | None,
    ) -> Any:
        """Call as a person in a role, on the version she has read; Refused for no good answer.

        `of` is her organisation or unit, and her `sub` if another acts than usual. The key lets
        the same call come again when the service had to turn it away. A text is sent as the file
        that it is.
        """
        headers = {
            "Authorization": f"Bearer {self.token(role, **of)}",
            "Idempotency-Key": uuid4().hex,
        }
        headers |= {"If-Match": f'"{version}"'} if version else {}
        sent: dict[str, Any] = {"json": body}
        if isinstance(body, str):
            headers["Content-Type"] = "text/csv; charset=utf-8"
            sent = {"content": body.encode()}
        at = self.clock if path.startswith("/clock") else self.url
        answer = await self.answered(method, at + path, headers=headers, **sent)
        if not answer.is_success:
            raise Refused(f"{self.service} refused {method} {path} as {role}: {reason(answer)}")
        return answer.json()

    async def answered(self, method: str, url: str, **sent: Any) -> httpx.Response:
        """Call until there is an answer: a server closes connections that it found idle."""
        for again in range(TRIES):
            with suppress(httpx.TransportError):
                answer = await self.http.request(method, url, **sent)
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
            await asyncio.sleep(again / 10)
        try:
            return await self.http.request(method, url, **sent)
        except httpx.TransportError as error:
            kind = type(error).__name__
            raise Refused(f"{self.service} at {self.url} doesn't answer ({kind})") from error

    async def on_network(
        self, role: str, method: str, path: str = "", body: Any = None, **more: Any
    ) -> Any:
        return await self.call(role, method, f"/networks/{self.network}{path}", body, **more)

    async def pages(self, role: str, what: str, only: str = "", **who: str) -> list[Any]:
        """Read one of the network's lists to its end, or what `state=open` leaves of it."""
        found: list[Any] = []
        asked, after = f"/{what}?limit=200" + (f"&{only}" if only else ""), ""
        while True:
            page = await self.on_network(role, "GET", asked + after, **who)
            found += page[what]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    def token(self, role: str, **of: str | None) -> str:
        """Give her token of today, signed when she first calls."""
        who = (role, *sorted(of.items()))
        if who not in self.tokens:
            self.tokens[who] = self.signed(role, **of)
        return self.tokens[who]

    def signed(self, role: str, **of: str | None) -> str:
        expires = int(clock.now().timestamp()) + HOURS_SECONDS
        claims = {"sub": ACTORS[role], "aud": self.service, "role": role, "exp": expires}
        claims |= {name: value for name, value in of.items() if value}
        claims |= {"networks": [self.network]}
        return jwt.encode({"alg": ALGORITHM}, claims, self.keys.pair, algorithms=[ALGORITHM])


async def at_once(works: Iterable[Coroutine[Any, Any, Done]]) -> list[Done]:
    """Do all of it, several at a time; the first that is refused ends all, as it would alone."""
    some = asyncio.Semaphore(AT_ONCE)

    async def one(work: Coroutine[Any, Any, Done]) -> Done:
        try:
            async with some:
                return await work
        finally:
            work.close()  # one that never got its turn

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(work)) for work in works]
    except ExceptionGroup as several:
        raise several.exceptions[0] from None
    return [task.result() for task in tasks]


def reason(answer: httpx.Response) -> str:
    """Read the problem that was answered, or whatever it was."""
    try:
        found = answer.json()
        return f"{answer.status_code} {found['code']}, {found.get('errors') or found['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code} {answer.text[:200]}"
