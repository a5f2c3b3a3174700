"""What the server supports, as RPL_ISUPPORT announces it (Modern IRC, "RPL_ISUPPORT Parameters")."""

from __future__ import annotations

from functools import lru_cache

from chat.domain.directory import ROOMS_AT_MOST
from chat.domain.history import PAGE_AT_MOST
from chat.domain.mode_lines import LISTS
from chat.domain.modes import CHANGES_AT_MOST, FLAGS, KEY_BYTES, LIST_AT_MOST
from chat.domain.names import NICKLEN, ROOMLEN
from chat.domain.repeats import REPEAT_SECONDS
from chat.domain.rights import SIGNS, STATUS_SIGNS
from chat.domain.text import AWAY_BYTES, REALNAME_BYTES, REASON_BYTES, TOPIC_BYTES
from chat.domain.watches import WATCHED_AT_MOST
from chat.network.irc.extensions import COMMANDS
from chat.network.irc.listing import ELIST
from chat.network.irc.numerics import Parameters

TOKENS_A_LINE = 13
"""Tokens in one reply: 15 parameters less the recipient and the text."""
TARGETS_AT_MOST = 20
"""Targets of one PRIVMSG, KICK or WHOIS: more than anybody types, less than a flood."""
USERNAME_CHARACTERS = 16
"""Longest username, which clients make of the name of the account on their machine."""
USER_MODES = {"B": "a bot", "i": "not found by masks", "o": "an operator of the server", "w": "gets WALLOPS"}
"""Modes of a user. `o` can only be given up by hand."""

MODE_LETTERS = ("".join(sorted(USER_MODES)), "CIRbeiklmnostv", "Ibeklov")
"""User modes, modes of rooms, and those of them that take a parameter: RPL_MYINFO."""


@lru_cache(maxsize=1)
def tokens(network: str) -> list[str]:
    """The tokens for a server of this name."""
    lists, flags = "".join(sorted(LISTS)), "".join(sorted(FLAGS))
    many = ",".join(
        f"{word}:{TARGETS_AT_MOST}" for word in ("PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "KICK")
    )
    return [
        "ACCOUNTEXTBAN=a",
        f"AWAYLEN={AWAY_BYTES}",
        "BOT=B",
        "CASEMAPPING=ascii",
        f"CHANLIMIT=#:{ROOMS_AT_MOST}",
        f"CHANMODES={lists},k,l,{flags}",
        f"CHANNELLEN={ROOMLEN}",
        "CHANTYPES=#",
        f"COMMANDS={','.join(COMMANDS)}",
        f"CHATHISTORY={PAGE_AT_MOST}",
        f"ELIST={ELIST}",
        "EXCEPTS=e",
        "EXTBAN=,am",
        "INVEX=I",
        f"KEYLEN={KEY_BYTES}",
        f"KICKLEN={REASON_BYTES}",
        f"MAXLIST={lists}:{LIST_AT_MOST}",
        f"MODES={CHANGES_AT_MOST}",
        f"MONITOR={WATCHED_AT_MOST}",
        "MSGREFTYPES=msgid,timestamp",
        f"NAMELEN={REALNAME_BYTES}",
        f"NETWORK={network}",
        f"NICKLEN={NICKLEN}",
        f"PREFIX=({''.join(SIGNS)}){''.join(SIGNS.values())}",
        f"REPEAT={REPEAT_SECONDS:.0f}",
        "SAFELIST",
        f"STATUSMSG={STATUS_SIGNS}",
        f"TARGMAX={many},NAMES:{TARGETS_AT_MOST},LIST:{TARGETS_AT_MOST},WHOIS:1,INVITE:1,MONITOR:{WATCHED_AT_MOST}",
        f"TOPICLEN={TOPIC_BYTES}",
        f"USERLEN={USERNAME_CHARACTERS}",
        "UTF8MAPPING=rfc8265",
        "UTF8ONLY",
        "WHOX",
    ]


def lines(network: str) -> list[Parameters]:
    """The tokens in as many parameters of RPL_ISUPPORT as it takes."""
    every = tokens(network)
    return [
        Parameters(" ".join(every[start : start + TOKENS_A_LINE]))
        for start in range(0, len(every), TOKENS_A_LINE)
    ]
