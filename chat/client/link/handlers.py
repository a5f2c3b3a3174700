"""What a client does with each command of a server once it is registered: rows in a table.

Source of the numerics: Modern IRC, "Numerics"; of the rest: RFC 2812 and the IRCv3 specification of each capability.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chat.client.link import moderation
from chat.client.link.events import Event, Left, PeopleChanged, Quit, Renamed, Said, Told, TopicChanged
from chat.client.link.features import Features
from chat.client.link.outbox import Outbox
from chat.client.link.replies import refusal, sentence
from chat.client.link.state import Roster
from chat.client.link.translate import author_of, happened, said, time_of
from chat.wire import Message


class Receiver(Protocol):
    """What the handlers need of the connection that a message came over."""

    features: Features
    roster: Roster
    outbox: Outbox
    name: str
    """Our name there."""
    server: str
    """The server's name."""
    own_mask: str
    """What the server puts before what we say, "" until it has shown it."""
    done: bool
    """Registered."""

    def now(self) -> float:
        """Seconds since the epoch."""

    def emit(self, event: Event) -> None:
        """Tell of an event."""

    def tell(self, event: Event | None) -> None:
        """Tell of an event, if there is one."""

    def speak(self, event: Said) -> None:
        """Something was said live."""

    def entered(self, place: str) -> None:
        """We are in a room."""

    def left(self, place: str) -> None:
        """We are not in a room any more, and do not want to be."""

    def not_entered(self, place: str) -> bool:
        """A room does not let us in; whether we had asked for it."""

    def renamed(self, name: str) -> None:
        """We have another name."""

    def reclaiming(self, message: Message) -> bool:
        """Whether a refused name is one that we try to get back without being asked to."""

    def logged_in(self, account: str) -> None:
        """We are logged in to an account."""

    def away_refused(self) -> None:
        """The server does not take why we are away."""

    def registered_account(self, account: str) -> None:
        """There is an account for us, with the password last given."""


Handler = Callable[[Receiver, Message], None]

HANDLERS: dict[str, tuple[int, Handler]] = {}
"""Command -> least number of parameters, and what to do. A message with fewer is ignored."""

# Greetings and counts that say nothing to people, ends of lists, and what `queries` reads when it asked for it.
_SILENT = """
    002 003 004 005 042 221 250 251 252 253 254 255 265 266 315 318 321 323 329 333 352 354 365 375 376 396 422
    730 731 903
"""
SILENT = frozenset(_SILENT.split())
"""Numerics that are not told."""

_JOIN_REFUSED = frozenset(["403", "405", "407", "437", "471", "473", "474", "475", "476", "477", "489"])


def handler(minimum: int, *commands: str) -> Callable[[Handler], Handler]:
    """Add a row for each of these commands."""

    def add(function: Handler) -> Handler:
        for command in commands:
            HANDLERS[command] = (minimum, function)
        return function

    return add


def handle(session: Receiver, message: Message) -> None:
    """Do what a message asks for; one that is not understood is told, if it has something to say."""
    row = HANDLERS.get(message.command)
    if row is not None:
        minimum, function = row
        if len(message.params) >= minimum:
            function(session, message)
    elif message.command.isdigit() and message.command not in SILENT:
        _numeric(session, message)


def _mine(session: Receiver, name: str) -> bool:
    return session.features.fold(name) == session.features.fold(session.name)


@handler(2, "PRIVMSG", "NOTICE")
def _said(session: Receiver, message: Message) -> None:
    source = message.source or ""
    if "!" not in source and (not session.done or not source or "." in source or source == session.server):
        room = session.roster.room(session.features.room_of(message.params[0]))
        session.emit(Told(message.params[1], place=room.name if room is not None else ""))
        return
    event = said(message, session.features, session.name, session.now())
    if event is None:
        return
    # Labelled messages come back with their label, and not here.
    if (
        event.own
        and not session.features.labels
        and session.outbox.echo(event.place, event.text, event.kind, message)
    ):
        return
    session.speak(event)


@handler(1, "TAGMSG")
def _tagged(session: Receiver, message: Message) -> None:
    session.tell(happened(message, session.features, session.name, session.now()))


@handler(2, "REDACT")
def _taken_back(session: Receiver, message: Message) -> None:
    session.tell(happened(message, session.features, session.name, session.now()))


@handler(1, "JOIN")
def _joined(session: Receiver, message: Message) -> None:
    place, name = message.params[0], author_of(message)
    if _mine(session, name):
        session.own_mask = message.source or session.own_mask
        session.roster.enter(place)
    room = session.roster.room(place)
    if room is None:
        return
    account = message.params[1] if len(message.params) > 1 and message.params[1] != "*" else None
    session.roster.add(room, name, account)
    session.tell(happened(message, session.features, session.name, session.now()))
    session.emit(PeopleChanged(place))
    if _mine(session, name):
        session.entered(place)


