"""Organisations over HTTP: what a person should look at twice."""

from itertools import groupby
from operator import attrgetter
from typing import Literal
from uuid import UUID

from fastapi import APIRouter

from membership import queries
from membership.api.acts import Network
from membership.rules.access import LOOKS_TWICE, looks_twice
from membership.rules.organisation import has_mixed_letters
from shared.http.docs import may
from shared.http.requests import View
from shared.machines import NotFound

router = APIRouter(prefix="/organisations", tags=["organisations"])


class Finding(View):
    """Organisations with names alike, or one with a letter of another script inside a word."""

    code: Literal["near_duplicate", "mixed_letters"]
    organisation_ids: list[UUID]


@router.get("/findings", openapi_extra=may(LOOKS_TWICE))
async def list_findings(act: Network) -> list[Finding]:
    """Give what looks odd among the network's organisations, as it is now, to whoever decides."""
    if not looks_twice(act.caller):
        raise NotFound
    known = await queries.organisations(act.tx, act.network)
    mixed = [one.id for one in known if has_mixed_letters(one.name)]
    groups = [[one.id for one in same] for _, same in groupby(known, attrgetter("name_key"))]
    return [
        *(Finding(code="near_duplicate", organisation_ids=ids) for ids in groups if len(ids) > 1),
        *(Finding(code="mixed_letters", organisation_ids=[id_]) for id_ in mixed),
    ]
