"""What a client asks a server about the past: older messages of a place, and messages with certain words."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed

from chat.client.link import queries
from chat.client.link.events import Event, Said
from chat.client.link.outbox import encodable
from chat.client.link.queries import QueryFailed, Question
from chat.client.link.replies import Item
from chat.client.link.session import Session
from chat.client.link.translate import happened, said
from chat.wire import MAX_LINE_BYTES, Message, format_server_time

NOT_CONNECTED = "You are not connected."


def objection(message: Message) -> str:
    """Why a command cannot be sent, as a sentence; ``""`` if it can."""
    try:
        size = len(message._replace(tags={}).encode())
    except ValueError as error:
        return str(error)
    over = size - MAX_LINE_BYTES
    return f"It is too long by {over} byte{'s' * (over > 1)}." if over > 0 else ""


def ask(session: Session | None, question: Question) -> Deferred[list[Item]]:
    """Send a question. Fails with `QueryFailed` at once where it cannot be sent, as do the functions below."""
    if session is None or not session.online:
        return fail(QueryFailed(NOT_CONNECTED))
    question.message = question.message._replace(params=tuple(map(encodable, question.message.params)))
    if why_not := objection(question.message):
        return fail(QueryFailed(f"That cannot be asked. {why_not}"))
    session.questions.ask(question)
    return question.answer


def order(session: Session | None, message: Message) -> Deferred[list[Item] | None]:
    """Send a command; fires with what the server answered, with None where it labels no answers.

    There, nothing tells when a command without an answer is done, and a refusal comes as `Told`.
    """
    if session is not None and session.online and not session.features.labels:
        message = message._replace(params=tuple(map(encodable, message.params)))
        if why_not := objection(message):
            return fail(QueryFailed(f"That cannot be sent. {why_not}"))
        session.send(message)
        return succeed(None)
    return ask(session, Question(message, queries.numerics(), queries.numerics())).addCallback(_optional)


def _optional(items: list[Item]) -> list[Item] | None:
    return items


def history(
    session: Session | None, place: str, before: str | float | None, limit: int
) -> Deferred[list[Event]]:
    """Events of a place, oldest first: before a msgid or a time (seconds since the epoch), or the latest with None.

    What a server does not give at once is asked for page by page; where one is refused, what came before counts.
    """
    if session is None or not session.features.history:
        return fail(QueryFailed("This server keeps no history." if session else NOT_CONNECTED))
    return Deferred.fromCoroutine(_pages(session, place, before, limit))


async def _pages(session: Session, place: str, before: str | float | None, limit: int) -> list[Event]:
    messages: list[Message] = []
    while len(messages) < limit:
        count = max(1, min(limit - len(messages), session.features.history_page))
        try:
            page = await _page(session, place, before, count)
        except QueryFailed:
            if messages:
                break
            raise
        messages = page + messages
        oldest = page[0].tags.get("msgid") if page else None
        if len(page) < count or not oldest or oldest == before:
            break
        before = oldest
    events: list[Event] = []
    for message in messages:
        event = happened(message, session.features, session.name, session.now(), (place,), history=True)
        # Of what we have said a moment ago this may be the first word that the server has it.
        acknowledged = (
            isinstance(event, Said)
            and event.own
            and session.outbox.found(event.place, event.text, event.kind, message)
        )
        if event is not None and not acknowledged:
            events.append(event)
    return events


def _page(session: Session, place: str, before: str | float | None, count: int) -> Deferred[list[Message]]:
    fold = session.features.fold
    key = fold(place)
    command, reference = "BEFORE", "*"
    if before is None:
        command = "LATEST"
    elif isinstance(before, str):
        reference = f"msgid={before}"
    else:
        reference = f"timestamp={format_server_time(before)}"
    question = queries.history_question(
        command, place, reference, str(count), same=lambda target: fold(target) == key
    )
    return ask(session, question).addCallback(queries.need_batch, "chathistory")


def search(session: Session | None, words: str, place: str) -> Deferred[list[Said]]:
    """Messages with these words, oldest first; `words` may hold the filters of `queries.search_attributes`."""
    if session is None or not session.features.search:
        return fail(QueryFailed("This server cannot search." if session else NOT_CONNECTED))
    features, name, now = session.features, session.name, session.now
    try:
        attributes = queries.search_attributes(words, place)
    except QueryFailed as failed:
        return fail(failed)

    def read(items: list[Item]) -> list[Said]:
        found = (
            said(message, features, name, now(), history=True)
            for message in queries.need_batch(items, queries.SEARCH)
            if message.command in ("PRIVMSG", "NOTICE")
        )
        return sorted((event for event in found if event is not None), key=lambda event: event.time)

    return ask(session, queries.search_question(attributes)).addCallback(read)
