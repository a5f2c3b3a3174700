"""What the domain answers when something may not be done: one exception, a reason and a sentence."""

from __future__ import annotations

from enum import Enum, auto


class Why(Enum):
    """Reasons, for dialects that have a code for each (IRC numerics)."""

    NAME_TAKEN = auto()
    NAME_REFUSED = auto()
    NO_SUCH_USER = auto()
    NO_SUCH_ROOM = auto()
    ROOM_REFUSED = auto()
    NOT_IN_ROOM = auto()
    ALREADY_IN_ROOM = auto()
    USER_NOT_IN_ROOM = auto()
    USER_IN_ROOM = auto()
    CANNOT_SAY = auto()
    NEEDS_RIGHT = auto()
    NEEDS_OPERATOR = auto()
    NEEDS_ACCOUNT = auto()
    TOO_MANY_ROOMS = auto()
    BANNED = auto()
    INVITE_ONLY = auto()
    WRONG_KEY = auto()
    ROOM_FULL = auto()
    UNKNOWN_MODE = auto()
    BAD_MODE = auto()
    LIST_FULL = auto()
    SERVER_FULL = auto()
    NOT_DELIVERED = auto()
    TOO_LONG = auto()
    NOTHING_SAID = auto()
    LIMIT = auto()
    BAD_PASSWORD = auto()
    LOGIN_FAILED = auto()
    LOGGED_IN = auto()
    NOT_LOGGED_IN = auto()
    ACCOUNT_EXISTS = auto()
    MAILBOX_FULL = auto()
    NO_SUCH_MESSAGE = auto()
    STORAGE = auto()
    SERVER_BANNED = auto()
    CANNOT_BAN = auto()
    NOT_BANNED = auto()
    NO_SUCH_CERTIFICATE = auto()
    NOT_IGNORED = auto()
    BAD_DURATION = auto()
    ENDED = auto()
    NO_SUCH_DEVICE = auto()


class Refused(Exception):
    """Something was not done. `sentence` tells the person why and what to do; `subject` is the name it is about."""

    def __init__(self, why: Why, sentence: str, subject: str = "", detail: str = "") -> None:
        super().__init__(sentence)
        self.why = why
        self.sentence = sentence
        self.subject = subject
        self.detail = detail
        """A second thing that it is about, such as the room for a person or the letter of a mode."""
