"""Vetting: what an officer prepares, what another person may decide, and on which facts."""

from collections.abc import Iterable, Mapping

from membership.rules.access import DECIDER, OFFICER, SIGNATORY
from shared.machines import NOT_YET, Machine, NotAllowed, State, Step, Unfit

UNDER_REVIEW = "under_review"
VETTING = Machine(
    {
        NOT_YET: [Step("start", "under_review", OFFICER)],
        State("under_review", "vetting_officer", "answer the checklist", "vetting"): [
            Step("answer", "under_review", OFFICER),
            Step("accept", "accepted", DECIDER),
            Step("accept_with_conditions", "accepted_with_conditions", DECIDER),
            Step("refuse", "refused", DECIDER),
            Step("withdraw", "abandoned", SIGNATORY),
        ],
    },
    ends=("accepted", "accepted_with_conditions", "refused", "abandoned"),
)
DECIDE = {
    "accepted": "accept",
    "accepted_with_conditions": "accept_with_conditions",
    "refused": "refuse",
}

# Who acts next, and how, once an officer has answered all that is asked.
DECIDES = "decider", "decide on what was found out"


def is_answered(items: Iterable[str], answers: Mapping[str, str]) -> bool:
    """Tell whether nothing of the checklist is unknown any more."""
    return "unknown" not in unmet(items, answers).values()


def unmet(items: Iterable[str], answers: Mapping[str, str]) -> dict[str, str]:
    """Give what isn't a yes, item by item; unanswered is unknown, and unknown is never yes."""
    found = {item: answers.get(item, "unknown") for item in items}
    return {item: answer for item, answer in found.items() if answer != "yes"}


def check_outcome(outcome: str, open_items: Mapping[str, str]) -> None:
    """Refuse to accept what isn't known or met, and conditions where nothing is left to meet."""
    if outcome != "refused" and "unknown" in open_items.values():
        text = "Some item isn't answered with yes or no: find it out, or refuse."
        raise NotAllowed("items_unanswered", text)
    if outcome == "accepted" and open_items:
        text = "Some item is answered with no: set conditions, or refuse."
        raise NotAllowed("items_unmet", text)
    if outcome == "accepted_with_conditions" and not open_items:
        raise NotAllowed("nothing_to_condition", "Every item is met: accept without conditions.")


def check_ground(
    outcome: str, ground: str | None, grounds: Mapping[str, str], open_items: Mapping[str, str]
) -> None:
    """Demand a coded ground for a refusal, and an answer in the checklist that it rests on."""
    if outcome != "refused":
        if ground:
            raise Unfit("/ground", "ground_without_refusal", "Only a refusal has a ground.")
        return
    if ground is None or ground not in grounds:
        raise Unfit("/ground", "unknown_ground", "A refusal names one of the profile's grounds.")
    if grounds[ground] not in open_items.values():
        text = f"This ground rests on an item answered {grounds[ground]!r}, and there is none."
        raise NotAllowed("ground_without_facts", text)
