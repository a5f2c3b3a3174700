"""Events as IRC clients read them: one rendering for each set of capabilities that changes the bytes.

All readers with the same set share one object (`shared_rendering`), so that the fan-out renders an event once for
all of them. `render` runs once for each event and rendering; a message without tags takes under a microsecond.
Sources: Modern IRC, "Messages"; the IRCv3 specifications of the capabilities that `capabilities.RENDERED` names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from chat.domain.events import (
    NO_TAGS,
    Acted,
    Announced,
    AwayChanged,
    ClientTags,
    Event,
    Identity,
    IdentityChanged,
    Invited,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    Quit,
    Redacted,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from chat.domain.mode_lines import Change, read, written
from chat.domain.names import fold
from chat.domain.text import within_bytes
from chat.network.irc.capabilities import RENDERED, Cap
from chat.wire import MAX_LINE_BYTES, escape_tag_value, format_server_time

CUTS = "multiline-cuts"
"""Tag of an event, never sent: where in its text a line was sent in pieces, as offsets with commas."""

_time = lru_cache(maxsize=1024)(format_server_time)


def source(author: Identity) -> str:
    """The source of a line: a person's mask, or the name of a server."""
    if not author.username:
        return author.name
    return f"{author.name}!{author.username}@{author.host}"


def pieces(text: str, room: int, cuts: str = "") -> Iterator[tuple[str, bool]]:
    """The lines of `text` in parts of at most `room` bytes, and whether a part continues the one before it.

    A line is parted at the offsets `cuts`, and where it is too long, at spaces if possible. A blank line is a part too.
    """
    places = {int(cut) for cut in cuts.split(",") if cut}
    offset = 0
    for line in text.split("\n"):
        end = offset + len(line)
        edges = [offset, *sorted(place for place in places if offset < place < end), end]
        concat = False
        for begin, stop in pairwise(edges):
            rest = text[begin:stop]
            while len(rest.encode()) > room:
                part = within_bytes(rest, room)
                space = part.rfind(" ")
                if space > len(part) // 2:
                    part = part[: space + 1]
                yield part, concat
                concat = True
                rest = rest[len(part) :]
            yield rest, concat
            concat = True
        offset = end + 1


def mode_words(change: Sequence[str], room: int) -> Iterator[str]:
    """A change of modes as it follows the room in as many MODE lines as it takes, `room` bytes for each."""
    changes: list[Change] = []
    for one in read(change):
        if changes and len(" ".join(written([*changes, one])).encode()) > room:
            yield " ".join(written(changes))
            changes = []
        changes.append(one)
    yield " ".join(written(changes))


