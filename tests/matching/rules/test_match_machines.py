"""Matches and placements, walked: what each role may do in each state, and that nothing hangs."""

import pytest
from pydantic import ValidationError
from tests.support.machines import (
    allows_what_the_table_says_and_nothing_else,
    every_state_is_reached,
    waits_for_somebody_until_the_end,
)

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
from matching.rules.placement import PLACEMENT
from shared.networks import load, shipped

NETWORKS = load(profiles.Profile, shipped())
MACHINES = {"match": MATCH, "placement": PLACEMENT}
# Written a second time, by hand: state, act, role, state. "-" is before the beginning.
MAY = {
    "match": """
        -                  propose     caseworker      proposed
        proposed           ask         caseworker      candidate_asked
        proposed           withdraw    caseworker      withdrawn
        proposed           withdraw    system          withdrawn
        proposed           supersede   system          superseded
        candidate_asked    say_yes     caseworker      candidate_asked
        candidate_asked    consent     caseworker      candidate_yes
        candidate_asked    refuse      caseworker      candidate_no
        candidate_asked    expire      system          expired
        candidate_asked    withdraw    caseworker      withdrawn
        candidate_asked    withdraw    system          withdrawn
        candidate_asked    supersede   system          superseded
        candidate_yes      release     caseworker      employer_asked
        candidate_yes      withdraw    caseworker      withdrawn
        candidate_yes      withdraw    system          withdrawn
        candidate_yes      supersede   system          superseded
        employer_asked     answer_yes  contact_person  employer_yes
        employer_asked     answer_no   contact_person  employer_declined
        employer_asked     expire      system          expired
        employer_asked     withdraw    caseworker      withdrawn
        employer_asked     withdraw    system          withdrawn
        employer_asked     supersede   system          superseded
        employer_yes       accept      caseworker      accepted
        employer_yes       accept      decider         accepted
        employer_yes       withdraw    caseworker      withdrawn
        employer_yes       withdraw    system          withdrawn
        employer_yes       supersede   system          superseded
        employer_declined  confirm     caseworker      employer_no
        employer_declined  withdraw    caseworker      withdrawn
        employer_declined  withdraw    system          withdrawn
        employer_declined  supersede   system          superseded""",
    "placement": """
        -        plan             caseworker  planned
        -        plan             decider     planned
        planned  prepare          caseworker  planned
        planned  make_ready       caseworker  ready
        planned  miss             caseworker  no_show
        ready    start            caseworker  running
        ready    miss             caseworker  no_show
        running  complete         caseworker  completed
        running  complete_partly  caseworker  partly_completed
        planned  interrupt        caseworker  interrupted
        ready    interrupt        caseworker  interrupted
        running  interrupt        caseworker  interrupted""",
}


@pytest.mark.parametrize("name", MACHINES)
def test_each_role_may_do_in_each_state_what_the_table_says_and_nothing_else(name: str) -> None:
    allows_what_the_table_says_and_nothing_else(MACHINES[name], MAY[name])


@pytest.mark.parametrize("name", MACHINES)
def test_no_state_is_without_owner_next_action_and_deadline_unless_it_is_the_end(name: str) -> None:
    waits_for_somebody_until_the_end(MACHINES[name], profiles.Deadlines.model_fields)


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_is_reached_and_no_end_is_left_again(name: str) -> None:
    machine = MACHINES[name]
    every_state_is_reached(machine)
    onwards = [step for step in machine.steps.values() if step.start]
    assert not [step for step in onwards if machine.states[step.start].terminal]


def test_an_employer_is_shown_nobody_before_she_consented_and_it_was_asked() -> None:
    behind_consent = {"consent"}
    reached = {""}
    for _ in MATCH.states:
        steps = (step for step in MATCH.steps.values() if step.by not in behind_consent)
        reached |= {step.end for step in steps if step.start in reached}
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
