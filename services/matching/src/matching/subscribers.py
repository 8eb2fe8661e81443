"""Events in: what membership tells of members and promises, and notifications of answers."""

from shared.inbox import Hears

hears = Hears()
