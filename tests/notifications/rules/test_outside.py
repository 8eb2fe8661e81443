"""Every rule of the table that mails somebody outside, in every order of what is told against it.

What each template needs and what is against it stands here by hand; the rule itself may name more,
so a new rule is tried by itself, and one that forgets her is found out.
"""

from collections.abc import Collection, Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import Story
from tests.notifications.support.orders import History, heard_in_every_order
from tests.support.driven import TODAY

from jobbpakten_events import KINDS
from jobbpakten_events.matching import ConsentGiven
from notifications.rules import notice
from notifications.rules.notice import OUTSIDE
from notifications.rules.notices import RULES, Rule
from notifications.rules.notices.matching import CANDIDATE_ASKED
from notifications.rules.subjects import TOLD_APART

OUTER = [rule for rule in RULES.values() if rule.role in OUTSIDE]
HERS = "hidden left match.withdrawn match.superseded match.expired consent.withdrawn"
APPLIED = "membership.rejected membership.ended=withdrawn membership.ended=lapsed"
ANSWERED = "employer.answered=yes employer.answered=no"
# What has to have been heard of her, and what else is against it; `consent_over`: its last day was.
NEEDS = {
    "answer_request": "visible",
    "answer_match": "visible consent.given",
    "match_accepted_employer": "visible consent.given",
    "match_accepted_participant": "visible",
    "match_over_participant": "visible candidate.asked",
}
AGAINST = {
    "answer_request": f"{HERS} candidate.answered employer.asked match.accepted",
    "answer_match": f"{HERS} {ANSWERED} consent_over match.accepted",
    "match_accepted_employer": f"{HERS} consent_over",
    "match_accepted_participant": HERS,
    "match_over_participant": "hidden left",
    "match_not_available": "employer.answered=no",
    "sign_agreement": f"{APPLIED} agreement.signed=member agreement.in_force",
    "application_approved": APPLIED,
    "application_rejected": "",
    "application_lapsed": "",
    "agreement_in_force": "",
    "member_suspended": "membership.reinstated",
    "member_reinstated": "membership.suspended",
    "commitment_lapsed": "",
    "place_paused": "place.resumed",
    "place_closed": "",
    "placement_started": "",
    "placement_ended": "",
    "placement_interrupted": "",
    "placement_not_begun": "",
}
OURS = {"visible", "hidden", "left", "consent_over"}
# Some events don't say whose they are; another one of the same aggregate does.
SAYS_WHOSE = {
    "membership.ended.v1=lapsed": "membership.applied.v1",
    "commitment.lapsed.v1": "commitment.made.v1",
}


def before(rule: Rule) -> list[str]:
    """Give what has to be heard before the rule may mail."""
    more = [SAYS_WHOSE[rule.on]] if rule.on in SAYS_WHOSE else []
    return [*dict.fromkeys(["named", *spelt_out(needed(rule)), *more, *rule.only_after])]


def needed(rule: Rule) -> str:
    return NEEDS.get(rule.template, "")


def against(rule: Rule) -> list[str]:
    """Give what, once it was heard, lets nothing go out."""
    over = {*rule.done_by, *rule.void_by, *rule.never_after, "forgotten"}
    return sorted(over.union(spelt_out(AGAINST[rule.template])))


def spelt_out(names: str) -> list[str]:
    parts = (name.partition("=") for name in names.split())
    return [kind if kind in OURS else f"{kind}.v1{sign}{says}" for kind, sign, says in parts]


CASES = [(rule, name) for rule in OUTER for name in against(rule)]


