"""A call with an `Idempotency-Key` is carried out once and answered the same each time."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import text

from shared.access import Calling
from shared.database import Tx
from shared.machines import NotAllowed

# Waits for another call with the same key that is still open.
CLAIM = text("""INSERT INTO answers (caller, key, route, hash) VALUES (:caller, :key, :route, :hash)
                ON CONFLICT DO NOTHING RETURNING key""")
FIND = text("""SELECT route, hash, status, etag, body FROM answers
               WHERE (caller, key) = (:caller, :key)""")
KEEP = text("""UPDATE answers SET status = :status, etag = :etag, body = :body
               WHERE (caller, key) = (:caller, :key)""")

Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=200)]


class Answered(Exception):
    """This call was carried out before: here is its answer."""

    def __init__(self, response: Response) -> None:
        self.response = response


async def claim(request: Request, tx: Tx, caller: Calling, key: Key = None) -> None:
    """Claim the key for this call; Answered if it was carried out, NotAllowed if it was another."""
    if key is None:
        return
    about = {
        "caller": f"{caller.id} {caller.role} {caller.organisation or caller.unit}",
        "key": hashlib.sha256(key.encode()).hexdigest(),
        "route": f"{request.method} {request.url.path}",
        # Keyed by what only the caller knows: a body has few enough forms to be guessed.
        "hash": hmac.digest(key.encode(), await request.body(), hashlib.sha256),
    }
    connection = await tx.connection()
    if await connection.scalar(CLAIM, about) is None:
        found = (await connection.execute(FIND, about)).one()
        if (found.route, found.hash) != (about["route"], about["hash"]):
            raise NotAllowed("key_reused", "This Idempotency-Key came with another call.")
        etag = {"ETag": found.etag} if found.etag else {}
        raise Answered(Response(found.body, found.status, etag, media_type="application/json"))
    request.state.claimed = about


class Once(APIRoute):
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
            await keep(request, response)
            return response

        return handle


async def keep(request: Request, response: Response) -> None:
    """Store the answer in the call's own transaction, which is still open."""
    about = getattr(request.state, "claimed", None)
    if about:
        stored = about | {"status": response.status_code, "body": bytes(response.body)}
        stored |= {"etag": response.headers.get("etag")}
        await (await request.state.tx.connection()).execute(KEEP, stored)
