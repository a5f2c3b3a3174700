"""The IRC dialect as a whole: what a program sends, what it and others get."""

import re

import pytest
from twisted.internet.task import Clock

from chat.network.factory import SWEEP_SECONDS
from tests.network.chatting import Client, Server, SlowJournal, connect, join_irc, join_plain, make_server

TAGS = "server-time message-tags batch labeled-response echo-message"


@pytest.fixture
def server() -> Server:
    return make_server()


def codes(lines: list[str]) -> list[str]:
    """The commands of lines."""
    return [re.sub(r"^(@\S+ )?(:\S+ )?", "", line).split(" ")[0] for line in lines]


def test_two_people_meet_in_a_room(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    bob = join_irc(server, "bob", "#garden")
    assert ann.lines() == [":bob!bob@host JOIN #garden"]
    bob.send("PRIVMSG #garden :good morning")
    assert ann.lines() == [":bob!bob@host PRIVMSG #garden :good morning"]
    assert bob.lines() == []


def test_programs_and_people_hear_each_other(server: Server) -> None:
    ann = join_irc(server, "ann", "#lobby")
    tess = join_plain(server, "tess")
    assert codes(ann.lines()) == ["JOIN"]
    tess.send("hello", "/me waves")
    assert ann.lines() == [
        ":tess!user@host PRIVMSG #lobby :hello",
        ":tess!user@host PRIVMSG #lobby :\x01ACTION waves\x01",
    ]
    ann.send("PRIVMSG #lobby :hi tess", "PRIVMSG #lobby :\x01ACTION nods\x01", "PRIVMSG tess :psst")
    assert tess.lines() == ["<ann> hi tess", "* ann nods", "[pm from ann] psst"]


def test_the_echo_comes_when_the_message_is_stored() -> None:
    server = Server(Clock(), SlowJournal)
    journal = server.journal
    assert isinstance(journal, SlowJournal)
    ann = join_irc(server, "ann", "#garden", caps=TAGS)
    bob = join_irc(server, "bob", "#garden")
    journal.commit()
    ann.lines()
    ann.send("@label=7 PRIVMSG #garden :is this safe?", "PING later")
    assert bob.lines() == [":ann!ann@host PRIVMSG #garden :is this safe?"]
    assert ann.lines() == []
    journal.commit()
    echo, pong = ann.lines()
    assert echo.startswith("@label=7;time=")
    assert ";msgid=" in echo
    assert echo.endswith(" :ann!ann@host PRIVMSG #garden :is this safe?")
    assert pong == ":chat.test PONG chat.test :later"


def test_a_message_that_could_not_be_stored_is_no_echo() -> None:
    server = Server(Clock(), SlowJournal)
    journal = server.journal
    assert isinstance(journal, SlowJournal)
    ann = join_irc(server, "ann", "#garden", caps="echo-message")
    ann.send("PRIVMSG #garden :is this safe?")
    journal.commit(False)
    (line,) = ann.lines()
    assert line.startswith(":chat.test FAIL PRIVMSG STORAGE_FAILED #garden :")


def test_commands_wait_when_the_disk_is_slow() -> None:
    server = Server(Clock(), SlowJournal)
    journal = server.journal
    assert isinstance(journal, SlowJournal)
    ann = join_irc(server, "ann", "#garden", caps="echo-message")
    for number in range(64):
        ann.send(f"PRIVMSG #garden :{number}")
    assert ann.transport.producerState == "paused"
    journal.commit()
    assert len(ann.lines()) == 64
    assert ann.transport.producerState == "producing"


def test_labels_are_answered_with_a_line_a_batch_or_ack(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden", caps=TAGS)
    assert ann.ask("@label=1 PING x") == ["@label=1 :chat.test PONG chat.test :x"]
    assert ann.ask("@label=2 PONG x") == ["@label=2 :chat.test ACK"]
    answer = ann.ask("@label=3 MODE #garden")
    found = re.fullmatch(r"@label=3 :chat\.test BATCH \+(\w+) labeled-response", answer[0])
    assert found is not None
    assert all(line.startswith(f"@batch={found[1]} :chat.test ") for line in answer[1:-1])
    assert answer[-1] == f":chat.test BATCH -{found[1]}"


def test_an_unlabelled_command_is_not_answered_with_ack(server: Server) -> None:
    ann = join_irc(server, "ann", caps=TAGS)
    assert ann.ask("PONG x") == []


def test_joining_replays_what_was_said_as_a_batch(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    ann.send("PRIVMSG #garden :early bird")
    bob = join_irc(server, "bob", caps="server-time batch")
    lines = bob.ask("JOIN #garden")
    start = next(index for index, line in enumerate(lines) if " BATCH +" in line)
    found = re.fullmatch(r":chat\.test BATCH \+(\w+) chathistory #garden", lines[start])
    assert found is not None
    assert re.fullmatch(
        rf"@batch={found[1]};time=2027-\S+Z :ann!ann@host PRIVMSG #garden :early bird", lines[start + 1]
    )
    assert lines[start + 2] == f":chat.test BATCH -{found[1]}"


def test_joining_replays_with_the_time_in_front_for_clients_without_server_time(server: Server) -> None:
    join_irc(server, "ann", "#garden").send("PRIVMSG #garden :early bird")
    bob = join_irc(server, "bob")
    assert re.fullmatch(
        r":ann!ann@host PRIVMSG #garden :\[\d\d:\d\d\] early bird", bob.ask("JOIN #garden")[-1]
    )


def test_a_silent_client_is_pinged_and_then_given_up(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    bob = join_irc(server, "bob", "#garden")
    server.clock.advance(91)
    server.factory.sweep()
    assert codes(ann.lines())[-1] == "PING"
    bob.send("PONG :chat.test")
    server.factory.sweep()
    assert ann.lines() == []
    server.clock.advance(60 + SWEEP_SECONDS)
    server.factory.sweep()
    assert codes(ann.lines()) == ["ERROR"]
    assert ann.closed
    assert not bob.closed
    assert codes(bob.lines())[-1] == "QUIT"


def test_a_client_that_answers_is_asked_again_after_each_silence(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    ann.lines()
    asked = []
    for second in range(0, 400, int(SWEEP_SECONDS)):
        server.clock.advance(SWEEP_SECONDS)
        server.factory.sweep()
        for line in ann.lines():
            assert codes([line]) == ["PING"]
            asked.append(second)
            ann.send("PONG :chat.test")
    assert len(asked) == 4
    assert not ann.closed


def test_what_is_too_long_is_refused(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    bob = join_irc(server, "bob", "#garden")
    ann.lines()
    assert codes(ann.ask("PRIVMSG #garden :" + "x" * 600)) == ["417"]
    # What fits the sender's line, but not the line that others get.
    assert codes(ann.ask("PRIVMSG #garden :" + "x" * 490)) == ["417"]
    assert bob.lines() == []


def test_text_that_is_not_utf8_is_refused(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    assert ann.ask(b"PRIVMSG #garden :caf\xe9") == [
        ":chat.test FAIL PRIVMSG INVALID_UTF8 :Your line is not UTF-8 and was not passed on"
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [("NOSUCH x", "421"), ("JOIN", "461"), ("PRIVMSG", "411"), ("PRIVMSG x", "412"), ("USER a b c d", "462")],
)
def test_errors_have_their_numerics(server: Server, line: str, code: str) -> None:
    assert codes(join_irc(server, "ann").ask(line)) == [code]


def test_who_is_not_registered_may_do_little(server: Server) -> None:
    assert codes(connect(server).ask("NICK ann", "JOIN #garden")) == ["451"]


def test_a_name_is_given_once(server: Server) -> None:
    join_irc(server, "ann")
    late: Client = connect(server)
    assert codes(late.ask("NICK ANN", "USER ann 0 * :Ann")) == ["433"]
    assert codes(late.ask("NICK ann2"))[0] == "001"


def test_the_server_is_quit_with_a_reason(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    bob = join_irc(server, "bob", "#garden")
    bob.send("QUIT :so long")
    assert bob.lines() == ["ERROR :Quit: so long"]
    assert bob.closed
    assert ann.lines()[-1] == ":bob!bob@host QUIT :Quit: so long"
