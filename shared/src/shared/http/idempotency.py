"""A call with an `Idempotency-Key` is carried out once and answered the same each time."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Tx
from shared.http.access import Caller, Calling
from shared.machines import NotAllowed

# Waits for another call with the same key that is still open.
CLAIM = text("""INSERT INTO answers (caller, key, route, hash) VALUES (:caller, :key, :route, :hash)
                ON CONFLICT DO NOTHING RETURNING key""")
FIND = text("""SELECT route, hash, status, etag, body FROM answers
               WHERE (caller, key) = (:caller, :key)""")
KEEP = text("""UPDATE answers SET status = :status, etag = :etag, body = :body
               WHERE (caller, key) = (:caller, :key)""")
KEPT_HOURS = 48
FORGOTTEN_AT_ONCE = 1_000
FORGET = text(f"""DELETE FROM answers WHERE (caller, key) IN (
    SELECT caller, key FROM answers WHERE at < now() - make_interval(hours => :hours)
    LIMIT {FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED)""")  # noqa: S608 - a constant

JSON = "application/json"
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A name for this very call: repeated with it, it is carried out once.",
    ),
]


class Answered(Exception):
    """This call was carried out before: here is its answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


async def claim(request: Request, tx: Tx, caller: Calling, key: Key = None) -> None:
    """Claim the key for this call; Answered if it was carried out, NotAllowed if it was another."""
    if key is None:
        return
    path = request.scope["path"].removeprefix(request.scope["root_path"])
    about = {
        "caller": f"{caller.id} {caller.role} {caller.organisation or caller.unit}",
        "key": hashlib.sha256(key.encode()).hexdigest(),
        "route": f"{request.method} {path}",
        "hash": fingerprint(key, await request.body(), deciding(request, caller)),
    }
    connection = await tx.connection()
    if await connection.scalar(CLAIM, about) is None:
        found = (await connection.execute(FIND, about)).one()
        if (found.route, found.hash) != (about["route"], about["hash"]):
            raise NotAllowed("key_reused", "This Idempotency-Key came with another call.")
        etag = {"ETag": found.etag} if found.etag else {}
        raise Answered(Response(found.body, found.status, etag, media_type=JSON))
    request.state.claimed = about


def fingerprint(key: str, body: bytes, more: list[str]) -> bytes:
    """Return what tells one call from another with the same key.

    Keyed by what only the caller knows: a body has few enough forms to be guessed. The release
    before knew bodies alone. Its answers are given again where nothing more decides; where
    something does, nobody knows any more what was carried out, and the key is refused.
    """
    hashed = hmac.digest(key.encode(), body, hashlib.sha256)
    for one in more:
        hashed = hmac.digest(hashed, one.encode(), hashlib.sha256)
    return hashed


def deciding(request: Request, caller: Caller) -> list[str]:
    """Return all but body and path that decides what a call does, each with its name."""
    found = {
        "query": [request.scope["query_string"].decode("latin-1")],
        "if-match": request.headers.getlist("if-match"),
        "content-type": [one for one in request.headers.getlist("content-type") if one != JSON],
        "unit": [caller.unit] if caller.organisation else [],
    }
    return [f"{name} {value}" for name, values in found.items() for value in values if value]


class IdempotentRoute(APIRoute):
    """A route whose creating calls heed the `Idempotency-Key`."""

    def __init__(self, *args: Any, **more: Any) -> None:
        if "POST" in (more.get("methods") or ()):
            more["dependencies"] = [*(more.get("dependencies") or ()), Depends(claim)]
        super().__init__(*args, **more)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        carry_out = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                response = await carry_out(request)
            except Answered as before:
                return before.response
            await store_answer(request, response)
            return response

        return handle


async def store_answer(request: Request, response: Response) -> None:
    """Store the answer in the call's own transaction, which is still open."""
    about = getattr(request.state, "claimed", None)
    if about:
        stored = about | {"status": response.status_code, "body": bytes(response.body)}
        stored |= {"etag": response.headers.get("etag")}
        await (await request.state.tx.connection()).execute(KEEP, stored)


async def forget_old_answers(connection: AsyncConnection) -> int:
    """Forget a thousand of the answers that are older than KEPT_HOURS; give how many went."""
    return (await connection.execute(FORGET, {"hours": KEPT_HOURS})).rowcount