class OfRule(History):
    """What makes a rule tell somebody, and what is told against it."""

    def __init__(
        self, service: Notifications, rule: Rule, told: Collection[str], *, untold: bool = False
    ) -> None:
        self.template, self.untold = rule.template, untold
        super().__init__(service, rule.role, told)

    @property
    def mails(self) -> int:
        return self.service.server.named.count(f"{self.template} {self.who}")

    def told(self, name: str) -> Any:
        if name == "left":
            return self.story.left
        if name == "consent_over":
            return self.story.of_match(ConsentGiven, until=TODAY - timedelta(days=1))
        kind, _, says = name.partition("=")
        facts = self.story.of_placement, self.story.of_match, self.story.of_membership
        more = {TOLD_APART[KINDS[kind]]: says} if says else {}
        known: dict[str, Any] = {}
        for of in facts:
            known |= of(Facts).known
        known |= {"sector": "business", "size": "small", "ground": "lapsed"}
        known |= {"units": 1, "promised": 1, "kept_by": "placement"}
        known |= {"candidate_is_told": not self.untold} | more
        wanted = KINDS[kind].model_fields
        return KINDS[kind](**{field: fact for field, fact in known.items() if field in wanted})


class Facts:
    """Takes whatever a story knows."""

    model_fields = dict.fromkeys(
        (*Story().__dict__, *(f for kind in KINDS.values() for f in kind.model_fields))
    )

    def __init__(self, **known: Any) -> None:
        self.known = known


def orders(rule: Rule, names: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Give every order; only the directory, and what a rule stands on, keep theirs."""
    for order in permutations(names):
        at = order.index
        first = [(one, rule.on) for one in {*rule.only_after, *rule.never_after} & {*names}]
        first += [("named", "forgotten")] if "forgotten" in names else []
        if all(at(one) < at(other) for one, other in first):
            yield order


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("rule", "name"), CASES, ids=lambda case: getattr(case, "name", case))
async def test_nobody_outside_is_mailed_once_anything_against_it_was_heard(
    service: Notifications, rule: Rule, name: str
) -> None:
    wanted = {*before(rule), rule.on}
    told = [*before(rule), *(rule.never_after & {name}), rule.on]
    told += [] if name in told else [name]
    every = [(OfRule(service, rule, told), order) for order in orders(rule, told)]
    await heard_in_every_order(every, lambda known: {*known} >= wanted and name not in known)


OVER = [rule for rule in OUTER if rule.template == "match_over_participant"]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let messages go at once, as tasks do."""
    monkeypatch.setattr(notice, "HELD", timedelta())


@pytest.fixture(params=OVER, ids=lambda rule: rule.name)
def over(request: pytest.FixtureRequest) -> Rule:
    """Give each rule that tells her of an end."""
    request.getfixturevalue("at_once")
    rule: Rule = request.param
    return rule


async def is_never_told(
    service: Notifications, rule: Rule, told: Collection[str], *, untold: bool = False
) -> None:
    every = [(OfRule(service, rule, told, untold=untold), order) for order in orders(rule, told)]
    await heard_in_every_order(every, lambda _: False)


async def test_she_is_not_told_of_an_end_that_says_so_as_her_own_no(
    service: Notifications, over: Rule
) -> None:
    await is_never_told(service, over, [*before(over), over.on], untold=True)


async def test_she_is_not_told_of_the_end_of_what_she_was_never_asked(
    service: Notifications, over: Rule
) -> None:
    await is_never_told(service, over, ["named", "visible", "match.proposed.v1", over.on])


async def test_she_is_not_told_of_the_end_of_what_ended_while_she_was_hidden(
    service: Notifications, over: Rule
) -> None:
    told = ["named", "visible", CANDIDATE_ASKED, "hidden", over.on, "visible#2"]
    every = [
        (OfRule(service, over, told), order) for order in orders(over, told) if order[0] == "named"
    ]

    def may(known: Collection[str]) -> bool:
        seen = {*known} & {"visible", "visible#2"}
        return bool(seen) and {*known} >= {over.on, CANDIDATE_ASKED} and "hidden" not in known

    await heard_in_every_order(every, may)


def test_every_template_to_somebody_outside_says_here_what_is_against_it() -> None:
    assert {rule.template for rule in OUTER} == set(AGAINST)


def test_every_rule_about_her_to_somebody_outside_says_so() -> None:
    for rule in OUTER:
        needs = needed(rule).split()
        assert rule.about_candidate == ("visible" in needs), rule.name
        assert rule.consented == ("consent.given" in needs), rule.name
