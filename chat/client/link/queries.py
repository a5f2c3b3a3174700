"""Questions to the server whose answers come in several lines, with labels or without."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from twisted.internet.defer import Deferred

from chat.client.link.replies import Batch, Item, refusal
from chat.domain.names import fold
from chat.wire import Message, format_server_time, format_tags

ANSWER_SECONDS = 90.0
"""How long an answer may take: servers make those wait who ask much, and a search can be long."""
MAX_ROOMS = 2_000
"""Rooms of the server's list that are kept."""
MILLISECONDS_FROM = 1e11
"""A moment as large as this is no number of seconds (that would be in the year 5138)."""
MAX_ITEMS = 5_000
"""Lines of one answer that are kept."""


class QueryFailed(Exception):
    """A question was not answered; `sentence` says why for people."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Whois(NamedTuple):
    """Who somebody is, as far as the server tells."""

    name: str
    mask: str = ""
    """``user@host`` as shown to others."""
    realname: str = ""
    account: str = ""
    rooms: tuple[str, ...] = ()
    """With the signs of rights before the names."""
    away: str = ""
    idle: float | None = None
    """Seconds since they last said something."""
    since: float | None = None
    """When they came in, in seconds since the epoch."""
    lines: tuple[str, ...] = ()
    """Everything else that the server said, as sentences."""


class RoomListing(NamedTuple):
    """One room of the server's list."""

    name: str
    people: int
    topic: str


Belongs = Callable[[Item], bool]


class Question:
    """One question that is waiting. `answer` fires with everything that the server said to it."""

    def __init__(self, message: Message, belongs: Belongs, ends: Belongs) -> None:
        self.message = message
        self.belongs = belongs
        """Whether something is part of the answer, for servers without labels."""
        self.ends = ends
        """Whether it is the answer's end."""
        self.items: list[Item] = []
        self.answer: Deferred[list[Item]] = Deferred()

    def take(self, item: Item) -> bool:
        """Whether this was for the question; fires `answer` with the last."""
        if self.answer.called:
            return False
        ends = self.ends(item)
        if not ends and not self.belongs(item):
            return False
        if len(self.items) < MAX_ITEMS:
            self.items.append(item)
        if ends:
            self.answer.callback(self.items)
        return True

    def fail(self, why: str) -> None:
        """Give up."""
        if not self.answer.called:
            self.answer.errback(QueryFailed(why))


def numerics(*commands: str) -> Belongs:
    """Whether an item is one of these numerics (or any other command)."""
    known = frozenset(commands)
    return lambda item: isinstance(item, Message) and item.command in known


def _refused(message: Message) -> Belongs:
    """Whether an item refuses this command: FAIL names it, and so do the numerics for unknown ones."""
    name = message.command

    def refused(item: Item) -> bool:
        return (isinstance(item, Message) and (item.command == "FAIL" and item.params[:1] == (name,))) or (
            isinstance(item, Message) and item.command in ("421", "461", "263") and name in item.params[1:2]
        )

    return refused


def ask(message: Message, belongs: Belongs, ends: Belongs) -> Question:
    """A question that also ends when the command is refused."""
    refused = _refused(message)
    return Question(message, belongs, lambda item: ends(item) or refused(item))


_WHOIS = (
    "301",
    "307",
    "310",
    "311",
    "312",
    "313",
    "316",
    "317",
    "319",
    "320",
    "330",
    "335",
    "338",
    "378",
    "379",
    "671",
)


def whois_question(name: str) -> Question:
    """WHOIS; the name twice also asks for the idle time of people on other servers of a network."""
    return ask(Message("WHOIS", (name, name)), numerics(*_WHOIS, "401", "402", "276"), numerics("318"))


def read_whois(name: str, items: list[Item]) -> Whois:
    """The answer to `whois_question`; raises `QueryFailed`."""
    found = Whois(name)
    known = False
    lines: list[str] = []
    for item in items:
        if not isinstance(item, Message):
            continue
        params = item.params
        match item.command, params:
            case "311", (_, shown, user, host, _, realname, *_):
                known = True
                found = found._replace(name=shown, mask=f"{user}@{host}", realname=realname)
            case "319", (_, _, rooms, *_):
                found = found._replace(rooms=(*found.rooms, *rooms.split()))
            case "301", (_, _, away, *_):
                found = found._replace(away=away)
            case "330", (_, _, account, *_):
                found = found._replace(account=account)
            case "317", (_, _, idle, *rest):
                found = found._replace(idle=_number(idle), since=_seconds(rest[0]) if len(rest) > 1 else None)
            case (("312" | "318" | "379"), _):
                pass  # the server's name, the end, and modes: nothing for people
            case _, (_, _, *text) if refusal(item) is None and text:
                lines.append(" ".join(text))
    if not known:
        raise QueryFailed(_why(items) or f"Nobody here is called {name}.")
    return found._replace(lines=tuple(lines))


