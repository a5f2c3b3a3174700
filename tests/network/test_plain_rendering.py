"""Events as people read them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import (
    Acted,
    Announced,
    AwayChanged,
    Event,
    Identity,
    IdentityChanged,
    Invited,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Redacted,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from chat.network.endings import CLOSED
from chat.network.plain_rendering import PlainRendering, clock_time, line_of, shared_rendering

BOB = Identity(1, "bob", "user", "host")
CAROL = Identity(2, "carol", "user", "host")
HEAD = ("1", 0.0, BOB)

CASES: list[tuple[Event, str]] = [
    (Said(*HEAD, "#a", "hello"), "<bob> hello"),
    (Said(*HEAD, "#a", "one\ntwo"), "<bob> one\n<bob> two"),
    (Said(*HEAD, "#a", "\x01VERSION\x01"), ""),
    (Said(*HEAD, "#a", "\x02bold\x02 \x0304,12red\x0f"), "<bob> bold red"),
    (Said(*HEAD, "#a", "\x1b[2Jgone\x07\u202e"), "<bob> gone"),
    (Acted(*HEAD, "#a", "waves"), "* bob waves"),
    (Noticed(*HEAD, "#a", "beep"), "-bob- beep"),
    (Noticed(*HEAD, "#a", "\x01PING 1\x01"), ""),
    (Tagged(*HEAD, "#a", {"+typing": "active"}), ""),
    (Joined(*HEAD, "#a"), "* bob joined"),
    (Left(*HEAD, "#a"), "* bob left"),
    (Left(*HEAD, "#a", "tea \x1b[31m"), "* bob left (tea)"),
    (Left(*HEAD, "#a", "\x1b[31m"), "* bob left"),
    (Quit(*HEAD, "", {}), "* bob left"),
    (Quit(*HEAD, "tea \x1b[31m", {}), "* bob left (tea)"),
    (Quit(*HEAD, "Quit: tea", {}), "* bob left (tea)"),
    (Quit(*HEAD, "Quit", {}), "* bob left"),
    (Quit(*HEAD, CLOSED, {}), "* bob left"),
    (Quit(*HEAD, "Killed by carol: spam", {}), "* bob left (Killed by carol: spam)"),
    (Kicked(*HEAD, "#a", CAROL, ""), "* bob put carol out"),
    (Kicked(*HEAD, "#a", CAROL, "noise"), "* bob put carol out (noise)"),
    (TopicChanged(*HEAD, "#a", "tea\x03"), "* bob changed the topic to: tea"),
    (TopicChanged(*HEAD, "#a", ""), "* bob removed the topic"),
    (ModeChanged(*HEAD, "#a", ("+o", "carol")), "* bob set the mode +o carol"),
    (Renamed(*HEAD, "rob", {}), "* bob is now rob"),
    (AwayChanged(*HEAD, "tea", {}), ""),
    (IdentityChanged(*HEAD, CAROL, {}), ""),
    (Whispered(*HEAD, CAROL, "psst"), "[pm from bob] psst"),
    (Whispered(*HEAD, CAROL, "one\ntwo"), "[pm from bob] one\n[pm from bob] two"),
    (Whispered(*HEAD, CAROL, "waves", Acted), "[pm from bob] * bob waves"),
    (Whispered(*HEAD, CAROL, "psst", Noticed), "[pm from bob] psst"),
    (Whispered(*HEAD, CAROL, "\x01VERSION\x01"), ""),
    (Whispered(*HEAD, CAROL, "", Tagged), ""),
    (
        Whispered(*HEAD, Identity(0, "@#a", "", ""), "one\ntwo"),
        "[@#a] <bob> one\n[@#a] <bob> two",
    ),
    (Invited(*HEAD, CAROL, "#a"), "* bob invites carol to #a: /join #a"),
    (Redacted(*HEAD, "#a", "1", "wrong room"), "* bob took a message back"),
    (Announced(*HEAD, "going \x1b[0mdown"), "*** bob: going down"),
]


@pytest.mark.parametrize(("event", "line"), CASES)
def test_an_event_as_a_line(event: Event, line: str) -> None:
    assert line_of(event) == line


def test_every_kind_of_event_is_among_the_cases() -> None:
    assert {type(event) for event, _ in CASES} == set(Event.__args__)


@pytest.mark.parametrize(("event", "line"), [case for case in CASES if type(case[0]) in LogEvent.__args__])
def test_an_event_as_bytes(event: LogEvent, line: str) -> None:
    expected = "".join(f"{part}\n" for part in line.split("\n")) if line else ""
    assert PlainRendering(b"\n").render(event) == expected.encode()
    with_room = "".join(f"[#x] {part}\r\n" for part in line.split("\n")) if line else ""
    assert PlainRendering(b"\r\n", "#x").render(event) == with_room.encode()


TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(TEXTS, st.sampled_from([Said, Acted, Noticed, TopicChanged]), st.sampled_from(["", "#x"]))
def test_whatever_is_said_is_a_line_that_no_terminal_minds(text: str, kind: type[Said], room: str) -> None:
    lines = PlainRendering(b"\r\n", room).render(kind(*HEAD, "#a", text)).decode()
    for line in lines.split("\r\n")[:-1]:
        assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in line)
        assert line.startswith(f"[{room}] " if room else ("<bob> ", "* bob ", "-bob- "))
    assert lines == "" or lines.endswith("\r\n")


def test_what_somebody_ignored_says_is_hidden_and_what_they_do_is_not() -> None:
    rendering = PlainRendering(b"\n", "", frozenset({"bob"}))
    shown = [rendering.render(event) for event, _ in CASES if isinstance(event, LogEvent)]
    assert not any(b"<bob>" in data or b"-bob-" in data or b"waves" in data for data in shown)
    assert b"* bob joined\n" in shown
    loud = Said("1", 0, Identity(1, "BOB", "u", "h"), "#a", "hello")
    assert rendering.render(loud) == b""
    assert rendering.render(Said("1", 0, CAROL, "#a", "hello")) == b"<carol> hello\n"


def test_readers_of_a_kind_share_one_rendering() -> None:
    assert shared_rendering(b"\n") is shared_rendering(b"\n")
    assert shared_rendering(b"\n") is not shared_rendering(b"\r\n")
    assert shared_rendering(b"\n") is not shared_rendering(b"\n", "#x")


def test_a_time_of_today_has_no_date_and_another_day_has() -> None:
    noon = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))
    assert clock_time(noon + 150, noon + 3600) == "12:02"
    assert clock_time(noon - 86_400, noon) == "2026-11-22 12:00"
    assert clock_time(noon, noon + 86_400) == "2026-11-23 12:00"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Europe/Berlin"])
def test_today_begins_at_midnight_in_every_zone(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        midnight = time.mktime((2026, 11, 23, 0, 0, 0, 0, 0, -1))
        assert clock_time(midnight + 60, midnight + 300) == "00:01"
        assert clock_time(midnight - 60, midnight + 300) == "2026-11-22 23:59"
        assert clock_time(midnight - 60, midnight - 10) == "23:59"
    finally:
        monkeypatch.undo()
        time.tzset()
