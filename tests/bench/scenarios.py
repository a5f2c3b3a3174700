"""What is measured: each scenario brings crowds into servers and puts the figures into the results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from .crowd import Crowd, People, askers, crowd
from .disk import sync_seconds, sync_values
from .figures import Key, Measurement, Results, Values
from .past import make_past, with_past
from .servers import CannotMeasure, Server


@dataclass(frozen=True)
class Sizes:
    """How many people and how long; the bounds are for the defaults."""

    few: int = 20
    full_room: int = 200
    crowd: int = 1000
    big: int = 10_000
    room_size: int = 10
    storm: int = 1000
    seconds: float = 3
    """of a closed loop: some ten million deliveries at 256 in flight"""
    idle_seconds: float = 6
    """of an open loop at 20 a second: a hundred messages, so that p99 is more than the worst one"""
    echo_seconds: float = 12
    """at 10 messages a second: so many that p99 is more than the worst one"""
    past: int = 1_000_000
    """events in the past that people look into"""
    askers: int = 50
    long_seconds: float = 20
    flood: int = 16_000
    """long messages: what the sockets hold, and more than a room's log keeps after that"""


QUICK = Sizes(
    few=5,
    full_room=20,
    crowd=100,
    big=500,
    storm=50,
    seconds=0.7,
    idle_seconds=1.5,
    echo_seconds=1.5,
    past=20_000,
    askers=5,
    long_seconds=3,
    flood=2000,
)
ROOMY_SPEED = 1000
"""Messages a second over all rooms of the `rooms` scenario."""
BUSY = 0.3
"""Share of a processor that the room of the `private` scenario takes."""
PRIVATE_SPEED = 20
"""Private messages a second in it."""
LONG_MESSAGE = 400
"""Bytes a message where sockets are to fill up: they hold four megabytes and more."""
FLOOD_SECONDS = 35
"""Longest flood: after 60 seconds a reader that has stopped is closed."""


class Profiler(Protocol):
    """Looks into our server while a phase runs, and once more when the server has ended."""

    def during(self, crowd: Crowd, phase: str) -> AbstractContextManager[None]: ...

    def after(self, server: Server, folder: Path) -> None: ...


@dataclass
class Bench:
    """What scenarios work with: the servers, the load generator, a place for files, and where figures go."""

    loadgen: Path
    servers: list[Server]
    sizes: Sizes
    tell: Callable[[Measurement], None]
    profiler: Profiler | None = None
    doors: list[Server] = field(default_factory=list)
    """the servers of the scenario of that name"""
    results: Results = field(default_factory=Results)

    def ours(self) -> list[Server]:
        return [server for server in self.servers if server.ours]

    def named(self, *names: str) -> list[Server]:
        return [server for server in self.servers if server.name in names]

    @contextmanager
    def visit(self, scenario: str, number: int, server: Server, people: People) -> Iterator[Visit]:
        """Starts the server with its crowd outside; a server that does not start is recorded as an error."""
        with ExitStack() as stack:
            visit = Visit(self, scenario, number, server, people.users)
            try:
                folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
                folder.chmod(0o755)  # ngircd reads its configuration as another user
                if self.profiler:
                    stack.callback(self.profiler.after, server, folder)
                visit.crowd = stack.enter_context(crowd(server, people, self.loadgen, folder))
            except CannotMeasure as problem:
                visit.fail("start", problem)
            yield visit
        # TemporaryDirectory and the processes are gone here, whatever happened inside.


@dataclass
class Visit:
    """One crowd in one server, for one scenario and round. After a failure it does nothing any more."""

    bench: Bench
    scenario: str
    round: int
    server: Server
    users: int
    crowd: Crowd | None = None

    def fail(self, phase: str, problem: CannotMeasure) -> None:
        self.crowd = None
        self._record(
            Measurement(Key(self.scenario, phase, self.server.name, self.users), self.round, {}, str(problem))
        )

    def _record(self, measurement: Measurement) -> None:
        self.bench.results.add(measurement)
        self.bench.tell(measurement)

    def do(self, command: str) -> Values:
        """A command whose figures are in no table."""
        return self.measure("preparation", command, keep=False)

    def measure(
        self,
        phase: str,
        command: str,
        keep: bool = True,
        disk: bool = False,
        beside: Callable[[Crowd], AbstractContextManager[Values]] | None = None,
    ) -> Values:
        """A command and what came of it.

        With `disk`, how long the disk took to sync just before and after; with the figures of what runs `beside` it.
        """
        if self.crowd is None:
            return {}
        syncs = sync_seconds(self.crowd.folder) if disk else []
        try:
            with ExitStack() as stack:
                if keep and self.server.ours and self.bench.profiler:
                    stack.enter_context(self.bench.profiler.during(self.crowd, phase))
                more = stack.enter_context(beside(self.crowd)) if beside else {}
                values = self.crowd.command(command)
            values |= more
        except CannotMeasure as problem:
            self.fail(phase, problem)
            return {}
        if disk:
            values |= sync_values(syncs + sync_seconds(self.crowd.folder))
        if keep:
            key = Key(self.scenario, phase, self.server.name, self.users)
            self._record(Measurement(key, self.round, values))
        return values

    def window(self, messages: int, seconds: float, phase: str = "") -> None:
        self.measure(phase or f"window {messages}", f"window {messages} {seconds}")

    def paced(self, rate: float, seconds: float, phase: str = "", rooms: int = 0) -> None:
        self.measure(phase or f"idle {rate:g}/s", f"paced {rate} {seconds} {rooms or ''}")


