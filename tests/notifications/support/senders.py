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
