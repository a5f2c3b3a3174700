"""One connection: which dialect it speaks, how it begins and ends, and what bad input does."""

import pytest
from twisted.internet.address import UNIXAddress
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.python.failure import Failure
from zope.interface.verify import verifyObject

from chat.network.listener import host_of
from chat.network.plain import PlainDialect
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server

DOORS = ["socket", "wrapped", "proxied"]


@pytest.fixture
def server() -> Server:
    return make_server()


# which dialect


@pytest.mark.parametrize(
    "first", ["CAP LS 302", "NICK bob", "USER bob 0 * :Bob", "PASS x", "PING 1", "nick bob"]
)
def test_a_first_line_of_irc_with_an_argument_makes_the_connection_irc(server: Server, first: str) -> None:
    client = server.connect().send(first)
    assert client.protocol.dialect is not None
    assert client.protocol.dialect.name == "irc"


@pytest.mark.parametrize("first", ["bob", "NICK", "nick", "Ping", "user", "HELLO there", "JOIN #x"])
def test_any_other_first_line_is_a_persons_name(server: Server, first: str) -> None:
    client = server.connect().send(first)
    assert client.protocol.dialect is not None
    assert client.protocol.dialect.name == "plain"


def test_the_decision_waits_for_a_whole_line(server: Server) -> None:
    client = server.connect().feed(b"NI").feed(b"CK bo")
    assert client.protocol.dialect is None
    client.feed(b"b\n")
    assert client.protocol.dialect is not None
    assert client.protocol.dialect.name == "irc"


@pytest.mark.parametrize("door", DOORS)
def test_who_is_silent_for_three_tenths_of_a_second_is_greeted(server: Server, door: str) -> None:
    client = server.connect(door=door)
    server.loop.advance(0.29)
    assert client.raw() == b""
    server.loop.advance(0.02)
    assert client.raw() == b"This is chat.test, a chat. What is your name?\r\n"


def test_a_program_that_speaks_at_once_never_sees_the_greeting(server: Server) -> None:
    client = server.connect()
    client.feed(b"NICK bob\r\n")
    server.loop.advance(10)
    assert client.raw() == b""


def test_a_program_that_was_slow_and_has_been_greeted_still_speaks_irc(server: Server) -> None:
    client = server.connect()
    server.loop.advance(1)
    client.send("NICK bob", "USER bob 0 * :Bob")
    assert any(line.startswith(":chat.test 001 bob ") for line in client.lines())
    assert server.directory.find("bob").dialects == ["irc"]


def test_a_person_whose_name_was_refused_may_still_be_a_program(server: Server) -> None:
    join_plain(server, "bob")
    client = server.connect().send("bob").send("NICK rob", "USER rob 0 * :Rob")
    assert any(line.startswith(":chat.test 001 rob ") for line in client.lines())
    client.lose()
    assert server.directory.stats.connections == 1


def test_who_has_a_name_stays_with_the_dialect(server: Server) -> None:
    bob, carol = join_plain(server, "bob"), join_plain(server, "carol")
    bob.send("NICK rob")
    assert carol.lines() == ["<bob> NICK rob"]


@pytest.mark.parametrize(("first", "end"), [(b"bob\n", b"\n"), (b"bob\r\n", b"\r\n")])
@pytest.mark.parametrize("greeted", [False, True])
def test_lines_end_as_the_persons_own_do(server: Server, first: bytes, end: bytes, greeted: bool) -> None:
    client = server.connect()
    if greeted:
        server.loop.advance(1)
        client.raw()
    text = client.feed(first).raw()
    assert text.count(end) == text.count(b"\n") > 0
    assert text.count(b"\r") == (text.count(b"\n") if end == b"\r\n" else 0)


# how it ends


@pytest.mark.parametrize("door", DOORS)
def test_a_script_is_served_to_its_end(server: Server, door: str) -> None:
    carol = join_plain(server, "carol")
    script = server.connect(door=door).feed(b"bob\nhello\n/exit\n")
    assert script.ended
    assert script.raw().endswith(b"\nGoodbye\n")
    assert carol.lines() == ["* bob joined", "<bob> hello", "* bob left"]


def test_what_follows_a_goodbye_is_not_read(server: Server) -> None:
    carol = join_plain(server, "carol")
    script = server.connect().feed(b"bob\n/exit\nrob\nhello\n")
    assert script.ended
    assert script.raw().endswith(b"\nGoodbye\n")
    assert carol.lines() == ["* bob joined", "* bob left"]


def test_what_follows_an_irc_quit_is_not_read(server: Server) -> None:
    carol = join_plain(server, "carol")
    client = join_irc(server, "bob", "#lobby")
    client.feed(b"QUIT :bye\r\nNICK rob\r\nUSER rob 0 * :Rob\r\nJOIN #lobby\r\nPRIVMSG #lobby :hello\r\n")
    assert client.ended
    assert carol.lines() == ["* bob joined", "* bob left (bye)"]


def test_the_end_of_input_is_a_goodbye(server: Server) -> None:
    carol = join_plain(server, "carol")
    bob = server.connect().feed(b"bob\nhello\n").half_close()
    assert bob.lines()[-1] == "Goodbye"
    assert bob.ended
    assert carol.lines() == ["* bob joined", "<bob> hello", "* bob left"]


def test_the_end_of_input_before_any_line_closes(server: Server) -> None:
    client = server.connect().half_close()
    assert client.ended
    assert server.left_behind() == []


