"""What the server supports, as RPL_ISUPPORT announces it (Modern IRC, "RPL_ISUPPORT Parameters")."""

from __future__ import annotations

from chat.domain.directory import ROOMS_AT_MOST, TOPIC_BYTES
from chat.domain.names import NICKLEN, ROOMLEN
from chat.network.irc.numerics import Parameters

TOKENS_A_LINE = 13
"""Tokens in one reply: 15 parameters less the recipient and the text."""
TARGETS_AT_MOST = 20
"""Targets of one PRIVMSG, KICK or WHOIS: more than anybody types, less than a flood."""
AWAY_BYTES = 200
"""Longest away message."""
KICK_BYTES = 300
"""Longest reason for a kick."""
REALNAME_BYTES = 150
"""Longest real name (SETNAME)."""
MODES_AT_ONCE = 20
"""Mode changes with a parameter in one MODE."""

MODE_LETTERS = ("Biow", "biklmnost", "bkloqv")
"""User modes, modes of rooms, and those of them that take a parameter: RPL_MYINFO."""


def tokens(network: str) -> list[str]:
    """The tokens for a server of this name."""
    return [
        f"AWAYLEN={AWAY_BYTES}",
        "CASEMAPPING=ascii",
        f"CHANLIMIT=#:{ROOMS_AT_MOST}",
        f"CHANNELLEN={ROOMLEN}",
        "CHANTYPES=#",
        f"KICKLEN={KICK_BYTES}",
        f"MODES={MODES_AT_ONCE}",
        f"NAMELEN={REALNAME_BYTES}",
        f"NETWORK={network}",
        f"NICKLEN={NICKLEN}",
        "PREFIX=(qov)~@+",
        "SAFELIST",
        f"TARGMAX=PRIVMSG:{TARGETS_AT_MOST},NOTICE:{TARGETS_AT_MOST},TAGMSG:{TARGETS_AT_MOST},KICK:{TARGETS_AT_MOST},"
        f"NAMES:1,LIST:,WHOIS:1,JOIN:,PART:",
        f"TOPICLEN={TOPIC_BYTES}",
        "UTF8ONLY",
    ]


def lines(network: str) -> list[Parameters]:
    """The tokens in as many parameters of RPL_ISUPPORT as it takes."""
    every = tokens(network)
    return [
        Parameters(" ".join(every[start : start + TOKENS_A_LINE]))
        for start in range(0, len(every), TOKENS_A_LINE)
    ]
