"""What a terminal does with what happens: events to lines on pages. It draws nothing itself."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable

from chat.client.desk.looks import date
from chat.client.desk.pages import MAX_LINES, Line, Page, Pages, Sort
from chat.client.link.connection import Connection
from chat.client.link.events import (
    ConnectionState,
    Delivery,
    DeliveryChanged,
    Event,
    Invited,
    Joined,
    Kind,
    Left,
    Missed,
    Needed,
    Outgoing,
    Quit,
    Reacted,
    Renamed,
    Said,
    StandIn,
    StateChanged,
    TakenBack,
    Told,
    TopicChanged,
)
from chat.domain.text import printable, strip_formatting

_SORTS = {Kind.SAY: Sort.SAY, Kind.ACT: Sort.ACT, Kind.NOTICE: Sort.NOTICE}


_OF_PASSWORDS = re.compile(
    r"\bpassword\b|\blog in\b|\bidentify\b|/login\b|\btaken\b|\bin use\b", re.IGNORECASE
)
"""What servers say when a password or another name is wanted next."""
QUOTED = 60
"""Characters of a message that are shown before an answer to it."""
MAX_SIGN = 16
"""Characters of a reaction: the longest emoji has ten."""
BELL_SECONDS = 1.0
"""Between two rings: what was missed can mean us many times."""


def safe(text: str) -> str:
    """Text of others, made safe for a terminal."""
    return printable(strip_formatting(text))


class Desk:
    """The pages of one person, kept up to date by events (it is the connection's listener) and by what is typed: a
    `typed.table.UserInterface`.
    """

    def __init__(
        self,
        quit_: Callable[[str], None],
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`quit_` ends the program with a reason."""
        self.connection: Connection
        self.correspondent = ""
        self.changed: Callable[[], None] = lambda: None
        """Called after anything that can be seen has changed."""
        self.bell: Callable[[], None] = lambda: None
        """Called when somebody means us."""
        self.ask_secret: Callable[[str, Callable[[str], None]], None] = lambda question, answered: None
        """Called with a question, and with what gets the answer, which nobody is to see while it is typed."""
        self.ask: Callable[[str, Callable[[], None]], None] = lambda question, agreed: agreed()
        """Called with a question, and with what to do if the person agrees."""
        self.comings = True
        """Whether it is shown who comes and goes."""
        self.pages = Pages(
            lambda name: self.connection.fold(name), lambda place: self.connection.is_room(place)
        )
        self._heading = ""
        self._rang = -BELL_SECONDS
        self._retry_at = 0.0
        self._doubt = False
        self._quit = quit_
        self._wall_clock = wall_clock
        self._last_state = ""

    def attach(self, connection: Connection) -> None:
        """The connection whose listener this is."""
        self.connection = connection

    # typed.Desk

    @property
    def place(self) -> str:
        """Where what is typed goes."""
        return self.pages.current.place

    def note(self, text: str, place: str | None = None, error: bool = False) -> None:
        """A line for this person alone."""
        page = (self.pages.find(place) if place else None) or self.pages.current
        self._add(page, Line(Sort.ERROR if error else Sort.NOTE, safe(text), self._wall_clock()))

    def said(self, message: Outgoing) -> None:
        """One of our own messages."""
        page = self.pages.make(message.place)
        page.scroll, page.anchor = 0, None
        for part in message.text.split("\n"):
            line = Line(
                _SORTS[message.kind],
                safe(part),
                message.time,
                self.connection.name,
                own=True,
                message=message,
                quoted=self._quotation(message.place, message.reply_to),
            )
            self._add(page, line)
        if message.state is Delivery.FAILED:
            self.changed()

    def head_for(self, place: str) -> None:
        """Go to a room as soon as we are in it."""
        self._heading = self.connection.fold(place)

    def open(self, place: str) -> None:
        """Go to a place."""
        self.pages.go(self.pages.make(place))
        self.changed()

    def close(self, place: str) -> None:
        """Take a place away."""
        page = self.pages.find(place)
        if page is not None:
            self.pages.drop(page)
        self.changed()

    def clear(self) -> None:
        """Empty the page that is looked at."""
        page = self.pages.current
        page.lines.clear()
        page.scroll, page.anchor = 0, None
        self.changed()

    def earlier(self, place: str, events: list[Event]) -> None:
        """Older events, before what is there."""
        page = self.pages.find(place)
        if page is None:
            return
        if self.add_earlier(page, events):
            # As far up as there is: drawing brings it back to the first line.
            page.scroll, page.anchor = 1_000_000, None
        else:
            self.note("There is nothing earlier.", place)
        self.changed()

    def add_earlier(self, page: Page, events: list[Event]) -> int:
        """Older messages of a page that were fetched, before what is there; how many were new."""
        known = {line.msgid for line in page.lines if line.msgid}
        known.update(*(line.message.msgids for line in page.lines if line.message is not None))
        lines = [
            self._line(event)
            for event in events
            if isinstance(event, Said) and not (event.msgid and event.msgid in known)
        ]
        room = MAX_LINES - len(page.lines)
        page.insert_before(lines)
        self.changed()
        return min(len(lines), room)

    def oldest(self, place: str) -> str | float | None:
        """The msgid, else the time, of the oldest message shown of a place."""
        page = self.pages.find(place)
        for line in page.lines if page is not None else ():
            if line.author:
                first = line.message.msgids[:1] if line.message else []
                return line.msgid or "".join(first) or line.time
        return None

    def found(self, words: str, messages: list[Said]) -> None:
        """What a search has found, on a page of its own."""
        page = self.pages.titled("search")
        self.pages.go(page)
        self._add(page, Line(Sort.RULE, safe(f"{len(messages)} found: {words}")))
        for event in messages:
            line = self._line(event)
            line.text = f"{safe(event.place)} {date(event.time).partition(' ')[0]}  {line.text}"
            line.mention = False
            self._add(page, line)

    def connect_again(self) -> None:
        """Connect as before."""
        self.connection.connect_again()

    def leave(self, reason: str) -> None:
        """End the program."""
        self._quit(reason)

    # events

    def happened(self, event: Event) -> None:
        """The connection's listener."""
        match event:
            case Said():
                self._said(event)
            case DeliveryChanged(message):
                self._delivered(message)
            case StateChanged():
                self._state(event)
            case Told(text, error, place):
                self._told(text, error, place)
            case StandIn():
                self._doubt = True
                self._stands_in(event)
            case TakenBack(place, msgid, by):
                page = self.pages.find(place)
                if page is not None:
                    page.take_back(msgid, safe(by))
            case Reacted(place, msgid, author, sign, gone):
                page, shown = self.pages.find(place), safe(sign)[:MAX_SIGN]
                if page is not None and shown:
                    page.react(msgid, safe(author), shown, gone)
            case Joined(place, name, when, own):
                if own:
                    self._entered(place)
                else:
                    self._came_or_went(place, Sort.CAME, name, when)
            case Left():
                self._left(event)
            case Quit(name, places, when, reason):
                for place in (*places, name):
                    self._came_or_went(place, Sort.WENT, name, when, reason)
            case Renamed():
                self._renamed(event)
            case TopicChanged(place, topic, author, when):
                self._topic(place, topic, author, when)
            case Invited(place, author, when):
                text = f"{safe(author)} invites you to {safe(place)}: /join {safe(place)}"
                self._add(self.pages.current, Line(Sort.EVENT, text, when, mention=True))
                self._ring()
            case Missed(place, sentence):
                self._add(self.pages.find(place) or self.pages.current, Line(Sort.RULE, safe(sentence)))
        self.changed()

    def _add(self, page: Page, line: Line, counts: bool = False) -> None:
        page.add(line)
        self.pages.arrived(page, line, counts)
        self.changed()

    def _line(self, event: Said) -> Line:
        return Line(
            _SORTS[event.kind],
            safe(event.text),
            event.time,
            safe(event.author),
            own=event.own,
            mention=event.mention,
            history=event.history,
            msgid=event.msgid,
            quoted=self._quotation(event.place, event.reply_to),
        )

    def _quotation(self, place: str, msgid: str) -> str:
        """The beginning of a message that another one answers; ``""`` if it is not here."""
        page = self.pages.find(place)
        lines = page.said(msgid) if page is not None else []
        if not lines:
            return ""
        text = lines[0].text
        return f"{lines[0].author}: {text[:QUOTED]}{'…' * (len(text) > QUOTED)}"

    def subject(self, own: bool) -> Line | None:
        """The message that a command is about: the one pointed at, else the latest of ours, or of somebody else."""
        page = self.pages.current
        selected, page.selected = page.selected, None
        return selected if selected in page.lines else page.latest(own)

    def _said(self, event: Said) -> None:
        page = self.pages.make(event.place) if event.own else self.pages.heard(event.place)
        news = not event.own and (event.missed or not event.history)
        for text in event.text.split("\n"):
            self._add(page, self._line(event._replace(text=text)), counts=news)
        if event.private and not event.own:
            self.correspondent = event.author
        if event.mention and news:
            self._ring()

    def _ring(self) -> None:
        now = self.connection.seconds()
        if now - self._rang >= BELL_SECONDS:
            self._rang = now
            self.bell()

    def _delivered(self, message: Outgoing) -> None:
        if message.state is Delivery.FAILED:
            page = self.pages.find(message.place)
            if page is not None and page is not self.pages.current:
                page.unread += 1

    def _state(self, event: StateChanged) -> None:
        match event.state:
            case ConnectionState.WAITING | ConnectionState.ENDED:
                if event.retry_in is not None:
                    self._retry_at = self.connection.seconds() + event.retry_in
                ended = event.state is ConnectionState.ENDED
                more = " /connect tries again, /nick NAME does so with another name." if ended else ""
                # A server that is down for an hour is told of once.
                if self._last_state != event.sentence or ended:
                    self.note(event.sentence + more, error=True)
                self._last_state = event.sentence
                if event.needed is not None:
                    self._give(event.needed)
            case ConnectionState.ONLINE:
                self._last_state = ""
                self.note(event.sentence)

    @property
    def retry_in(self) -> int:
        """While the connection waits: whole seconds until it tries again."""
        return max(math.ceil(self._retry_at - self.connection.seconds()), 0)

    def _give(self, needed: Needed) -> None:
        """Ask for what connecting wants."""
        connection = self.connection
        match needed:
            case Needed.SERVER_PASSWORD:

                def let_in(password: str) -> None:
                    connection.give_server_password(password)
                    self.connect_again()

                self.ask_secret(f"Password of the server {safe(connection.address[0])}", let_in)
            case Needed.PASSWORD:
                account = connection.account or connection.wanted_name

                def log_in(password: str) -> None:
                    connection.log_in(account, password)
                    self.connect_again()

                self.ask_secret(f"Password of the account {safe(account)}", log_in)

    def _stands_in(self, event: StandIn) -> None:
        why = f" ({safe(event.why)})" if event.why else ""
        self.note(
            f"The name {safe(event.wanted)} cannot be had{why}: you are {safe(event.name)} for now.",
            error=True,
        )
        if event.registered:
            self.ask_secret(
                f"Password of {safe(event.wanted)}, if that is you",
                lambda password: self.connection.log_in(event.wanted, password),
            )

    def doubts(self) -> bool:
        """Whether what is typed next may be meant as a password: asked once after the server has spoken of one."""
        doubt, self._doubt = self._doubt, False
        return doubt

    def _told(self, text: str, error: bool, place: str) -> None:
        page = self.pages.find(place) if place else None
        if page is None:
            # What a server greets with does not belong into a conversation.
            greeting = self.connection.state is ConnectionState.CONNECTING or not self.connection.rooms
            page = self.pages.server if greeting and not error else self.pages.current
        self._doubt = self._doubt or (error and _OF_PASSWORDS.search(text) is not None)
        self._add(page, Line(Sort.ERROR if error else Sort.NOTE, safe(text), self._wall_clock()))

    def _entered(self, place: str) -> None:
        known = self.pages.find(place)
        page = self.pages.make(place)
        page.title = safe(place)
        # Coming into many rooms at once, as at the start, is no reason to look at the last of them.
        wanted = self._heading == self.connection.fold(place)
        if wanted or (known is None and self.pages.current is self.pages.server):
            self._heading = ""
            self.pages.go(page)
        if known is not None:
            self._add(page, Line(Sort.EVENT, f"you are in {safe(place)} again", self._wall_clock()))

    def _left(self, event: Left) -> None:
        by = f" by {event.by}" if event.by else ""
        if not event.own:
            reason = safe(f"put out{by}: {event.reason}" if by else event.reason)
            self._came_or_went(event.place, Sort.WENT, event.name, event.time, reason)
            return
        page = self.pages.find(event.place)
        if page is not None:
            why = safe(
                f"You were put out{by}: {event.reason}" if by else f"You left. {event.reason}".rstrip()
            )
            self._add(page, Line(Sort.ERROR if by else Sort.EVENT, why, event.time), counts=bool(by))

    def _came_or_went(self, place: str, sort: Sort, name: str, when: float, reason: str = "") -> None:
        page = self.pages.find(place)
        if page is not None and self.comings:
            page.came_or_went(sort, safe(name), when, safe(reason))

    def _renamed(self, event: Renamed) -> None:
        page = self.pages.find(event.old)
        if page is not None and self.pages.find(event.new) is None:
            page.place, page.title = event.new, safe(event.new)
        if self.correspondent and self.connection.fold(self.correspondent) == self.connection.fold(event.old):
            self.correspondent = event.new
        who = "you are" if event.own else f"{safe(event.old)} is"
        text = f"{who} now {safe(event.new)}"
        pages = [self.pages.find(place) for place in (*event.places, event.new)]
        for place_page in pages or [self.pages.current]:
            if place_page is not None:
                self._add(place_page, Line(Sort.EVENT, text, event.time))
        if event.own and not event.places:
            self._add(self.pages.current, Line(Sort.EVENT, text, event.time))

    def _topic(self, place: str, topic: str, author: str, when: float) -> None:
        page = self.pages.find(place)
        if page is None:
            return
        if author:
            text = (
                f"{safe(author)} changed the topic to: {safe(topic)}"
                if topic
                else f"{safe(author)} removed the topic"
            )
        else:
            text = f"Topic: {safe(topic)}"
        self._add(page, Line(Sort.EVENT, text, when))
