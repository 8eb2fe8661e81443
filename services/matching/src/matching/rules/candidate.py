"""The life of a candidate in the bank: who may do what when, and what is next."""

from datetime import date

from matching.rules.access import CASEWORKER, SYSTEM
from shared.machines import NOT_YET, Machine, State, Step, Unfit

FREE = ("investigating", "visible", "hidden")
LIVING = (*FREE, "parked", "in_match", "placed")
ENDS = ("closed", "own_livelihood")


REGISTER = Step("register", "investigating", CASEWORKER)
END = (Step("close", "closed", CASEWORKER), Step("provide", "own_livelihood", CASEWORKER))
LEAVE = (Step("park", "parked", CASEWORKER), *END)


def known(state: str) -> tuple[Step, ...]:
    """Give what may be done with whoever is in the bank, wherever she stands."""
    return Step("describe", state, CASEWORKER), Step("find", state, CASEWORKER)


# Whoever has left and comes again is the same person: her case is
# opened anew. The system shows and hides by what is known of her. With a placement ahead or under
# way she stays where she is: then only `visible` says whether anybody is shown anything of her.
CANDIDATE = Machine(
    {
        NOT_YET: [REGISTER],
        State("investigating", "caseworker", "find out what isn't known", "facts"): [
            *known("investigating"),
            *LEAVE,
            Step("show", "visible", SYSTEM),
        ],
        State("visible", "caseworker", "propose a place", "visible"): [
            *known("visible"),
            *LEAVE,
            Step("hide", "hidden", SYSTEM),
            Step("match", "in_match", SYSTEM),
            Step("place", "placed", SYSTEM),
        ],
        State("hidden", "caseworker", "look at what hides the candidate", "facts"): [
            *known("hidden"),
            *LEAVE,
            Step("show", "visible", SYSTEM),
        ],
        State("parked", "caseworker", "bring the candidate back", "visible"): [
            *known("parked"),
            *END,
            Step("return", "hidden", CASEWORKER | SYSTEM),
        ],
        State("in_match", "caseworker", "bring the placement to its start", "visible"): [
            *known("in_match"),
            Step("unmatch", "hidden", SYSTEM),
            Step("place", "placed", SYSTEM),
        ],
        State("placed", "caseworker", "follow the placement", "visible"): [
            *known("placed"),
            Step("return", "hidden", SYSTEM),
        ],
        State("own_livelihood", terminal=True): [REGISTER],
        State("closed", terminal=True): [REGISTER],
    }
)


def check_until(until: date, on: date, today: date) -> None:
    """Refuse to park until a day that is over."""
    if until < max(on, today):
        raise Unfit(
            "/until", "already_over", "A candidate is parked until a day that is yet to come."
        )
