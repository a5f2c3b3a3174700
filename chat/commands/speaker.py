"""Who types commands, as the rows of the table of commands see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from chat.domain.accounts import Answer, Done
from chat.domain.directory import Directory
from chat.domain.events import LogEvent
from chat.domain.logins import Logins
from chat.domain.names import room_from_typed
from chat.domain.person import Person
from chat.domain.refused import Refused, Why
from chat.domain.room import Room
from chat.domain.session import Session

T = TypeVar("T")


class Speaker(Protocol):
    """The person who typed a command, as the table sees them."""

    session: Session
    directory: Directory
    logins: Logins
    room: Room | None
    """The room that what is typed goes to."""

    @property
    def certificate_fingerprint(self) -> str | None:
        """Of the certificate that this person's program has shown."""

    @property
    def person(self) -> Person:
        """Whose session this is."""

    def reply(self, text: str) -> None:
        """A line for this person alone."""

    def refused(self, refused: Refused) -> None:
        """Say why something was not done."""

    def show(self, event: LogEvent, room: str = "") -> None:
        """Show an event again, with its time, and its room if that is given."""

    def wait(self) -> Callable[[], None]:
        """Take no further commands until the returned function is called: an answer is on its way."""

    def ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        """Ask for a password, not shown while it is typed if that can be helped; `question` ends without a colon.

        It is not answered if the person types an empty line, or one that starts with a slash.
        """

    def welcome(self) -> None:
        """This person, who had no name before, has one: show them in."""

    def focus(self, room: Room | None) -> None:
        """What is typed goes to this room from here on."""

    def muted(self) -> str | None:
        """A sentence if this person may not speak at the moment."""

    def leave(self, reason: str) -> None:
        """Say goodbye and close the connection."""


def here(speaker: Speaker) -> Room:
    """The room in which this person talks, or `Refused`."""
    if speaker.room is None:
        raise Refused(Why.NOT_IN_ROOM, "You are in no room. /join #lobby, or /rooms for a list.")
    return speaker.room


def room_meant(speaker: Speaker, typed: str = "") -> Room:
    """The room of this name, or where this person talks if none was typed; or `Refused`."""
    return speaker.directory.room(room_from_typed(typed), speaker.person) if typed else here(speaker)


def advice(refused: Refused) -> str:
    """What people are told: why something was not done, and what to do."""
    if refused.why is Why.NO_SUCH_USER:
        return f"{refused.sentence}. /users lists who is here."
    if refused.why is Why.NAME_TAKEN and refused.detail:
        return f"{refused.sentence}. If it is yours, log in: /login {refused.detail}"
    return refused.sentence


def when_answered(speaker: Speaker, then: Callable[[T], None]) -> Done[T]:
    """What to do with an answer that comes later, if this person is still here; a refusal is replied.

    Until it comes, no further command is taken.
    """
    answered = speaker.wait()

    def done(answer: Answer[T]) -> None:
        if speaker.session.alive:
            if isinstance(answer, Refused):
                speaker.refused(answer)
            else:
                then(answer)
        answered()

    return done
