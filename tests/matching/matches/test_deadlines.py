"""Nothing is due after the last day on which somebody could begin: the place's or the consent's."""

from typing import Any

from tests.matching.support.pairs import COLLEAGUE, FIELDS, Bank

SHORT = {"starts_on": "2026-03-03", "ends_before": "2026-03-06"}
LAST_DAY = "2026-03-05"


async def due(ours: Bank, match: str) -> Any:
    return (await ours.matching.good("GET", f"/matches/{match}", "caseworker"))["deadline"]


async def told_until(ours: Bank) -> list[tuple[str, Any]]:
    """Give what was told of matches and placements, with the last day that it names."""
    told = await ours.matching.told_in_full()
    return [(kind, event["act_by"]) for kind, _, event in told if event.get("act_by")]


async def test_nothing_on_the_way_to_a_placement_is_due_after_the_places_last_day(
    ours: Bank,
) -> None:
    match = await ours.proposed(await ours.place(**SHORT), await ours.candidate())
    path = f"/matches/{match}"
    assert await due(ours, match) == LAST_DAY

    late = {"fields": FIELDS, "answer_by": "2026-03-06"}
    assert await ours.refused(f"{path}/asking", late) == (422, "after_the_place")
    await ours.good(f"{path}/asking", late | {"answer_by": LAST_DAY})
    await ours.good(f"{path}/consent", {"given_how": "paper", "until": "2026-05-01"})
    assert await due(ours, match) == LAST_DAY
    await ours.good(f"{path}/release")
    assert await due(ours, match) == LAST_DAY
    await ours.answer(match)
    assert await due(ours, match) == LAST_DAY
    planned = await ours.good(f"{path}/acceptance", SHORT, actor=COLLEAGUE)
    assert planned["deadline"] == LAST_DAY
    await ours.prepared(planned["placement_id"])
    ready = await ours.good(f"/placements/{planned['placement_id']}/readiness")
    assert ready["deadline"] == LAST_DAY

    assert {day for _, day in await told_until(ours)} == {LAST_DAY}
    assert [kind for kind, _ in await told_until(ours)] == [
        *("match.proposed.v1", "candidate.asked.v1", "candidate.answered.v1"),
        *("employer.asked.v1", "employer.answered.v1"),
        *("placement.planned.v1", "placement.ready.v1"),
    ]


async def test_nothing_after_a_consent_is_due_after_its_last_day(ours: Bank) -> None:
    match = await ours.asked(await ours.place(), await ours.candidate())
    path, until = f"/matches/{match}", "2026-03-04"
    await ours.good(f"{path}/consent", {"given_how": "paper", "until": until})
    days = [await due(ours, match)]
    await ours.good(f"{path}/release")
    days += [await due(ours, match)]
    await ours.answer(match)
    assert [*days, await due(ours, match)] == [until] * 3


async def test_a_word_that_a_second_witness_confirms_bounds_what_follows_too(ours: Bank) -> None:
    match = await ours.asked(await ours.place(), await ours.candidate())
    await ours.confirmed(match, await ours.said(match, until="2026-03-04"))
    assert await due(ours, match) == "2026-03-04"


async def test_what_a_placement_needs_is_due_while_its_consent_holds(ours: Bank) -> None:
    match = await ours.asked(await ours.place(starts_on="2026-03-03"), await ours.candidate())
    path, until = f"/matches/{match}", "2026-03-04"
    await ours.good(f"{path}/consent", {"given_how": "paper", "until": until})
    await ours.good(f"{path}/release")
    await ours.answer(match)
    plan = {"starts_on": "2026-03-03", "ends_before": "2026-06-01"}
    planned = await ours.good(f"{path}/acceptance", plan, actor=COLLEAGUE)
    assert planned["deadline"] == until
