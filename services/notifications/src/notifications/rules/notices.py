"""Who is told what when: one table.

An event that asks somebody to act makes a task, which what shows the act closes; others make
messages. Names of events stand without their `.v1`; after `=` stands what the event says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Circle = Literal["organisation", "unit", "network", "candidate"]
CIRCLES: Mapping[str, Circle] = {
    "signatory": "organisation",
    "contact_person": "organisation",
    "vetting_officer": "network",
    "coordinator": "network",
    "decider": "network",
    "caseworker": "unit",
    "participant": "candidate",
}
INSTEAD = "tell_her_yourself"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one event makes us tell to one role.

    A task is `done_by`, and anything `void_by`, what is heard of the same aggregate later, or ever
    in another stream. `about_her`: she whom it is about must be visible, as far as we have heard,
    from the event until the mail is out. `consented`: and have agreed to be shown, that day too.
    `expires`: an answer after its last day is none; other tasks stay open, and are overdue.
    `says`: only an event that says so, in this field, asks for it.
    `besides`: others are asked the same, so where there is nobody nobody is told instead.
    """

    on: str
    template: str
    role: str
    kind: Literal["task", "message"]
    done_by: frozenset[str] = frozenset()
    void_by: frozenset[str] = frozenset()
    only_after: frozenset[str] = frozenset()
    never_after: frozenset[str] = frozenset()
    about_her: bool = False
    consented: bool = False
    expires: bool = False
    says: str = ""
    besides: bool = False

    @property
    def name(self) -> str:
        return f"{self.on} > {self.role}"

    @property
    def to(self) -> Circle:
        return CIRCLES[self.role]


def full(name: str) -> str:
    """Give the full name of what happened: `a=b` is `a.v1=b`."""
    kind, _, says = name.partition("=")
    return f"{kind}.v1={says}" if says else f"{kind}.v1"


def these(names: str) -> frozenset[str]:
    return frozenset(map(full, names.split()))


def task(on: str, template: str, role: str, done: frozenset[str], void: frozenset[str]) -> Rule:
    return Rule(full(on), template, role, "task", done, void)


def messages(
    on: str, template: str, roles: str = "contact_person", void: frozenset[str] = frozenset()
) -> list[Rule]:
    return [
        Rule(one, template, role, "message", void_by=void)
        for one in sorted(these(on))
        for role in roles.split()
    ]


REFUSED = these("membership.ended=withdrawn membership.ended=lapsed membership.rejected")
SIGNED = these("agreement.signed=member agreement.in_force")
IN_FORCE = these("agreement.signed=municipality agreement.in_force")
SHARED = these("agreement.shared_for_signature")
ENDS_OF_MATCH = "match.withdrawn match.superseded match.expired"
MATCH_ENDED = these(ENDS_OF_MATCH)
OVER = MATCH_ENDED | these("consent.withdrawn")
ACCEPTED = these("match.accepted")
DECIDED = these("match.accepted employer.answered=yes employer.answered=no")
ASKED_HER = these("candidate.asked")
ASKED_EMPLOYER = these("employer.asked")
STARTED = these("placement.started")
PLACEMENT_ENDED = these(
    "placement.completed placement.partly_completed placement.no_show placement.interrupted"
)

