"""An IRC client as commands see it: what it has enabled and begun, how it is answered, how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from chat.domain.events import Identity, PersonEvent
from chat.domain.metadata import Target
from chat.domain.room import Room
from chat.domain.terms import Cost
from chat.domain.text import within_bytes
from chat.network.irc import numerics as n
from chat.network.irc.capabilities import RENDERED, Cap
from chat.network.irc.rendering import IrcRendering, shared_rendering
from chat.network.irc.replies import Responder
from chat.network.irc.unfinished import Exchange, Multiline, Registration
from chat.network.listener import ChatProtocol
from chat.wire import MAX_LINE_BYTES

SLICE_ROWS = 128
"""Lines of a long answer that are made before others have their turn: about a millisecond."""


class IrcClient(Responder):
    """One client. The dialect, which knows every command, builds upon it."""

    __slots__ = ("exchange", "multiline", "rendering")

    def __init__(self, connection: ChatProtocol) -> None:
        super().__init__(connection)
        self.registration: Registration | None = Registration()
        self.rendering = shared_rendering(0)
        """How this client gets events that are no room's."""
        self.exchange: Exchange | None = None
        """What the client has sent of a SASL response; None when none is under way."""
        self.multiline: Multiline | None = None
        """The message of several lines that the client is sending; None when there is none."""

    def enable(self, caps: int) -> None:
        """Have these capabilities, and no others, from here on."""
        changed = (self.caps ^ caps) & RENDERED
        self.caps = caps
        if changed:
            self.choose_renderings()

    def choose_renderings(self) -> None:
        """Render events as the capabilities and the list of ignored people have it."""
        ignored = self.person.ignored
        if ignored:
            self.rendering = IrcRendering(self.caps & RENDERED, ignored)
        else:
            self.rendering = shared_rendering(self.caps)
        for cursor in self.session.cursors.values():
            cursor.rendering = self.connection.rendering_for(self.rendering)

    def send_rows(self, rows: Iterator[bytes], work: float) -> None:
        """Answer with many lines, of which each takes so much `work`: made in slices, and sent together.

        A row that turns out to be none is b"".
        """
        made = list(islice(rows, SLICE_ROWS))
        if len(made) < SLICE_ROWS:
            self.send(b"".join(made))
            return
        later = self.suspend()

        def go_on(made: list[bytes]) -> None:
            more = [b""]
            while more:
                more = list(islice(rows, SLICE_ROWS))
                made += more
                if more and self.connection.must_wait(Cost(0.0, len(more) * work), go_on, made):
                    return
            with later:
                self.send(b"".join(made))

        if not self.connection.must_wait(Cost(0.0, SLICE_ROWS * work), go_on, made):
            go_on(made)

    def leave(self, reason: str, farewell: bool = False) -> None:
        """Say why, and close; see `Directory.leave`."""
        self.say_error(reason)
        self.connection.finish(reason, farewell)

    def say_error(self, sentence: str) -> None:
        """ERROR: why the connection is about to end."""
        # Straight out: nothing that is sent after the connection began to close would be taken.
        self.outlet.put(within_bytes(f"ERROR :{sentence}", MAX_LINE_BYTES - 2).encode() + b"\r\n")

    # what the domain tells those who asked for it

    def came(self, who: Identity) -> None:
        """A watched name is here (MONITOR)."""
        self.numeric(n.RPL_MONONLINE, who.mask)

    def went(self, name: str) -> None:
        """A watched name is here no more (MONITOR)."""
        self.numeric(n.RPL_MONOFFLINE, name)

    def saw(self, event: PersonEvent) -> None:
        """Something about a watched person changed (extended-monitor)."""
        if self.caps & Cap.EXTENDED_MONITOR:
            self.send(self.rendering.render(event))

    def metadata_changed(self, target: Target, key: str, value: str | None) -> None:
        """A value that this client subscribed to has changed."""
        if self.caps & Cap.METADATA:
            self.send(self.value_line(target, key, value))

    def called(self, target: Target) -> str:
        """What a person or room is called in replies."""
        if isinstance(target, Room):
            return target.name
        return self.nick if target is self.person else target.shown

    def value_line(self, target: Target, key: str, value: str | None) -> bytes:
        """RPL_KEYVALUE, or RPL_KEYNOTSET for None."""
        name = self.called(target)
        if value is None:
            return self.line_of(n.RPL_KEYNOTSET, name, key)
        return self.line_of(n.RPL_KEYVALUE, name, key, value)
