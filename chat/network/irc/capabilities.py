"""The IRCv3 capabilities that are offered: a bit for each, and what `CAP LS` says about it.

A client's capabilities are one integer, so that the set that decides how events are rendered is a key of a dictionary.
Source: IRCv3 "Capability Negotiation" (https://ircv3.net/specs/extensions/capability-negotiation).
"""

from __future__ import annotations

from typing import Final

from chat.domain.directory import TEXT_BYTES
from chat.domain.metadata import KEYS_AT_MOST, SUBSCRIPTIONS_AT_MOST, VALUE_BYTES

MULTILINE_LINES = 32
"""Lines of one multiline message."""
CAP_VERSION_WITH_VALUES = 302
"""`CAP LS` version from which on values are shown and cap-notify is implied."""


class Cap:
    """One bit a capability: plain integers, because `IntFlag` takes a microsecond for each `&`."""

    ACCOUNT_NOTIFY: Final = 1 << 0
    ACCOUNT_TAG: Final = 1 << 1
    AWAY_NOTIFY: Final = 1 << 2
    BATCH: Final = 1 << 3
    CAP_NOTIFY: Final = 1 << 4
    CHGHOST: Final = 1 << 5
    ECHO_MESSAGE: Final = 1 << 6
    EXTENDED_JOIN: Final = 1 << 7
    INVITE_NOTIFY: Final = 1 << 8
    LABELED_RESPONSE: Final = 1 << 9
    MESSAGE_TAGS: Final = 1 << 10
    MULTI_PREFIX: Final = 1 << 11
    SERVER_TIME: Final = 1 << 12
    SETNAME: Final = 1 << 13
    STANDARD_REPLIES: Final = 1 << 14
    USERHOST_IN_NAMES: Final = 1 << 15
    NO_IMPLICIT_NAMES: Final = 1 << 16
    EXTENDED_MONITOR: Final = 1 << 17
    SASL: Final = 1 << 18
    CHATHISTORY: Final = 1 << 19
    EVENT_PLAYBACK: Final = 1 << 20
    READ_MARKER: Final = 1 << 21
    MULTILINE: Final = 1 << 22
    MESSAGE_REDACTION: Final = 1 << 23
    ACCOUNT_REGISTRATION: Final = 1 << 24
    METADATA: Final = 1 << 25
    PRE_AWAY: Final = 1 << 26
    SEARCH: Final = 1 << 27


NAMES: dict[str, int] = {
    "account-notify": Cap.ACCOUNT_NOTIFY,
    "account-tag": Cap.ACCOUNT_TAG,
    "away-notify": Cap.AWAY_NOTIFY,
    "batch": Cap.BATCH,
    "cap-notify": Cap.CAP_NOTIFY,
    "chghost": Cap.CHGHOST,
    "draft/account-registration": Cap.ACCOUNT_REGISTRATION,
    "draft/chathistory": Cap.CHATHISTORY,
    "draft/event-playback": Cap.EVENT_PLAYBACK,
    "draft/message-redaction": Cap.MESSAGE_REDACTION,
    "draft/metadata-3": Cap.METADATA,
    "draft/multiline": Cap.MULTILINE,
    "draft/no-implicit-names": Cap.NO_IMPLICIT_NAMES,
    "draft/pre-away": Cap.PRE_AWAY,
    "draft/read-marker": Cap.READ_MARKER,
    "echo-message": Cap.ECHO_MESSAGE,
    "extended-join": Cap.EXTENDED_JOIN,
    "extended-monitor": Cap.EXTENDED_MONITOR,
    "invite-notify": Cap.INVITE_NOTIFY,
    "labeled-response": Cap.LABELED_RESPONSE,
    "message-tags": Cap.MESSAGE_TAGS,
    "multi-prefix": Cap.MULTI_PREFIX,
    "no-implicit-names": Cap.NO_IMPLICIT_NAMES,
    "sasl": Cap.SASL,
    "server-time": Cap.SERVER_TIME,
    "setname": Cap.SETNAME,
    "soju.im/search": Cap.SEARCH,
    "standard-replies": Cap.STANDARD_REPLIES,
    "userhost-in-names": Cap.USERHOST_IN_NAMES,
}
"""Names as clients request them; two names may stand for one capability while a draft is being adopted."""

VALUES: dict[str, str] = {
    "draft/metadata-3": (
        f"before-connect,max-subs={SUBSCRIPTIONS_AT_MOST},max-keys={KEYS_AT_MOST},max-value-bytes={VALUE_BYTES}"
    ),
    "draft/multiline": f"max-bytes={TEXT_BYTES},max-lines={MULTILINE_LINES}",
}
"""What follows the `=` for clients that know capability negotiation 302."""

RENDERED = (
    Cap.SERVER_TIME
    | Cap.MESSAGE_TAGS
    | Cap.ACCOUNT_TAG
    | Cap.EXTENDED_JOIN
    | Cap.AWAY_NOTIFY
    | Cap.ACCOUNT_NOTIFY
    | Cap.CHGHOST
    | Cap.SETNAME
    | Cap.MULTILINE
    | Cap.MESSAGE_REDACTION
)
"""The capabilities that change the bytes of a room's events: readers equal in these share one rendering."""


def listed(version: int, registration: str, mechanisms: str) -> list[str]:
    """The capabilities as `CAP LS` shows them to a client of this version.

    `registration` is the server's rule for making accounts, as in `Settings.registration`; `mechanisms` are of SASL.
    """
    values = {}
    if version >= CAP_VERSION_WITH_VALUES:
        early = "before-connect," if registration == "early" else ""
        values = VALUES | {"draft/account-registration": f"{early}custom-account-name", "sasl": mechanisms}
    names = [name for name in NAMES if registration != "closed" or name != "draft/account-registration"]
    return [f"{name}={values[name]}" if name in values else name for name in names]


def names_of(caps: int) -> list[str]:
    """The names of enabled capabilities, each once."""
    seen: dict[int, str] = {}
    for name, cap in NAMES.items():
        if caps & cap:
            seen.setdefault(cap, name)
    return list(seen.values())
