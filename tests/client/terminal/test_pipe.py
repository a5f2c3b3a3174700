"""Lines from a pipe."""

import pytest

from chat.client.terminal.pipe import MAX_LINE, READ_AHEAD, Piper
from tests.client.talking import Attempt, Script, Talker
from tests.network.chatting import START


class Pipe:
    """A piper, on a talker's clock and attempts."""

    def __init__(self, room: str = "#x", patience: float = 60.0) -> None:
        self.talker = Talker()
        self.sentences: list[str] = []
        self.statuses: list[int] = []
        self.more = 0
        self.piper = Piper(
            self.talker.clock,
            room,
            patience,
            self.sentences.append,
            self.statuses.append,
            endpoint_factory=self._endpoint,
            wall_clock=lambda: START,
            random_number=lambda: 0.0,
        )
        self.piper.wants_more = self._more
        self.piper.connection.connect("chat.test", 1, name="ci", rooms=[room])

    def _endpoint(self, host: str, port: int, tls: bool) -> Attempt:
        self.talker.attempts.append(Attempt())
        return self.talker.attempts[-1]

    def _more(self) -> None:
        self.more += 1

    def enter(self, room: str = "#x") -> Script:
        script = Script(self.talker).welcome(name="ci")
        return script.enter(room, name="ci")

    def run(self, script: Script, seconds: float) -> list[str]:
        """Let time pass on a server that answers; returns what was said."""
        said = []
        for _ in range(int(seconds / 0.5)):
            said += [line for line in script.pong() if "PRIVMSG" in line]
            self.talker.clock.advance(0.5)
        return said


def test_says_its_lines_and_ends_with_0() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\ntw")
    pipe.piper.feed("o grüße\n\n  \r\n".encode())
    pipe.piper.feed(b"/three")
    pipe.piper.end()
    script = pipe.enter()
    assert pipe.statuses == []
    said = pipe.run(script, 3)
    assert said == ["PRIVMSG #x one", "PRIVMSG #x :two grüße", "PRIVMSG #x /three"]
    assert script.transport.disconnecting
    script.lose()
    assert pipe.statuses == [0]
    assert pipe.sentences == []
    assert not pipe.talker.clock.getDelayedCalls()


def test_nothing_to_say_is_fine() -> None:
    pipe = Pipe()
    pipe.piper.end()
    assert pipe.statuses == [0]


def test_colours_are_left_out() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"\x1b[32mpassed\x1b[0m\n")
    assert pipe.run(pipe.enter(), 1) == ["PRIVMSG #x passed"]


def test_nothing_is_said_before_the_room_is_entered() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\n")
    script = Script(pipe.talker).welcome(name="ci")
    assert not [line for line in script.welcomed if "PRIVMSG" in line]
    script.enter("#x", name="ci")
    assert pipe.run(script, 1) == ["PRIVMSG #x one"]


def test_a_room_that_lets_nobody_in_ends_with_1() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\n")
    pipe.piper.end()
    script = Script(pipe.talker).welcome(name="ci")
    script.say(":s 473 ci #x :Cannot join channel (+i)", ":s 404 ci #x :Cannot send to channel")
    script.pong()
    script.lose()
    assert pipe.statuses == [1]
    assert pipe.sentences == ["#x: Cannot join channel (+i).", "Not said: #x: Cannot send to channel."]


def test_a_name_that_cannot_be_ends_with_1_at_once() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\n")
    Script(pipe.talker).say(":s 432 * ci :A name may not be so").lose()
    assert pipe.statuses == [1]
    assert "A name may not be so" in pipe.sentences[-1]


def test_a_server_that_is_not_there_is_tried_until_patience_ends() -> None:
    pipe = Pipe(patience=10)
    pipe.piper.feed(b"one\n")
    for _ in range(8):
        if not pipe.statuses:
            pipe.talker.attempts[-1].refuse()
            pipe.talker.clock.advance(4)
    assert pipe.statuses == [1]
    assert [sentence for sentence in pipe.sentences if "Trying again" in sentence] == pipe.sentences[:1]
    assert "10 s" in pipe.sentences[-1]


@pytest.mark.parametrize("lines", [b"", b"one\n"])
def test_without_a_server_it_gives_up_whether_or_not_there_is_a_line(lines: bytes) -> None:
    pipe = Pipe(patience=10)
    pipe.piper.feed(lines)
    pipe.talker.attempts[-1].refuse()
    pipe.talker.clock.pump([1.0] * 9)
    assert pipe.statuses == []
    pipe.talker.clock.advance(1)
    assert pipe.statuses == [1]
    assert "10 s in all" in pipe.sentences[0]
    assert "No connection in 10 s" in pipe.sentences[-1]
    assert f"{'1 line was' if lines else '0 lines were'} not sent" in pipe.sentences[-1]
    assert not pipe.talker.clock.getDelayedCalls()


def test_a_server_that_comes_late_gets_the_lines() -> None:
    pipe = Pipe(patience=10)
    pipe.piper.feed(b"one\n")
    pipe.piper.end()
    pipe.talker.attempts[-1].refuse()
    pipe.talker.clock.pump([1.0] * 9)
    script = pipe.enter()
    assert pipe.run(script, 3) == ["PRIVMSG #x one"]
    script.lose()
    assert pipe.statuses == [0]


def test_patience_counts_only_while_there_is_something_to_say() -> None:
    pipe = Pipe(patience=10)
    script = pipe.enter()
    pipe.run(script, 60)
    pipe.piper.feed(b"one\n")
    assert pipe.run(script, 5) == ["PRIVMSG #x one"]
    pipe.run(script, 60)
    assert pipe.statuses == []


def test_a_server_that_takes_lines_slowly_is_waited_for() -> None:
    pipe = Pipe(patience=10)
    script = pipe.enter()
    pipe.piper.feed(b"".join(b"%d\n" % number for number in range(40)))
    pipe.piper.end()
    said = pipe.run(script, 40)
    assert [line.split()[-1] for line in said] == [str(number) for number in range(40)]
    script.lose()
    assert pipe.statuses == [0]


def test_reading_stops_while_much_waits() -> None:
    pipe = Pipe()
    assert not pipe.piper.feed(b"x\n" * READ_AHEAD)
    script = pipe.enter()
    pipe.run(script, 10)
    assert pipe.more == 0
    pipe.run(script, 10)
    assert pipe.more == 1
    assert pipe.piper.feed(b"x\n")


def test_a_line_without_end_is_cut() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"x" * (MAX_LINE + 1))
    pipe.piper.feed(b"y\n")
    assert len(pipe.piper.connection.pending) == 2


def test_a_drop_on_the_way_is_survived() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\n")
    Script(pipe.talker).lose()
    pipe.talker.clock.advance(5)
    script = pipe.enter()
    pipe.piper.end()
    assert pipe.run(script, 1) == ["PRIVMSG #x one"]
    script.lose()
    assert pipe.statuses == [0]


def test_being_interrupted_says_what_was_not_sent() -> None:
    pipe = Pipe()
    pipe.piper.feed(b"one\ntwo\n")
    pipe.piper.interrupted()
    assert pipe.statuses == [1]
    assert pipe.sentences == ["Interrupted: 2 lines were not sent."]
