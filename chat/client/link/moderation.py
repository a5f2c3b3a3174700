"""Questions to the server about who is in charge and who is kept out, with their answers as sentences.

Sources: Modern IRC, "MODE message", "STATS message" and "TIME message"; RFC 1459 section 6.2 (RPL_STATSKLINE).
"""

from __future__ import annotations

from chat.client.link.queries import QueryFailed, Question, ask, numerics
from chat.client.link.replies import Item, refusal, sentence
from chat.wire import Message

_REFUSED = ("401", "403", "442", "482")


def bans_question(room: str) -> Question:
    """MODE b: who is banned from a room."""
    return ask(Message("MODE", (room, "b")), numerics("367"), numerics("368", *_REFUSED))


def read_bans(items: list[Item]) -> list[str]:
    """The masks; raises `QueryFailed`, as all of these do."""
    _raise_refusal(items)
    return [message.params[2] for message in _messages(items, "367", 3)]


def modes_question(room: str) -> Question:
    """MODE: the modes of a room."""
    return ask(Message("MODE", (room,)), numerics(), numerics("324", *_REFUSED))


def read_modes(items: list[Item]) -> str:
    """The letters with their arguments."""
    _raise_refusal(items)
    for message in _messages(items, "324", 3):
        return " ".join(message.params[2:])
    raise QueryFailed("The server gave no answer that could be understood.")


def time_question() -> Question:
    """TIME."""
    return ask(Message("TIME"), numerics(), numerics("391", "402"))


def read_time(items: list[Item]) -> str:
    """A sentence with the server's time."""
    _raise_refusal(items)
    for message in _messages(items, "391", 3):
        return time_sentence(message)
    raise QueryFailed("The server gave no answer that could be understood.")


def server_bans_question() -> Question:
    """STATS k: who is banned from the server."""
    return ask(Message("STATS", ("k",)), numerics("216"), numerics("219", "481"))


def read_server_bans(items: list[Item]) -> list[str]:
    """A line for each ban, oldest first."""
    _raise_refusal(items)
    return [server_ban(message) for message in _messages(items, "216", 3)]


def read_kill(items: list[Item] | None, name: str) -> str:
    """What came of KILL, "" where the server does not say."""
    if items is None:
        return ""
    _raise_refusal(items)
    return f"{name} was disconnected."


def time_sentence(message: Message) -> str:
    """RPL_TIME as a sentence."""
    return f"At {message.params[1]} it is {message.params[-1]}."


def server_ban(message: Message) -> str:
    """RPL_STATSKLINE as a line: some servers repeat what is banned in the text, others have only the reason there."""
    what, text = message.params[2], message.params[-1]
    return text if what in text else f"{what}: {text}"


def needs_operator(message: Message) -> str:
    """ERR_NOPRIVILEGES as a sentence, with the way out."""
    return f"{sentence(message.params[-1])} /oper NAME PASSWORD makes one of you."


def _messages(items: list[Item], command: str, minimum: int) -> list[Message]:
    return [
        item
        for item in items
        if isinstance(item, Message) and item.command == command and len(item.params) >= minimum
    ]


def _raise_refusal(items: list[Item]) -> None:
    for item in items:
        if isinstance(item, Message) and (why := refusal(item)) is not None:
            raise QueryFailed(needs_operator(item) if item.command == "481" else why)
