"""What membership tells the others."""

from typing import Annotated, Literal
from uuid import UUID

from jobbpakten_events import OPEN, Code, Count, Day, Event, Version, says

TOPIC = "membership.v1"

MembershipId = Annotated[UUID, says("One organisation's membership of one network.")]
OrganisationId = Annotated[UUID, says("Stands for the organisation; never its number.")]
AgreementId = Annotated[UUID, says("The agreement between a member and the municipality.")]
CommitmentId = Annotated[UUID, says("One promise in an agreement.")]
Offer = Annotated[Code, says("Code of what is promised, such as internship.", OPEN)]
Units = Annotated[Count, says("How many units; one unit is one slot of the offer.", OPEN)]
FirstDay = Annotated[Day, says("The first day of the period.")]
EndsBefore = Annotated[Day, says("The day after the last day of the period.")]
ActBy = Annotated[Day | None, says("The last day for what comes next.")]


class MembershipApplied(Event, topic=TOPIC, kind="membership.applied.v1", about="membership_id"):
    """An organisation applied to become a member of the network."""

    membership_id: MembershipId
    organisation_id: OrganisationId
    sector: Annotated[
        Literal["business", "civil_society", "public"], says("Which part of society.", OPEN)
    ]
    size: Annotated[
        Literal["micro", "small", "medium", "large"],
        says("Employees: under 10, under 50, under 250, from 250.", OPEN),
    ]
    act_by: ActBy = None


class ValuesDeclared(Event, topic=TOPIC, kind="values.declared.v1", about="membership_id"):
    """The applicant declared that it stands behind each of the network's values."""

    membership_id: MembershipId
    text_version: Annotated[Version, says("Which wording was declared.", OPEN)]


class VettingStarted(Event, topic=TOPIC, kind="vetting.started.v1", about="membership_id"):
    """An officer began to vet the applicant's working conditions."""

    membership_id: MembershipId
    vetting_id: Annotated[UUID, says("This vetting.")]


class VettingDecided(Event, topic=TOPIC, kind="vetting.decided.v1", about="membership_id"):
    """A decider, not the officer, decided the vetting."""

    membership_id: MembershipId
    vetting_id: Annotated[UUID, says("This vetting.")]
    outcome: Annotated[
        Literal["accepted", "accepted_with_conditions", "refused"], says("The decision.")
    ]


class MembershipApproved(Event, topic=TOPIC, kind="membership.approved.v1", about="membership_id"):
    """The applicant may become a member; it is one when its agreement is in force."""

    membership_id: MembershipId
    organisation_id: OrganisationId
    act_by: ActBy = None


class MembershipRejected(Event, topic=TOPIC, kind="membership.rejected.v1", about="membership_id"):
    """The application was refused, on a coded ground that can be reviewed."""

    membership_id: MembershipId
    ground: Annotated[Code, says("Code of the ground.")]
    organisation_id: Annotated[UUID | None, says("Stands for the organisation.")] = None
    act_by: Annotated[Day | None, says("The last day for asking for a review.")] = None


class MembershipEnded(Event, topic=TOPIC, kind="membership.ended.v1", about="membership_id"):
    """The way to a membership, or the membership itself, came to its end."""

    membership_id: MembershipId
    ground: Annotated[
        Literal["withdrawn", "lapsed"],
        says("The applicant withdrew, or signed no agreement in time."),
    ]


class MembershipSuspended(
    Event, topic=TOPIC, kind="membership.suspended.v1", about="membership_id"
):
    """The member is suspended: nobody new is placed there, who works there stays."""

    membership_id: MembershipId
    organisation_id: OrganisationId
    ground: Annotated[Code, says("Code of the ground.")]


class MembershipReinstated(
    Event, topic=TOPIC, kind="membership.reinstated.v1", about="membership_id"
):
    """The suspended organisation is a member again."""

    membership_id: MembershipId
    organisation_id: OrganisationId


class AgreementSharedForSignature(
    Event, topic=TOPIC, kind="agreement.shared_for_signature.v1", about="agreement_id"
):
    """The text of the agreement is settled and the parties are asked to sign."""

    agreement_id: AgreementId
    membership_id: MembershipId
    act_by: ActBy = None
    organisation_id: Annotated[UUID | None, says("Stands for the organisation.")] = None


class AgreementSigned(Event, topic=TOPIC, kind="agreement.signed.v1", about="agreement_id"):
    """One party signed."""

    agreement_id: AgreementId
    membership_id: MembershipId
    party: Annotated[Literal["member", "municipality"], says("Who signed.")]
    act_by: ActBy = None
    organisation_id: Annotated[UUID | None, says("Stands for the organisation.")] = None


class AgreementInForce(Event, topic=TOPIC, kind="agreement.in_force.v1", about="agreement_id"):
    """All parties have signed; the applicant is a member from now on."""

    agreement_id: AgreementId
    membership_id: MembershipId
    organisation_id: OrganisationId
    starts_on: FirstDay
    ends_before: EndsBefore


class CommitmentMade(Event, topic=TOPIC, kind="commitment.made.v1", about="commitment_id"):
    """A member promised a number of units of one offer, for a period."""

    commitment_id: CommitmentId
    agreement_id: AgreementId
    membership_id: MembershipId
    organisation_id: OrganisationId
    offer: Offer
    kept_by: Annotated[
        Literal["activity", "placement"], says("What keeps a unit, by the network's profile.", OPEN)
    ]
    promised: Units
    starts_on: FirstDay
    ends_before: EndsBefore


class CommitmentRenegotiated(
    Event, topic=TOPIC, kind="commitment.renegotiated.v1", about="commitment_id"
):
    """The promise was changed by agreement: more or fewer units."""

    commitment_id: CommitmentId
    promised: Annotated[Count, says("Units promised from now on, kept ones included.", OPEN)]
    promised_before: Annotated[Count, says("Units promised until now.", OPEN)]
    ground: Annotated[Code, says("Code of the reason.")]


class CommitmentReleased(Event, topic=TOPIC, kind="commitment.released.v1", about="commitment_id"):
    """The member was released from what remained of its promise."""

    commitment_id: CommitmentId
    ground: Annotated[Code, says("Code of the reason.")]


class ActivityHeld(Event, topic=TOPIC, kind="activity.held.v1", about="activity_id"):
    """A study visit or lecture took place: one unit of the commitment was kept."""

    activity_id: Annotated[UUID, says("The visit or lecture.")]
    commitment_id: CommitmentId
    offer: Offer