@handler(1, "PART")
def _parted(session: Receiver, message: Message) -> None:
    _gone(session, message, message.params[0], author_of(message))


@handler(2, "KICK")
def _kicked(session: Receiver, message: Message) -> None:
    _gone(session, message, message.params[0], message.params[1])


def _gone(session: Receiver, message: Message, place: str, name: str) -> None:
    room = session.roster.room(place)
    if room is None:
        return
    session.roster.remove(room, name)
    if _mine(session, name):
        session.left(place)
    session.tell(happened(message, session.features, session.name, session.now()))
    session.emit(PeopleChanged(place))


@handler(0, "QUIT")
def _quit(session: Receiver, message: Message) -> None:
    name = author_of(message)
    rooms = session.roster.with_person(name)
    places = tuple(room.name for room in rooms)
    for room in rooms:
        session.roster.remove(room, name)
    reason = message.params[0] if message.params else ""
    session.emit(Quit(name, places, time_of(message, session.now()), reason))
    for place in places:
        session.emit(PeopleChanged(place))


@handler(1, "NICK")
def _renamed(session: Receiver, message: Message) -> None:
    old, new = author_of(message), message.params[0]
    own = _mine(session, old)
    places = tuple(room.name for room in session.roster.rename(old, new))
    if own:
        session.renamed(new)
    session.emit(Renamed(old, new, places, time_of(message, session.now()), own))
    for place in places:
        session.emit(PeopleChanged(place))


@handler(2, "TOPIC")
def _topic(session: Receiver, message: Message) -> None:
    room = session.roster.room(message.params[0])
    if room is not None:
        room.topic = message.params[1]
        session.tell(happened(message, session.features, session.name, session.now()))


@handler(3, "332")
def _topic_is(session: Receiver, message: Message) -> None:
    room = session.roster.room(message.params[1])
    if room is None:
        _numeric(session, message)
        return
    known, room.topic = room.topic, message.params[2]
    if known != room.topic:
        session.emit(TopicChanged(room.name, room.topic, "", session.now()))


@handler(2, "331")
def _no_topic(session: Receiver, message: Message) -> None:
    room = session.roster.room(message.params[1])
    if room is not None:
        room.topic = ""


@handler(4, "353")
def _names(session: Receiver, message: Message) -> None:
    room = session.roster.room(message.params[2])
    if room is not None:
        session.roster.list_names(room, message.params[3], "".join(session.features.prefixes.values()))


@handler(2, "366")
def _names_complete(session: Receiver, message: Message) -> None:
    room = session.roster.room(message.params[1])
    if room is not None:
        session.roster.list_complete(room)
        session.emit(PeopleChanged(room.name))


@handler(0, "AWAY")
def _away(session: Receiver, message: Message) -> None:
    for room in session.roster.with_person(name := author_of(message)):
        room.people[session.roster.fold(name)].away = bool(message.params and message.params[0])
        session.emit(PeopleChanged(room.name))


@handler(1, "ACCOUNT")
def _account(session: Receiver, message: Message) -> None:
    for room in session.roster.with_person(name := author_of(message)):
        account = message.params[0]
        room.people[session.roster.fold(name)].account = None if account == "*" else account


@handler(2, "CHGHOST")
def _host_changed(session: Receiver, message: Message) -> None:
    if _mine(session, author_of(message)):
        session.own_mask = f"{session.name}!{message.params[0]}@{message.params[1]}"


@handler(1, "SETNAME")
def _realname(session: Receiver, message: Message) -> None:
    """Real names are asked for with WHOIS when somebody wants to see one."""


@handler(2, "MODE")
def _mode(session: Receiver, message: Message) -> None:
    """Rights of people in rooms; other modes are told as they are."""
    room = session.roster.room(message.params[0])
    if room is None:
        return
    prefixes = session.features.prefixes
    always, when_set = session.features.modes_with_argument
    arguments = list(message.params[2:])
    on = True
    for letter in message.params[1]:
        if letter in "+-":
            on = letter == "+"
        elif letter in always or (letter in when_set and on):
            argument = arguments.pop(0) if arguments else ""
            if letter in prefixes:
                session.roster.set_mode(room, argument, prefixes[letter], on, "".join(prefixes.values()))
    session.emit(PeopleChanged(room.name))
    session.emit(Told(f"{author_of(message)} set the mode {' '.join(message.params[1:])}", place=room.name))