def _turned(servers: list[Server], number: int) -> list[Server]:
    """Another one begins in each round, so that none is always the first on a cold machine."""
    start = number % len(servers) if servers else 0
    return servers[start:] + servers[:start]


def _together(
    stack: ExitStack, bench: Bench, scenario: str, number: int, servers: list[Server], users: int
) -> list[Visit]:
    """All of them running at once, everybody logged in: idle ones cost nothing, phases can be interleaved."""
    visits = []
    for server in _turned(servers, number):
        visit = stack.enter_context(bench.visit(scenario, number, server, People(users)))
        visit.measure("login", "login")
        visit.do("window 16 0.3")  # caches, allocators and TCP windows are warm
        visits.append(visit)
    return visits


def idle_rate(users: int) -> float:
    """20 messages a second where a core can wake everybody that often; a quarter for crowds beyond 5,000."""
    return 20 if users <= 5000 else 5


def regimes(bench: Bench, number: int, users: int | None = None) -> None:
    """256 in flight, 16 in flight and an idle room, in every server in turn."""
    users = users or bench.sizes.crowd
    with ExitStack() as stack:
        visits = _together(stack, bench, "regimes", number, bench.servers, users)
        for visit in visits:
            visit.window(256, bench.sizes.seconds)
        for visit in visits:
            visit.window(16, bench.sizes.seconds)
        for visit in visits:
            visit.paced(idle_rate(users), bench.sizes.idle_seconds)


def login(bench: Bench, number: int) -> None:
    """From the name to being ready, in one room, every join told to everybody who is there."""
    for server in _turned(bench.servers, number):
        with bench.visit("login", number, server, People(bench.sizes.crowd)) as visit:
            visit.measure("login", "login")


def memory(bench: Bench, number: int) -> None:
    """What a connection keeps, with ten thousand of them in one room. ngircd does not get so far in 15 minutes."""
    for server in _turned([*bench.ours(), *bench.named("inspircd")], number):
        with bench.visit("memory", number, server, People(bench.sizes.big)) as visit:
            visit.measure("login", "login")


def ten_thousand(bench: Bench, number: int) -> None:
    """Ten thousand people in one room, five messages a second."""
    for server in _turned([*bench.ours(), *bench.named("floor")], number):
        with bench.visit("ten-thousand", number, server, People(bench.sizes.big)) as visit:
            visit.measure("login", "login")
            visit.paced(5, bench.sizes.long_seconds, "5/s")


def growth(bench: Bench, number: int) -> None:
    """The cost of a delivery with ten times as many people."""
    servers = [*bench.ours(), *bench.named("floor")]
    with ExitStack() as stack:
        visits = []
        for users in (bench.sizes.crowd, bench.sizes.big):
            visits += _together(stack, bench, "growth", number, servers, users)
        for visit in visits:
            visit.window(256, bench.sizes.seconds)
        for visit in visits:
            visit.paced(5, bench.sizes.idle_seconds)


