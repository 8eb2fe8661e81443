"""Places on their way: a promise heard, a place offered under it, looked at, opened."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tests.matching.support.service import Matching

from jobbpakten_events.membership import AgreementInForce, CommitmentMade

PROMISED: dict[str, Any] = {
    "offer": "internship",
    "kept_by": "placement",
    "promised": 4,
    "starts_on": date(2026, 1, 1),
    "ends_before": date(2029, 1, 1),
}
TERMS = {
    "area": "centrum",
    "slots": 2,
    "must": ["lang:sv_a2"],
    "want": ["skill:kitchen"],
    "provides": ["step_free"],
    "schedule": ["mon_am", "tue_am"],
    "starts_on": "2026-04-01",
    "ends_before": "2026-07-01",
}


def made(**differs: Any) -> CommitmentMade:
    """Give a promise of four internships by a member that nobody else has."""
    ids = {name: uuid4() for name in ("commitment_id", "agreement_id", "membership_id")}
    return CommitmentMade(**ids | {"organisation_id": uuid4()} | PROMISED | differs)


def in_force(promise: CommitmentMade) -> AgreementInForce:
    return AgreementInForce(
        agreement_id=promise.agreement_id,
        membership_id=promise.membership_id,
        organisation_id=promise.organisation_id,
        starts_on=promise.starts_on,
        ends_before=promise.ends_before,
    )


async def promised(matching: Matching, **differs: Any) -> CommitmentMade:
    """Hear a promise and that its agreement is in force."""
    promise = made(**differs)
    await matching.hears(promise)
    await matching.hears(in_force(promise))
    return promise


async def offered(matching: Matching, promise: CommitmentMade | None = None, **differs: Any) -> Any:
    """Offer a place as the employer's contact person."""
    promise = promise or await promised(matching)
    body = TERMS | {"commitment_id": str(promise.commitment_id)} | differs
    own = promise.organisation_id
    return await matching.good("POST", "/places", "contact_person", body, organisation=own)


async def opened(matching: Matching, promise: CommitmentMade | None = None, **differs: Any) -> Any:
    """Offer a place that the union supports, and open it."""
    place = await offered(matching, promise, **differs)
    return await opening(matching, place["place_id"])


async def opening(matching: Matching, place_id: str) -> Any:
    said = {"statement": "supports"}
    await matching.good("POST", f"/places/{place_id}/union-statement", "coordinator", said)
    return await matching.good("POST", f"/places/{place_id}/opening", "coordinator", {})


async def seen(matching: Matching, place: Any) -> Any:
    """Read a place as the coordinator sees it."""
    return await matching.good("GET", f"/places/{place['place_id']}", "coordinator")


async def refused(
    matching: Matching, path: str, role: str, body: Any, **claims: Any
) -> tuple[int, str]:
    """Post what should be refused; gives the status and the code of the reason."""
    answer = await matching.call("POST", path, role, body, **claims)
    return answer.status_code, answer.json().get("code", "")


def ids(*places: Any) -> list[UUID]:
    return [UUID(place["place_id"]) for place in places]
