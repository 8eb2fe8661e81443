"""Who is told what by `membership.v1`: applicants, members, and the staff who serve them."""

from dataclasses import replace

from jobbpakten_events import membership
from notifications.rules.notices.rule import message, task
from notifications.rules.subjects import happened

REFUSED = {
    happened(membership.MembershipEnded, "withdrawn"),
    happened(membership.MembershipEnded, "lapsed"),
    happened(membership.MembershipRejected),
}
APPROVED = happened(membership.MembershipApproved)
SHARED = happened(membership.AgreementSharedForSignature)
SIGNED_BY_MEMBER = happened(membership.AgreementSigned, "member")
SIGNED_BY_BOTH = {
    happened(membership.AgreementSigned, "municipality"),
    happened(membership.AgreementInForce),
}
IN_FORCE = happened(membership.AgreementInForce)
SUSPENDED, REINSTATED = (
    happened(membership.MembershipSuspended),
    happened(membership.MembershipReinstated),
)

APPLICATION = (
    task(
        happened(membership.MembershipApplied),
        "check_application",
        "vetting_officer",
        done={happened(membership.VettingStarted), APPROVED},
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
    replace(
        message(happened(membership.MembershipRejected), "application_rejected", "signatory"),
        until=True,
    ),
    message(happened(membership.MembershipEnded, "lapsed"), "application_lapsed", "signatory"),
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
