"""The examples of the description are taken as they stand, on the day that they speak of."""

from typing import Any

from tests.matching.support.pairs import COLLEAGUE, Bank


def examples(ours: Bank) -> dict[str, Any]:
    """Give the example of each call with a body, by the end of its path."""
    found = {}
    for path, calls in ours.matching.app.openapi()["paths"].items():
        for call in calls.values():
            for content in call.get("requestBody", {}).get("content", {}).values():
                found[path.removeprefix("/networks/{network}")] = content["example"]
    return found


async def test_whoever_tries_what_the_description_shows_is_not_refused(ours: Bank) -> None:
    said = examples(ours)
    await ours.good("/candidates", said["/candidates"])
    ref = await ours.candidate()
    for what in ("profile", "contact", "facts", "protection", "needs"):
        path, body = f"/candidates/{ref}/{what}", said[f"/candidates/{{ref}}/{what}"]
        await ours.matching.good("PUT", path, "caseworker", body)
    promised = {"commitment_id": str(ours.promise.commitment_id)}
    offered = await ours.good("/places", said["/places"] | promised, role="coordinator")
    assert offered["must"] != offered["want"]

    place = await ours.place(starts_on=offered["starts_on"])
    match = await ours.proposed(place, await ours.candidate())
    steps = {"asking": {}, "consent": {}, "release": {}} | {
        "answer": {"role": "contact_person"} | ours.employer,
        "acceptance": {"actor": COLLEAGUE},
    }
    for step, who in steps.items():
        await ours.good(f"/matches/{match}/{step}", said[f"/matches/{{match_id}}/{step}"], **who)
    for step in ("pause", "resumption", "refreshing", "closing"):
        body = said[f"/places/{{place_id}}/{step}"]
        await ours.good(f"/places/{place}/{step}", body, role="coordinator")
    for step in ("parking", "return", "closing"):
        await ours.good(f"/candidates/{ref}/{step}", said[f"/candidates/{{ref}}/{step}"])
