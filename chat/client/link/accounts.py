"""What a client asks a server about our account that no IRC command is for: commands of this project's server.

A server tells of them in RPL_ISUPPORT, as `COMMANDS=ANNOUNCE,PASSWORD,UNREGISTER`.
"""

from __future__ import annotations

from chat.client.link.queries import QueryFailed
from chat.client.link.replies import Item, refusal, sentence
from chat.wire import Message


def read_done(items: list[Item] | None) -> str:
    """What the server says came of a command, ``""`` where it does not say; raises `QueryFailed` if nothing came."""
    told = []
    for item in items or ():
        if not isinstance(item, Message):
            continue
        why = refusal(item)
        if why is not None:
            raise QueryFailed(why)
        if item.command in ("NOTICE", "NOTE") and item.params:
            told.append(sentence(item.params[-1]))
    return " ".join(told)
