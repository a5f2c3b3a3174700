"""The chat server as the monitor sees it: figures, who is online, and what an operator may do."""

from __future__ import annotations

from collections.abc import Iterator

from chat.domain import banning, operating
from chat.domain.names import fold
from chat.domain.person import Person as Somebody
from chat.domain.refused import Refused
from chat.monitor.interfaces import ActionRefused, Figures, Person
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
        connections["nameless"] = max(0, stats.connections - sum(stats.dialects.values()))
        return Figures(
            people=stats.people,
            peak=stats.peak_people,
            rooms=len(directory.rooms),
            messages=stats.messages.total,
            private_messages=stats.private_messages.total,
            connections=connections,
            refused=stats.refused,
            waited=self._factory.budgets.waited,
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
        """Who is online, in the order in which they came."""
        directory = self._factory.directory
        now = directory.seconds()
        for person in list(directory.people.values()):
            yield Person(
                name=person.shown,
                dialect=" ".join(person.dialects),
                address=" ".join(person.addresses),
                rooms=tuple(room.name for room in person.rooms),
                idle=max(0.0, now - person.last_active),
                account=person.account,
                muted=directory.mutes.sentence(person) is not None,
            )


class OperatorActions:
    """The monitor's `Actions`."""

    def __init__(self, factory: ChatFactory) -> None:
        self._directory = factory.directory

    def announce(self, text: str, by: str) -> None:
        """Tell everybody who is online."""
        operating.announce(self._directory, by, text)

    def kick(self, name: str, reason: str, by: str) -> None:
        """Close all connections of somebody."""
        operating.kill(self._directory, by, self._find(name), reason)

    def mute(self, name: str, seconds: float, reason: str, by: str) -> None:
        """Let nothing that somebody says through for so long."""
        person = self._find(name)
        sentence = banning.mute(self._directory, by, person, seconds, reason)
        if sentence is not None:
            for session in person.sessions:
                session.reader.tell_sentence(sentence)
            self._directory.stats.muted += 1

    def ban(self, name: str, seconds: float | None, reason: str, by: str) -> str:
        """Keep somebody out, by account and address; None: for good."""
        self._find(name)
        try:
            return banning.ban(self._directory, by, name, seconds, reason)
        except Refused as refused:
            raise ActionRefused(refused.sentence) from None

    def _find(self, name: str) -> Somebody:
        found = self._directory.people.get(fold(name))
        if found is None:
            raise ActionRefused(f"{name} is not online any more.")
        return found
