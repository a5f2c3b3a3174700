"""The chat server as the monitor sees it: figures, who is online, and what an operator may do."""

from __future__ import annotations

from collections.abc import Iterator

from chat.domain import banning, operating
from chat.domain.names import fold
from chat.domain.refused import Refused
from chat.monitor.interfaces import ActionRefused, Figures, Person
from chat.network.dialect import Dialect
from chat.network.factory import ChatFactory


class Overview:
    """The monitor's `Source`."""

    def __init__(self, factory: ChatFactory) -> None:
        self._factory = factory

    def figures(self) -> Figures:
        """The figures of this moment."""
        directory = self._factory.directory
        stats = directory.stats
        connections = {dialect: stats.dialects[dialect] for dialect in ("plain", "irc")}
        connections["nameless"] = max(0, stats.connections - stats.users)
        return Figures(
            people=stats.users,
            peak=stats.peak_users,
            rooms=len(directory.rooms),
            messages=stats.messages.total,
            private_messages=stats.private_messages.total,
            connections=connections,
            refused=stats.refused,
            waited=self._factory.turns.waited,
            muted=stats.muted,
            bytes_in=stats.bytes_in,
            bytes_out=stats.bytes_out,
            uptime=stats.uptime,
            delayed=stats.delayed,
            missed=stats.missed,
            stalled=stats.stalled,
            failing=stats.failing(),
            refusals=dict(stats.refusals),
            bounded={one.name: (one.size(), one.most) for one in stats.bounded},
        )

    def people(self) -> Iterator[Person]:
        """Who is online, in the order in which they connected."""
        directory = self._factory.directory
        now = directory.seconds()
        for connection in list(self._factory.connections):
            dialect = connection.dialect
            if dialect is None or dialect.user.name is None:
                continue
            user = dialect.user
            yield Person(
                name=user.shown,
                dialect=user.dialect,
                address=user.address,
                rooms=tuple(room.name for room in user.memberships),
                idle=max(0.0, now - user.last_active),
                account=user.account,
                muted=directory.mutes.sentence(user) is not None,
            )


class OperatorActions:
    """The monitor's `Actions`."""

    def __init__(self, factory: ChatFactory) -> None:
        self._factory = factory

    def announce(self, text: str, by: str) -> None:
        """Tell everybody who is online."""
        operating.announce(self._factory.directory, by, text)

    def kick(self, name: str, reason: str, by: str) -> None:
        """Close somebody's connection."""
        operating.kill(self._factory.directory, by, self._dialect_of(name).user, reason)

    def mute(self, name: str, seconds: float, reason: str, by: str) -> None:
        """Let nothing that somebody says through for so long."""
        dialect = self._dialect_of(name)
        sentence = banning.mute(self._factory.directory, by, dialect.user, seconds, reason)
        if sentence is not None:
            dialect.tell_sentence(sentence)
            self._factory.directory.stats.muted += 1

    def ban(self, name: str, seconds: float | None, reason: str, by: str) -> str:
        """Keep somebody out, by account and address; None: for good."""
        self._dialect_of(name)
        try:
            return banning.ban(self._factory.directory, by, name, seconds, reason)
        except Refused as refused:
            raise ActionRefused(refused.sentence) from None

    def _dialect_of(self, name: str) -> Dialect:
        folded = fold(name)
        for connection in self._factory.connections:
            dialect = connection.dialect
            if dialect is not None and dialect.user.name is not None and dialect.user.name.folded == folded:
                return dialect
        raise ActionRefused(f"{name} is not online any more.")