class IrcRendering:
    """How clients with one set of capabilities get events."""

    __slots__ = ("_account", "_forms", "_ignored", "_message_tags", "_tagged", "_time", "caps")

    def __init__(self, caps: int, ignored: frozenset[str] = frozenset()) -> None:
        """`ignored`: folded names whose speech is hidden."""
        self.caps = caps
        """The capabilities, of those that `capabilities.RENDERED` names."""
        self._ignored = ignored
        self._time = bool(caps & Cap.SERVER_TIME)
        self._message_tags = bool(caps & Cap.MESSAGE_TAGS)
        self._account = bool(caps & Cap.ACCOUNT_TAG)
        self._tagged = self._time or self._message_tags or self._account
        self._forms: dict[type, Callable[[Any], bytes]] = {
            Said: self._said,
            Acted: self._acted,
            Noticed: self._noticed,
            Tagged: self._only_tags,
            Joined: self._joined,
            Left: self._left,
            Kicked: self._kicked,
            TopicChanged: self._topic,
            ModeChanged: self._mode,
            Quit: self._quit,
            Renamed: self._renamed,
            AwayChanged: self._away,
            IdentityChanged: self._identity,
            Whispered: self._whispered,
            Invited: self._invited,
            Redacted: self._redacted,
            Announced: self._announced,
        }

    def render(self, event: Event) -> bytes:
        """The bytes of one event, or b"" if this reader does not see it."""
        return self._forms[type(event)](event)

    # speech

    def _said(self, event: Said) -> bytes:
        msgid, time, author, room, text, tags = event
        _, name, username, host, account, _, bot = author
        if self._tagged:
            head = self.tags(msgid, time, account, bot, tags)
        else:
            head = ""
        start = f":{name}!{username}@{host} PRIVMSG {room} :"
        data = f"{head}{start}{text}\r\n".encode()
        if len(data) > MAX_LINE_BYTES or self._ignored or "\n" in text:
            return self._long(event, head, start, text)
        return data

    def _acted(self, event: Acted) -> bytes:
        start = f":{source(event.author)} PRIVMSG {event.room} :\x01ACTION "
        return self._long(event, self._tags_of(event), start, event.text, "\x01")

    def _noticed(self, event: Noticed) -> bytes:
        return self._long(
            event, self._tags_of(event), f":{source(event.author)} NOTICE {event.room} :", event.text
        )

    def _long(
        self,
        event: LogEvent | Whispered,
        head: str,
        start: str,
        text: str,
        end: str = "",
        apart: bool = False,
    ) -> bytes:
        # Lines of people on plain connections, and messages of several lines, can be longer than IRC has room for.
        if self._ignored and fold(event.author.name) in self._ignored:
            return b""
        space = MAX_LINE_BYTES - 2 - len(start.encode()) - len(end)
        if "\n" not in text and len(text.encode()) <= space:
            return f"{head}{start}{text}{end}\r\n".encode()
        tags: ClientTags = getattr(event, "tags", NO_TAGS)
        if self.caps & Cap.MULTILINE and not apart:
            return self._batch(event.msgid, head, start, pieces(text, space, tags.get(CUTS, "")), end)
        lines = [f"{start}{piece}{end}\r\n" for piece, _ in pieces(text, space, tags.get(CUTS, "")) if piece]
        if head and lines:
            # The message id names the message once: on its first line.
            rest = self.tags("", event.time, event.author.account, event.author.bot, tags)
            lines = [head + lines[0], *(rest + line for line in lines[1:])]
        return "".join(lines).encode()

    def _batch(
        self, reference: str, head: str, start: str, parts: Iterator[tuple[str, bool]], end: str
    ) -> bytes:
        source, _, target = start.split(" ", 3)[:3]
        lines = [f"{head}{source} BATCH +{reference} draft/multiline {target}\r\n"]
        for piece, concat in parts:
            tag = ";draft/multiline-concat" if concat else ""
            lines.append(f"@batch={reference}{tag} {start}{piece}{end}\r\n")
        lines.append(f"{source} BATCH -{reference}\r\n")
        return "".join(lines).encode()

    def past(self, event: Said | Acted | Noticed | Whispered, before: str) -> bytes:
        """What was said a while ago, for clients that are not told times by tags.

        `before` stands in front of each line, so that none of them looks as if it was said at this moment.
        """
        kind: type[Said | Acted | Noticed | Tagged | Whispered] = type(event)
        target = getattr(event, "room", "")
        if isinstance(event, Whispered):
            kind, target = event.kind, event.recipient.name
        word = "NOTICE" if kind is Noticed else "PRIVMSG"
        begin, end = ("\x01ACTION ", "\x01") if kind is Acted else ("", "")
        start = f":{source(event.author)} {word} {target} :{begin}{before} "
        return self._long(event, self._tags_of(event), start, event.text, end, apart=True)

    def _only_tags(self, event: Tagged) -> bytes:
        if not self._message_tags or (self._ignored and fold(event.author.name) in self._ignored):
            return b""
        return f"{self._tags_of(event)}:{source(event.author)} TAGMSG {event.room}\r\n".encode()

    def _whispered(self, event: Whispered) -> bytes:
        author = event.author
        head = self.tags(event.msgid, event.time, author.account, author.bot, event.tags)
        target = event.recipient.name
        if event.kind is Tagged:
            return f"{head}:{source(author)} TAGMSG {target}\r\n".encode() if self._message_tags else b""
        word = "NOTICE" if event.kind is Noticed else "PRIVMSG"
        start = f":{source(author)} {word} {target} :"
        if event.kind is Acted:
            return self._long(event, head, start + "\x01ACTION ", event.text, "\x01")
        return self._long(event, head, start, event.text)

    # rooms

    def _line(self, event: Any, text: str) -> bytes:
        """One line with its tags. What a name of the longest kind leaves no room for is cut off."""
        head = self._tags_of(event) if self._tagged else ""
        return f"{head}{within_bytes(f':{source(event.author)} {text}', MAX_LINE_BYTES - 2)}\r\n".encode()

    def _joined(self, event: Joined) -> bytes:
        if self.caps & Cap.EXTENDED_JOIN:
            author = event.author
            return self._line(event, f"JOIN {event.room} {author.account or '*'} :{author.realname}")
        return self._line(event, f"JOIN {event.room}")

    def _left(self, event: Left) -> bytes:
        return self._line(
            event, f"PART {event.room} :{event.reason}" if event.reason else f"PART {event.room}"
        )

    def _kicked(self, event: Kicked) -> bytes:
        return self._line(event, f"KICK {event.room} {event.target.name} :{event.reason}")

    def _topic(self, event: TopicChanged) -> bytes:
        return self._line(event, f"TOPIC {event.room} :{event.topic}")

    def _mode(self, event: ModeChanged) -> bytes:
        start = f"MODE {event.room} "
        space = MAX_LINE_BYTES - 2 - len(f":{source(event.author)} {start}".encode())
        return b"".join(self._line(event, start + change) for change in mode_words(event.change, space))

    # persons

    def _quit(self, event: Quit) -> bytes:
        return self._line(event, f"QUIT :{event.reason}")

    def _renamed(self, event: Renamed) -> bytes:
        return self._line(event, f"NICK {event.name}")

    def _away(self, event: AwayChanged) -> bytes:
        if not self.caps & Cap.AWAY_NOTIFY:
            return b""
        return self._line(event, "AWAY" if event.reason is None else f"AWAY :{event.reason}")

    def _identity(self, event: IdentityChanged) -> bytes:
        # Who cannot be told of a changed host is told nothing: a made-up QUIT and JOIN would say what did not happen.
        before, after = event.author, event.after
        lines = b""
        if after.account != before.account and self.caps & Cap.ACCOUNT_NOTIFY:
            lines += self._line(event, f"ACCOUNT {after.account or '*'}")
        if (after.username, after.host) != (before.username, before.host) and self.caps & Cap.CHGHOST:
            lines += self._line(event, f"CHGHOST {after.username} {after.host}")
        if after.realname != before.realname and self.caps & Cap.SETNAME:
            lines += self._line(event, f"SETNAME :{after.realname}")
        return lines

    def _invited(self, event: Invited) -> bytes:
        return self._line(event, f"INVITE {event.recipient.name} {event.room}")

    def _redacted(self, event: Redacted) -> bytes:
        if not self.caps & Cap.MESSAGE_REDACTION:
            return b""
        reason = f" :{event.reason}" if event.reason else ""
        return self._line(event, f"REDACT {event.target} {event.redacted}{reason}")

    def _announced(self, event: Announced) -> bytes:
        start = "WALLOPS :" if event.author.username else "NOTICE * :"
        space = MAX_LINE_BYTES - 2 - len(f":{source(event.author)} {start}".encode())
        return b"".join(self._line(event, start + piece) for piece, _ in pieces(event.text, space))

    # tags

    def _tags_of(self, event: Any) -> str:
        author = event.author
        return self.tags(event.msgid, event.time, author.account, author.bot, getattr(event, "tags", None))

    def tags(self, msgid: str, time: float, account: str | None, bot: bool, client: ClientTags | None) -> str:
        """The tags of a line as this reader gets them, with their space, or ""."""
        parts = [f"time={_time(time)}"] if self._time else []
        if self._message_tags:
            if msgid:
                parts.append(f"msgid={msgid}")
            if bot:
                parts.append("bot")
            if client:
                for key, value in client.items():
                    if key == CUTS:
                        continue
                    parts.append(f"{key}={escape_tag_value(value)}" if value else key)
        if account is not None and self._account:
            parts.append(f"account={escape_tag_value(account)}")
        return f"@{';'.join(parts)} " if parts else ""


@lru_cache(maxsize=1024)
def _shared(caps: int) -> IrcRendering:
    return IrcRendering(caps)


def shared_rendering(caps: int) -> IrcRendering:
    """The one rendering for all clients whose capabilities mean the same bytes."""
    return _shared(caps & RENDERED)
