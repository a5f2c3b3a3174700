"""Shows the monitor what is said and done in rooms, in bounded measure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.task import LoopingCall

from chat.domain.directory import Delivery
from chat.domain.events import (
    Acted,
    IdentityChanged,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Renamed,
    Said,
    TopicChanged,
)
from chat.domain.mode_lines import without_keys
from chat.domain.room import Room

REPORT_SECONDS = 0.25
"""Between two looks at what was said and done in rooms."""
REPORTED = 10
"""Events shown of one such interval: 40 a second are more than anybody reads, and leave the warnings of many
minutes before them in the monitor's log.
"""
REPORTED_TEXT = 300
"""Characters shown of what somebody said: most of the longest line of IRC."""

Note = Callable[[float, str, str, str], object]
"""Takes time, level, source and text of a line for the monitor's log."""


class Reporter(Service):
    """Shows the monitor what is said and done in rooms. Private messages never come this way.

    It stands between the directory and the fan-out, and remembers which rooms have news: that is all it costs
    an event. Several times a second it goes on in the logs of these rooms where it last stopped, and writes lines
    for the first few events, and one for how many more there were. They go to the monitor alone; the server's log
    file gets nobody's conversation.
    """

    def __init__(self, delivery: Delivery, note: Note, clock: Any) -> None:
        self._delivery = delivery
        self._note = note
        self._news: dict[Room, None] = {}
        self._seen: dict[Room, int] = {}
        """The position in its log up to which a room was shown; 0 for a room that is not here."""
        self._loop = LoopingCall(self._report)
        self._loop.clock = clock

    def startService(self) -> None:
        """Begin to show."""
        super().startService()
        self._loop.start(REPORT_SECONDS, now=False)

    def stopService(self) -> None:
        """Show nothing more."""
        super().stopService()
        if self._loop.running:
            self._loop.stop()
        for room in self._news:
            self._pass_over(room)
        self._news.clear()

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The log of a room has grown, by one event or by several that belong together."""
        if room not in self._news:
            if self._loop.running:
                self._news[room] = None
            else:
                self._pass_over(room)
        self._delivery.dirty(room, urgent)

    def _pass_over(self, room: Room) -> None:
        """What is in the log of a room is not to be shown again."""
        if room.members or room.permanent:
            self._seen[room] = room.log.end
        else:
            # The room is closed; who comes next finds another one, with a log of its own.
            self._seen.pop(room, None)

    def _report(self) -> None:
        if not self._news:
            return
        news, self._news = self._news, {}
        total = 0
        events: dict[str, LogEvent] = {}
        for room in news:
            position = self._seen.get(room, 0)
            self._pass_over(room)
            total += room.log.end - position
            for event in room.log.read(position, REPORTED).events:
                # Who quits is in the logs of all their rooms.
                total -= event.msgid in events
                events[event.msgid] = event
        first = sorted(events.values(), key=lambda e: e.msgid)[:REPORTED]
        for event in first:
            text = described(event)
            if text:
                self._note(event.time, "info", "chat.rooms", text)
        if total > len(first):
            more = f"… and {total - len(first)} more events in rooms"
            self._note(first[-1].time, "info", "chat.rooms", more)


def described(event: LogEvent) -> str:
    """The event in a line; "" for what is nothing to read, such as somebody's typing."""
    who = event.author.name
    match event:
        case Said(room=room, text=text):
            line = f"{room} <{who}> {_shortened(text)}"
        case Noticed(room=room, text=text):
            line = f"{room} -{who}- {_shortened(text)}"
        case Acted(room=room, text=text):
            line = f"{room} * {who} {_shortened(text)}"
        case Joined(room=room):
            line = f"{room} * {who} joined"
        case Left(room=room, reason=reason):
            line = f"{room} * {who} left{_why(reason)}"
        case Kicked(room=room, target=target, reason=reason):
            line = f"{room} * {target.name} was put out by {who}{_why(reason)}"
        case TopicChanged(room=room, topic=topic):
            line = f"{room} * {who} set the topic to {_shortened(topic)!r}"
        case ModeChanged(room=room, change=change):
            line = f"{room} * {who} set mode {' '.join(without_keys(change))}"
        case Quit(reason=reason):
            line = f"* {who} quit{_why(reason)}"
        case Renamed(name=name):
            line = f"* {who} is now {name}"
        case IdentityChanged(after=after) if after.account != event.author.account:
            line = f"* {who} logged in as {after.account}" if after.account else f"* {who} logged out"
        case _:
            line = ""
    return line


def _why(reason: str) -> str:
    return f" ({_shortened(reason)})" if reason else ""


def _shortened(text: str) -> str:
    return text if len(text) <= REPORTED_TEXT else f"{text[:REPORTED_TEXT]}…"
