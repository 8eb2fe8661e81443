"""All machines, walked: what each role may do in each state, and that nothing waits for nobody."""

import pytest
from tests.support.machines import Walk, walked

from matching import profiles
from matching.rules.candidate import CANDIDATE, ENDS, LIVING
from matching.rules.match import MATCH
from matching.rules.place import PLACE
from matching.rules.placement import PLACEMENT

MACHINES = {"candidate": CANDIDATE, "place": PLACE, "match": MATCH, "placement": PLACEMENT}
# Written a second time, by hand: state, act, roles, state. "-" is before the beginning.
MAY = {
    "candidate": """
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
        parked          provide   caseworker  own_livelihood""",
    "place": """
        -             offer           contact_person,coordinator         under_review
        under_review  ask_union       coordinator                        under_review
        under_review  note_statement  coordinator                        under_review
        under_review  open            coordinator                        open
        open          refresh         contact_person,coordinator         open
        full          refresh         contact_person,coordinator         full
        paused        refresh         contact_person,coordinator         paused
        open          pause           contact_person,coordinator,system  paused
        full          pause           contact_person,coordinator,system  paused
        paused        pause           contact_person,coordinator,system  paused
        paused        lift            contact_person,coordinator,system  paused
        paused        resume          contact_person,coordinator,system  open
        open          fill            system                             full
        full          free            system                             open
        under_review  close           contact_person,coordinator         closed
        open          close           contact_person,coordinator         closed
        full          close           contact_person,coordinator         closed
        paused        close           contact_person,coordinator         closed
        under_review  end             system                             closed
        open          end             system                             closed
        full          end             system                             closed
        paused        end             system                             closed""",
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


@walked(MACHINES, MAY, profiles.Deadlines.model_fields)
def test_each_machine_does_what_its_table_says_and_nothing_hangs(walk: Walk) -> None:
    walk()


@pytest.mark.parametrize("name", MACHINES)
def test_no_end_is_left_but_by_a_candidate_who_comes_again(name: str) -> None:
    machine = MACHINES[name]
    left = {by for start, by in machine.steps if start and machine.states[start].terminal}
    assert left == ({"register"} if name == "candidate" else set())


def test_a_candidate_lives_in_the_bank_or_is_at_an_end() -> None:
    assert {*LIVING} | {*ENDS} == {*CANDIDATE.states}
    assert {*ENDS} == {state.name for state in CANDIDATE.states.values() if state.terminal}
