"""What membership knows of a network: how much a member may promise."""

import pytest
from tests.support.networks import as_known_to

from membership import profiles

SHIPPED = as_known_to(profiles.Profile)


@pytest.mark.parametrize("size", ["micro", "small", "medium", "large"])
def test_every_size_can_promise_something_and_more_the_larger_it_is(size: str) -> None:
    limits = SHIPPED.limits(size)
    assert limits
    assert all(units <= SHIPPED.limits("large")[offer] for offer, units in limits.items())


def test_an_offer_without_a_limit_for_a_size_is_not_made_to_it() -> None:
    internship = SHIPPED.offers["internship"]
    only_large = internship.model_copy(update={"at_most": profiles.Sizes(large=3)})
    profile = SHIPPED.model_copy(update={"offers": {"internship": only_large}})
    assert (profile.limits("micro"), profile.limits("large")) == ({}, {"internship": 3})
