"""Attacks on what is kept: history and search over a million events, while a newcomer wants into a room."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from pathlib import Path

from chat.domain.events import Identity, Joined, Left, LogEvent, Said
from chat.storage.schema import DATABASE, prepare
from chat.storage.upkeep import UNLIMITED, upkeep_step
from chat.storage.writer import Database, Entry, EventWriter

from .flood import Attacker
from .honest import percentile
from .table import attack, irc
from .target import Target

EVENTS = 1_000_000
AT_ONCE = 4096
"""Events stored in one transaction."""
SPEECH_BEFORE = 60
"""Messages before all the joins."""
CAPABILITIES = "batch message-tags server-time draft/chathistory soju.im/search labeled-response"
PATIENCE_SECONDS = 30.0
"""How long a newcomer waits."""


def _speech(number: int, msgid: str, moment: float, who: Identity, room: str, words: list[str]) -> LogEvent:
    return Said(msgid, moment, who, room, " ".join(random.choices(words, k=9)))


def _joins(number: int, msgid: str, moment: float, who: Identity, room: str, words: list[str]) -> LogEvent:
    if number < SPEECH_BEFORE:
        return Said(msgid, moment, who, room, f"old speech {number}")
    if number % 2:
        return Joined(msgid, moment, who, room)
    return Left(msgid, moment, who, room, "x")


def make_past(folder: Path, joins: bool, count: int = EVENTS) -> None:
    """A data folder with so many events of #h0 and #big, indexed: speech, or people who come and go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    prepare(folder / DATABASE)
    database = Database(folder / DATABASE)
    writer = EventWriter(database)
    people = [Identity(0, f"p{number}", "u", f"h{number}.example") for number in range(300)]
    words = [f"w{number:04d}" for number in range(5000)] + ["the", "and", "you"] * 300
    random.seed(1)
    make = _joins if joins else _speech
    begin = time.time() - count * 0.05
    entries: list[Entry] = []
    for number in range(count):
        moment = round(begin + number * 0.05, 3)
        msgid = f"{int(moment * 1000):012x}{number % 0xFFFFFF:06x}{'0' * 10}"
        room = "#big" if number % 4 else "#h0"
        entries.append(Entry(make(number, msgid, moment, people[number % 300], room, words), room))
        if len(entries) == AT_ONCE or number == count - 1:
            writer.store(entries)
            entries = []
    while database.write(lambda connection: upkeep_step(connection, UNLIMITED, time.time())).more:
        pass
    database.close()


class WithNewcomers:
    """An attack, and honest people who come into a room that nobody is in, one after the other."""

    def __init__(self, target: Target, attacker: Attacker) -> None:
        self._target = target
        self._attacker = attacker
        self._ended = threading.Event()
        self._seconds: list[float] = []

    def prepare(self) -> None:
        """The attacker gets ready."""
        self._attacker.prepare()

    def attack(self, until: float) -> None:
        """Attack, with newcomers beside it."""
        newcomer = threading.Thread(target=self._come_again_and_again, daemon=True)
        newcomer.start()
        self._attacker.attack(until)
        self._ended.set()
        newcomer.join(PATIENCE_SECONDS)

    def _come_again_and_again(self) -> None:
        number = 0
        while not self._ended.wait(0.3):
            number += 1
            begin = time.monotonic()
            with contextlib.suppress(OSError):
                self._come(number)
            self._seconds.append(time.monotonic() - begin)

    def _come(self, number: int) -> None:
        with socket.create_connection(("127.0.0.1", self._target.port), PATIENCE_SECONDS) as plug:
            plug.settimeout(PATIENCE_SECONDS)
            lines = (f"NICK new{number}", "USER u 0 * :r", f"JOIN #fresh{number}", "PING done")
            plug.sendall("".join(f"{line}\r\n" for line in lines).encode())
            said = b""
            while b" PONG " not in said or b"done" not in said:
                more = plug.recv(4096)
                if not more:
                    return
                said += more

    def told(self) -> str:
        """How long newcomers waited."""
        middle, worst = percentile(self._seconds, 0.5), max(self._seconds, default=0.0)
        return f"{self._attacker.told()}; {len(self._seconds)} newcomers: median {middle:.2f} s, longest {worst:.2f} s"

    def close(self) -> None:
        """Go."""
        self._ended.set()
        self._attacker.close()


def _ask(name: str, text: str, first: str, second: str, *, joins: bool = False, count: int = 50) -> None:
    """Add an attack that asks two questions in turn; NUMBER in them is another each time."""

    def prepare(folder: Path) -> None:
        make_past(folder, joins)

    @attack(name, text, "past", prepare=prepare)
    def _asking(target: Target) -> Attacker:
        def payload(number: int, times: int) -> bytes:
            question = first if times % 2 else second
            return f"{question.replace('NUMBER', str(times))}\r\n".encode()

        rooms = ["#big"]
        asking = irc(target.proxied, count, "hi", lambda i: rooms, payload, capabilities=CAPABILITIES)
        return WithNewcomers(target, asking)


NEWEST = "CHATHISTORY BEFORE #big timestamp=2040-01-01T00:00:00.000Z 1000"
OLDEST = "CHATHISTORY AFTER #big timestamp=2000-01-01T00:00:00.000Z 1000"
_ask("history", "50 people page through a million messages", NEWEST, OLDEST)
_ask("history-joins", "50 people look for speech among 750,000 joins", NEWEST, OLDEST, joins=True)
_ask("history-joins-1", "one person does so", NEWEST, NEWEST, joins=True, count=1)
_ask(
    "search", "50 people search for a common word in a million messages", "SEARCH text=the", "SEARCH text=the"
)
_ask(
    "search-nobody",
    "50 people search for what nobody said",
    r"SEARCH text=w*\sand*\st*\sy*;from=nobodyNUMBER",
    "SEARCH from=nobodyNUMBER",
)