@handler(2, "INVITE")
def _invited(session: Receiver, message: Message) -> None:
    if _mine(session, message.params[0]):
        session.tell(happened(message, session.features, session.name, session.now()))
    else:
        session.emit(Told(f"{author_of(message)} invites {message.params[0]}", place=message.params[1]))


@handler(3, "301")
def _is_away(session: Receiver, message: Message) -> None:
    session.emit(Told(f"{message.params[1]} is away: {message.params[2]}", place=message.params[1]))


@handler(2, "372")
def _line_of_the_day(session: Receiver, message: Message) -> None:
    session.emit(Told(message.params[1].removeprefix("- ")))


@handler(2, "001", "305", "306")
def _plain_text(session: Receiver, message: Message) -> None:
    session.emit(Told(message.params[-1]))


@handler(2, "900", "901")
def _login(session: Receiver, message: Message) -> None:
    session.emit(Told(sentence(message.params[-1])))
    if message.command == "900" and len(message.params) > 2:
        session.logged_in(message.params[2])


@handler(3, "REGISTER")
def _registered(session: Receiver, message: Message) -> None:
    """An account was made (IRCv3 "account-registration"), or waits for something that the text tells."""
    if message.params[0] == "SUCCESS":
        session.registered_account(message.params[1])
    session.emit(Told(sentence(message.params[-1])))


@handler(2, "433", "436", "432")
def _name_refused(session: Receiver, message: Message) -> None:
    if not session.reclaiming(message):
        session.emit(Told(refusal(message) or "That name cannot be had.", error=True))


@handler(2, "401", "403", "404", "405", "407", "437", "471", "473", "474", "475", "476", "477", "489", "531")
def _refused(session: Receiver, message: Message) -> None:
    """Something about a place was refused: a message without a label, or a JOIN."""
    place = message.params[1]
    why = refusal(message) or ""
    if session.outbox.refused(place, why):
        return
    if message.command in _JOIN_REFUSED and session.not_entered(place):
        session.emit(Left(place, session.name, session.now(), why, own=True))
    session.emit(Told(why, error=True, place=place if session.roster.room(place) else ""))


@handler(3, "FAIL")
def _failed(session: Receiver, message: Message) -> None:
    if message.params[0] == "AWAY":
        session.away_refused()
    session.emit(Told(sentence(message.params[-1]), error=True))


@handler(3, "WARN", "NOTE")
def _noted(session: Receiver, message: Message) -> None:
    session.emit(Told(sentence(message.params[-1])))


@handler(0, "WALLOPS")
def _wallops(session: Receiver, message: Message) -> None:
    if message.params:
        session.emit(Told(f"{author_of(message)}: {message.params[-1]}"))


def _numeric(session: Receiver, message: Message) -> None:
    """A reply that has no row: what is in it, as it stands."""
    why = refusal(message)
    if why is not None:
        session.emit(Told(why, error=True))
    elif len(message.params) > 1:
        session.emit(Told(" ".join(message.params[1:])))


# answers about rights that nothing of ours has asked for, such as those to `/quote`


@handler(3, "324")
def _modes(session: Receiver, message: Message) -> None:
    room = message.params[1]
    session.emit(Told(f"Modes of {room}: {' '.join(message.params[2:])}", place=room))


@handler(3, "367")
def _ban(session: Receiver, message: Message) -> None:
    room, mask, *setter = message.params[1:]
    by = f", by {setter[0].partition('!')[0]}" if setter else ""
    session.emit(Told(f"Banned from {room}: {mask}{by}", place=room))


@handler(2, "368")
def _end_of_bans(session: Receiver, message: Message) -> None:
    room = message.params[1]
    session.emit(Told(f"That is everybody who is banned from {room}.", place=room))


@handler(3, "216")
def _server_ban(session: Receiver, message: Message) -> None:
    session.emit(Told(f"Banned from the server: {moderation.server_ban(message)}"))


@handler(2, "219")
def _end_of_stats(session: Receiver, message: Message) -> None:
    session.emit(Told(f"That is all of STATS {message.params[1]}."))


@handler(1, "381")
def _operator(session: Receiver, message: Message) -> None:
    session.emit(Told("You are an operator of this server: /kill, /serverban and /serverbans are yours."))


@handler(1, "464", "491")
def _no_operator(session: Receiver, message: Message) -> None:
    """After registration, only OPER is answered so."""
    session.emit(Told("That is not the name and password of an operator's account here.", error=True))


@handler(1, "481")
def _needs_operator(session: Receiver, message: Message) -> None:
    session.emit(Told(moderation.needs_operator(message), error=True))


@handler(3, "391")
def _time(session: Receiver, message: Message) -> None:
    session.emit(Told(moderation.time_sentence(message)))