def list_question() -> Question:
    """LIST."""
    return ask(Message("LIST"), numerics("321", "322"), numerics("323"))


def read_list(items: list[Item]) -> list[RoomListing]:
    """The answer to `list_question`, largest rooms first; raises `QueryFailed`."""
    rooms = []
    for item in items:
        if isinstance(item, Message) and item.command == "322" and len(item.params) > 2:
            topic = item.params[3] if len(item.params) > 3 else ""
            rooms.append(RoomListing(item.params[1], int(_number(item.params[2]) or 0), topic))
    if not rooms:
        _raise_why(items)
    rooms.sort(key=lambda room: (-room.people, fold(room.name)))
    return rooms[:MAX_ROOMS]


def stats_question() -> Question:
    """STATS u, which every server answers; ours tells all its figures."""
    return ask(Message("STATS", ("u",)), numerics("242", "249", "250", "210"), numerics("219", "481"))


def read_stats(items: list[Item]) -> list[str]:
    """The answer to `stats_question`, as lines; raises `QueryFailed`."""
    figures = frozenset(("242", "249", "250", "210"))
    lines = [
        item.params[-1]
        for item in items
        if isinstance(item, Message) and item.command in figures and len(item.params) > 1
    ]
    if not lines:
        _raise_why(items)
    return lines


def history_question(command: str, place: str, *criteria: str, same: Callable[[str], bool]) -> Question:
    """CHATHISTORY; `same` says whether a batch's target is the place asked for."""

    def ends(item: Item) -> bool:
        return isinstance(item, Batch) and item.kind == "chathistory" and same("".join(item.params[:1]))

    return ask(Message("CHATHISTORY", (command, place, *criteria)), lambda item: False, ends)


SEARCH = "soju.im/search"
"""The capability, and the type of the batch that answers."""

_FILTERS = {"from": "from", "in": "in", "after": "after", "before": "before"}


def search_attributes(words: str, place: str) -> str:
    """What people type to search, in the form in which SEARCH takes it; raises `QueryFailed`."""
    found = {"in": place} if place else {}
    text = []
    for word in words.split():
        name, colon, value = word.partition(":")
        if not colon or not value or name.lower() not in _FILTERS:
            text.append(word)
        elif name.lower() in ("after", "before"):
            found[name.lower()] = _moment(value)
        else:
            found[name.lower()] = value
    if text:
        found["text"] = " ".join(text)
    if not found.keys() - {"in"}:
        raise QueryFailed("Say what to search for.")
    return format_tags(found)[1:-1]


def _moment(value: str) -> str:
    try:
        return format_server_time(datetime.fromisoformat(value).astimezone().timestamp())
    except (ValueError, OverflowError):
        raise QueryFailed(f"{value} is no date: dates look like 2026-01-31.") from None


def search_question(attributes: str) -> Question:
    """SEARCH (soju.im/search); `attributes` in the form of message tags."""

    def ends(item: Item) -> bool:
        return isinstance(item, Batch) and item.kind == SEARCH

    return ask(Message("SEARCH", (attributes,)), lambda item: False, ends)


def batch_of(items: list[Item], kind: str) -> list[Message] | None:
    """The messages of the first batch of a kind, None if there is none."""
    for item in items:
        if isinstance(item, Batch) and item.kind == kind:
            return list(item.messages())
    return None


def _why(items: list[Item]) -> str | None:
    for item in items:
        if isinstance(item, Message) and (why := refusal(item)) is not None:
            return why
    return None


def _raise_why(items: list[Item]) -> None:
    why = _why(items)
    if why is not None:
        raise QueryFailed(why)


def need_batch(items: list[Item], kind: str) -> list[Message]:
    """As `batch_of`; raises `QueryFailed` with what the server said instead."""
    messages = batch_of(items, kind)
    if messages is None:
        raise QueryFailed(_why(items) or "The server gave no answer that could be understood.")
    return messages


def _number(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _seconds(text: str) -> float | None:
    """A moment in seconds since the epoch; there are servers that tell it in milliseconds."""
    number = _number(text)
    return number / 1000 if number is not None and number >= MILLISECONDS_FROM else number
