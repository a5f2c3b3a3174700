"""A child of the launcher, with a process that the test plays."""

import re
from collections.abc import Callable

from twisted.internet.error import ProcessDone, ProcessExitedAlready, ProcessTerminated
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.client.launcher.children import MAX_LINE, MAX_LINES, STOP_SECONDS, Child, ChildState


class Process:
    """What the child's process was told."""

    def __init__(self) -> None:
        self.signals: list[str] = []
        self.gone = False

    def signalProcess(self, name: str) -> None:
        """What a transport does."""
        if self.gone:
            raise ProcessExitedAlready
        self.signals.append(name)


class Reactor(Clock):
    """Starts nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[list[str]] = []
        self.process = Process()
        self.error: OSError | None = None

    def spawnProcess(
        self, protocol: Child, executable: str, args: list[str], env: dict[str, str], path: None
    ) -> None:
        """Remember it."""
        if self.error is not None:
            raise self.error
        self.started.append(args)
        self.process = Process()
        protocol.transport = self.process  # type: ignore[assignment]


def make() -> tuple[Reactor, Child]:
    reactor = Reactor()
    return reactor, Child(reactor, {"ready": re.compile("ready"), "url": re.compile(r"at (\S+)")}, "ready")


def state(child: Child) -> ChildState:
    """How it is at this moment: it changes while the test goes on."""
    return child.state


def ended(child: Child, status: int | None) -> None:
    child.processEnded(Failure(ProcessDone(0) if status == 0 else ProcessTerminated(status)))


def test_it_runs_once_it_says_so() -> None:
    reactor, child = make()
    states: list[ChildState] = []
    child.changed = lambda: states.append(child.state)
    child.start(["program", "-x"], {})
    assert reactor.started == [["program", "-x"]]
    child.outReceived(b"at http://x\nrea")
    assert state(child) is ChildState.STARTING
    child.outReceived(b"dy\n")
    assert state(child) is ChildState.RUNNING
    assert child.found["url"][1] == "http://x"
    assert states == [ChildState.STARTING, ChildState.STARTING, ChildState.RUNNING]
    child.start(["program"], {})
    assert len(reactor.started) == 1


def test_it_is_ended_politely_and_then_not() -> None:
    reactor, child = make()
    child.start(["program"], {})
    calls: list[str] = []
    child.stop(lambda: calls.append("one"))
    child.stop(lambda: calls.append("two"))
    assert (child.state, reactor.process.signals) == (ChildState.STOPPING, ["TERM"])
    reactor.advance(STOP_SECONDS)
    assert reactor.process.signals == ["TERM", "KILL"]
    assert calls == []
    ended(child, None)
    assert (child.state, calls) == (ChildState.STOPPED, ["one", "two"])
    child.stop(lambda: calls.append("at once"))
    assert calls[-1] == "at once"
    assert reactor.getDelayedCalls() == []


def test_one_that_ends_by_itself_leaves_its_last_words() -> None:
    _, child = make()
    child.start(["program"], {})
    child.outReceived(b"Cannot listen on 'tcp:80'.")
    ended(child, 1)
    assert child.state is ChildState.FAILED
    assert child.sentence == "Cannot listen on 'tcp:80'. (It ended with status 1.)"


def test_one_that_ends_in_order_has_just_stopped_and_may_start_again() -> None:
    reactor, child = make()
    child.start(["program"], {})
    ended(child, 0)
    assert child.state is ChildState.STOPPED
    child.start(["program"], {})
    assert len(reactor.started) == 2
    assert child.found == {}


def test_one_that_cannot_be_started_says_why() -> None:
    reactor, child = make()
    reactor.error = FileNotFoundError(2, "No such file")
    child.start(["program"], {})
    assert (child.state, child.sentence) == (ChildState.FAILED, "program could not be started: No such file.")


def test_output_is_bounded_and_safe() -> None:
    _, child = make()
    child.start(["program"], {})
    child.outReceived(b"x" * (MAX_LINE * 3))
    assert len(child.lines[-1]) == MAX_LINE
    child.errReceived(b"\n\x1b[31mred\xff\r\n" + b"line\n" * (MAX_LINES + 5))
    assert len(child.lines) == MAX_LINES
    assert child.count == MAX_LINES + 5 + 3
    child.outReceived(b"\x1b[31mred\xff\r\n")
    assert child.lines[-1] == "red\ufffd"


def test_a_process_that_is_gone_already_can_be_stopped() -> None:
    reactor, child = make()
    child.start(["program"], {})
    reactor.process.gone = True
    called: list[Callable[[], None] | None] = []
    child.stop(lambda: called.append(None))
    ended(child, 0)
    assert called == [None]
