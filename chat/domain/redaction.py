"""Taking a message back: who may, and who is told.

Source: IRCv3 "message-redaction", draft (https://ircv3.net/specs/extensions/message-redaction).
"""

from __future__ import annotations

from collections.abc import Callable

from chat.domain.accounts import Answer, person_key
from chat.domain.directory import Directory
from chat.domain.events import Redacted, Tagged, Whispered
from chat.domain.history import Conversation, HistoryEvent, Target, is_speech, no_such_message
from chat.domain.names import fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.rights import heard, may_run
from chat.domain.session import Session
from chat.domain.text import REASON_BYTES, one_line

Told = Callable[[Refused | None], None]
"""Called once: with None when the message is gone, or with why it is not."""


def redact(directory: Directory, session: Session, name: str, msgid: str, reason: str, done: Told) -> None:
    """Take back a message to a room or a person (`name`): one's own, or in a room that one runs."""
    person = session.person
    target: Target
    people: list[Person]
    if name.startswith("#"):
        room = directory.rooms.get(fold(name))
        if room is None or room not in person.rooms:
            done(Refused(Why.NOT_IN_ROOM, f"You are not in {name}.", name))
            return
        name, target, people, runs = room.name, room.folded, list(room.members), may_run(person, room)
        reason = heard(person, (room,), reason)
    else:
        partner = directory.people.get(fold(name))
        if partner is None:
            done(Refused(Why.NO_SUCH_USER, f"No such user: {name}", name))
            return
        target, runs = Conversation(person_key(person), fold(name)), False
        people = [person] if partner is person else [person, partner]

    def found(answer: Answer[HistoryEvent]) -> None:
        if isinstance(answer, Refused):
            done(answer)
        elif not is_speech(answer) and not isinstance(answer, Tagged | Whispered):
            # Without its JOIN, somebody would be in the room unseen by those who have not read of it yet.
            done(no_such_message(msgid))
        elif not runs and not _is_author(directory, person, answer):
            done(Refused(Why.NEEDS_RIGHT, "Only its author may take this message back.", name))
        else:
            directory.history.redact(target, msgid, redacted)

    def redacted(answer: Answer[HistoryEvent]) -> None:
        if isinstance(answer, Refused):
            done(answer)
            return
        event = Redacted(
            *directory.journal.stamp(), session.identity, name, msgid, one_line(reason, REASON_BYTES)
        )
        for each in people:
            each.tell(event)
        done(None)

    directory.history.find(target, msgid, found, person_key(person))


def _is_author(directory: Directory, person: Person, event: HistoryEvent) -> bool:
    """Whether somebody is the author of a message, perhaps of an earlier connection of the same account."""
    author = event.author
    if author.session and any(author.session == session.number for session in person.sessions):
        return True
    if person.account is None or author.account is None or fold(person.account) != fold(author.account):
        return False
    # An account of the same name that was there before is somebody else's. Events have whole milliseconds.
    account = directory.claims.accounts.find(person.account)
    return account is None or event.time > account.created - 0.002
