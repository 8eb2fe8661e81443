"""Who is told what by `membership.v1`: applicants, members, and the staff who serve them."""

from dataclasses import replace

from jobbpakten_events.membership import (
    AgreementInForce,
    AgreementSharedForSignature,
    AgreementSigned,
    MembershipApplied,
    MembershipApproved,
    MembershipEnded,
    MembershipReinstated,
    MembershipRejected,
    MembershipSuspended,
    VettingStarted,
)
from notifications.rules.notices.rule import message, task
from notifications.rules.subjects import happened

REFUSED = {
    happened(MembershipEnded, "withdrawn"),
    happened(MembershipEnded, "lapsed"),
    happened(MembershipRejected),
}
APPROVED = happened(MembershipApproved)
SHARED = happened(AgreementSharedForSignature)
SIGNED_BY_MEMBER = happened(AgreementSigned, "member")
SIGNED_BY_BOTH = {happened(AgreementSigned, "municipality"), happened(AgreementInForce)}
IN_FORCE = happened(AgreementInForce)
SUSPENDED, REINSTATED = happened(MembershipSuspended), happened(MembershipReinstated)

APPLICATION = (
    task(
        happened(MembershipApplied),
        "check_application",
        "vetting_officer",
        done={happened(VettingStarted), APPROVED},
        void=REFUSED,
    ),
    task(
        APPROVED,
        "draft_agreement",
        "coordinator",
        done={SHARED, SIGNED_BY_MEMBER, IN_FORCE},
        void=REFUSED,
    ),
    message(APPROVED, "application_approved", "signatory", void=REFUSED),
    message(happened(MembershipRejected), "application_rejected", "signatory"),
    message(happened(MembershipEnded, "lapsed"), "application_lapsed", "signatory"),
)
SIGNATURE = task(
    SHARED, "sign_agreement", "signatory", done={SIGNED_BY_MEMBER, IN_FORCE}, void=REFUSED
)
AGREEMENT = (
    replace(SIGNATURE, expires=True),
    task(SIGNED_BY_MEMBER, "countersign_agreement", "decider", done=SIGNED_BY_BOTH, void=REFUSED),
    message(IN_FORCE, "agreement_in_force", "signatory"),
    message(IN_FORCE, "agreement_in_force", "contact_person"),
)
MEMBERS = (
    message(SUSPENDED, "member_suspended", "signatory", void={REINSTATED}),
    message(SUSPENDED, "member_suspended", "contact_person", void={REINSTATED}),
    message(REINSTATED, "member_reinstated", "signatory", void={SUSPENDED}),
    message(REINSTATED, "member_reinstated", "contact_person", void={SUSPENDED}),
)
RULES = (*APPLICATION, *AGREEMENT, *MEMBERS)
