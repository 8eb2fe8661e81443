"""What holds for every call: HEAD where GET is, no odd address, and nobody keeps the answer."""

import re
from collections import Counter

from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f]")
NO_CONTROL = "no parameter holds a control character"
ONCE = ("Content-Type", "Idempotency-Key")  # of two nobody knows which is meant


class Exchange:
    """The outermost layer around a call."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            elif head:
                message["body"] = b""
            await send(message)

        # A copy: the server looks at its own for whether a body is sent.
        asked = {**scope, "method": "GET"} if head else scope
        await self.app(asked, receive, sent)


async def check_address(request: Request) -> None:
    """Refuse characters that nobody sees: nothing is called so; and whatever stands twice."""
    if UNSEEN.search(request.scope["path"]):
        raise HTTPException(404)
    asked = request.query_params.multi_items()
    odd = {("query", name): NO_CONTROL for name, value in asked if UNSEEN.search(name + value)}
    sent = [("query", name) for name, _ in asked]
    sent += [("header", name) for name in ONCE for _ in request.headers.getlist(name)]
    odd |= {at: "it is sent once" for at, times in Counter(sent).items() if times > 1}
    if odd:
        raise RequestValidationError([{"loc": at, "type": "odd", "msg": odd[at]} for at in odd])
