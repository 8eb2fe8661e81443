"""The whole way of an organisation over HTTP, and what is told on it."""

from tests.membership.conftest import INTERNSHIPS, STUDY_VISITS, Membership


async def test_an_organisation_goes_all_the_way_and_each_act_is_told(
    membership: Membership,
) -> None:
    await membership.joined(STUDY_VISITS, INTERNSHIPS)

    assert await membership.told() == [
        "membership.applied.v1",
        "values.declared.v1",
        "vetting.started.v1",
        "vetting.decided.v1",
        "membership.approved.v1",
        "agreement.shared_for_signature.v1",
        "agreement.signed.v1",
        "agreement.signed.v1",
        "agreement.in_force.v1",
        "commitment.made.v1",
        "commitment.made.v1",
    ]
