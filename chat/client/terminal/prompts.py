"""What a terminal asks the person: a question to agree to, and one whose answer nobody is to see."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Asked(NamedTuple):
    """A question to be answered with one key; with `agreed` None there is nothing to agree to."""

    text: str
    agreed: Callable[[], None] | None


class Secret(NamedTuple):
    """A question whose answer nobody is to see."""

    question: str
    answered: Callable[[str], None]
