"""What must hold of mails after every fault: none comes twice, none is lost unsaid."""

from collections import Counter
from email.utils import parseaddr

import httpx
from tests.faults.bank import PROTECTED, Bank
from tests.faults.members import CANARY_DOMAIN
from tests.faults.stage import SENDER, Stage, quiet
from tests.support.callers import bearer
from tests.support.eventually import PATIENCE_S, eventually

UNDER_WAY = "SELECT state FROM deliveries WHERE state IN ('waiting', 'claimed', 'handed_over')"
# Each notice with its mail, and how often it was told that it was sent, or that nobody knows.
NOTICES = """SELECT n.id, n.state, d.id AS mail, d.state AS mail_state
             FROM notices n LEFT JOIN deliveries d ON d.id = n.delivery_id"""
TOLD = """SELECT key, type FROM events WHERE topic = 'notification.v1'
          AND type ~ 'notice.(sent|uncertain).v1$'"""


async def until_mails_are_out(stage: Stage) -> None:
    """Release what is still asked for, until there is nothing more to send."""

    async def is_out() -> None:
        await quiet(stage)
        released = 0
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            url = stage.of("notifications")[0].probes
            answer = await http.post(f"{url}/clock/due", headers=bearer("notifications", "system"))
            released = answer.json()["done"]
        assert await stage.rows("notifications", UNDER_WAY) == []
        assert released == 0

    await eventually(is_out, every=0.5)


async def check_mails(stage: Stage, bank: Bank) -> str:
    """Compare the Maildir with the deliveries and with what was told; say how many there were."""
    mails = stage.post.messages()
    came = Counter(str(mail["Message-ID"]) for mail in mails)
    assert max(came.values(), default=0) == 1, "a mail came twice"
    domain = SENDER.partition("@")[2]
    rows = await stage.rows("notifications", "SELECT id, state FROM deliveries")
    deliveries = {f"<{row['id']}@{domain}>": row["state"] for row in rows}
    states = Counter(deliveries.values())
    assert {deliveries[one] for one in came} <= {"accepted", "uncertain"}
    accepted = {one for one, state in deliveries.items() if state == "accepted"}
    assert accepted <= came.keys(), "a mail was accepted and isn't there"
    await check_told(stage)
    to = {parseaddr(str(mail["To"]))[1] for mail in mails}
    assert not to & {f"participant.{one}@{CANARY_DOMAIN}" for one in range(PROTECTED)}
    assert bank.protected
    return f"{len(mails)} mails, deliveries {dict(states)}"


async def check_told(stage: Stage) -> None:
    """See that what was sent was told so once, what may be lost as uncertain, and nothing else."""
    told = Counter(
        (row["key"], row["type"].rsplit(".", 2)[1]) for row in await stage.rows("followup", TOLD)
    )
    assert set(told.values()) <= {1}
    for notice in await stage.rows("notifications", NOTICES):
        said = {what for what in ("sent", "uncertain") if told[str(notice["id"]), what]}
        expected = {"accepted": {"sent"}, "uncertain": {"uncertain"}}
        assert said == expected.get(notice["mail_state"], set()), dict(notice)
        if notice["state"] == "sent":
            assert notice["mail_state"] == "accepted"


async def check_abandoned(stage: Stage, abandoned: dict[str, set[str]]) -> None:
    """See that a mail whose sender died goes later, if nothing was said; else it is uncertain."""
    assert all(abandoned.values()), "no sender died and left a mail behind"
    rows = await stage.rows("notifications", "SELECT id, state FROM deliveries")
    states = {str(row["id"]): row["state"] for row in rows}
    claimed, handed_over = abandoned["delivery.claimed"], abandoned["delivery.handed_over"]
    assert {states[one] for one in claimed} <= {"accepted", "cancelled", "uncertain"}
    assert {one: states[one] for one in handed_over} == dict.fromkeys(handed_over, "uncertain")