@pytest.mark.parametrize(
    "data", [b"bob\nbuild 42 passed", b"bob\r\nbuild 42 passed\r", b"bob\nbuild 42 passed\n"]
)
def test_the_last_line_needs_no_line_end(server: Server, data: bytes) -> None:
    carol = join_plain(server, "carol")
    bob = server.connect().feed(data).half_close()
    assert bob.lines()[-1] == "Goodbye"
    assert bob.ended
    assert carol.lines() == ["* bob joined", "<bob> build 42 passed", "* bob left"]


def test_who_says_more_than_the_rate_allows_and_hangs_up_is_heard_to_the_end() -> None:
    server = make_server(message_rate=2.0, message_burst=5)
    carol = join_plain(server, "carol")
    said = [f"line {number}" for number in range(12)]
    bob = server.connect().feed("\n".join(["bob", *said]).encode()).half_close()
    server.wait(20, 0.5)
    assert bob.ended
    assert carol.lines() == ["* bob joined", *(f"<bob> {line}" for line in said), "* bob left"]


def test_half_a_line_of_an_irc_client_is_not_passed_on(server: Server) -> None:
    carol = join_plain(server, "carol")
    bob = join_irc(server, "bob", "#lobby").feed(b"PRIVMSG #lobby :half a li").half_close()
    assert bob.ended
    assert carol.lines() == ["* bob joined", "* bob left"]


@pytest.mark.parametrize("door", DOORS)
def test_a_broken_connection_is_told_and_leaves_nothing_behind(server: Server, door: str) -> None:
    carol = join_plain(server, "carol")
    bob = join_plain(server, "bob", door)
    bob.feed(b"half a li")
    bob.lose()
    assert carol.lines() == ["* bob joined", "* bob left"]
    carol.lose()
    assert server.left_behind() == []


def test_a_protocol_knows_the_half_close(server: Server) -> None:
    verifyObject(IHalfCloseableProtocol, server.connect().protocol)


def test_a_peer_that_reads_no_more_is_gone(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    bob.protocol.writeConnectionLost()
    assert carol.lines() == ["* bob joined", "* bob left"]
    assert bob.ended


# a dialect that fails


class Failing(PlainDialect):
    """Falls over when it is asked to."""

    __slots__ = ()

    def line(self, line: bytes) -> None:
        if line == b"fall over":
            raise ZeroDivisionError
        super().line(line)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("delayed", [False, True])
def test_a_failure_in_a_dialect_ends_that_connection_alone(
    door: str, delayed: bool, logged_failures: list[Failure]
) -> None:
    server = make_server(message_rate=2.0, message_burst=2)
    carol = join_plain(server, "carol")
    server.factory.make_person = Failing
    bob: Client = join_plain(server, "bob", door)
    server.loop.advance(60)
    if delayed:
        bob.feed(b"one\ntwo\nthree\n")
    bob.feed(b"fall over\nmore\n")
    server.loop.advance(5)
    assert bob.ended
    assert "bob" not in server.directory.people
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()
    assert carol.lines()[-1] == "* bob left"
    assert carol.ask("/users") == ["1 in #lobby: carol"]
    carol.lose()
    assert server.left_behind() == []


@pytest.mark.parametrize("door", DOORS)
def test_a_failure_in_a_line_that_waited_for_an_answer_does_not_reach_who_answers(
    server: Server, logged_failures: list[Failure], door: str
) -> None:
    server.factory.make_person = Failing
    bob = join_plain(server, "bob", door)
    answered = bob.protocol.answering()
    bob.feed(b"fall over\nmore\n")
    assert not bob.ended
    answered()
    server.turn()
    assert bob.ended
    assert [failure.type for failure in logged_failures] == [ZeroDivisionError]
    logged_failures.clear()
    assert server.left_behind() == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_lines_wait_until_every_answer_has_come(server: Server, order: tuple[int, int]) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    answers = [bob.protocol.answering(), bob.protocol.answering()]
    bob.feed(b"hello\n")
    answers[order[0]]()
    answers[order[0]]()
    server.run()
    assert carol.lines() == []
    answers[order[1]]()
    assert carol.lines() == ["<bob> hello"]


def test_lines_wait_while_too_much_waits_for_the_disk(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    bob.protocol.hold(True)
    bob.feed(b"hello\n")
    assert carol.lines() == []
    bob.protocol.hold(False)
    assert carol.lines() == ["<bob> hello"]


def test_who_goes_while_an_answer_is_on_its_way_is_not_read_again(server: Server) -> None:
    bob = join_plain(server, "bob")
    answered = bob.protocol.answering()
    bob.feed(b"hello\n")
    bob.lose()
    answered()
    assert server.left_behind() == []
    assert server.directory.stats.messages.total == 0


def test_a_peer_without_an_address_is_local(server: Server) -> None:
    assert host_of(UNIXAddress(b"/run/chat.sock")) == "local"
    client = server.connect("2001:db8::7")
    assert client.protocol.address == "2001:db8::7"


def test_lines_wait_while_any_reason_is_left(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    answered = bob.protocol.answering()
    bob.protocol.hold(True)
    bob.feed(b"hello\n")
    answered()
    server.run()
    assert carol.lines() == []
    assert bob.paused
    bob.protocol.hold(False)
    assert carol.lines() == ["<bob> hello"]
