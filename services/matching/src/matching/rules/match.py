"""The life of a match: who may do what when, what is due next, and what an end means."""

from dataclasses import dataclass

from jobbpakten_events.roles import Role
from matching.rules.access import CASEWORKER, DECIDER, EMPLOYER, SYSTEM
from shared.machines import Machine, State, Step

ACCEPTS = CASEWORKER | DECIDER
WITHDRAWS = CASEWORKER | SYSTEM

OPEN = (
    State("proposed", "caseworker", "ask the candidate", "proposal"),
    State(
        "candidate_asked", "participant", "say whether she wants to be shown", "candidate_answer"
    ),
    State("candidate_yes", "caseworker", "ask the employer", "release"),
    State("employer_asked", "contact_person", "answer", "employer_answer"),
    State("employer_yes", "caseworker", "have a colleague accept the match", "confirmation"),
    State("employer_declined", "caseworker", "confirm the employer's no", "confirmation"),
)

# A step from "" makes the thing. Only what others don't answer expires: where the municipality
# itself is late, the deadline says so and nobody loses anything by it.
MATCH = Machine(
    *OPEN,
    State("accepted", terminal=True),
    State("candidate_no", terminal=True),
    State("employer_no", terminal=True),
    State("expired", terminal=True),
    State("withdrawn", terminal=True),
    State("superseded", terminal=True),
    steps=[
        Step("", "proposed", "propose", CASEWORKER),
        Step("proposed", "candidate_asked", "ask", CASEWORKER),
        Step("candidate_asked", "candidate_asked", "say_yes", CASEWORKER),
        Step("candidate_asked", "candidate_yes", "consent", CASEWORKER),
        Step("candidate_asked", "candidate_no", "refuse", CASEWORKER),
        Step("candidate_yes", "employer_asked", "release", CASEWORKER),
        Step("employer_asked", "employer_yes", "answer_yes", EMPLOYER),
        Step("employer_asked", "employer_declined", "answer_no", EMPLOYER),
        Step("employer_declined", "employer_no", "confirm", CASEWORKER),
        Step("employer_yes", "accepted", "accept", ACCEPTS),
        Step("candidate_asked", "expired", "expire", SYSTEM),
        Step("employer_asked", "expired", "expire", SYSTEM),
        *(Step(state.name, "withdrawn", "withdraw", WITHDRAWS) for state in OPEN),
        *(Step(state.name, "superseded", "supersede", SYSTEM) for state in OPEN),
    ],
)
EXPIRING = tuple(start for start, by in MATCH.steps if by == "expire")
ASKED = "candidate_asked"
# Who acts next, and how, where one of the staff has heard her yes and no second one has.
WITNESS: Role = "caseworker"
CONFIRMS = "have a colleague confirm what she said"
# Where the employer sees the match; without a live consent, or hidden, it sees none.
SHOWN = ("employer_asked", "employer_yes", "accepted")
# What a second pair of eyes looks at.
DECIDED = "employer_yes"
# Where a consent has been given and the match rests on it.
CONSENTED = ("candidate_yes", "employer_asked", "employer_yes", "employer_declined")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an end means: whose it was, who is told that, and what follows from it."""

    side: str
    told_to: tuple[str, ...]
    follows: str = ""  # the caseworker's next thought, as a code


ONLY_US = ("caseworker",)
HER_TOO = ("caseworker", "candidate")

# Her no needs no reason, costs nothing and is seen by her caseworker alone.
ENDS = {
    "candidate_no": Meaning("candidate", ONLY_US),
    "employer_no": Meaning("employer", HER_TOO),
    "expired": Meaning("nobody", HER_TOO),
    "withdrawn": Meaning("municipality", ONLY_US),
    "superseded": Meaning("municipality", HER_TOO),
}
# An employer's no that judges her is for the caseworker to speak of, not for a message.
DECLINES = {
    "filled_otherwise": Meaning("employer", HER_TOO, "ask_whether_slots_are_left"),
    "other_skills": Meaning("employer", ONLY_US, "look_at_the_requirements"),
    "no_supervisor": Meaning("employer", HER_TOO, "ask_whether_to_pause_the_place"),
    "need_gone": Meaning("employer", HER_TOO, "ask_whether_to_close_the_place"),
}


# She has said yes to another place, and hears that: her other matches are over by it.
HERS = "accepted_elsewhere"


def meaning(state: str, declined: str | None, because: str | None = None) -> Meaning | None:
    """Give what the end means; a decline that the table doesn't know isn't told to her."""
    if state in ("employer_declined", "employer_no") and declined:
        return DECLINES.get(declined, Meaning("employer", ONLY_US))
    return Meaning("municipality", ONLY_US) if because == HERS else ENDS.get(state)


def is_told(who: str, state: str, declined: str | None, because: str | None = None) -> bool:
    """Say whether an end is told to somebody; one that has no meaning is told to nobody."""
    found = meaning(state, declined, because)
    return found is not None and who in found.told_to
