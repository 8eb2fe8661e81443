"""The life of a candidate in the bank: who may do what when, and what is next."""

from collections.abc import Iterable
from datetime import date

from jobbpakten_events.roles import Role
from matching.rules.access import CASEWORKER, SYSTEM
from shared.machines import Machine, State, Step, Unfit

FREE = ("investigating", "visible", "hidden")
LIVING = (*FREE, "parked", "in_match", "placed")
ENDS = ("closed", "own_livelihood")


def steps(start: Iterable[str], end: str, by: str, roles: frozenset[Role]) -> list[Step]:
    return [Step(one, end or one, by, roles) for one in start]


# A step from "" makes the thing. Whoever has left and comes again is the same person: her case is
# opened anew. The system shows and hides by what is known of her. With a placement ahead or under
# way she stays where she is: then only `visible` says whether anybody is shown anything of her.
CANDIDATE = Machine(
    State("investigating", "caseworker", "find out what isn't known of her", "facts"),
    State("visible", "caseworker", "propose her for a place", "visible"),
    State("hidden", "caseworker", "look at what hides her", "facts"),
    State("parked", "caseworker", "bring her back", "visible"),
    State("in_match", "caseworker", "bring her placement to its start", "visible"),
    State("placed", "caseworker", "follow her placement", "visible"),
    State("own_livelihood", terminal=True),
    State("closed", terminal=True),
    steps=[
        *steps(["", *ENDS], "investigating", "register", CASEWORKER),
        *steps(LIVING, "", "describe", CASEWORKER),
        *steps(LIVING, "", "find", CASEWORKER),
        *steps(["investigating", "hidden"], "visible", "show", SYSTEM),
        Step("visible", "hidden", "hide", SYSTEM),
        Step("visible", "in_match", "match", SYSTEM),
        Step("in_match", "hidden", "unmatch", SYSTEM),
        *steps(["visible", "in_match"], "placed", "place", SYSTEM),
        Step("placed", "hidden", "return", SYSTEM),
        Step("parked", "hidden", "return", CASEWORKER | SYSTEM),
        *steps(FREE, "parked", "park", CASEWORKER),
        *steps([*FREE, "parked"], "closed", "close", CASEWORKER),
        *steps([*FREE, "parked"], "own_livelihood", "provide", CASEWORKER),
    ],
)


def check_until(until: date, on: date, today: date) -> None:
    """Refuse to park until a day that is over."""
    if until < max(on, today):
        raise Unfit("/until", "already_over", "She is parked until a day that is yet to come.")
