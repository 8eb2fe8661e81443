"""Whoever a state of a machine waits for is asked by a task, or it stands here why not."""

from collections.abc import Mapping

import pytest

from matching.rules.candidate import CANDIDATE
from matching.rules.match import MATCH
from matching.rules.place import PLACE
from matching.rules.placement import PLACEMENT
from membership.rules.agreement import AGREEMENT
from membership.rules.commitment import COMMITMENT
from membership.rules.membership import MEMBERSHIP
from membership.rules.vetting import VETTING
from notifications.rules.notices import RULES
from shared.machines import Machine

MACHINES: Mapping[str, Machine] = {
    "agreement": AGREEMENT,
    "candidate": CANDIDATE,
    "commitment": COMMITMENT,
    "match": MATCH,
    "membership": MEMBERSHIP,
    "place": PLACE,
    "placement": PLACEMENT,
    "vetting": VETTING,
}
# A state -> the template of the task that its owner gets when it is entered.
ASKED = {
    "agreement/out_for_signature": "sign_agreement",
    "agreement/partly_signed": "countersign_agreement",
    "match/proposed": "ask_candidate",
    "match/candidate_asked": "answer_request",
    "match/candidate_yes": "release_to_employer",
    "match/employer_asked": "answer_match",
    "match/employer_yes": "accept_match",
    "match/employer_declined": "confirm_decline",
    "membership/applied": "check_application",
    "membership/approved": "draft_agreement",
    "placement/planned": "prepare_placement",
    "placement/ready": "placement_ready",
}
WHY_NOT = {
    "agreement/draft": "its owner has just drafted it; until then membership/approved asks",
    "agreement/in_force": "what is to be followed up is each promise's",
    "candidate/hidden": "told it would say that somebody's facts changed",
    "candidate/in_match": "her placement's states ask for what is next",
    "candidate/investigating": "its owner has just registered her",
    "candidate/parked": "its owner has just parked her until a day",
    "candidate/placed": "her placement's states ask for what is next",
    "candidate/visible": "its owner finds her in the list of her unit",
    "commitment/made": "a lapse is told when it comes, to both sides",
    "commitment/renegotiated": "a lapse is told when it comes, to both sides",
    "membership/in_vetting": "its owner has just begun it",
    "membership/member": "what is to be followed up is each promise's",
    "membership/suspended": "its owner has just suspended it",
    "place/full": "each placement says who comes",
    "place/open": "each match asks for its answer",
    "place/paused": "the member is told; its owner has paused it or suspended the member",
    "place/under_review": "told by nobody until it is opened: a place under review is no event",
    "placement/running": "its end stands in the placement; reminders are an issue of their own",
    "vetting/under_review": "check_application has brought its owner here",
}
OWNED = [
    pytest.param(f"{name}/{state.name}", state.owner, id=f"{name}/{state.name}")
    for name, machine in MACHINES.items()
    for state in machine.states.values()
    if not state.terminal
]


@pytest.mark.parametrize(("state", "owner"), OWNED)
def test_whoever_must_act_is_asked_or_it_stands_here_why_not(state: str, owner: str) -> None:
    assert (state in ASKED) != (state in WHY_NOT)
    if state in ASKED:
        asked = {(rule.template, rule.role, rule.kind) for rule in RULES.values()}
        assert (ASKED[state], owner, "task") in asked


def test_every_task_asks_for_what_a_state_waits_for() -> None:
    tasks = {rule.template for rule in RULES.values() if rule.kind == "task"}
    beside = {"decide_match"}  # the same as accept_match, of a decider: a second pair of eyes
    assert tasks == {*ASKED.values()} | beside
    assert ASKED.keys() | WHY_NOT.keys() == {param.id for param in OWNED}
