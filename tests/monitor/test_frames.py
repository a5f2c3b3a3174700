from __future__ import annotations

import json

import pytest

from chat.monitor import frames
from chat.monitor.ring import LogEvent
from tests.monitor.support import person


def test_a_log_frame_has_a_row_for_each_event() -> None:
    plain = LogEvent(7, 1.23456, "info", "chat.a", "hello")
    broken = LogEvent(8, 2.0, "critical", "chat.b", "ouch", ("line 1", "line 2"))
    assert json.loads(frames.log([plain, broken])) == {
        "type": "log",
        "events": [
            [7, 1.235, "info", "chat.a", "hello"],
            [8, 2.0, "critical", "chat.b", "ouch", ["line 1", "line 2"]],
        ],
    }


def test_figures_are_null_while_there_are_none() -> None:
    frame = json.loads(frames.figures(None, None, {"warn": 1}, 5.0))
    assert frame == {"type": "figures", "time": 5.0, "figures": None, "log": {"warn": 1}}


def test_what_people_chose_cannot_act_in_the_table() -> None:
    odd = person("e\x1bvil", rooms=("#a\u202eb",), account="x\ny")
    (row,) = json.loads(frames.people([(odd, 9)], 1, ""))["rows"]
    assert row == [r"e\x1bvil", "irc", "192.0.2.1", [r"#a\u202eb"], 9, r"x\ny", False]


def test_a_lone_surrogate_still_makes_a_frame() -> None:
    payload = frames.encode("x", text="a\ud800b")
    assert json.loads(payload.decode("utf-8"))["text"] == "a\ud800b"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[1]",
        b'"hello"',
        b'{"type": 3}',
        b"{}",
        b"[" * 3000,
        b'{"type": "hello", "x": "' + b"x" * frames.MAX_INPUT + b'"}',
    ],
)
def test_what_is_no_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(frames.BadFrame):
        frames.decode(payload)


def test_a_frame_is_read() -> None:
    assert frames.decode(b'{"type": "find", "text": "bob"}') == {"type": "find", "text": "bob"}
