"""How lists and spans of time are told to people."""

import pytest

from chat.domain.wording import duration, in_words, listed


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (3600, "1h"),
        (3661, "1h 1m"),
        (86_400, "1d"),
        (90_061, "1d 1h 1m"),
    ],
)
def test_a_duration_for_people(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_list_that_is_cut() -> None:
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "1 second"),
        (120, "120 seconds"),
        (121, "3 minutes"),
        (7200, "120 minutes"),
        (7201, "3 hours"),
        (86_400, "24 hours"),
    ],
)
def test_how_long_to_wait_is_rounded_up(seconds: float, text: str) -> None:
    assert in_words(seconds) == text
