"""What a match tells and shows: each step, what she consented to, and to others nothing."""

from tests.matching.support.pairs import ASKING, GONE, SECRETS, Bank, bank, number
from tests.matching.support.service import OTHER_UNIT


async def test_a_match_goes_from_picked_to_a_placement_and_tells_each_step(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate()
    before = len(await ours.matching.told())
    placement = await ours.accepted(place, ref)

    told = (await ours.matching.told_in_full())[before:]
    kinds = [kind for kind, _, _ in told]
    assert sorted(kinds) == sorted(
        [
            "match.proposed.v1",
            "candidate.asked.v1",
            "candidate.answered.v1",
            "consent.given.v1",
            "slot.reserved.v1",
            "employer.asked.v1",
            "employer.answered.v1",
            "match.accepted.v1",
            "placement.planned.v1",
        ]
    )
    said = {kind: payload for kind, _, payload in told}
    assert said["match.proposed.v1"]["act_by"] == "2026-03-09"
    assert said["candidate.asked.v1"]["act_by"] == "2026-03-07"
    assert said["employer.asked.v1"]["act_by"] == "2026-05-01"
    assert said["employer.answered.v1"]["answer"] == "yes"
    accepted, planned = said["match.accepted.v1"], said["placement.planned.v1"]
    assert accepted["placement_id"] == planned["placement_id"] == placement["placement_id"]
    assert (accepted["candidate_ref"], accepted["unit"]) == (ref, "jobbcenter_city")
    assert "candidate_ref" not in planned
    assert ref not in str(planned)
    assert (placement["state"], placement["starts_on"]) == ("planned", "2026-04-01")
    found = await ours.matching.good("GET", f"/matches/{accepted['match_id']}", "caseworker")
    assert (found["state"], found["deadline"]) == ("accepted", None)
    assert found["placement_id"] == placement["placement_id"]
    (slot,) = await ours.rows("SELECT state, until FROM slots")
    assert tuple(slot) == ("taken", None)


async def test_nothing_that_says_who_she_is_leaves_on_any_topic_or_in_a_stored_answer(
    ours: Bank,
) -> None:
    place, ref = await ours.place(), await ours.candidate("step_free")
    match = await ours.asked(place, ref)
    await ours.confirmed(match, await ours.said(match))
    await ours.good(f"/matches/{match}/release")
    await ours.answer(match, "no", "other_skills")
    await ours.good(f"/matches/{match}/confirmation")
    told = str([payload for _, _, payload in await ours.matching.told_in_full()])
    for secret in (*SECRETS, number(1), "step_free", "other_skills", "two_staff"):
        assert secret not in told, secret


async def test_the_employer_sees_what_was_consented_to_and_nothing_else(ours: Bank) -> None:
    place, ref = await ours.place(), await ours.candidate("step_free")
    match = await ours.consented(place, ref, fields=["first_name", "abilities"])
    assert (await ours.look(match)).status_code == 404
    assert await ours.seen() == []
    await ours.good(f"/matches/{match}/release")
    found = (await ours.look(match)).json()
    assert found["details"] == {
        "abilities": ["lang:sv_a2", "skill:kitchen"],
        "first_name": "Shamiram",
    }
    assert set(found) == {
        *("match_id", "place_id", "state", "since", "owner", "next_action", "deadline", "details")
    }
    assert await ours.seen() == [match]
    listed = await ours.matching.call("GET", "/matches", "contact_person", **ours.employer)
    assert "details" not in listed.text
    assert ref not in listed.text


async def test_no_other_employer_unit_role_or_network_sees_a_match(ours: Bank) -> None:
    match = await ours.released(await ours.place(), await ours.candidate())
    other = await bank(ours.matching)
    get = ours.matching.call
    for claims in (other.employer, {}):
        assert (
            await get("GET", f"/matches/{match}", "contact_person", **claims)
        ).status_code == 404
    theirs = {"unit": OTHER_UNIT}
    assert (await get("GET", f"/matches/{match}", "caseworker", **theirs)).status_code == 404
    assert (await get("GET", f"/matches/{match}", "caseworker", unit="")).status_code == 404
    own = await get("GET", f"/matches/{match}", "caseworker", **ours.employer)
    assert own.status_code == 404  # whoever has an organisation is no staff
    for role in ("coordinator", "signatory", "supervisor", "participant", "union"):
        assert (await get("GET", f"/matches/{match}", role)).status_code == 404
        assert (await get("GET", "/matches", role)).status_code == 404
    listed = await ours.matching.good("GET", "/matches", "caseworker", **theirs)
    assert listed["matches"] == []
    assert await other.seen() == []
    for act in ("asking", "release", "refusal", "confirmation", "consent-withdrawal"):
        body = {"asking": ASKING, "consent-withdrawal": {"how": "paper"}}.get(act)
        assert await ours.refused(f"/matches/{match}/{act}", body, **theirs) == GONE
    answer = {"answer": "yes"}
    path = f"/matches/{match}/answer"
    assert await ours.refused(path, answer, role="contact_person", **other.employer) == GONE
    assert await ours.refused(path, answer) == GONE


async def test_lists_come_in_pages(ours: Bank) -> None:
    place = await ours.place()
    matches = [await ours.proposed(place, await ours.candidate()) for _ in range(3)]
    path = "/matches?limit=2"
    first = await ours.matching.good("GET", path, "caseworker")
    rest = await ours.matching.good("GET", f"{path}&after={first['next']}", "caseworker")
    found = [one["match_id"] for one in first["matches"] + rest["matches"]]
    assert (found, rest["next"]) == (matches, None)
