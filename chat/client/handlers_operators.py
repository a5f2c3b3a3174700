"""What a client does with answers about rights that nothing of it has asked for, such as those to `/quote`.

They are rows in the table of `chat.client.handlers`. Source of the numerics: Modern IRC, "Numerics".
"""

from __future__ import annotations

from chat.client import moderation
from chat.client.events import Told
from chat.client.handlers import Host, handler
from chat.wire import Message


@handler(3, "324")
def _modes(session: Host, message: Message) -> None:
    room = message.params[1]
    session.emit(Told(f"Modes of {room}: {' '.join(message.params[2:])}", place=room))


@handler(3, "367")
def _ban(session: Host, message: Message) -> None:
    room, mask, *setter = message.params[1:]
    by = f", by {setter[0].partition('!')[0]}" if setter else ""
    session.emit(Told(f"Banned from {room}: {mask}{by}", place=room))


@handler(2, "368")
def _end_of_bans(session: Host, message: Message) -> None:
    room = message.params[1]
    session.emit(Told(f"That is everybody who is banned from {room}.", place=room))


@handler(3, "216")
def _server_ban(session: Host, message: Message) -> None:
    session.emit(Told(f"Banned from the server: {moderation.server_ban(message)}"))


@handler(2, "219")
def _end_of_stats(session: Host, message: Message) -> None:
    session.emit(Told(f"That is all of STATS {message.params[1]}."))


@handler(1, "381")
def _operator(session: Host, message: Message) -> None:
    session.emit(Told("You are an operator of this server: /kill, /serverban and /serverbans are yours."))


@handler(1, "464", "491")
def _no_operator(session: Host, message: Message) -> None:
    """After registration, only OPER is answered so."""
    session.emit(Told("That is not the name and password of an operator's account here.", error=True))


@handler(1, "481")
def _needs_operator(session: Host, message: Message) -> None:
    session.emit(Told(moderation.needs_operator(message), error=True))


@handler(3, "391")
def _time(session: Host, message: Message) -> None:
    session.emit(Told(moderation.time_sentence(message)))
