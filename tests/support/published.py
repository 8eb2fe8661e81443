"""An issuer of tokens for machines: signs them, and publishes its keys over HTTPS."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from joserfc import jws
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from tests.support.callers import PUBLIC_KEY

from jobbpakten_local.parts.certificates import Authority, Files
from shared.edges.doorkeepers import Doorkeeper
from shared.edges.keysets import ALGORITHM
from shared.settings.issuers import Issuer

NAME, AUDIENCE, CLIENT = "https://login.example.se/kommun", "api://membership", "importer"
MACHINES = {CLIENT: {"role": "coordinator", "networks": ["jobbpakten"]}}


def rsa(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def ec(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid})


def ed(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid})


def public(*keys: Key, **more: Any) -> dict[str, Any]:
    """Give a set as it is published; `more` stands in each of its keys."""
    said = KeySet([*keys]).as_dict(private=False)
    return {"keys": [one | more for one in said["keys"]]}


def signed(key: Key, alg: str = ALGORITHM, header: Any = None, /, **claims: Any) -> str:
    """Sign an access token as a good issuer does, with what differs; None leaves a claim out."""
    now = int(time.time())
    whole = {"iss": NAME, "aud": AUDIENCE, "sub": CLIENT, "client_id": CLIENT, "iat": now}
    whole |= {"exp": now + 2 * 3600} | claims  # some are made when tests are collected
    said = {"alg": alg, "typ": "at+jwt", "kid": key.kid} | (header or {})
    said = {name: value for name, value in said.items() if value is not None}
    payload = json.dumps({name: value for name, value in whole.items() if value is not None})
    registry = jws.JWSRegistry(algorithms=[alg], strict_check_header=False)
    return jws.serialize_compact(said, payload, key, [alg], registry)


def issuer(**differs: Any) -> Issuer:
    """Give an entry of the file of issuers."""
    usual = {"issuer": NAME, "audience": AUDIENCE, "machines": MACHINES}
    return Issuer.model_validate(usual | differs)


@dataclass
class Publisher:
    """What an issuer answers to whoever asks for its keys."""

    keys: dict[str, Any]
    port: int = 0
    asked: int = 0
    status: str = "200 OK"
    headers: str = ""
    body: bytes | None = None
    slowly: bool = False
    requests: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}/jwks"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.requests.append(await reader.readuntil(b"\r\n\r\n"))
            self.asked += 1
            body = json.dumps(self.keys).encode() if self.body is None else self.body
            head = f"HTTP/1.1 {self.status}\r\nContent-Length: {len(body)}\r\n{self.headers}\r\n"
            writer.write(head.encode())
            if self.slowly:  # a byte now and then: each comes in time, all of them never do
                for one in body:
                    writer.write(bytes([one]))
                    await writer.drain()
                    await asyncio.sleep(0.1)
            writer.write(body)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has hung up
        finally:
            writer.close()


@asynccontextmanager
async def publishing(
    files: Files, *keys: Key, port: int = 0, publisher: Publisher | None = None
) -> AsyncIterator[Publisher]:
    """Serve a key set with a certificate, on a free port unless one is named."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    answers = publisher or Publisher(public(*keys))
    server = await asyncio.start_server(answers.answer, "127.0.0.1", port, ssl=context)
    answers.port = server.sockets[0].getsockname()[1]
    async with server:
        yield answers


def authority(folder: Path) -> tuple[Authority, str]:
    """Make an authority, and give the file of its certificate."""
    made = Authority()
    return made, str(made.write(folder))


@contextmanager
def calling(app: FastAPI, service: str, **machine: Any) -> Iterator[dict[str, str]]:
    """Let a machine that may what is said call a service, beside people; gives its header."""
    key, before = ed("m"), app.state.doorkeeper
    facts = {"networks": ["jobbpakten"]} | machine
    vouches = issuer(keys=public(key)["keys"], machines={CLIENT: facts})
    app.state.doorkeeper = Doorkeeper(service, PUBLIC_KEY, issuers=[vouches])
    try:
        yield {"Authorization": f"Bearer {signed(key)}"}
    finally:
        app.state.doorkeeper = before
