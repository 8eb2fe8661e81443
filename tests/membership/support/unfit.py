"""What doesn't fit: where it stands, and why."""

from collections.abc import Callable
from typing import ParamSpec

import pytest

from shared.machines import Unfit

P = ParamSpec("P")


def unfit(check: Callable[P, object], *args: P.args, **more: P.kwargs) -> tuple[str, str]:
    """Give the pointer and the code with which a check refuses."""
    with pytest.raises(Unfit) as refused:
        check(*args, **more)
    return refused.value.pointer, refused.value.code
