"""An issuer's keys: fetched over TLS that is checked, kept through an outage, never in the way."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OctKey, OKPKey
from structlog.testing import capture_logs
from tests.support.eventually import eventually
from tests.support.published import Publisher, authority, ec, ed, public, publishing, rsa
from tests.support.tls import made

from jobbpakten_local.parts.certificates import Authority
from shared.edges import issuers
from shared.edges.issuers import PublishedKeys
from shared.edges.keysets import key_that_verifies, keys_of


@pytest.fixture
async def good(tmp_path: Path) -> AsyncIterator[tuple[Publisher, PublishedKeys]]:
    ours, ca = authority(tmp_path)
    async with publishing(made(tmp_path, ours), ed("1"), rsa("2"), ec("3")) as publisher:
        yield publisher, PublishedKeys(publisher.url, ca)


async def refused(keys: PublishedKeys) -> str:
    """Fetch twice in vain, and give what was said, once."""
    with capture_logs() as lines:
        await keys.fetch()
        await keys.fetch()
    (line,) = lines
    assert (line["event"], line["at"]) == ("token_keys_not_fetched", keys.host)
    return str(line["reason"])


async def test_keys_are_fetched_from_whom_our_authority_vouches_for(
    good: tuple[Publisher, PublishedKeys],
) -> None:
    publisher, keys = good
    with capture_logs() as lines:
        await keys.fetch()
    assert keys.keys.keys() == {"1", "2", "3"}
    assert lines == []
    assert b"GET /jwks HTTP/1.1" in publisher.requests[0]
    assert b"uthorization" not in publisher.requests[0]


async def test_whom_it_does_not_vouch_for_is_refused_with_what_helps(tmp_path: Path) -> None:
    ours, ca = authority(tmp_path)
    another = Authority("another")
    for pair, name, said in (
        (made(tmp_path, another), "localhost", "isn't signed by an authority that we trust"),
        (made(tmp_path, ours, "far", "far.example"), "localhost", "made for another name"),
        (made(tmp_path, ours, "near", "localhost"), "127.0.0.1", "made for another name"),
        (ours.sign("old", expired=True).write(tmp_path, "old"), "localhost", "has expired"),
    ):
        async with publishing(pair, ed("1")) as publisher:
            keys = PublishedKeys(publisher.url.replace("localhost", name), ca)
            assert said in await refused(keys)
            assert (keys.keys, publisher.asked) == ({}, 0)


async def test_without_a_ca_file_the_systems_authorities_count(tmp_path: Path) -> None:
    ours, _ = authority(tmp_path)
    async with publishing(made(tmp_path, ours), ed("1")) as publisher:
        assert "put that one in ca_file" in await refused(PublishedKeys(publisher.url))


async def test_an_authority_that_is_put_into_the_file_is_trusted_at_the_next_fetch(
    tmp_path: Path,
) -> None:
    new, old = Authority("new"), Authority("old")
    ca = old.write(tmp_path)
    async with publishing(made(tmp_path, new), ed("1")) as publisher:
        keys = PublishedKeys(publisher.url, str(ca))
        assert "isn't signed" in await refused(keys)
        ca.write_bytes(old.pem + new.pem)
        await keys.fetch()
        assert keys.keys.keys() == {"1"}
        ca.unlink()
        with capture_logs() as logs:
            await keys.fetch()
        assert [one["event"] for one in logs] == ["tls_files_amiss"]
        assert "ca.crt can't be read: no such file" in logs[0]["reason"]
        assert keys.amiss == "", "the authority that was read before counts"


async def test_nobody_there_and_no_tls_are_said_as_what_they_are() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert "nothing listens there" in await refused(PublishedKeys(f"https://localhost:{port}"))
    assert "name isn't known" in await refused(PublishedKeys("https://issuer.invalid/jwks"))

    async def plain(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        said = await refused(PublishedKeys(f"https://localhost:{port}"))
        assert "doesn't speak TLS" in said


@pytest.mark.parametrize(
    ("amiss", "said"),
    [
        ({"status": "302 Found", "headers": "Location: /keys\r\n"}, "it answers 302"),
        ({"status": "404 Not Found"}, "it answers 404"),
        ({"body": b"<html>"}, "it sends no JSON"),
        ({"body": b"[" * 60_000}, "it sends no JSON"),
        ({"body": b"\xff"}, "it sends no JSON"),
        ({"body": b"[]"}, "it sends no key set"),
        ({"body": b'{"keys": {}}'}, "it sends no key set"),
        ({"body": b'{"keys": "' + b"x" * 66_000 + b'"}'}, "more than 65536 bytes"),
        ({"headers": "Content-Encoding: gzip\r\n", "body": b"\x1f\x8b"}, "it sends no JSON"),
    ],
)
async def test_what_isnt_a_key_set_is_refused_and_the_keys_from_before_go_on(
    good: tuple[Publisher, PublishedKeys], amiss: dict[str, Any], said: str
) -> None:
    publisher, keys = good
    await keys.fetch()
    before = keys.keys
    for name, value in amiss.items():
        setattr(publisher, name, value)
    reason = await refused(keys)
    assert said in reason
    assert reason.endswith("; those from before go on")
    assert keys.keys is before
    assert publisher.asked == 3  # no redirect was followed


@pytest.mark.parametrize("body", [b'{"keys": []}', b'{"keys": [{"kty": "oct", "kid": "1"}, 7]}'])
async def test_an_issuer_that_withdraws_its_last_key_has_none(
    good: tuple[Publisher, PublishedKeys], body: bytes
) -> None:
    publisher, keys = good
    await keys.fetch()
    publisher.body = body
    reason = await refused(keys)
    assert reason.startswith("its set holds no key for RS256, ES256 or Ed25519 with a kid")
    assert (keys.keys, keys.is_away) == ({}, False)


async def test_what_comes_slowly_is_not_waited_for(
    good: tuple[Publisher, PublishedKeys], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "SECONDS", 0.5)
    publisher, keys = good
    publisher.slowly = True
    begun = asyncio.get_running_loop().time()
    with capture_logs() as lines:
        await keys.fetch()
    assert asyncio.get_running_loop().time() - begun < 30  # all of it would take a minute
    assert lines[0]["reason"].startswith("no answer within 3 s")


async def test_keys_survive_an_outage_and_its_end_is_said(tmp_path: Path) -> None:
    ours, ca = authority(tmp_path)
    pair = made(tmp_path, ours)
    async with publishing(pair, ed("1")) as publisher:
        keys = PublishedKeys(publisher.url, ca)
        await keys.fetch()
    assert "nothing listens there" in await refused(keys)
    assert ({*keys.keys}, keys.pause) == ({"1"}, issuers.AGAIN_SECONDS)
    publisher.keys = public(ed("2"))
    async with publishing(pair, port=publisher.port, publisher=publisher):
        with capture_logs() as lines:
            await keys.fetch()
    assert [line["event"] for line in lines] == ["token_keys_fetched"]
    assert keys.keys.keys() == {"2"}  # what is withdrawn is gone with the next fetch


@pytest.mark.parametrize(
    ("said", "pause"),
    [
        ("", 300),
        ("Cache-Control: no-store\r\n", 300),
        ("Cache-Control: max-age=60\r\n", 300),
        ("Cache-Control: public, max-age=3600, must-revalidate\r\n", 3600),
        ("Cache-Control: s-maxage=600\r\n", 300),
        ("Cache-Control: Max-Age=999999999\r\n", 86_400),
        ("Cache-Control: max-age=soon\r\n", 300),
    ],
)
async def test_keys_are_fetched_again_when_the_issuer_says_within_limits(
    good: tuple[Publisher, PublishedKeys], said: str, pause: int
) -> None:
    publisher, keys = good
    publisher.headers = said
    await keys.fetch()
    assert keys.pause == pause


async def test_whoever_asks_for_a_key_waits_for_one_fetch_and_there_is_one_a_minute(
    good: tuple[Publisher, PublishedKeys],
) -> None:
    publisher, keys = good
    await asyncio.gather(*(keys.ask() for _ in range(50)))
    assert publisher.asked == 1
    publisher.keys = public(ed("4"))
    await keys.ask()
    assert (publisher.asked, "4" in keys.keys) == (1, False)
    keys.next_ask -= issuers.AGAIN_SECONDS
    await keys.ask()
    assert (publisher.asked, {*keys.keys}) == (2, {"4"})


async def test_they_are_kept_fresh_beside_and_come_when_the_issuer_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "BARE_SECONDS", 0.01)
    monkeypatch.setattr(issuers, "SHORTEST_SECONDS", 0.01)
    ours, ca = authority(tmp_path)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    keys = PublishedKeys(f"https://localhost:{port}/jwks", ca)
    running = asyncio.create_task(keys.run(None))
    try:
        with capture_logs() as lines:
            await eventually(lambda: assert_that(bool(lines)))
            async with publishing(made(tmp_path, ours), ed("1"), port=port) as publisher:
                await eventually(lambda: assert_that(keys.keys.keys() == {"1"}))
                publisher.keys = public(ed("2"))
                await eventually(lambda: assert_that(keys.keys.keys() == {"2"}))
    finally:
        running.cancel()
        await asyncio.wait([running])


def assert_that(true: bool) -> None:  # noqa: FBT001 - a condition
    assert true


GOOD = public(ed("1"))["keys"][0]
STRONG_RSA = public(rsa("2"))["keys"][0]


@pytest.mark.parametrize(
    "jwk",
    [
        GOOD | {"use": "enc"},
        GOOD | {"kid": ""},
        GOOD | {"kid": 7},
        {name: value for name, value in GOOD.items() if name != "kid"},
        GOOD | {"alg": "ES512"},
        GOOD | {"key_ops": ["encrypt"]},
        GOOD | {"key_ops": 7},
        GOOD | {"kty": "unknown"},
        GOOD | {"x": "AAAA"},
        GOOD | {"x": "A" * 43},  # a point of small order: anybody can sign
        GOOD | {"x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},  # RFC 8037's
        STRONG_RSA | {"alg": "RSA-OAEP"},
        STRONG_RSA | {"e": "AQ"},
        STRONG_RSA | {"n": STRONG_RSA["n"][:171]},  # 1,026 bits
        public(ECKey.generate_key("P-384", {"kid": "384"}))["keys"][0],
        public(OKPKey.generate_key("Ed448", {"kid": "448"}))["keys"][0],
        public(OKPKey.generate_key("X25519", {"kid": "agrees"}))["keys"][0],
        OctKey.generate_key(256, {"kid": "secret"}).as_dict(private=True),
        None,
        "x",
        [],
    ],
)
def test_a_key_that_is_for_something_else_or_weak_verifies_nothing(jwk: Any) -> None:
    assert key_that_verifies(jwk) is None
    assert keys_of({"keys": [jwk, GOOD | {"kid": "beside it"}]}).keys() == {"beside it"}


def test_a_key_may_say_that_it_is_for_signatures_and_for_which() -> None:
    for said in ({"use": "sig"}, {"alg": "EdDSA"}, {"alg": "Ed25519"}, {"key_ops": ["verify"]}):
        assert key_that_verifies(GOOD | said)
    assert key_that_verifies(STRONG_RSA | {"alg": "RS256", "x5t": "x", "x5c": ["x"]})


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("RSA"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=9,
)
FIELDS = st.sampled_from(["kty", "kid", "use", "alg", "key_ops", "n", "e", "crv", "x", "y"])
CHANGED = st.tuples(
    st.sampled_from([GOOD, STRONG_RSA, public(ec("3"))["keys"][0]]),
    st.dictionaries(FIELDS, ANYTHING | st.sampled_from(["RSA", "EC", "OKP", "oct", "P-256"])),
).map(lambda pair: pair[0] | pair[1])


@given(st.lists(CHANGED | ANYTHING, max_size=3))
def test_whatever_an_issuer_publishes_is_a_key_or_passed_over(keys: list[Any]) -> None:
    found = keys_of(json.loads(json.dumps({"keys": keys})))
    assert all(kid == key.kid for kid, key in found.items())


@given(ANYTHING)
def test_whatever_an_issuer_sends_is_a_set_or_none(said: Any) -> None:
    assert keys_of(said) == {}
