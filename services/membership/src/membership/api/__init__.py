"""HTTP in: one file for each aggregate, all under the network."""

from membership.api import (
    activity,
    agreement,
    commitment,
    contact,
    membership,
    organisation,
    staff,
    suspension,
    vetting,
)
from membership.profiles import Profile
from shared.http.networks import reading

router = reading(Profile)
PARTS = (organisation, membership, contact, staff, suspension, vetting)
for part in (*PARTS, agreement, commitment, activity):
    router.include_router(part.router)

__all__ = ["router"]
