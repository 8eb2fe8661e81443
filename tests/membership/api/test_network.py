"""The network's profile over HTTP."""

from tests.membership.conftest import Membership


async def test_any_caller_reads_what_the_network_stands_for_demands_and_offers(
    membership: Membership,
) -> None:
    profile = await membership.good("GET", "", "union")
    assert profile["motto"]
    assert profile["values"]["human_rights"]["sv"]
    assert profile["offers"]["study_visit"]["at_most"]["micro"] == 6
    assert profile["deadlines"]["vetting"]["working_days"] == 15
