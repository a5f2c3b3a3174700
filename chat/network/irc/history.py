"""What was said before: CHATHISTORY, REDACT, and the replay on joining.

Sources: IRCv3 "chathistory" (https://ircv3.net/specs/extensions/chathistory) and "message-redaction", drafts.
"""

from __future__ import annotations

from collections.abc import Sequence

from chat.domain import redaction
from chat.domain.accounts import Answer, person_key
from chat.domain.events import Acted, LogEvent, Noticed, Said, Tagged, Whispered
from chat.domain.history import (
    PAGE_AT_MOST,
    Conversation,
    Correspondent,
    Mark,
    Page,
    Range,
    Target,
    after_moment,
    at_message,
    before_moment,
)
from chat.domain.journal import is_msgid
from chat.domain.names import fold
from chat.domain.refused import Refused, Why
from chat.domain.replaying import set_replay
from chat.domain.terms import QUESTION, Words, told_in_rooms
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rows import command
from chat.network.plain_rendering import LATE_SECONDS, clock_time
from chat.wire import Message, format_server_time, parse_server_time

PARAMETERS = {"LATEST": 4, "BEFORE": 4, "AFTER": 4, "AROUND": 4, "BETWEEN": 5, "TARGETS": 4}
"""Subcommands, and how many parameters each has with its own name."""


class BadParameters(Exception):
    """Something about the parameters of a CHATHISTORY; the arguments are the code, its context and a sentence."""


def today(client: IrcClient, target: str) -> str:
    """A room as it is spelled today, whatever a client or an old message calls it; anything else as it is."""
    room = client.directory.rooms.get(fold(target)) if target.startswith("#") else None
    return target if room is None else room.name


def rendered_today(client: IrcClient, page: Page) -> bytes:
    """Events of the past as the client reads them, in rooms that have the names of today."""
    lines = []
    for event in page:
        room = getattr(event, "room", None)
        if room is not None and (name := today(client, room)) != room:
            event = event._replace(room=name)  # type: ignore[call-arg]
        lines.append(client.rendering.render(event))
    return b"".join(lines)


def time_before(client: IrcClient, event: Whispered) -> str:
    """What stands before a private message that waited for its reader, "" for one that did not."""
    now = client.directory.clock()
    waited = event.kind is not Tagged and now - event.time >= LATE_SECONDS
    return f"[{clock_time(event.time, now)}]" if waited else ""


def replay(client: IrcClient, target: str, past: Sequence[LogEvent]) -> None:
    """Show what was said in a room before this client came in.

    As a batch for clients that know batches, with its time for those that know server-time, and with the time in
    front of the text for the others.
    """
    spoken = [event._replace(room=target) for event in past if isinstance(event, Said | Acted | Noticed)]
    if not spoken:
        return
    if not client.caps & Cap.SERVER_TIME:
        now = client.directory.clock()
        times = [f"[{clock_time(event.time, now)}]" for event in spoken]
        client.send(b"".join(map(client.rendering.past, spoken, times)))
        return
    data = b"".join(map(client.rendering.render, spoken))
    if client.caps & Cap.BATCH:
        client.batch("chathistory", target, data)
    else:
        client.send(data)


@command("REPLAY", "NUMBER|default", "how many messages you are shown on joining a room", minimum=1)
def _replay(client: IrcClient, message: Message) -> None:
    set_replay(client.directory, client.person, message.params[0])
    client.tell_sentence(f"On joining a room you are shown: {message.params[0].lower()}")


@command("CHATHISTORY", "SUBCOMMAND TARGET MARK ... LIMIT", "what was said before", apart=QUESTION)
def _chathistory(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.CHATHISTORY:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "CHATHISTORY")
        return
    word = message.params[0].upper() if message.params else ""
    try:
        if not word:
            raise BadParameters(
                "NEED_MORE_PARAMS", "*", "Say what you want: LATEST, BEFORE, AFTER, AROUND, BETWEEN"
            )
        if word not in PARAMETERS:
            raise BadParameters("UNKNOWN_COMMAND", message.params[0], "There is no such subcommand")
        if len(message.params) < PARAMETERS[word]:
            raise BadParameters("NEED_MORE_PARAMS", word, "Parameters are missing")
        if word == "TARGETS":
            _targets(client, message.params[1:])
        else:
            _page(client, word, message.params[1:])
    except BadParameters as bad:
        code, context, sentence = bad.args
        client.fail("CHATHISTORY", code, context, sentence)


