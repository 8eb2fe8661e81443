"""The states of a match beside its machine: who is shown, what expires, what each end means."""

import pytest
from pydantic import ValidationError

from matching import profiles
from matching.rules.match import (
    ACCEPTED_ELSEWHERE,
    CONSENTED,
    ENDS,
    EXPIRING,
    MATCH,
    OPEN,
    SHOWN,
    meaning,
    tells_the_candidate,
)
from shared.networks import load, shipped

NETWORKS = load(profiles.Profile, shipped())


def test_an_employer_is_shown_nobody_before_she_consented_and_it_was_asked() -> None:
    behind_consent = {"consent"}
    reached = {""}
    for _ in MATCH.states:
        reached |= {
            step.end
            for (start, by), step in MATCH.steps.items()
            if start in reached and by not in behind_consent
        }
    assert not reached & {*SHOWN, *CONSENTED}
    assert "candidate_yes" not in SHOWN


def test_only_answers_of_others_expire() -> None:
    assert set(EXPIRING) == {"candidate_asked", "employer_asked"}
    owners = {MATCH.states[state].owner for state in EXPIRING}
    assert owners == {"participant", "contact_person"}


def test_every_end_has_a_meaning_and_a_candidates_own_no_is_told_to_nobody_in_any_network() -> None:
    ends = {state.name for state in MATCH.states.values() if state.terminal} - {"accepted"}
    assert set(ENDS) == ends
    assert {state.name for state in OPEN} | ends | {"accepted"} == set(MATCH.states)
    for network in NETWORKS.values():
        for end in ends:
            means = meaning(network, end, None)
            assert means
            assert means.side == ENDS[end]
            is_told = network.ends[end].tells_the_candidate
            assert ("candidate" in means.told_to) == is_told
        assert not tells_the_candidate(network, "candidate_no", None)
        assert meaning(network, "accepted", None) is None


def test_a_decline_means_what_its_network_says_and_one_that_it_doesnt_know_is_not_told() -> None:
    for network in NETWORKS.values():
        for code, decline in network.employer_declines.items():
            means = meaning(network, "employer_no", code)
            assert means
            assert (means.side, means.follows) == ("employer", decline.follows)
            assert ("candidate" in means.told_to) == decline.tells_the_candidate
        unknown = meaning(network, "employer_declined", "something_new")
        assert unknown
        assert (unknown.told_to, unknown.follows) == (("caseworker",), "")


def test_what_has_no_meaning_is_told_to_nobody() -> None:
    here = NETWORKS["jobbpakten"]
    assert tells_the_candidate(here, "superseded", None)
    assert not tells_the_candidate(here, "superseded", None, ACCEPTED_ELSEWHERE)
    assert tells_the_candidate(here, "employer_no", "filled_otherwise")
    assert not tells_the_candidate(here, "employer_no", "something_new")
    assert not tells_the_candidate(here, "accepted", None)


def test_no_network_can_tell_a_candidates_own_no_or_leave_an_end_without_a_name() -> None:
    said = NETWORKS["jobbpakten"].model_dump()
    told = said["ends"] | {"candidate_no": said["ends"]["expired"]}
    with pytest.raises(ValidationError, match="the caseworker's to know in every network"):
        profiles.Profile.model_validate(said | {"ends": told})
    ends = {
        end: one.model_copy(update={"tells_the_candidate": True})
        for end, one in NETWORKS["jobbpakten"].ends.items()
    }
    all_told = NETWORKS["jobbpakten"].model_copy(update={"ends": ends})
    told_of = {end for end in ENDS if tells_the_candidate(all_told, end, None)}
    assert told_of == {"employer_no", "expired", "superseded"}
    with pytest.raises(ValidationError, match="name each of candidate_no"):
        profiles.Profile.model_validate(said | {"ends": {"expired": said["ends"]["expired"]}})
