"""A running chat as the monitor sees it, and what its operator may do there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from twisted.internet.task import LoopingCall

from chat.domain.directory import Delivery
from chat.domain.events import (
    Acted,
    Announced,
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
from chat.domain.refused import Refused
from chat.domain.room import Room
from chat.monitor.interfaces import ActionRefused, Figures, Person
from chat.network.listener import ChatFactory, ChatProtocol

REPORT_SECONDS = 0.25
"""Between two looks at what was said and done in rooms."""
REPORTED = 10
"""Events shown of one such interval: 40 a second are more than anybody reads, and leave the warnings of many
minutes before them in the monitor's log.
"""
REPORTED_TEXT = 300
"""Characters shown of what somebody said: most of the longest line of IRC."""

Note = Callable[[str, str, str], object]
"""Takes level, source and text of a line for the monitor's log."""


class ChatSource:
    """The figures and people of a chat, for `chat.monitor.interfaces.Source`."""

    def __init__(self, factory: ChatFactory) -> None:
        self._factory = factory
        self._directory = factory.directory

    def figures(self) -> Figures:
        """The counters as they stand."""
        stats = self._directory.stats
        connections = {dialect: count for dialect, count in stats.dialects.items() if count > 0}
        nameless = stats.connections - sum(connections.values())
        if nameless > 0:
            connections["no name yet"] = nameless
        return Figures(
            people=stats.users,
            peak=stats.peak_users,
            rooms=len(self._directory.rooms),
            messages=stats.messages.total,
            private_messages=stats.private_messages.total,
            connections=connections,
            refused=stats.refused,
            muted=stats.muted,
            bytes_in=stats.bytes_in,
            bytes_out=stats.bytes_out,
            uptime=stats.uptime,
        )

    def people(self) -> Iterator[Person]:
        """Everybody with a name, longest connected first."""
        now = self._directory.clock()
        for connection in self._factory.connections:
            dialect = connection.dialect
            if dialect is None or dialect.user.name is None:
                continue
            user = dialect.user
            yield Person(
                name=user.shown,
                dialect=user.dialect,
                address=user.address,
                rooms=tuple(room.name for room in user.memberships),
                idle=max(0.0, now - user.last_active),
                account=user.account,
                muted=connection.muted() is not None,
            )


class ChatActions:
    """What the operator does from the page, for `chat.monitor.interfaces.Actions`."""

    def __init__(self, factory: ChatFactory) -> None:
        self._factory = factory
        self._directory = factory.directory

    def announce(self, text: str) -> None:
        """A line of the server's for everybody; who does not keep up does not get it."""
        msgid, now = self._directory.journal.stamp()
        event = Announced(msgid, now, self._directory.server, text)
        for user in list(self._directory.users.values()):
            user.reader.tell(event)

    def kick(self, name: str, reason: str) -> None:
        """End somebody's connection; the others see that an operator did."""
        connection = self._connection(name)
        assert connection.dialect is not None
        sentence = "Disconnected by an operator" + (f": {reason}" if reason else "")
        self._directory.quit(connection.dialect.user, sentence)
        connection.dialect.disconnect(sentence)

    def mute(self, name: str, seconds: float, reason: str) -> None:
        """Let nothing of somebody through for a while, or with 0 seconds let it through again."""
        connection = self._connection(name)
        was_muted = connection.muted() is not None
        connection.silence(seconds, reason)
        if connection.dialect is None:
            return
        sentence = connection.muted()
        if sentence is not None:
            self._directory.stats.muted += 1
            connection.dialect.tell_sentence(sentence)
        elif was_muted:
            connection.dialect.tell_sentence("You may speak again.")

    def _connection(self, name: str) -> ChatProtocol:
        try:
            user = self._directory.find(name)
        except Refused as refused:
            raise ActionRefused(f"{refused.sentence}.") from None
        for connection in self._factory.connections:
            if connection.dialect is user.reader:
                return connection
        raise ActionRefused(f"{name} has just left.")


class Reporter:
    """Shows the monitor what is said and done in rooms. Private messages never come this way.

    It stands between the directory and the fan-out, and remembers which rooms have news: that is all it costs
    an event. Several times a second it writes lines for the first few events, and one for how many more there
    were. They go to the monitor alone; the server's log file gets nobody's conversation.
    """

    def __init__(self, delivery: Delivery, note: Note, clock: Any) -> None:
        self._delivery = delivery
        self._note = note
        self._news: dict[Room, int] = {}
        self._loop = LoopingCall(self._report)
        self._loop.clock = clock

    def start(self) -> None:
        """Begin to show."""
        self._loop.start(REPORT_SECONDS, now=False)

    def stop(self) -> None:
        """Show nothing more."""
        if self._loop.running:
            self._loop.stop()
        self._news.clear()

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The log of a room has grown by one event."""
        if room not in self._news and self._loop.running:
            self._news[room] = room.log.end - 1
        self._delivery.dirty(room, urgent)

    def _report(self) -> None:
        if not self._news:
            return
        news, self._news = self._news, {}
        total = 0
        events: dict[str, LogEvent] = {}
        for room, position in news.items():
            total += room.log.end - position
            for event in room.log.read(position, REPORTED).events:
                # Who quits is in the logs of all their rooms.
                total -= event.msgid in events
                events[event.msgid] = event
        first = sorted(events.values(), key=lambda e: e.msgid)[:REPORTED]
        for event in first:
            text = described(event)
            if text:
                self._note("info", "chat.rooms", text)
        if total > len(first):
            self._note("info", "chat.rooms", f"… and {total - len(first)} more events in rooms")


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
            line = f"{room} * {who} set mode {' '.join(change)}"
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
