"""Looking for what was said: SEARCH.

Source: the soju.im/search extension (https://git.sr.ht/~emersion/soju/tree/master/item/doc/ext/search.md). Search
looks in the rooms that the client is in; private conversations are not indexed.
"""

from __future__ import annotations

from chat.domain.accounts import Answer, person_key
from chat.domain.history import Page, Search
from chat.domain.names import fold
from chat.domain.refused import Refused
from chat.domain.terms import SEARCH
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.history import rendered_today
from chat.network.irc.rows import command
from chat.wire import MalformedLine, Message, parse, parse_server_time

FOUND = 50
"""Messages found if the client names no limit."""
FOUND_AT_MOST = 100
"""Messages found at most."""
WORDS_AT_MOST = 16
"""Words looked for at once."""


class BadSearch(Exception):
    """An attribute that means nothing; the arguments are its name and a sentence."""


def search_of(client: IrcClient, attributes: str) -> Search:
    """What a client looks for, from attributes in the form of message tags; raises `BadSearch`."""
    try:
        asked = parse(f"@{attributes} SEARCH".encode()).tags
    except MalformedLine as error:
        raise BadSearch("*", str(error)) from None
    rooms = {room.folded for room in client.person.rooms}
    if "in" in asked:
        if fold(asked["in"]) not in rooms:
            raise BadSearch("in", "You are not in this room, and search looks in your rooms only")
        rooms = {fold(asked["in"])}
    words = tuple(asked.get("text", "").split())
    if len(words) > WORDS_AT_MOST:
        raise BadSearch("text", f"At most {WORDS_AT_MOST} words can be looked for at once")
    author = fold(asked["from"]) if asked.get("from") else None
    if not words and author is None:
        raise BadSearch("text", "Say what to look for: text, or from")
    limit = asked.get("limit", str(FOUND))
    if not limit.isascii() or not limit.isdecimal():
        raise BadSearch("limit", "The limit is a number")
    return Search(
        words,
        tuple(sorted(rooms)),
        author,
        _moment(asked.get("after"), "after"),
        _moment(asked.get("before"), "before"),
        min(int(limit[:9]), FOUND_AT_MOST),
    )


def _moment(value: str | None, name: str) -> float | None:
    try:
        return None if value is None else parse_server_time(value)
    except ValueError:
        raise BadSearch(name, "This is no point in time") from None


@command("SEARCH", "ATTRIBUTES", "look for what was said in your rooms", apart=SEARCH)
def _search(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.SEARCH:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "SEARCH")
        return
    try:
        what = search_of(client, message.params[0] if message.params else "")
    except BadSearch as bad:
        client.fail("SEARCH", "INVALID_PARAMS", bad.args[0], bad.args[1])
        return
    later = client.suspend()

    def answered(answer: Answer[Page]) -> None:
        with later:
            if isinstance(answer, Refused):
                client.fail("SEARCH", "INTERNAL_ERROR", "", answer.sentence)
            else:
                client.batch("soju.im/search", "", rendered_today(client, answer))

    client.directory.history.search(what, answered, person_key(client.person))
