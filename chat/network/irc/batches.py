"""Messages of several lines: BATCH.

Sources: IRCv3 "client-initiated batches" and "multiline", draft (https://ircv3.net/specs/extensions/multiline).
A multiline message is one event whose text has line feeds. Where a line was sent in several pieces, the event's tags
remember the places, so that others get it in the same pieces.
"""

from __future__ import annotations

from chat.domain.directory import TEXT_BYTES
from chat.domain.events import Noticed, Said
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import MULTILINE_LINES, Cap
from chat.network.irc.client import IrcClient
from chat.network.irc.rendering import CUTS
from chat.network.irc.rows import command
from chat.network.irc.speaking import client_tags, fits, speak
from chat.network.irc.unfinished import Multiline
from chat.wire import Message

MULTILINE = "draft/multiline"
CONCAT = "draft/multiline-concat"


def _invalid(client: IrcClient, sentence: str) -> None:
    client.multiline = None
    client.fail("BATCH", "MULTILINE_INVALID", "", sentence)


@command("BATCH", "+REFERENCE TYPE TARGET | -REFERENCE", "send a message of several lines", minimum=1)
def _batch(client: IrcClient, message: Message) -> None:
    word = message.params[0]
    open_one = client.multiline
    if not client.caps & Cap.MULTILINE:
        client.numeric(n.ERR_UNKNOWNCOMMAND, "BATCH")
    elif word.startswith("+"):
        if open_one is not None or len(message.params) < 3 or message.params[1] != MULTILINE:
            _invalid(client, "A batch is +REFERENCE draft/multiline TARGET, one at a time")
            return
        tags = client_tags(client, message)
        client.multiline = Multiline(word[1:], message.params[2], tags, message.tags.get("label", ""))
        client.answer_later()
    elif open_one is None or word[1:] != open_one.reference:
        _invalid(client, "There is no such batch")
    else:
        client.multiline = None
        _say(client, open_one)


def is_piece(client: IrcClient, message: Message) -> bool:
    """Whether a line belongs to the open batch, and says so."""
    open_one = client.multiline
    return open_one is not None and bool(message.tags) and message.tags.get("batch") == open_one.reference


def piece(client: IrcClient, message: Message) -> bool:
    """Take a line that belongs to the open batch; False if it does not say so."""
    open_one = client.multiline
    reference = message.tags.get("batch")
    if reference is None:
        return False
    if open_one is None or reference != open_one.reference:
        _invalid(client, "There is no such batch")
        return True
    if len(message.params) < 2 or message.params[0] != open_one.target:
        client.multiline = None
        context = f"{open_one.target} {message.params[0] if message.params else '*'}"
        client.fail("BATCH", "MULTILINE_INVALID_TARGET", context, "All lines go to the target of the batch")
        return True
    text = message.params[1]
    concat = CONCAT in message.tags
    if (open_one.command and open_one.command != message.command) or (concat and not text):
        _invalid(client, "The lines of a batch are of one kind, and a blank one continues none")
        return True
    open_one.command = message.command
    if open_one.lines >= MULTILINE_LINES:
        client.multiline = None
        client.fail("BATCH", "MULTILINE_MAX_LINES", str(MULTILINE_LINES), "Too many lines: nothing was sent")
    elif not fits(client, message):
        _invalid(client, "A line is too long: nothing was sent")
    else:
        open_one.add(text, concat)
        if len(open_one.text.encode()) > TEXT_BYTES:
            client.multiline = None
            client.fail("BATCH", "MULTILINE_MAX_BYTES", str(TEXT_BYTES), "Too much text: nothing was sent")
    return True


def spoil(client: IrcClient) -> None:
    """A line was refused while a batch is open: no part of a message is passed on without the rest."""
    if client.multiline is not None:
        _invalid(client, "A line was refused: nothing was sent")


def _say(client: IrcClient, batch: Multiline) -> None:
    client.label(batch.label)
    if not batch.text.strip("\n"):
        _invalid(client, "The message is empty")
    elif not client.muted():
        tags = batch.tags
        if batch.cuts:
            tags = {**tags, CUTS: ",".join(map(str, batch.cuts))}
        kind = Noticed if batch.command == "NOTICE" else Said
        speak(client, batch.target, batch.text, kind, tags, batch.label)