def rooms(bench: Bench, number: int) -> None:
    """Many small rooms: all of them talking, one in ten talking, all of them quiet.

    Without ngircd, which falls behind here by 20 seconds (174 us a delivery). The floor's idle room is beside the
    floor's small rooms, to show what the sockets of ten thousand people alone cost.
    """
    sizes = bench.sizes
    count = sizes.big // sizes.room_size
    with ExitStack() as stack:
        visits = _together(stack, bench, "rooms", number, bench.named("floor"), sizes.crowd)
        for visit in visits:
            visit.paced(20, sizes.idle_seconds)
        for server in _turned([*bench.ours(), *bench.named("floor", "inspircd")], number):
            with bench.visit("rooms", number, server, People(sizes.big, count)) as visit:
                visit.measure("login", "login")
                visit.paced(ROOMY_SPEED, sizes.idle_seconds, f"{ROOMY_SPEED}/s in all rooms")
                visit.paced(
                    ROOMY_SPEED, sizes.idle_seconds, f"{ROOMY_SPEED}/s in 1 of 10", max(1, count // 10)
                )
                visit.measure("quiet", f"quiet {sizes.idle_seconds}")


def doors(bench: Bench, number: int) -> None:
    """IRC without more, over TLS and in WebSocket frames, beside InspIRCd's TLS: all regimes, and memory."""
    with ExitStack() as stack:
        visits = _together(stack, bench, "doors", number, bench.doors, bench.sizes.crowd)
        for visit in visits:
            visit.window(256, bench.sizes.seconds)
        for visit in visits:
            visit.paced(20, bench.sizes.idle_seconds)


def echoes(bench: Bench, number: int) -> None:
    """How soon authors know that what they said is kept: in a small room, and in a full one that is lively."""
    sizes = bench.sizes
    for server in _turned([server for server in bench.ours() if server.dialect != "plain"], number):
        for users, rate in ((sizes.few, 10), (sizes.full_room, 100)):
            with bench.visit("echoes", number, server, People(users, dialect="echo")) as visit:
                visit.do("login")
                visit.do(f"paced {rate} 1")
                visit.measure(f"echoes at {rate}/s", f"paced {rate} {sizes.echo_seconds}", disk=True)


def full_room(bench: Bench, number: int) -> None:
    """How soon the readers of a full and lively room have a line."""
    sizes = bench.sizes
    for server in _turned([*bench.ours(), *bench.named("inspircd")], number):
        with bench.visit("full-room", number, server, People(sizes.full_room)) as visit:
            visit.do("login")
            visit.do("paced 100 1")
            visit.paced(100, sizes.idle_seconds, "100/s")


def private(bench: Bench, number: int) -> None:
    """How soon a private message is there while a large room keeps the server busy for so much of its time."""
    sizes = bench.sizes
    for server in _turned(bench.ours(), number):
        with bench.visit("private", number, server, People(sizes.crowd)) as visit:
            visit.do("login")
            idle = visit.do(f"paced 20 {sizes.seconds}")
            rate = BUSY * idle["sent"] / idle["cpu"] if idle else 0
            visit.measure("private, 30 % busy", f"private {rate:.1f} {sizes.echo_seconds} {PRIVATE_SPEED}")


def history(bench: Bench, number: int) -> None:
    """What others notice of people who search a long past, and page through it, in a loop."""
    sizes = bench.sizes
    servers = [server for server in bench.ours() if server.dialect != "plain"]
    with TemporaryDirectory(prefix="bench-past-") as folder:
        past = make_past(Path(folder) / "data", sizes.past)
        for server in _turned(servers, number):
            with bench.visit("history", number, with_past(server, past), People(sizes.full_room)) as visit:
                visit.do("login")
                visit.paced(20, sizes.idle_seconds, "nobody asks")
                visit.measure(
                    "people search and page",
                    f"paced 20 {sizes.echo_seconds}",
                    beside=lambda crowd: askers(crowd, sizes.echo_seconds, sizes.askers),
                )


def stalled(bench: Bench, number: int) -> None:
    """One reader in ten stops reading, is buried in messages, and reads again."""
    sizes = bench.sizes
    people = People(sizes.crowd, message_bytes=LONG_MESSAGE, stopping=10)
    for server in _turned(bench.ours(), number):
        with bench.visit("stalled", number, server, people) as visit:
            visit.measure("login", "login")
            visit.do("window 16 0.3")
            visit.window(256, sizes.seconds)
            visit.paced(20, sizes.idle_seconds, "idle")
            visit.measure("stop reading", "stall")
            visit.paced(20, sizes.idle_seconds, "idle, 1 in 10 stopped")
            visit.measure("window 256, 1 in 10 stopped", f"window 256 {FLOOD_SECONDS} {sizes.flood}")
            visit.measure("they read again", "resume")
            visit.paced(20, sizes.idle_seconds, "idle afterwards")


def join_storm(bench: Bench, number: int) -> None:
    """Everybody enters another room at once; beside it, everybody says one message at once."""
    for server in _turned([server for server in bench.servers if server.name != "floor"], number):
        users = bench.sizes.storm
        with bench.visit("join-storm", number, server, People(users, speakers=users)) as visit:
            visit.measure("login", "login")
            visit.measure("everybody speaks", "chorus")
            visit.measure("everybody joins", "storm #storm")


SCENARIOS: dict[str, Callable[[Bench, int], None]] = {
    "regimes": regimes,
    "login": login,
    "memory": memory,
    "ten-thousand": ten_thousand,
    "growth": growth,
    "rooms": rooms,
    "doors": doors,
    "echoes": echoes,
    "full-room": full_room,
    "private": private,
    "history": history,
    "stalled": stalled,
    "join-storm": join_storm,
}
