"""Vettings over HTTP: start, answer the checklist, decide."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Network, Reference
from membership.commands import vetting as commands
from membership.models import Vetting
from membership.profiles import Profile
from membership.rules.access import STAFF, is_staff
from membership.rules.vetting import DECIDE, DECIDES, UNDER_REVIEW, VETTING, is_answered
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Standing, View, standing
from shared.machines import NotFound
from shared.networks.profiles import Texts

router = APIRouter(
    prefix="/members/{membership_id}/vetting", tags=["vetting"], route_class=IdempotentRoute
)


class NewVetting(Body):
    started_on: ActDay = None


class NewAnswer(Body):
    """One item's answer; a yes names its evidence, unknown is never yes."""

    item: Code = Field(examples=["taxes_paid"])
    answer: Literal["yes", "no", "unknown"]
    evidence: Reference | None = Field(None, examples=["AMN-2024-00562"])

    @model_validator(mode="after")
    def proves_a_yes(self) -> Self:
        if self.answer == "yes" and self.evidence is None:
            raise ValueError("a yes names the reference of its evidence")
        return self


class NewAnswers(Body):
    """Answers that were found on one day; nothing is decided on them before it."""

    answers: Annotated[list[NewAnswer], Field(min_length=1, max_length=100)]
    answered_on: ActDay = None


class NewDecision(Body):
    outcome: Literal["accepted", "accepted_with_conditions", "refused"]
    ground: Code | None = None
    decided_on: ActDay = None


class Answer(View):
    answer: Literal["yes", "no", "unknown"]
    evidence: str | None


class VettingView(Standing):
    """A vetting. What nobody answered stands as unknown; `review`: how to get a refusal tried.

    When nothing is unknown any more, a decider is next; no decision is dated before `answered_on`.
    """

    vetting_id: UUID
    membership_id: UUID
    checklist: dict[str, Answer]
    answered_on: date | None
    conditions: list[str]
    ground: str | None
    review: Texts | None


UNKNOWN = {"answer": "unknown", "evidence": None}


def view(vetting: Vetting, deadline: date | None, profile: Profile) -> VettingView:
    answers = {item: vetting.answers.get(item, UNKNOWN) for item in profile.checklist}
    where = standing(VETTING, vetting, deadline)
    if vetting.state == UNDER_REVIEW and is_answered(profile.checklist, vetting.given):
        where["owner"], where["next_action"] = DECIDES
    return VettingView(
        **where,
        vetting_id=vetting.id,
        membership_id=vetting.membership_id,
        checklist={item: Answer.model_validate(given) for item, given in answers.items()},
        answered_on=vetting.answered_on,
        conditions=vetting.conditions,
        ground=vetting.ground,
        review=profile.review(vetting.ground),
    )


@router.get("", openapi_extra=may(STAFF))
async def read_vetting(membership_id: UUID, act: Network) -> VettingView:
    """Give the vetting, to staff."""
    membership, _ = await queries.member(act, membership_id)
    vetting = await queries.vetting_of(act.tx, membership_id)
    if vetting is None or not is_staff(act.caller):
        raise NotFound
    return view(vetting, membership.deadline, act.profile)


@router.post("", status_code=201, openapi_extra=may(VETTING.roles["start"]))
async def start_vetting(membership_id: UUID, new: NewVetting, act: Network) -> VettingView:
    """Begin to vet an applicant that has declared the values."""
    act = await act.happened(new.started_on, "started_on")
    await commands.start(act, membership_id, uuid7())
    return await read_vetting(membership_id, act)


@router.put("/answers", openapi_extra=may(VETTING.roles["answer"]))
async def answer_checklist(membership_id: UUID, new: NewAnswers, act: Network) -> VettingView:
    """Answer some items; the others keep their answers."""
    act = await act.happened(new.answered_on, "answered_on")
    answers = {one.item: one.model_dump(exclude={"item"}) for one in new.answers}
    await commands.answer(act, membership_id, answers)
    return await read_vetting(membership_id, act)


@router.post(
    "/decision", status_code=201, openapi_extra=may(*(VETTING.roles[by] for by in DECIDE.values()))
)
async def decide(membership_id: UUID, new: NewDecision, act: Network) -> VettingView:
    """Decide what another person prepared; a refusal names its ground and how it is reviewed."""
    act = await act.happened(new.decided_on, "decided_on")
    await commands.decide(act, membership_id, new.outcome, new.ground)
    return await read_vetting(membership_id, act)
