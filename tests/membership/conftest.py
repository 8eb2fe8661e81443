"""A membership service without sockets: the real app on a fresh database, on a settable day."""

from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from tests.support.callers import settings
from tests.support.driven import Driven
from tests.support.networks import as_known_to, copied

from jobbpakten.keys import Keys
from jobbpakten_events.followup import CommitmentProgressed
from membership.main import create_app
from membership.profiles import Profile
from membership.settings import Settings
from membership.subscribers import hears

KEYS = Keys()
NUMBER = "556000-0001"
OTHER_NUMBER = "559999-0008"
SOLE_TRADER = "890102-3286"
APPLICATION = {"number": NUMBER, "name": "Bageriet", "sector": "business", "size": "micro"}
DECLARATION = {
    "non_discrimination": True,
    "gender_equality": True,
    "equality": True,
    "human_rights": True,
    "text_version": "2023-1",
}
ITEMS = as_known_to(Profile).checklist
STUDY_VISITS = {"offer": "study_visit", "units": 10}
INTERNSHIPS = {"offer": "internship", "units": 4}


class Membership(Driven):
    """Drives the service over its API, as the people who use it do."""

    service = "membership"
    handlers = hears

    # The way of one organisation, act by act; each gives what the service answered.

    async def applied(self, number: str = NUMBER, **differs: Any) -> Any:
        claims = {k: differs.pop(k) for k in ("organisation", "networks") if k in differs}
        body = {"number": number, "name": "Bageriet Ängen AB", "sector": "business"}
        body |= {} if "employees" in differs else {"size": "small"}
        return await self.good("POST", "/members", "signatory", body | differs, **claims)

    async def declared(self, **differs: Any) -> Any:
        member = await self.applied(**differs)
        await self.as_member(member, "POST", "/values", DECLARATION)
        return member

    async def in_vetting(self, **differs: Any) -> Any:
        member = await self.declared(**differs)
        path = f"/members/{member['membership_id']}/vetting"
        await self.good("POST", path, "vetting_officer", {})
        return member

    async def vetted(self, answer: str = "yes", **differs: Any) -> Any:
        member = await self.in_vetting(**differs)
        path = f"/members/{member['membership_id']}/vetting/answers"
        given = [{"item": item, "answer": answer, "evidence": "AMN-2024-00562"} for item in ITEMS]
        await self.good("PUT", path, "vetting_officer", {"answers": given})
        return member

    async def approved(self, **differs: Any) -> Any:
        member = await self.vetted(**differs)
        path = f"/members/{member['membership_id']}/vetting/decision"
        await self.good("POST", path, "decider", {"outcome": "accepted"})
        return member

    async def drafted(self, *commitments: Any, **differs: Any) -> Any:
        member = await self.approved(**differs)
        body = {"commitments": commitments, "we_chose_how": not commitments}
        path = f"/members/{member['membership_id']}/agreement"
        return member | {"agreement": await self.good("POST", path, "coordinator", body)}

    async def shared(self, *commitments: Any, **differs: Any) -> Any:
        member = await self.drafted(*commitments, **differs)
        path = f"/members/{member['membership_id']}/agreement/sharing"
        shared = await self.good("POST", path, "coordinator", {}, If_Match='"1"')
        return member | {"agreement": shared}

    async def joined(self, *commitments: Any, **differs: Any) -> Any:
        """Go all the way; gives ids, the agreement, and the ids of the commitments."""
        member = await self.shared(*commitments, **differs)
        signature = {"text_hash": member["agreement"]["text_hash"]}
        await self.as_member(member, "POST", "/agreement/signatures", signature)
        path = f"/members/{member['membership_id']}/agreement/signatures"
        agreement = await self.good("POST", path, "decider", signature)
        ids = [one["commitment_id"] for one in agreement["commitments"]]
        return member | {"agreement": agreement, "commitments": ids}

    async def as_member(self, member: Any, method: str, path: str, body: Any = None) -> Any:
        """Call as the member's own signatory."""
        whole = f"/members/{member['membership_id']}{path}"
        own = member["organisation_id"]
        return await self.good(method, whole, "signatory", body, organisation=own)

    async def counted(self, commitment: Any, **figures: int) -> None:
        """Hear from followup what has come of a commitment, or that nothing has yet."""
        promised = (await self.commitment(str(commitment)))["promised"]
        whole = dict.fromkeys(("open", "kept", "lapsed", "released", "extra"), 0)
        whole |= {"promised": promised, "remaining": promised} | figures
        await self.hears(CommitmentProgressed(commitment_id=commitment, **whole))

    async def commitment(self, commitment_id: str) -> Any:
        return await self.good("GET", f"/commitments/{commitment_id}", "coordinator")


def two_networks(folder: Path) -> str:
    """Put a second network beside the shipped one."""
    copied(folder)
    copied(folder, "grannpakten")
    return str(folder)


def app_on(url: str, networks: str = "") -> FastAPI:
    keys = {
        "contact_key": KEYS.secret("contacts"),
        "notifications_public_key": KEYS.sealing_public,
    }
    return create_app(settings(Settings, url, networks=networks, **keys))


usual = cache(app_on)


@pytest.fixture
async def membership(database: Callable[[str], str]) -> AsyncIterator[Membership]:
    async with Membership.running(usual(database("membership"))) as service:
        yield service


@pytest.fixture
async def of_two(database: Callable[[str], str], tmp_path: Path) -> AsyncIterator[Membership]:
    """Run the service for two networks; calls go to the shipped one until the other is named."""
    app = app_on(database("membership"), two_networks(tmp_path))
    async with Membership.running(app) as service:
        yield service
