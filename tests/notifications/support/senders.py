"""Senders at work: a task to be mailed, and the point at which the process dies."""

import pytest
from tests.notifications.conftest import Notifications
from tests.notifications.support.histories import UNIT, Story

import notifications.sender


class Died(BaseException):
    """The process is gone."""


async def dies_at(service: Notifications, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Let the sender work until it dies at a crash point."""

    def crash_point(name: str) -> None:
        if name == point:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(notifications.sender, "crash_point", crash_point)
        with pytest.raises(Died):
            await service.sends()


async def one_task(service: Notifications) -> Story:
    story = Story()
    await service.knows("vetting_officer", UNIT)
    await service.hears(story.applied)
    return story


async def one_asked(service: Notifications) -> Story:
    """Ask her who has no address: somebody else is to tell her."""
    story = Story()
    await service.hears(story.visible(), story.asked)
    return story


async def messages(service: Notifications, times: int) -> list[Story]:
    """Hold so many messages for one contact."""
    stories = [Story()]
    stories += [Story(stories[0].organisation) for _ in range(times - 1)]
    await service.knows("contact_person", stories[0].organisation)
    await service.hears(*(story.started for story in stories))
    return stories
