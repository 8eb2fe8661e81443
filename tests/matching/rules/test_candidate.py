"""A candidate's machine, walked: what each role may do in each state, and nothing else."""

from tests.support.machines import (
    allows_what_the_table_says_and_nothing_else,
    every_state_is_reached,
    waits_for_somebody_until_the_end,
)

from matching import profiles
from matching.rules.candidate import CANDIDATE, ENDS, LIVING

# Written a second time, by hand: state, act, role, state. "-" is before the beginning.
MAY = """
    -               register  caseworker  investigating
    closed          register  caseworker  investigating
    own_livelihood  register  caseworker  investigating
    investigating   describe  caseworker  investigating
    visible         describe  caseworker  visible
    hidden          describe  caseworker  hidden
    parked          describe  caseworker  parked
    in_match        describe  caseworker  in_match
    placed          describe  caseworker  placed
    investigating   find      caseworker  investigating
    visible         find      caseworker  visible
    hidden          find      caseworker  hidden
    parked          find      caseworker  parked
    in_match        find      caseworker  in_match
    placed          find      caseworker  placed
    investigating   show      system      visible
    hidden          show      system      visible
    visible         hide      system      hidden
    visible         match     system      in_match
    in_match        unmatch   system      hidden
    visible         place     system      placed
    in_match        place     system      placed
    placed          return    system      hidden
    parked          return    system      hidden
    parked          return    caseworker  hidden
    investigating   park      caseworker  parked
    visible         park      caseworker  parked
    hidden          park      caseworker  parked
    investigating   close     caseworker  closed
    visible         close     caseworker  closed
    hidden          close     caseworker  closed
    parked          close     caseworker  closed
    investigating   provide   caseworker  own_livelihood
    visible         provide   caseworker  own_livelihood
    hidden          provide   caseworker  own_livelihood
    parked          provide   caseworker  own_livelihood"""


def test_each_role_may_do_in_each_state_what_the_table_says_and_nothing_else() -> None:
    allows_what_the_table_says_and_nothing_else(CANDIDATE, MAY)


def test_no_state_is_without_owner_next_action_and_deadline_unless_it_is_the_end() -> None:
    waits_for_somebody_until_the_end(CANDIDATE, profiles.Deadlines.model_fields)
    assert {*LIVING} | {*ENDS} == {*CANDIDATE.states}


def test_every_state_is_reached_and_no_end_is_left_but_by_coming_again() -> None:
    every_state_is_reached(CANDIDATE)
    left = {step.by for step in CANDIDATE.steps.values() if step.start in ENDS}
    assert left == {"register"}
