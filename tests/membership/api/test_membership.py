"""Members over HTTP: who finds whom, in which network."""

from uuid import uuid4

from tests.membership.conftest import NUMBER, OTHER_NUMBER, Membership


async def test_an_employer_finds_itself_and_a_coordinator_everybody(
    membership: Membership,
) -> None:
    one = await membership.declared()
    other = await membership.declared(number=OTHER_NUMBER)
    own = one["organisation_id"]

    everybody = await membership.good("GET", "/members", "coordinator")
    itself = await membership.good("GET", "/members", "contact_person", organisation=own)
    assert [m["membership_id"] for m in everybody["members"]] == [
        one["membership_id"],
        other["membership_id"],
    ]
    assert [m["membership_id"] for m in itself["members"]] == [one["membership_id"]]
    for role in ("union", "supervisor", "mentor", "participant", "coordinator", "decider"):
        path = f"/members/{one['membership_id']}"
        for url in (path, "/members"):
            answer = await membership.call("GET", url, role, organisation=own)
            assert answer.status_code == 404
    for role, claims in (("signatory", {"organisation": own}), ("signatory", {}), ("union", {})):
        path = f"/members/{other['membership_id']}"
        assert (await membership.call("GET", path, role, **claims)).status_code == 404
        if not claims:
            assert (await membership.call("GET", "/members", role)).status_code == 404


async def test_a_long_list_comes_in_pages(membership: Membership) -> None:
    numbers = (NUMBER, OTHER_NUMBER, "802000-0009", "212000-0001")
    ids = [(await membership.applied(number=number))["membership_id"] for number in numbers]

    pages, after = [], ""
    while after is not None:
        path = f"/members?limit=2{after and '&after='}{after}"
        page = await membership.good("GET", path, "coordinator")
        pages.append([one["membership_id"] for one in page["members"]])
        after = page["next"]
    assert pages == [ids[:2], ids[2:]]
    assert (await membership.call("GET", "/members?limit=201", "coordinator")).status_code == 422


async def test_two_networks_share_organisations_and_see_none_of_each_other_s_members(
    of_two: Membership,
) -> None:
    one = await of_two.joined({"offer": "lecture", "units": 1})
    of_two.network = "grannpakten"
    own = one["organisation_id"]
    other = await of_two.applied(networks=["grannpakten"], organisation=own)

    assert other["organisation_id"] == one["organisation_id"]
    both = {"networks": ["jobbpakten", "grannpakten"]}
    found = await of_two.good("GET", "/members", "coordinator", **both)
    assert [m["membership_id"] for m in found["members"]] == [other["membership_id"]]
    for path in (
        f"/members/{one['membership_id']}",
        f"/members/{one['membership_id']}/commitments",
        f"/commitments/{one['commitments'][0]}",
    ):
        assert (await of_two.call("GET", path, "coordinator", **both)).status_code == 404
    path = f"/commitments/{one['commitments'][0]}/activities"
    assert (await of_two.call("POST", path, "coordinator", {}, **both)).status_code == 404
    # In the token is one network, in the path another.
    assert (await of_two.call("GET", "/members", "coordinator")).status_code == 404


async def test_without_a_token_nothing_is_said(membership: Membership) -> None:
    for path in ("", "/members", f"/members/{uuid4()}"):
        assert (await membership.http.get(f"/networks/jobbpakten{path}")).status_code == 401


async def test_a_network_without_profile_is_not_there(membership: Membership) -> None:
    membership.network = "klimatprotokollet"
    answer = await membership.call("GET", "", "coordinator", networks=["klimatprotokollet"])
    assert answer.status_code == 404
