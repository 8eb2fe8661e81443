"""Who is told what by `matching.v1`: candidates, their caseworkers, deciders, and employers."""

from dataclasses import replace

from jobbpakten_events.matching import (
    CandidateAnswered,
    CandidateAsked,
    ConsentWithdrawn,
    EmployerAnswered,
    EmployerAsked,
    MatchAccepted,
    MatchExpired,
    MatchProposed,
    MatchSuperseded,
    MatchWithdrawn,
    PlaceClosed,
    PlacePaused,
    PlaceResumed,
)
from notifications.rules.notices.rule import message, task
from notifications.rules.subjects import happened

CANDIDATE_ASKED, CANDIDATE_ANSWERED = happened(CandidateAsked), happened(CandidateAnswered)
EMPLOYER_ASKED = happened(EmployerAsked)
YES, NO = happened(EmployerAnswered, "yes"), happened(EmployerAnswered, "no")
ACCEPTED = happened(MatchAccepted)
WITHDRAWN = happened(MatchWithdrawn)
OVERTAKEN = {happened(MatchSuperseded), happened(MatchExpired)}
ENDED = (WITHDRAWN, *sorted(OVERTAKEN, reverse=True))
OVER = {*ENDED, happened(ConsentWithdrawn)}
ANSWERED = {ACCEPTED, YES, NO}
RELEASED = {*ANSWERED, EMPLOYER_ASKED}

CANDIDATES_ANSWER = task(
    CANDIDATE_ASKED,
    "answer_request",
    "participant",
    done={*RELEASED, CANDIDATE_ANSWERED},
    void=OVER,
)
EMPLOYERS_ANSWER = task(EMPLOYER_ASKED, "answer_match", "contact_person", done=ANSWERED, void=OVER)
DECISION = task(YES, "decide_match", "decider", done={ACCEPTED}, void=OVER)
ASKED = (
    task(
        happened(MatchProposed),
        "ask_candidate",
        "caseworker",
        done={*RELEASED, CANDIDATE_ASKED, CANDIDATE_ANSWERED},
        void=OVER,
    ),
    replace(CANDIDATES_ANSWER, about_candidate=True, expires=True),
    task(CANDIDATE_ANSWERED, "release_to_employer", "caseworker", done=RELEASED, void=OVER),
    replace(EMPLOYERS_ANSWER, about_candidate=True, consented=True, expires=True),
    task(YES, "accept_match", "caseworker", done={ACCEPTED}, void=OVER),
    replace(DECISION, besides=True),
    task(NO, "confirm_decline", "caseworker", done={WITHDRAWN}, void=OVERTAKEN),
)
TO_EMPLOYER = message(ACCEPTED, "match_accepted_employer", "contact_person", void=OVER)
TO_CANDIDATE = message(ACCEPTED, "match_accepted_participant", "participant", void=OVER)
OUTCOMES = (
    replace(TO_EMPLOYER, about_candidate=True, consented=True),
    replace(TO_CANDIDATE, about_candidate=True),
    *(
        replace(
            message(end, "match_not_available", "contact_person"),
            only_after=frozenset({EMPLOYER_ASKED}),
            never_after=frozenset({NO}),
        )
        for end in ENDED
    ),
    *(
        replace(
            message(end, "match_over_participant", "participant"),
            about_candidate=True,
            only_after=frozenset({CANDIDATE_ASKED}),
            says="candidate_is_told",
        )
        for end in ENDED
    ),
)
PLACES = (
    *(
        message(
            happened(PlacePaused, ground),
            "place_paused",
            "contact_person",
            void={happened(PlaceResumed)},
        )
        for ground in ("unresponsive", "member_suspended")
    ),
    *(
        message(happened(PlaceClosed, ground), "place_closed", "contact_person")
        for ground in ("filled", "not_refreshed", "ended")
    ),
)
RULES = (*ASKED, *OUTCOMES, *PLACES)
