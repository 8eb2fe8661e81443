"""Where notices stand: as their stream told it, and an end is an end."""

from typing import Any
from uuid import UUID

import pytest
from tests.followup.support.service import Followup
from tests.followup.support.stories import records

from jobbpakten_events import notification


@pytest.mark.parametrize(
    "end", [notification.NoticeActed, notification.NoticeCancelled, notification.NoticeExpired]
)
async def test_a_notice_that_has_ended_stays_so_whatever_is_told_of_its_mail(
    followup: Followup, end: Any
) -> None:
    """A mail that went out just as somebody acted is told as sent after that."""
    of: Any = {"notice_id": UUID(int=1), "template": "sign_agreement"}
    told = [
        notification.NoticeRequested(kind_of_notice="task", role="decider", **of),
        end(**of),
        notification.NoticeSent(**of),
        notification.NoticeUncertain(**of),
        notification.NoticeFailed(ground="refused", **of),
    ]
    await followup.hears(*records((event, "2026-02-02") for event in told))

    [row] = await followup.rows("SELECT state FROM notices")
    assert row["state"] == end.kind.split(".")[1]


async def test_notices_are_counted_by_where_they_stand(followup: Followup) -> None:
    told = [
        notification.NoticeRequested(
            notice_id=UUID(int=1), template="sign_agreement", kind_of_notice="task", role="decider"
        ),
        notification.NoticeSent(notice_id=UUID(int=1), template="sign_agreement"),
        notification.NoticeActed(notice_id=UUID(int=1), template="sign_agreement"),
        notification.NoticeSent(notice_id=UUID(int=2), template="sign_agreement"),
        notification.NoticeUncertain(notice_id=UUID(int=3), template="sign_agreement"),
        notification.NoticeFailed(
            notice_id=UUID(int=4), template="sign_agreement", ground="refused"
        ),
        notification.NoticeCancelled(notice_id=UUID(int=5), template="sign_agreement"),
        notification.NoticeExpired(notice_id=UUID(int=6), template="sign_agreement"),
    ]
    await followup.hears(*records((event, "2026-03-01") for event in told))

    path = "/networks/jobbpakten/report/notices"
    answers = []
    for role, claims in (
        ("coordinator", {}),
        ("", {}),
        ("caseworker", {}),
        ("coordinator", {"organisation": UUID(int=9)}),
    ):
        async with followup.client(role, **claims) as client:
            answers.append(await client.get(path))

    assert [answer.status_code for answer in answers] == [200, 401, 404, 404]
    states = ("acted", "cancelled", "expired", "failed", "sent", "uncertain")
    assert answers[0].json() == dict.fromkeys(states, 1)
