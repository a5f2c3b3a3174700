from __future__ import annotations

from typing import Any

import pytest

from chat.monitor.actions import MAX_BAN_MINUTES, MAX_MINUTES, MAX_TEXT, perform
from chat.monitor.interfaces import ActionRefused
from tests.monitor.support import FakeActions


def act(frame: dict[str, Any]) -> tuple[str, list[tuple[Any, ...]]]:
    actions = FakeActions()
    return perform(actions, frame, "test"), actions.done


def test_announce() -> None:
    answer, done = act({"action": "announce", "text": "  down at\nten "})
    assert done == [("announce", "down at ten")]
    assert answer == "Announced to everybody."


def test_kick() -> None:
    assert act({"action": "kick", "name": "bob", "reason": "noise"}) == (
        "bob was disconnected.",
        [("kick", "bob", "noise")],
    )
    assert act({"action": "kick", "name": "bob"})[1] == [("kick", "bob", "")]


@pytest.mark.parametrize(
    ("minutes", "answer"),
    [
        (1, "bob is muted for 1 minute."),
        (15, "bob is muted for 15 minutes."),
        (0, "bob may speak again."),
    ],
)
def test_mute(minutes: int, answer: str) -> None:
    frame = {"action": "mute", "name": "bob", "minutes": minutes, "reason": "r"}
    assert act(frame) == (answer, [("mute", "bob", minutes * 60.0, "r")])


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(1, 60.0), (1440, 86400.0), (MAX_BAN_MINUTES, 365 * 86400.0), (None, None)]
)
def test_ban(minutes: int | None, seconds: float | None) -> None:
    frame = {"action": "ban", "name": "bob", "minutes": minutes, "reason": "r"}
    assert act(frame) == ("bob is banned.", [("ban", "bob", seconds, "r")])


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ({}, "does not know this action"),
        ({"action": "reboot"}, "does not know this action"),
        ({"action": "announce", "text": " \n"}, "nothing to announce"),
        ({"action": "announce", "text": 5}, "not a text"),
        ({"action": "announce", "text": "x" * (MAX_TEXT + 1)}, f"at most {MAX_TEXT}"),
        ({"action": "announce", "text": "a\x1b[2Jb"}, "control character"),
        ({"action": "kick"}, "No name"),
        ({"action": "kick", "name": "x" * 65}, "at most 64"),
        ({"action": "kick", "name": "nobody"}, "No such person: nobody"),
        ({"action": "mute", "name": "bob"}, "minutes"),
        ({"action": "mute", "name": "bob", "minutes": True}, "minutes"),
        ({"action": "mute", "name": "bob", "minutes": -1}, "minutes"),
        ({"action": "mute", "name": "bob", "minutes": 1.5}, "minutes"),
        ({"action": "mute", "name": "bob", "minutes": MAX_MINUTES + 1}, "minutes"),
        ({"action": "mute", "name": "bob", "minutes": None}, "minutes"),
        ({"action": "ban", "minutes": 5}, "No name"),
        ({"action": "ban", "name": "bob"}, "minutes"),
        ({"action": "ban", "name": "bob", "minutes": 0}, "from 1"),
        ({"action": "ban", "name": "bob", "minutes": "5"}, "minutes"),
        ({"action": "ban", "name": "bob", "minutes": MAX_BAN_MINUTES + 1}, "minutes"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(frame: dict[str, Any], why: str) -> None:
    actions = FakeActions()
    with pytest.raises(ActionRefused, match=why):
        perform(actions, frame, "test")
    assert actions.done == []
