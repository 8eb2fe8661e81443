"""The life of a match: who may do what when, what is due next, and what an end means."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from jobbpakten_events.roles import Role
from matching.rules.access import CASEWORKER, DECIDER, EMPLOYER, SYSTEM
from shared.machines import NOT_YET, Machine, State, Step

ACCEPTS = CASEWORKER | DECIDER
WITHDRAWS = CASEWORKER | SYSTEM

OVER = (Step("withdraw", "withdrawn", WITHDRAWS), Step("supersede", "superseded", SYSTEM))

# Only what others don't answer expires: where the municipality itself is late, the deadline says
# so and nobody loses anything by it.
MATCH = Machine(
    {
        NOT_YET: [Step("propose", "proposed", CASEWORKER)],
        State("proposed", "caseworker", "ask the candidate", "proposal"): [
            Step("ask", "candidate_asked", CASEWORKER),
            *OVER,
        ],
        State(
            "candidate_asked",
            "participant",
            "say yes or no to being shown",
            "candidate_answer",
        ): [
            Step("say_yes", "candidate_asked", CASEWORKER),
            Step("consent", "candidate_yes", CASEWORKER),
            Step("refuse", "candidate_no", CASEWORKER),
            Step("expire", "expired", SYSTEM),
            *OVER,
        ],
        State("candidate_yes", "caseworker", "ask the employer", "release"): [
            Step("release", "employer_asked", CASEWORKER),
            *OVER,
        ],
        State("employer_asked", "contact_person", "answer", "employer_answer"): [
            Step("answer_yes", "employer_yes", EMPLOYER),
            Step("answer_no", "employer_declined", EMPLOYER),
            Step("expire", "expired", SYSTEM),
            *OVER,
        ],
        State("employer_yes", "caseworker", "have a colleague accept the match", "confirmation"): [
            Step("accept", "accepted", ACCEPTS),
            *OVER,
        ],
        State("employer_declined", "caseworker", "confirm the employer's no", "confirmation"): [
            Step("confirm", "employer_no", CASEWORKER),
            *OVER,
        ],
    },
    ends=("accepted", "candidate_no", "employer_no", "expired", "withdrawn", "superseded"),
)
OPEN = tuple(state for state in MATCH.states.values() if not state.terminal)
EXPIRING = MATCH.starts("expire")
ASKED = "candidate_asked"
# Who acts next, and how, where one of the staff has heard her yes and no second one has.
WITNESS: Role = "caseworker"
CONFIRMS = "have a colleague confirm what the candidate said"
# Where the employer sees the match; without a live consent, or hidden, it sees none.
SHOWN = ("employer_asked", "employer_yes", "accepted")
# What a second pair of eyes looks at, and where it stands once that has decided.
WAITS_FOR_DECISION = "employer_yes"
DECISIONS = (WAITS_FOR_DECISION, "accepted")
# Where a consent has been given and the match rests on it.
CONSENTED = ("candidate_yes", "employer_asked", "employer_yes", "employer_declined")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an end means: whose it was, who is told that, and what follows from it."""

    side: str
    told_to: tuple[str, ...]
    follows: str = ""  # the caseworker's next thought, as a code


CASEWORKER_ALONE = ("caseworker",)
CANDIDATE_TOO = ("caseworker", "candidate")

# Whose each end is. What it is called, and whether the candidate is told, a network says.
ENDS = {
    "candidate_no": "candidate",
    "employer_no": "employer",
    "expired": "nobody",
    "withdrawn": "municipality",
    "superseded": "municipality",
}
# A candidate's no needs no reason, costs nothing, and is the caseworker's alone in every network.
# One that comes after a yes ends as withdrawn, as does whoever is hidden: the two look alike.
UNTOLD = ("candidate_no", "withdrawn")
# The candidate has said yes to another place, and hears that: her other matches are over by it.
ACCEPTED_ELSEWHERE = "accepted_elsewhere"


class End(Protocol):
    """What a network says of an end."""

    @property
    def tells_the_candidate(self) -> bool: ...


class Decline(End, Protocol):
    """What a network says of a reason for an employer's no."""

    @property
    def follows(self) -> str: ...


class Network(Protocol):
    """How a network speaks of matches that aren't accepted."""

    @property
    def ends(self) -> Mapping[str, End]: ...
    @property
    def employer_declines(self) -> Mapping[str, Decline]: ...


def meaning(
    network: Network, state: str, declined: str | None, because: str | None = None
) -> Meaning | None:
    """Return what the end means; a decline that the network doesn't know isn't told to her."""
    if state in ("employer_declined", "employer_no") and declined:
        known = network.employer_declines.get(declined)
        told = CANDIDATE_TOO if known and known.tells_the_candidate else CASEWORKER_ALONE
        return Meaning("employer", told, known.follows if known else "")
    if because == ACCEPTED_ELSEWHERE:
        return Meaning("municipality", CASEWORKER_ALONE)
    if state not in ENDS:
        return None
    is_told = state not in UNTOLD and network.ends[state].tells_the_candidate
    return Meaning(ENDS[state], CANDIDATE_TOO if is_told else CASEWORKER_ALONE)


def tells_the_candidate(
    network: Network, state: str, declined: str | None, because: str | None = None
) -> bool:
    """Tell whether an end is told to the candidate; one that has no meaning is told to nobody."""
    found = meaning(network, state, declined, because)
    return found is not None and "candidate" in found.told_to