SIGNATURE = task("agreement.shared_for_signature", "sign_agreement", "signatory", SIGNED, REFUSED)
MEMBERSHIP = [
    task(
        "membership.applied",
        "check_application",
        "vetting_officer",
        these("vetting.started membership.approved"),
        REFUSED,
    ),
    task("membership.approved", "draft_agreement", "coordinator", SHARED | SIGNED, REFUSED),
    *messages("membership.approved", "application_approved", "signatory", REFUSED),
    *messages("membership.rejected", "application_rejected", "signatory"),
    *messages("membership.ended=lapsed", "application_lapsed", "signatory"),
    replace(SIGNATURE, expires=True),
    task("agreement.signed=member", "countersign_agreement", "decider", IN_FORCE, REFUSED),
    *messages("agreement.in_force", "agreement_in_force", "signatory contact_person"),
    *messages(
        "membership.suspended",
        "member_suspended",
        "signatory contact_person",
        these("membership.reinstated"),
    ),
    *messages(
        "membership.reinstated",
        "member_reinstated",
        "signatory contact_person",
        these("membership.suspended"),
    ),
    *messages("commitment.lapsed", "commitment_lapsed", "coordinator contact_person"),
]
HER_ANSWER = task(
    "candidate.asked",
    "answer_request",
    "participant",
    DECIDED | ASKED_EMPLOYER | these("candidate.answered"),
    OVER,
)
ITS_ANSWER = task("employer.asked", "answer_match", "contact_person", DECIDED, OVER)
DECISION = task("employer.answered=yes", "decide_match", "decider", ACCEPTED, OVER)
GOOD_NEWS, *_ = messages("match.accepted", "match_accepted_participant", "participant", OVER)
MATCHING = [
    task(
        "match.proposed",
        "ask_candidate",
        "caseworker",
        DECIDED | ASKED_EMPLOYER | these("candidate.asked candidate.answered"),
        OVER,
    ),
    replace(HER_ANSWER, about_her=True, expires=True),
    task("candidate.answered", "release_to_employer", "caseworker", DECIDED | ASKED_EMPLOYER, OVER),
    replace(ITS_ANSWER, about_her=True, consented=True, expires=True),
    task("employer.answered=yes", "accept_match", "caseworker", ACCEPTED, OVER),
    replace(DECISION, besides=True),
    task(
        "employer.answered=no",
        "confirm_decline",
        "caseworker",
        these("match.withdrawn"),
        these("match.superseded match.expired"),
    ),
    *(
        replace(rule, about_her=True, consented=True)
        for rule in messages("match.accepted", "match_accepted_employer", void=OVER)
    ),
    replace(GOOD_NEWS, about_her=True),
    *(
        replace(rule, only_after=ASKED_EMPLOYER, never_after=these("employer.answered=no"))
        for on in ENDS_OF_MATCH.split()
        for rule in messages(on, "match_not_available")
    ),
    *(
        replace(rule, about_her=True, only_after=ASKED_HER, says="candidate_is_told")
        for on in ENDS_OF_MATCH.split()
        for rule in messages(on, "match_over_participant", "participant")
    ),
    *messages(
        "place.paused=unresponsive place.paused=member_suspended",
        "place_paused",
        void=these("place.resumed"),
    ),
    *messages("place.closed=filled place.closed=not_refreshed place.closed=ended", "place_closed"),
]
PLACEMENT = [
    task(
        "placement.planned",
        "prepare_placement",
        "caseworker",
        STARTED | these("placement.ready"),
        PLACEMENT_ENDED,
    ),
    task("placement.ready", "placement_ready", "caseworker", STARTED, PLACEMENT_ENDED),
    *messages("placement.started", "placement_started"),
    *messages("placement.completed placement.partly_completed", "placement_ended"),
    *messages("placement.interrupted", "placement_interrupted"),
    *messages("placement.no_show", "placement_not_begun"),
]

RULES: Mapping[str, Rule] = {rule.name: rule for rule in MEMBERSHIP + MATCHING + PLACEMENT}
EXPIRING = frozenset(rule.name for rule in RULES.values() if rule.expires)
ASKS: Mapping[str, Sequence[Rule]] = {
    on: [rule for rule in RULES.values() if rule.on == on] for on in {r.on for r in RULES.values()}
}
# What happens -> what may have asked for a notice that is over by it.
CLOSES: Mapping[str, frozenset[str]] = {
    what: frozenset(r.on for r in RULES.values() if what in r.done_by | r.void_by)
    for what in frozenset().union(*(rule.done_by | rule.void_by for rule in RULES.values()))
}


def instead_of(role: str, unit: str | None) -> str | None:
    """Give which staff tells her yourself, when nobody of a role can be told; None at the end."""
    if role == "coordinator":
        return None
    return "caseworker" if unit and role != "caseworker" else "coordinator"
