"""All machines, walked: what each role may do in each state, and that nothing waits for nobody."""

import pytest
from tests.support.machines import (
    allows_what_the_table_says_and_nothing_else,
    every_state_is_reached,
    waits_for_somebody_until_the_end,
)

from membership import profiles
from membership.rules.agreement import AGREEMENT, LAPSING, PARTIES
from membership.rules.commitment import COMMITMENT
from membership.rules.membership import ENDED, MEMBERSHIP
from membership.rules.vetting import DECIDE, VETTING

MACHINES = {
    "membership": MEMBERSHIP,
    "vetting": VETTING,
    "agreement": AGREEMENT,
    "commitment": COMMITMENT,
}
# Written a second time, by hand: state, act, role, state. "-" is before the beginning.
MAY = {
    "membership": """
        -           apply          signatory        applied
        applied     declare        signatory        applied
        applied     start_vetting  vetting_officer  in_vetting
        applied     withdraw       signatory        withdrawn
        in_vetting  approve        decider          approved
        in_vetting  reject         decider          rejected
        in_vetting  withdraw       signatory        withdrawn
        approved    draft          coordinator      approved
        approved    join           decider          member
        approved    lapse          system           lapsed
        member      suspend        decider          suspended
        suspended   reinstate      decider          member
        approved    withdraw       signatory        withdrawn""",
    "vetting": """
        -             start                   vetting_officer  under_review
        under_review  answer                  vetting_officer  under_review
        under_review  accept                  decider          accepted
        under_review  accept_with_conditions  decider          accepted_with_conditions
        under_review  refuse                  decider          refused
        under_review  withdraw                signatory        abandoned""",
    "agreement": """
        -                  draft     coordinator  draft
        draft              edit      coordinator  draft
        draft              share     coordinator  out_for_signature
        draft              lapse     system       annulled
        draft              withdraw  signatory    annulled
        out_for_signature  sign      signatory    partly_signed
        out_for_signature  lapse     system       annulled
        out_for_signature  withdraw  signatory    annulled
        partly_signed      sign      decider      in_force
        partly_signed      withdraw  signatory    annulled""",
    "commitment": """
        -             make         decider      made
        made          renegotiate  coordinator  renegotiated
        made          release      coordinator  released
        made          hold         coordinator  made
        renegotiated  renegotiate  coordinator  renegotiated
        renegotiated  release      coordinator  released
        renegotiated  hold         coordinator  renegotiated
        released      hold         coordinator  released""",
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
    onwards = [step for step in machine.steps.values() if step.start and step.end != step.start]
    assert not [step for step in onwards if machine.states[step.start].terminal]


def test_the_tables_beside_the_machines_name_their_states_and_steps() -> None:
    assert set(ENDED) == {"rejected", "withdrawn", "lapsed"}
    assert set(PARTIES) <= set(AGREEMENT.states)
    assert set(LAPSING) == {"draft", "out_for_signature"}
    assert {VETTING.steps["under_review", by].end for by in DECIDE.values()} == set(DECIDE)
