"""Who is admitted: a good token, by a clock that may differ from ours by a minute, and no other."""

import base64
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jws
from tests.shared.support.notes import PLACE
from tests.support.callers import KEY, PUBLIC_KEY

from shared.edges.doorkeepers import NOT_ADMITTED, Doorkeeper
from shared.edges.keysets import ALGORITHM

HOUR_SECONDS = 3600
CLAIMS = {"sub": "anna", "aud": "membership", "role": "coordinator", "networks": ["jobbpakten"]}
NOW = round(time.time())
DEEP = 3_000

doorkeeper = Doorkeeper("membership", PUBLIC_KEY)


def signed(payload: bytes | str) -> str:
    header = {"alg": ALGORITHM}
    return jws.serialize_compact(header, payload, KEY, algorithms=[ALGORITHM])


def with_claims(**claims: Any) -> str:
    in_an_hour = round(time.time()) + HOUR_SECONDS
    return signed(json.dumps(CLAIMS | {"exp": in_an_hour} | claims))


def since_now(**seconds: float) -> dict[str, float]:
    return {name: time.time() + late for name, late in seconds.items()}


@pytest.mark.parametrize(
    "seconds",
    [
        {"exp": -45},
        {"iat": 45},
        {"nbf": 45},
        {"iat": 45, "exp": 8 * HOUR_SECONDS + 45},
        {"iat": -7 * HOUR_SECONDS, "exp": HOUR_SECONDS},
        {"exp": 8 * HOUR_SECONDS + 45},
    ],
)
def test_clocks_may_differ_by_a_minute(seconds: dict[str, float]) -> None:
    assert doorkeeper.admit(with_claims(**since_now(**seconds))).id == "anna"


@pytest.mark.parametrize(
    "seconds",
    [
        {"exp": -75},
        {"iat": 75},
        {"nbf": 75},
        {"exp": 8 * HOUR_SECONDS + 75},
        {"iat": 0, "exp": 8 * HOUR_SECONDS + 75},
        {"iat": -8 * HOUR_SECONDS, "exp": HOUR_SECONDS},
    ],
)
def test_a_clock_that_differs_by_more_is_wrong_and_eight_hours_are_enough(
    seconds: dict[str, float],
) -> None:
    with pytest.raises(NOT_ADMITTED):
        doorkeeper.admit(with_claims(**since_now(**seconds)))


def test_null_is_as_if_left_out() -> None:
    caller = doorkeeper.admit(with_claims(unit=None, organisation=None))

    assert (caller.unit, caller.organisation) == ("", None)
    assert caller == doorkeeper.admit(with_claims())


def part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


NAN, ENDLESS, HUGE = float("nan"), float("inf"), 10**400
UNSEEN = ("\x00", "\ud800", "x" * 201)
VALUES: dict[str, tuple[Any, ...]] = {
    "exp": ("4000000000", None, True, -1, [], {}, NAN, ENDLESS, -ENDLESS, 1e308, HUGE),
    "iat": ("1", None, True, [], NAN, HUGE, -ENDLESS, -HUGE, -1e308),
    "nbf": ("1", None, True, NAN, HUGE),
    "sub": (7, None, "", [], {}, "a b", "å", "anna\n", "850709-9805", *UNSEEN),
    "role": (7, None, [], "a\nb", *UNSEEN),
    "unit": (7, [], False, *UNSEEN),
    "organisation": (7, "", "x", [], "\x00"),
    "networks": ("jobbpakten", None, 7, {"jobbpakten": 1}),
    "aud": ("", "members", None, 7, [], ["x"], {"a": 1}, [7]),
}


PAYLOADS: dict[str, bytes | str] = {
    "no object": "[]",
    "null": "null",
    "a string": '"x"',
    "a number": "7",
    "nothing": "",
    "no JSON": "{",
    "no UTF-8": b'{"sub": "\xff"}',
    "deep": '{"sub":' + "[" * DEEP + "]" * DEEP + "}",
    "deep objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a long number": '{"exp":' + "9" * 5_000 + "}",
    "a number without end": '{"exp": 1e999999}',
}


GOOD = CLAIMS | {"exp": NOW + HOUR_SECONDS}
TOKENS = {
    "unsigned": f"{part({'alg': 'none'})}.{part(GOOD)}.",
    "signed with what is public": f"{part({'alg': 'HS256'})}.{part(GOOD)}.AAAA",
    "another signature": f"{part({'alg': ALGORITHM})}.{part(GOOD)}.{'A' * 86}",
    "a header that is no object": f"{part([])}.{part(GOOD)}.AA",
    "a deep header": f"{base64.urlsafe_b64encode(b'[' * DEEP).decode()}.e30.AA",
    "an odd alg": f"{part({'alg': {}})}.{part(GOOD)}.AA",
    "no alg": f"{part({})}.{part(GOOD)}.AA",
    "dots": "." * 50,
    "large": "x" * 100_000,
    "five parts": "a.b.c.d.e",
    "NUL": "a.\x00.c",
    "no ASCII": "å.å.å",
}


TOKENS |= {
    f"{name} {str(value)[:20]!r}": with_claims(**{name: value})
    for name, values in VALUES.items()
    for value in values
}
TOKENS |= {name: signed(payload) for name, payload in PAYLOADS.items()}


@pytest.mark.parametrize("token", TOKENS)
def test_what_is_no_good_token_is_not_admitted(token: str) -> None:
    with pytest.raises(NOT_ADMITTED):
        doorkeeper.admit(TOKENS[token])


async def test_whoever_isnt_admitted_gets_401_and_who_is_gets_in(http: httpx.AsyncClient) -> None:
    for name, token in TOKENS.items():
        answer = await called(http, token)
        assert (name, answer.status_code) == (name, 401)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await called(http, with_claims())).status_code == 201


async def called(http: httpx.AsyncClient, token: str) -> httpx.Response:
    headers = [(b"Authorization", f"Bearer {token}".encode("latin-1"))]
    return await http.post(PLACE, json={"text": "x"}, headers=headers)