def _limit(word: str, text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise BadParameters("INVALID_PARAMS", f"{word} {text or '*'}", "The limit is a number")
    return min(int(text[:9]), PAGE_AT_MOST)


def _moment(word: str, text: str) -> float:
    kind, _, value = text.partition("=")
    try:
        if kind != "timestamp":
            raise ValueError(kind)
        return parse_server_time(value)
    except ValueError:
        raise BadParameters("INVALID_PARAMS", f"{word} {text or '*'}", "This is no point in time") from None


def _marks(client: IrcClient, word: str, text: str) -> tuple[Mark, Mark]:
    """A point as a lower and as an upper bound, both exclusive.

    A message that is not kept any more is still a point. What can be no message's id is none: it would sort anywhere.
    """
    kind, _, value = text.partition("=")
    if kind == "msgid" and value:
        if not is_msgid(value) or value >= client.directory.journal.stamp()[0]:
            raise BadParameters("INVALID_PARAMS", f"{word} {text}", "There is no such message")
        return at_message(value), at_message(value)
    moment = _moment(word, text)
    return after_moment(moment), before_moment(moment)


def _target(client: IrcClient, word: str, name: str) -> Target:
    if not name.startswith("#"):
        return Conversation(person_key(client.person), fold(name))
    room = client.directory.rooms.get(fold(name))
    if room is None or room not in client.person.rooms:
        raise BadParameters("INVALID_TARGET", f"{word} {name}", "You are not in this room")
    return room.folded


def _page(client: IrcClient, word: str, params: Sequence[str]) -> None:
    target = _target(client, word, params[0])
    name = today(client, params[0])
    limit = _limit(word, params[-1])
    speech = not client.caps & Cap.EVENT_PLAYBACK
    around = _marks(client, word, params[1])[1] if word == "AROUND" else ""
    what = None if around else _range(client, word, params, target, limit, speech)
    asker = person_key(client.person)
    later = client.suspend()

    def answered(answer: Answer[Page]) -> None:
        with later:
            if isinstance(answer, Refused):
                client.fail("CHATHISTORY", "MESSAGE_ERROR", f"{word} {name}", answer.sentence)
            else:
                client.batch("chathistory", name, rendered_today(client, answer))

    if what is None:
        client.directory.history.around(target, around, limit, speech, answered, asker)
    else:
        client.directory.history.page(what, answered, asker)


def _range(
    client: IrcClient, word: str, params: Sequence[str], target: Target, limit: int, speech: bool
) -> Range:
    if word == "LATEST" and params[1] == "*":
        return Range(target, None, None, limit, True, speech)
    after, before = _marks(client, word, params[1])
    if word == "BEFORE":
        return Range(target, None, before, limit, True, speech)
    if word in ("AFTER", "LATEST"):
        return Range(target, after, None, limit, word == "LATEST", speech)
    other_after, other_before = _marks(client, word, params[2])
    if before <= other_before:
        return Range(target, after, other_before, limit, False, speech)
    return Range(target, other_after, before, limit, True, speech)


def _targets(client: IrcClient, params: Sequence[str]) -> None:
    after, before = _moment("TARGETS", params[0]), _moment("TARGETS", params[1])
    limit = _limit("TARGETS", params[2])
    person = client.person
    later = client.suspend()

    def answered(answer: Answer[list[Correspondent]]) -> None:
        with later:
            if isinstance(answer, Refused):
                client.fail("CHATHISTORY", "MESSAGE_ERROR", "TARGETS", answer.sentence)
                return
            lines = [
                f":{client.server_name} CHATHISTORY TARGETS {row.name} {format_server_time(row.time)}\r\n"
                for row in answer
            ]
            client.batch("draft/chathistory-targets", "", "".join(lines).encode())

    history = client.directory.history
    history.targets(person_key(person), list(person.rooms), after, before, limit, answered)


@command(
    "REDACT", "TARGET MSGID [REASON]", "take a message back", words=Words(2, spare=True), work=told_in_rooms
)
def _redact(client: IrcClient, message: Message) -> None:
    if not client.caps & Cap.MESSAGE_REDACTION:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "REDACT")
        return
    if len(message.params) < 2:
        client.fail("REDACT", "NEED_MORE_PARAMS", "", "REDACT takes a room or person and the id of a message")
        return
    name, msgid = message.params[:2]
    reason = message.params[2] if len(message.params) > 2 else ""
    later = client.suspend()

    def answered(refused: Refused | None) -> None:
        with later:
            if refused is None:
                return
            if refused.why is Why.NO_SUCH_MESSAGE:
                client.fail("REDACT", "UNKNOWN_MSGID", f"{name} {msgid}", refused.sentence)
            elif refused.why is Why.NEEDS_RIGHT:
                client.fail("REDACT", "REDACT_FORBIDDEN", f"{name} {msgid}", refused.sentence)
            else:
                client.fail("REDACT", "INVALID_TARGET", name, refused.sentence)

    redaction.redact(client.directory, client.session, name, msgid, reason, answered)
