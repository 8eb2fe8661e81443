"""Matches and placements, walked: what each role may do in each state, and that nothing hangs."""

import pytest
from tests.support.machines import (
    allows_what_the_table_says_and_nothing_else,
    every_state_is_reached,
    waits_for_somebody_until_the_end,
)

from matching import profiles
from matching.rules.match import (
    CONSENTED,
    DECLINES,
    ENDS,
    EXPIRING,
    MATCH,
    OPEN,
    SHOWN,
    is_told,
    meaning,
)
from matching.rules.placement import PLACEMENT

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


def test_every_end_has_a_meaning_and_her_no_is_seen_by_her_caseworker_alone() -> None:
    ends = {state.name for state in MATCH.states.values() if state.terminal} - {"accepted"}
    assert set(ENDS) == ends
    assert ENDS["candidate_no"].told_to == ("caseworker",)
    assert {state.name for state in OPEN} | ends | {"accepted"} == set(MATCH.states)
    assert meaning("accepted", None) is None


def test_every_decline_of_the_shipped_profiles_has_a_meaning_and_another_is_not_told() -> None:
    for profile in profiles.load().values():
        assert set(profile.employer_declines) == set(DECLINES)
    assert {one.side for one in DECLINES.values()} == {"employer"}
    unknown = meaning("employer_declined", "something_new")
    assert unknown
    assert unknown.told_to == ("caseworker",)
    filled = meaning("employer_no", "filled_otherwise")
    assert filled
    assert "candidate" in filled.told_to


def test_what_has_no_meaning_is_told_to_nobody() -> None:
    assert is_told("candidate", "superseded", None)
    assert is_told("candidate", "employer_no", "filled_otherwise")
    assert not is_told("candidate", "employer_no", "something_new")
    assert not is_told("candidate", "candidate_no", None)
    assert not is_told("candidate", "accepted", None)
