"""A candidate's machine, walked: what each role may do in each state, and nothing else."""

from matching import profiles
from matching.rules.candidate import CANDIDATE, ENDS, LEAVING, LIVING
from shared.machines import NotAllowed, NotFound

ROLES = """signatory contact_person supervisor mentor participant legal_guardian caseworker decider
    vetting_officer coordinator partner_organiser union evaluator elected_member auditor system"""
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


def outcome(state: str, act: str, role: str) -> str | type[Exception]:
    try:
        return CANDIDATE.step(state, act, role)
    except (NotAllowed, NotFound) as refused:
        return type(refused)


def test_each_role_may_do_in_each_state_what_the_table_says_and_nothing_else() -> None:
    lines = [line.split() for line in MAY.strip().split("\n")]
    may = {(state.replace("-", ""), act, role): end for state, act, role, end in lines}
    for act in {act for _, act in CANDIDATE.steps}:
        ever = {role for _, by, role in may if by == act}
        for state in ["", *CANDIDATE.states]:
            for role in ROLES.split():
                refused = NotAllowed if role in ever else NotFound
                expected = may.get((state, act, role), refused)
                assert outcome(state, act, role) == expected, (state, act, role)


def test_no_state_is_without_owner_next_action_and_deadline_unless_it_is_the_end() -> None:
    limits = profiles.Deadlines.model_fields
    for state in CANDIDATE.states.values():
        waits_for = (state.owner in ROLES.split(), bool(state.next), state.within in limits)
        assert waits_for == (not state.terminal,) * 3, state
    assert {*LIVING} | {*ENDS} == {*CANDIDATE.states}


def test_every_state_is_reached_and_no_end_is_left_but_by_coming_again() -> None:
    reached = {""}
    for _ in CANDIDATE.states:
        reached |= {step.end for step in CANDIDATE.steps.values() if step.start in reached}
    assert reached == {"", *CANDIDATE.states}
    left = {step.by for step in CANDIDATE.steps.values() if step.start in ENDS}
    assert left == {"register"}
    assert {*LEAVING.values()} <= {by for _, by in CANDIDATE.steps}
