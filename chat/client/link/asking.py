"""What a client asks a server about the past: older messages of a place, and messages with certain words."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed

from chat.client.link import queries
from chat.client.link.events import Event, Said
from chat.client.link.queries import QueryFailed, Question
from chat.client.link.replies import Item
from chat.client.link.session import Session
from chat.client.link.translate import happened, said
from chat.wire import Message, format_server_time

NOT_CONNECTED = "You are not connected."


def ask(session: Session | None, question: Question) -> Deferred[list[Item]]:
    """Send a question. Fails with `QueryFailed` at once where it cannot be sent, as do the functions below."""
    if session is None or not session.online:
        return fail(QueryFailed(NOT_CONNECTED))
    try:
        question.message.encode()
    except ValueError:
        return fail(QueryFailed("That cannot be asked."))
    session.questions.ask(question)
    return question.answer


def order(session: Session | None, message: Message) -> Deferred[list[Item] | None]:
    """Send a command; fires with what the server answered, with None where it labels no answers.

    There, nothing tells when a command without an answer is done, and a refusal comes as `Told`.
    """
    if session is not None and session.online and not session.features.labels:
        session.send(message)
        return succeed(None)
    return ask(session, Question(message, queries.numerics(), queries.numerics())).addCallback(_optional)


def _optional(items: list[Item]) -> list[Item] | None:
    return items


def history(
    session: Session | None, place: str, before: str | float | None, limit: int
) -> Deferred[list[Event]]:
    """Events of a place, oldest first: before a msgid or a time (seconds since the epoch), or the latest with None."""
    if session is None or not session.features.history:
        return fail(QueryFailed("This server keeps no history." if session else NOT_CONNECTED))
    features, name, now = session.features, session.name, session.now
    key = features.fold(place)
    reference = "*"
    if before is not None:
        reference = (
            f"msgid={before}" if isinstance(before, str) else f"timestamp={format_server_time(before)}"
        )
    count = max(1, min(limit, features.history_page))
    command = "LATEST" if before is None else "BEFORE"

    def read(items: list[Item]) -> list[Event]:
        events = (
            happened(message, features, name, now(), (place,), history=True)
            for message in queries.need_batch(items, "chathistory")
        )
        return [event for event in events if event is not None]

    question = queries.history_question(
        command, place, reference, str(count), same=lambda target: features.fold(target) == key
    )
    return ask(session, question).addCallback(read)


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
