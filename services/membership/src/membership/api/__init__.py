"""HTTP in: one file for each aggregate, all under the network."""

from membership.api import (
    activity,
    agreement,
    commitment,
    membership,
    organisation,
    suspension,
    vetting,
)
from membership.api.network import router

for part in (organisation, membership, suspension, vetting, agreement, commitment, activity):
    router.include_router(part.router)

__all__ = ["router"]
