"""What can happen to an organisation in a year: named stories, and the ordinary one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from jobbpakten_local.demo.network.diaries import Act, Diary, Profile, Promise
from jobbpakten_local.demo.network.organisations import Organisation

START = date(2025, 9, 1)  # a Monday
AUTUMN_HOLIDAYS_END = date(2025, 11, 3)
FIRST_WAVE_WEEKS = 2
LAST_ARRIVAL = 0.7  # of the story
SOME_WEEKS = (
    8,
    13,
    26,
    39,
    None,
)  # how long a promise is for; None: the whole term of the agreement
MORE_WEEKS = (39, None, None)  # places take their time
DILIGENCE = (0, 0.5, 0.8, 1, 1, 1.3)  # the share of the promised activities that take place
EVIDENCE = "AMN-2025-00562"
CONTACT_NAMES = ("Åsa Lind", "Omar Haddad", "Päivi Laine", "Ninos Shabo", "Gösta Öberg", "Eva Ek")
PLACES = (1, 2, 2, 3)  # how many are offered for one promise
SUSPENDED_AFTER_WEEKS = 18

Story = Callable[[Diary], None]


def joins(diary: Diary, *promises: Promise) -> None:
    """Be accepted and agree on promises for the whole term."""
    is_vetted(diary, {}, outcome="accepted")
    agrees(diary, *promises)


def is_vetted(diary: Diary, unmet: Mapping[str, str], **decision: Any) -> None:
    diary.then("apply")
    names_contacts(diary)
    diary.then("declare", within=3)
    diary.then("start_vetting")
    diary.then("answer", answers=[answer(item, unmet) for item in diary.profile["checklist"]])
    diary.then("decide", **decision)


def names_contacts(diary: Diary) -> None:
    """Say who signs for it and who answers when somebody is proposed."""
    post = f"{re.sub('[^a-z]', '', diary.who.name.lower()) or 'foretaget'}.example"
    for role, does in (("signatory", "name_signatory"), ("contact_person", "name_contact")):
        language = diary.chance.choice(("sv", "sv", "sv", "en"))
        said = {"role": role, "email": f"{role}@{post}", "language": language}
        diary.note(does, name=diary.chance.choice(CONTACT_NAMES), **said)


def answer(item: str, unmet: Mapping[str, str]) -> dict[str, str]:
    found = unmet.get(item, "yes")
    return {"item": item, "answer": found} | ({"evidence": EVIDENCE} if found == "yes" else {})


def is_offered(diary: Diary, *promises: Promise) -> None:
    bodies = [one.body() for one in promises]
    # Else it would depend on who is quicker whether anybody is still asked to draft it.
    diary.end_week()
    diary.then("draft", within=2, commitments=bodies, we_chose_how=not promises)
    diary.then("share")


def agrees(diary: Diary, *promises: Promise) -> None:
    """Sign the agreement; the municipality signs last."""
    is_offered(diary, *promises)
    diary.then("sign", within=8)
    diary.then("countersign")


def ordinary(diary: Diary) -> None:
    """Promise some of what the network offers, and do some of it."""
    is_vetted(diary, {}, outcome="accepted")
    promises = some_promises(diary)
    agrees(diary, *promises)
    for place, promise in enumerate(promises):
        if diary.is_kept_by_activities(promise.offer):
            times = round(promise.units * diary.chance.choice(DILIGENCE))
            diary.hold(place, times, promise.ends_before)
        else:
            offers_places(diary, place, promise)


def offers_places(diary: Diary, commitment: int, promise: Promise) -> None:
    """Offer one place or two for what was promised, sometimes none."""
    left = promise.units
    for _ in range(diary.chance.choice(PLACES)):
        if left:
            left -= diary.offer_place(commitment, replace(promise, units=left))


def some_promises(diary: Diary) -> list[Promise]:
    """Choose two to four offers of both kinds, none beyond the limits."""
    offered = [offer for offer in diary.profile["offers"] if diary.limit(offer)]
    active = [offer for offer in offered if diary.is_kept_by_activities(offer)]
    rest = [offer for offer in offered if offer not in {*active, "internship"}]
    chosen = {
        "internship",
        *diary.chance.sample(rest, diary.chance.randint(0, 2)),
        diary.chance.choice(active),
    }
    return [some_promise(diary, offer) for offer in sorted(chosen)]


def some_promise(diary: Diary, offer: str) -> Promise:
    units = diary.chance.randint(1, max(2, diary.limit(offer) // 3))
    active = diary.is_kept_by_activities(offer)
    weeks = diary.chance.choice(SOME_WEEKS if active else MORE_WEEKS)
    return Promise(offer, min(units, diary.limit(offer)), weeks and diary.in_weeks(weeks))  # type: ignore[arg-type]


def refused(diary: Diary) -> None:
    unmet = {"terms_as_collective_agreement": "no"}
    is_vetted(diary, unmet, outcome="refused", ground="working_conditions")


def chose_how(diary: Diary) -> None:
    """Join without any commitment: it takes part in its own way."""
    joins(diary)


def on_conditions(diary: Diary) -> None:
    """Join although something has still to be put right."""
    is_vetted(diary, {"insured": "no"}, outcome="accepted_with_conditions")
    agrees(diary, Promise("internship", 6))


def raised(diary: Diary) -> None:
    """Keep what was promised, and promise more."""
    visits = Promise("study_visit", 4)
    joins(diary, visits, Promise("internship", 2))
    diary.hold(0, 3, diary.in_weeks(3))
    diary.wait(weeks=3)
    diary.then("renegotiate", commitment=0, promised=7, ground="more_wanted")
    diary.hold(0, 3, None)


def cut(diary: Diary) -> None:
    """Promise more than there turns out to be room for."""
    joins(diary, Promise("lecture", 6))
    diary.hold(0, 1, diary.in_weeks(2))
    diary.wait(weeks=3)
    diary.then("renegotiate", commitment=0, promised=3, ground="shrunk")


def released(diary: Diary) -> None:
    joins(diary, Promise("study_visit", 4))
    diary.hold(0, 1, diary.in_weeks(2))
    diary.wait(weeks=3)
    diary.then("release", commitment=0, ground="workplace_closed")


def late(diary: Diary) -> None:
    """Hold the last one in time and say so when it has lapsed: that undoes the lapse."""
    is_vetted(diary, {}, outcome="accepted")
    ends = diary.in_weeks(13)
    agrees(diary, Promise("lecture", 4, ends))
    diary.hold(0, 2, ends - timedelta(weeks=1))
    diary.hold_and_tell_late(0, ends)


def autumn(diary: Diary) -> None:
    """Promise work for the autumn holidays and offer no place: it lapses when they are over."""
    is_vetted(diary, {}, outcome="accepted")
    agrees(diary, Promise("holiday_job", 8, AUTUMN_HOLIDAYS_END), Promise("internship", 3))


def suspended(diary: Diary) -> None:
    """Receive somebody, and be suspended while she is there: she stays until the end."""
    practice = Promise("internship", 3)
    joins(diary, practice)
    diary.offer_place(0, practice, suits_anybody=True)
    diary.wait(weeks=SUSPENDED_AFTER_WEEKS)
    diary.then("suspend", ground="working_conditions")


def unsigned(diary: Diary) -> None:
    """Get an agreement and never sign it: the approval ends by itself."""
    is_vetted(diary, {}, outcome="accepted")
    is_offered(diary, Promise("trial_job", 1))


def withdrawn(diary: Diary) -> None:
    is_vetted(diary, {}, outcome="accepted")
    diary.then("withdraw", within=10)


STORIES: dict[str, Story] = {
    story.__name__: story
    for story in (
        ordinary,
        refused,
        chose_how,
        on_conditions,
        raised,
        cut,
        released,
        late,
        autumn,
        suspended,
        unsigned,
        withdrawn,
    )
}


def diaries(
    applicants: Sequence[Organisation], profile: Profile, seed: int, weeks: int
) -> list[list[Act]]:
    """Write everybody's diary; the same seed writes the same, whatever happens meanwhile."""
    chance = Random(seed)  # noqa: S311 - a story, no secret
    return [written(Diary(who, profile, chance, *days(who, chance, weeks))) for who in applicants]


def days(who: Organisation, chance: Random, weeks: int) -> tuple[date, date]:
    """Say when it comes, early if it has a story to live through, and when all ends."""
    last = weeks * LAST_ARRIVAL if who.story == "ordinary" else FIRST_WAVE_WEEKS
    week = int(chance.triangular(0, last, 0))
    return START + timedelta(weeks=week, days=-3), START + timedelta(weeks=weeks)


def written(diary: Diary) -> list[Act]:
    STORIES[diary.who.story](diary)
    return sorted(diary.acts, key=lambda act: act.recorded_on)
