"""The network itself is read in every service by whoever may call there, and by nobody else."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from tests.support.callers import bearer, client
from tests.support.machines import ROLES
from tests.support.networks import as_known_to
from tests.support.services import MADE, app_of

from shared.networks import kind_of
from shared.networks.profiles import texts_in

PATH = "/networks/jobbpakten"


@pytest.mark.parametrize("service", MADE)
async def test_each_role_finds_the_codes_that_a_service_goes_by(
    service: str, database: Callable[[str], str]
) -> None:
    app, known = app_of(service, database(service)), as_known_to(kind_of(service))
    async with client(app) as http:
        for role in ROLES.split():
            for claims in ({}, {"organisation": uuid4()}):
                answer = await http.get(PATH, headers=bearer(service, role, **claims))
                assert answer.status_code == 200, (role, answer.text)
                said = answer.json()
                assert (said["name"], said["units"].keys()) == (known.name, known.units.keys())
                assert said["offers"].keys() <= known.offers.keys()
                assert said["contact"]["email"]
        whole = (await http.get(PATH, headers=bearer(service, "coordinator"))).json()
        for way, text in texts_in(known):
            found = whole
            for name in way:
                found = found[name]
            assert found == text.root, way
        nowhere = [
            await http.get(PATH, headers=bearer(service, "coordinator", networks=["grannpakten"])),
            await http.get(
                "/networks/nirgends",
                headers=bearer(service, "coordinator", networks=["nirgends"]),
            ),
        ]
        assert [one.status_code for one in nowhere] == [404, 404]
        assert nowhere[0].json() == nowhere[1].json()
        assert (await http.get(PATH)).status_code == 401
        another = "membership" if service != "membership" else "matching"
        assert (await http.get(PATH, headers=bearer(another, "coordinator"))).status_code == 401
    await app.state.database.engine.dispose()
