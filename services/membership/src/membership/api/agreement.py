"""Agreements over HTTP: draft, edit with If-Match, share, sign."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import Field, StrictBool
from uuid_utils.compat import uuid7

from jobbpakten_events import Code
from membership import queries
from membership.api.acts import Hash, Network
from membership.commands import agreement as commands
from membership.models import Membership
from membership.profiles import Profile
from membership.rules.access import EMPLOYER, STAFF
from membership.rules.agreement import AGREEMENT, Period, Promise, Terms, Versions, due
from shared.database import Tx
from shared.http.docs import may
from shared.http.idempotency import IdempotentRoute
from shared.http.requests import ActDay, Body, Day, Standing, View, standing
from shared.machines import NotFound

MOST_COMMITMENTS = 100

router = APIRouter(
    prefix="/members/{membership_id}/agreement", tags=["agreement"], route_class=IdempotentRoute
)
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="The ETag that was read; several, or `*` for whatever stands there now.",
        examples=['"1"'],
    ),
]
# RFC 9110: tags in quotes with commas between them; a weak one never matches.
TAGS = re.compile(r'[ \t,]*(?:W/)?"[^"]*"(?:[ \t]*,[ \t,]*(?:W/)?"[^"]*")*[ \t,]*')
STRONG = re.compile(r'(W/)?"([^"]*)"')
ANY = "*"


def versions_read(request: Request, _: IfMatch) -> Versions:
    """Return the versions of the draft that the caller has read; what is no tag names none."""
    sent = ", ".join(request.headers.getlist("if-match")).strip()
    if sent == ANY:
        return None
    found = STRONG.findall(sent) if TAGS.fullmatch(sent) else []
    return frozenset(tag for weak, tag in found if not weak)


Read = Annotated[Versions, Depends(versions_read)]


class NewCommitment(Body):
    """A promise; its period is the agreement's where it names none."""

    offer: Code = Field(examples=["internship"])
    units: Annotated[int, Field(strict=True, ge=1, le=10_000)]
    starts_on: Day | None = None
    ends_before: Day | None = None

    def promise(self, term: Period) -> Promise:
        period = Period(self.starts_on or term.starts_on, self.ends_before or term.ends_before)
        return Promise(uuid7(), self.offer, self.units, period)


class NewTerms(Body):
    """What is to be agreed. Without commitments, `we_chose_how` says that this is the choice."""

    starts_on: Day | None = None
    ends_before: Day | None = None
    we_chose_how: StrictBool = False
    commitments: Annotated[list[NewCommitment], Field(max_length=MOST_COMMITMENTS)]

    def terms(self, profile: Profile, today: date) -> Terms:
        starts_on = self.starts_on or today
        term = Period(starts_on, self.ends_before or profile.deadlines.term.after(starts_on))
        promises = tuple(one.promise(term) for one in self.commitments)
        return Terms(term, promises, self.we_chose_how)


class NewAgreement(NewTerms):
    drafted_on: ActDay = None


class NewEdit(NewTerms):
    edited_on: ActDay = None


class NewSharing(Body):
    shared_on: ActDay = None


class NewSignature(Body):
    """A signature is on a text: its hash is the one that the signer has seen."""

    text_hash: Hash
    signed_on: ActDay = None


class PromiseView(View):
    commitment_id: UUID
    offer: str
    units: int
    starts_on: date
    ends_before: date


class SignatureView(View):
    party: str
    signed_on: date


class AgreementView(Standing):
    """An agreement; `version` is its ETag, `text_hash` what is signed once it is shared."""

    agreement_id: UUID
    version: int
    starts_on: date
    ends_before: date
    we_chose_how: bool
    commitments: list[PromiseView]
    text_hash: str | None
    signatures: list[SignatureView]


async def view_agreement(tx: Tx, membership: Membership) -> AgreementView | None:
    agreement = await queries.agreement_of(tx, membership.id)
    if agreement is None:
        return None
    signatures = await queries.signatures_of(tx, agreement.id)
    until = due(agreement.state, Terms.of(agreement.terms), membership.deadline)
    return AgreementView(
        **standing(AGREEMENT, agreement, until),
        **agreement.terms,
        agreement_id=agreement.id,
        version=agreement.version,
        text_hash=agreement.text_hash,
        signatures=[SignatureView.model_validate(one) for one in signatures],
    )


@router.get("", openapi_extra=may(STAFF, EMPLOYER))
async def read_agreement(membership_id: UUID, act: Network, response: Response) -> AgreementView:
    """Give the agreement and, as ETag, its version."""
    membership, _ = await queries.member(act, membership_id)
    view = await view_agreement(act.tx, membership)
    if view is None:
        raise NotFound
    response.headers["ETag"] = f'"{view.version}"'
    return view


@router.post("", status_code=201, openapi_extra=may(AGREEMENT.roles["draft"]))
async def draft(
    membership_id: UUID, new: NewAgreement, act: Network, response: Response
) -> AgreementView:
    """Draft the agreement of an approved applicant."""
    act = await act.happened(new.drafted_on, "drafted_on")
    terms = new.terms(act.profile, act.on)
    await commands.draft(act, membership_id, uuid7(), terms)
    return await read_agreement(membership_id, act, response)


@router.put("", openapi_extra=may(AGREEMENT.roles["edit"]))
async def edit(
    membership_id: UUID, new: NewEdit, act: Network, response: Response, read: Read
) -> AgreementView:
    """Replace the terms of a draft; 412 if somebody edited it since it was read."""
    act = await act.happened(new.edited_on, "edited_on")
    terms = new.terms(act.profile, act.on)
    await commands.edit(act, membership_id, read, terms)
    return await read_agreement(membership_id, act, response)


@router.post("/sharing", status_code=201, openapi_extra=may(AGREEMENT.roles["share"]))
async def share(
    membership_id: UUID, new: NewSharing, act: Network, response: Response, read: Read
) -> AgreementView:
    """Freeze the text and share it for signature; 412 if somebody edited it since it was read."""
    act = await act.happened(new.shared_on, "shared_on")
    await commands.share(act, membership_id, read)
    return await read_agreement(membership_id, act, response)


@router.post("/signatures", status_code=201, openapi_extra=may(AGREEMENT.roles["sign"]))
async def sign(
    membership_id: UUID, new: NewSignature, act: Network, response: Response
) -> AgreementView:
    """Sign: the member's signatory first, the municipality's decider last."""
    act = await act.happened(new.signed_on, "signed_on")
    await commands.sign(act, membership_id, new.text_hash)
    return await read_agreement(membership_id, act, response)
