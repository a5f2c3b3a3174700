"""How long something is to last, as operators type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.durations import LONGEST, SECONDS, is_duration, parse_duration
from chat.domain.refused import Refused, Why


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("30m", 1800),
        ("12h", 43200),
        ("7d", 604800),
        ("2w", 1209600),
        ("1d12h", 129600),
        ("1D12H", 129600),
        ("90", 5400),
        ("3650d", LONGEST),
        ("forever", None),
        ("Forever", None),
        ("never", None),
    ],
)
def test_what_may_be_typed(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == seconds
    assert is_duration(text)


@pytest.mark.parametrize(
    "text", ["", "x", "30x", "m", "-5m", "1.5h", "5 m", "٣m", "1d later", "9" * 20 + "m"]
)
def test_what_is_none_is_refused_with_examples(text: str) -> None:
    with pytest.raises(Refused, match=r"is no duration.*30m, 12h, 7d.*forever") as refused:
        parse_duration(text)
    assert refused.value.why is Why.BAD_DURATION


@pytest.mark.parametrize(
    ("text", "what"), [("0", "short"), ("0s", "short"), ("3651d", "long"), ("999999999w", "long")]
)
def test_nothing_and_more_than_ten_years_are_refused(text: str, what: str) -> None:
    with pytest.raises(Refused, match=f"too {what}"):
        parse_duration(text)


@pytest.mark.parametrize("word", ["spam", "for", "always", "m30", ""])
def test_words_are_no_durations(word: str) -> None:
    assert not is_duration(word)


@given(st.lists(st.tuples(st.integers(0, 9999), st.sampled_from(sorted(SECONDS))), min_size=1, max_size=4))
def test_parts_add_up(parts: list[tuple[int, str]]) -> None:
    expected = sum(number * SECONDS[unit] for number, unit in parts)
    text = "".join(f"{number}{unit}" for number, unit in parts)
    if 0 < expected <= LONGEST:
        assert parse_duration(text) == expected
    else:
        with pytest.raises(Refused):
            parse_duration(text)
