"""A sole trader's number is her own identity number: it leaves nowhere, nor does her name."""

import logging
from typing import Any

import pytest
from sqlalchemy import text
from tests.membership.conftest import APPLICATION, DECLARATION, SOLE_TRADER, Membership
from tests.support.chance import without_chance

from membership import queries
from shared import logs


async def test_a_field_named_by_an_identity_number_is_refused_without_naming_it(
    membership: Membership,
) -> None:
    body = APPLICATION | {SOLE_TRADER: "hers"}
    answer = await membership.call("POST", "/members", "signatory", body)
    assert answer.status_code == 422
    assert SOLE_TRADER not in answer.text


async def test_what_is_kept_to_answer_a_key_again_holds_no_name(membership: Membership) -> None:
    member = await membership.applied(number=SOLE_TRADER, name="Aina Testesson")
    path = f"/members/{member['membership_id']}"
    own = {"organisation": member["organisation_id"]}
    for act, body in (("/values", DECLARATION), ("/withdrawal", {})):
        key = {"Idempotency_Key": act}
        await membership.good("POST", path + act, "signatory", body, **own, **key)
    async with membership.database.transaction() as tx:
        kept = (await (await tx.connection()).execute(text("SELECT body FROM answers"))).all()
    assert len(kept) == 2
    assert "Testesson" not in str(kept)
    assert all(b"membership_id" in bytes(one.body) for one in kept)


async def test_a_sole_trader_s_number_leaves_in_no_view_no_event_no_error_and_no_log(
    membership: Membership, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure("membership", "info")  # as the service does, to where we look
    member = await membership.joined(number=SOLE_TRADER)
    again = APPLICATION | {"number": SOLE_TRADER}
    own = {"organisation": member["organisation_id"]}
    answers = [
        await membership.call("POST", "/members", "signatory", again),
        await membership.call("POST", "/members", "signatory", again, **own),
    ]
    for trouble in (OSError, ValueError):  # an outage: a warning and 503; a bug: an error and 500

        async def fails(*_: Any, trouble: type[Exception] = trouble) -> None:
            logging.getLogger("asyncpg").warning("Key (number)=(%s) exists", SOLE_TRADER)
            raise trouble(f"Key (number)=({SOLE_TRADER}) already exists")

        monkeypatch.setattr(queries, "open_membership_of", fails)
        answers.append(await membership.call("POST", "/members", "signatory", again, **own))
    assert [answer.status_code for answer in answers] == [404, 409, 503, 500]

    logged = capsys.readouterr()
    assert logged.out.count("call_failed") == 2
    assert "Key (number)" in logged.out, "the libraries' own log comes through the same sieve"
    views = [
        await membership.as_member(member, "GET", ""),
        await membership.good("GET", "/members", "coordinator"),
        await membership.good("GET", "/organisations/findings", "coordinator"),
        await membership.told_in_full(),
    ]
    assert views[0]["number"] is None
    for form in ("8901023286", "890102-3286", "198901023286"):
        assert form not in f"{views} {logged} {[answer.text for answer in answers]}"


async def test_an_organisation_is_not_named_by_somebody_s_number(membership: Membership) -> None:
    named = APPLICATION | {"number": SOLE_TRADER, "name": "890102-3286 Firma"}
    answer = await membership.call("POST", "/members", "signatory", named)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/name"]
    assert "3286" not in without_chance(answer.text)
