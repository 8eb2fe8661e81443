"""All machines, walked: what each role may do in each state, and that nothing waits for nobody."""

import pytest
from tests.support.machines import Walk, walked

from membership import profiles
from membership.rules.agreement import AGREEMENT, LAPSING, PARTIES
from membership.rules.commitment import COMMITMENT
from membership.rules.membership import ENDED, MEMBERSHIP
from membership.rules.vetting import DECIDE, VETTING
from shared.machines import Machine

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


@walked(MACHINES, MAY, profiles.Deadlines.model_fields)
def test_each_machine_does_what_its_table_says_and_nothing_hangs(walk: Walk) -> None:
    walk()


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_no_end_is_left_again(machine: Machine) -> None:
    onwards = {start for (start, _), step in machine.steps.items() if start and step.end != start}
    assert not [start for start in onwards if machine.states[start].terminal]


def test_the_tables_beside_the_machines_name_their_states_and_steps() -> None:
    assert set(ENDED) == {"rejected", "withdrawn", "lapsed"}
    assert set(PARTIES) <= set(AGREEMENT.states)
    assert set(LAPSING) == {"draft", "out_for_signature"}
    assert {VETTING.steps["under_review", by].end for by in DECIDE.values()} == set(DECIDE)
