"""The keys that an issuer of tokens publishes: fetched in the background, kept through an outage.

A set's own `max-age` says when it is fetched again. No redirect is followed, and nothing is taken
that comes slowly or is large.
"""

import asyncio
import json
import re
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.jwk import Key

from shared.edges.keysets import is_set, keys_of
from shared.edges.tls import Doubt, TlsAmiss, TlsFiles, tls_of, untrusted

SECONDS, LARGEST_BYTES = 3, 65_536
SHORTEST_SECONDS, LONGEST_SECONDS = 300, 86_400  # between two fetches
AGAIN_SECONDS = 60  # after one that failed, and after one for a key that wasn't known
BARE_SECONDS = 10  # after one that failed, while there are no keys at all
ASKED = {"Accept": "application/json", "Accept-Encoding": "identity"}  # nothing to unpack
MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)
UNTRUSTED: dict[Doubt, str] = {
    "expired": "its certificate has expired: it is to be renewed there",
    "not_yet": "its certificate is of a day to come: set the clock right, here or there",
    "other_name": "its certificate was made for another name: call it by a name that stands in it",
    "unknown": "its certificate isn't signed by an authority that we trust: put that one in "
    "ca_file",
    "unfit": "its certificate is too weak, or no server's: another is to be made there",
}
UNREACHED: dict[type[Exception], str] = {
    ssl.SSLError: "it doesn't speak TLS as we do: is it an https port?",
    socket.gaierror: "its name isn't known here: is it spelt right?",
    ConnectionRefusedError: "nothing listens there: is it up, does a network policy let us out?",
    TimeoutError: f"no answer within {SECONDS} s: does a network policy let us out?",
    httpx.TimeoutException: f"no answer within {SECONDS} s: does a network policy let us out?",
}
NONE = "its set holds no key for RS256, ES256 or Ed25519 with a kid; its tokens are refused"

log = structlog.get_logger()


class Amiss(ValueError):
    """What came isn't a set of keys; the text says why, and shows nothing of it."""


class PublishedKeys:
    """An issuer's keys as they were last fetched; those from before go on through an outage."""

    def __init__(self, url: str, ca_file: str = "") -> None:
        self.url, self.host = url, urlsplit(url).netloc
        self.files = TlsFiles(ca_file)
        self.keys: dict[str, Key] = {}
        self.pause: float = 0
        self.next_ask: float = 0
        self.is_away = False  # the last fetch failed: it may have keys that we don't know
        self.amiss = ""
        self.fetching = asyncio.Lock()

    async def run(self, _: object) -> None:
        """Keep the keys fresh until we are stopped."""
        while True:
            async with self.fetching:
                await self.fetch()
            await asyncio.sleep(self.pause)

    async def ask(self) -> None:
        """Fetch for a key that isn't known, once a minute at most; all who ask wait for the one."""
        async with self.fetching:
            now = asyncio.get_running_loop().time()
            if now >= self.next_ask:
                self.next_ask = now + AGAIN_SECONDS
                await self.fetch()

    async def fetch(self) -> None:
        """Fetch the keys; where that fails keep those we have, and say once what would help."""
        try:
            async with asyncio.timeout(SECONDS):
                self.keys, age = await self.published(tls_of(self.files).context)
        except Exception as error:  # noqa: BLE001 - whatever an issuer sends, the service goes on
            self.pause = AGAIN_SECONDS if self.keys else BARE_SECONDS
            self.is_away = True
            until = "those from before go on" if self.keys else "its tokens are answered with 503"
            self.note(f"{why(error)}; {until}")
        else:
            self.pause = min(max(age, SHORTEST_SECONDS), LONGEST_SECONDS)
            self.is_away = False
            self.note("" if self.keys else NONE)

    async def published(self, tls: ssl.SSLContext) -> tuple[dict[str, Key], int]:
        """Give the keys that lie there, and for how many seconds they are said to be good."""
        read = bytearray()
        async with (
            httpx.AsyncClient(verify=tls, timeout=SECONDS) as client,
            client.stream("GET", self.url, headers=ASKED) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise Amiss(
                    f"it answers {answer.status_code}: jwks is the address of the set itself"
                )
            async for piece in answer.aiter_raw():
                read += piece
                if len(read) > LARGEST_BYTES:
                    raise Amiss(f"it sends more than {LARGEST_BYTES} bytes: that is no key set")
        if not is_set(said := parsed(bytes(read))):
            raise Amiss("it sends no key set: jwks is the address of the set itself")
        age = MAX_AGE.search(answer.headers.get("cache-control", ""))
        return keys_of(said), int(age[1]) if age else 0

    def note(self, amiss: str) -> None:
        """Say what is amiss, once until it is something else, and when it is over."""
        if amiss and amiss != self.amiss:
            log.warning("token_keys_not_fetched", at=self.host, reason=amiss)
        if self.amiss and not amiss:
            log.info("token_keys_fetched", at=self.host, count=len(self.keys))
        self.amiss = amiss


def parsed(text: bytes) -> Any:
    """Read JSON; Amiss where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Amiss("it sends no JSON: jwks is the address of the set itself") from None


def why(error: BaseException) -> str:
    """Say why no keys came, and what helps: httpx hides the cause behind its own errors."""
    causes = [error]
    while inner := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(inner)
    for one in causes:
        if isinstance(one, ssl.SSLCertVerificationError):
            return UNTRUSTED[untrusted(one)]
        if isinstance(one, Amiss | TlsAmiss):
            return str(one)
        if found := next((said for kind, said in UNREACHED.items() if isinstance(one, kind)), ""):
            return found
    return f"it can't be reached ({type(causes[-1]).__name__}): is it up, is its address right?"
