"""Passes over readers who stand together: what befalls one of them is nobody else's affair, and each gets all once."""

from __future__ import annotations

import errno

import pytest
from twisted.python.failure import Failure

from chat.domain.events import Said
from chat.domain.log import KEEP_AT_MOST
from chat.domain.names import check_name
from chat.network.outlet import STALL_SECONDS
from tests.domain.people import session_of
from tests.domain.standing import check_standing
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server
from tests.network.crowds import crowd, heard, say, settle, user_of

LINES = ["one", "two", "three"]


@pytest.fixture
def server() -> Server:
    return make_server(slice_size=8, max_per_address=0)


def irc_crowd(server: Server, count: int, caps: str = "", *rooms: str) -> list[Client]:
    """So many IRC clients in these rooms, or in the lobby."""
    return [join_irc(server, f"i{n}", *(rooms or ("#lobby",)), caps=caps) for n in range(count)]


def spoken(client: Client) -> list[str]:
    """The texts of the messages to rooms that somebody got since the last look, whatever the dialect."""
    found = []
    for line in client.raw().decode().splitlines():
        if " PRIVMSG #" in line:
            found.append(line.partition(" PRIVMSG ")[2].partition(" :")[2])
        elif line.startswith("<"):
            found.append(line.partition("> ")[2])
    return found


def all_of(name: str, lines: list[str] = LINES) -> bytes:
    """What a plain reader gets of them."""
    return "".join(f"<{name}> {line}\n" for line in lines).encode()


# one among many


@pytest.mark.parametrize("taken", [0, 1, 8, 9, 10, 18, 19, 28])
def test_who_takes_a_part_gets_the_rest_once_and_the_others_everything(server: Server, taken: int) -> None:
    people = crowd(server, 8)
    room = settle(server, *people)
    for line in LINES:
        say(server, people[0], line)
    people[3].read(taken)
    for client in people[1:3] + people[4:]:
        assert client.raw() == all_of("p0")
    assert heard(people[3]) == all_of("p0")[:taken]
    check_standing(room, 8)
    assert people[3].protocol.session.cursors[room] in room.readers.alone
    say(server, people[1], "more")
    server.run()
    assert all(heard(client) == b"<p1> more\n" for client in people[4:])
    people[3].read()
    assert heard(people[3]) == all_of("p0")[taken:] + b"<p1> more\n"
    settle(server, *people)


def test_several_who_take_a_part_get_each_the_rest_once(server: Server) -> None:
    people = crowd(server, 8)
    settle(server, *people)
    for number, client in enumerate(people):
        client.socket.room = number * 4
    for line in LINES:
        say(server, people[0], line)
    server.run()
    for client in people:
        client.read()
    assert [client.raw() for client in people[1:]] == [all_of("p0")] * 7
    settle(server, *people)


def test_a_wrapped_transport_that_asks_for_a_pause_has_what_it_took(server: Server) -> None:
    people = [join_plain(server, f"p{n}", door="wrapped" if n in (2, 4) else "socket") for n in range(6)]
    for client in people:
        client.transport.bufferSize = 20
    room = settle(server, *people)
    people[2].stall()
    for line in LINES:
        say(server, people[0], line)
        server.run()
    check_standing(room, 8)
    assert people[2].protocol.session.cursors[room] in room.readers.alone
    people[2].read()
    assert [client.raw().replace(b"\r", b"") for client in people[1:]] == [all_of("p0")] * 5
    settle(server, *people)


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "x"), OSError(errno.EHOSTUNREACH, "x")])
def test_who_is_gone_is_gone_and_the_others_get_everything(server: Server, error: OSError) -> None:
    people = crowd(server, 8)
    room = settle(server, *people)
    people[0].socket.send_error = people[3].socket.send_error = error
    for line in LINES:
        say(server, people[1], line)
    server.loop.turn()
    assert [heard(client) for client in people[2:3] + people[4:]] == [all_of("p1")] * 5
    check_standing(room, 8)
    server.turn()
    assert people[0].ended
    assert people[3].ended
    assert sorted(people[2].lines()) == ["* p0 left", "* p3 left"]
    assert len(room.members) == 6
    settle(server, *people[1:3])


def test_who_takes_nothing_for_too_long_leaves_the_others_together(server: Server) -> None:
    people = crowd(server, 6)
    settle(server, *people)
    people[2].stall()
    say(server, people[0], "one")
    server.wait(STALL_SECONDS + 10)
    assert people[2].ended
    assert people[1].lines() == ["<p0> one", f"* p2 left (Took nothing for {STALL_SECONDS:.0f} seconds)"]
    settle(server, *people)


def test_everybody_takes_nothing_and_then_reads_on(server: Server) -> None:
    people = crowd(server, 6)
    room = settle(server, *people)
    for client in people:
        client.stall()
    for line in LINES:
        say(server, people[0], line)
    server.run()
    check_standing(room, 8)
    assert room.readers.together == [] or list(room.readers.together[0].members) == [
        people[0].protocol.session.number
    ]
    for client in people:
        client.read()
    assert [client.raw() for client in people] == [b""] + [all_of("p0")] * 5


def test_bytes_are_counted_that_were_taken_and_no_others(server: Server) -> None:
    people = [*crowd(server, 6), *irc_crowd(server, 4)]
    settle(server, *people)
    before = server.directory.stats.bytes_out
    taken = sum(len(client.socket.taken) for client in people)
    people[2].stall()
    people[3].socket.room = 5
    people[4].socket.send_error = BrokenPipeError(errno.EPIPE, "x")
    people[7].socket.room = 25
    for who in (0, 1, 2, 1, 7):
        say(server, people[who], "hello")
    server.loop.turn()
    server.turn()
    for client in people:
        client.read()
    assert server.directory.stats.bytes_out - before == sum(len(c.socket.taken) for c in people) - taken


# authors


def test_authors_among_those_who_stand_together_step_over_their_own(server: Server) -> None:
    people = crowd(server, 6)
    room = settle(server, *people)
    said = [(1, "a"), (2, "b"), (1, "c"), (3, "d"), (2, "e"), (2, "f"), (1, "g")]
    for who, text in said:
        say(server, people[who], text)
    server.run()
    for number, client in enumerate(people):
        assert client.raw().decode() == "".join(f"<p{who}> {t}\n" for who, t in said if who != number)
    check_standing(room, 8)
    assert len(room.readers.together) == 1


@pytest.mark.parametrize("taken", [0, 3, 7, 10, 14, 17, 20])
def test_an_author_who_takes_a_part_gets_the_rest_without_its_own(server: Server, taken: int) -> None:
    people = crowd(server, 6)
    settle(server, *people)
    said = [(1, "a"), (2, "b"), (2, "c"), (1, "d"), (3, "e"), (2, "f")]
    people[2].socket.room = taken
    for who, text in said:
        say(server, people[who], text)
    server.run()
    people[2].read()
    for number, client in enumerate(people):
        assert client.raw().decode() == "".join(f"<p{who}> {t}\n" for who, t in said if who != number)
    settle(server, *people)


def test_an_author_with_nothing_but_its_own_events_goes_on_with_the_others(server: Server) -> None:
    people = crowd(server, 4)
    room = settle(server, *people)
    before = list(room.readers.together)
    for line in LINES:
        say(server, people[2], line)
    server.run()
    assert people[2].raw() == b""
    assert room.readers.together == before
    say(server, people[0], "more")
    server.run()
    assert people[2].raw() == b"<p0> more\n"


def test_an_author_whose_connection_breaks_harms_nobody(server: Server) -> None:
    people = crowd(server, 5)
    settle(server, *people)
    say(server, people[1], "a")
    say(server, people[2], "b")
    people[1].socket.send_error = BrokenPipeError(errno.EPIPE, "x")
    server.turn()
    assert people[0].lines() == ["<p1> a", "<p2> b", "* p1 left"]
    assert people[2].lines() == ["<p1> a", "* p1 left"]
    assert people[1].ended


# several rooms


def test_a_new_name_is_told_once_to_each_whatever_rooms_they_share(server: Server) -> None:
    rooms = [(), ("#a",), ("#a", "#b"), ("#b",), ("#a", "#b", "#c"), ("#a",), ("#b", "#c")]
    people = [join_irc(server, f"i{n}", "#lobby", *more) for n, more in enumerate(rooms)]
    settle(server, *people)
    say(server, people[0], "before")
    server.directory.rename(session_of(user_of(people[4])), check_name("new"))
    for room in ("#lobby", "#a", "#b"):
        say(server, people[4], f"after {room}", room)
    server.turn()
    for number, more in enumerate(rooms):
        lines = people[number].lines()
        assert sum(" NICK " in line for line in lines) == 1, number
        texts = [line.partition(" :")[2] for line in lines if " PRIVMSG " in line]
        expected = {f"after {room}" for room in ("#lobby", *more) if room != "#c"}
        assert set(texts) == (set() if number == 4 else expected) | ({"before"} if number else set())
        assert len(set(texts)) == len(texts)
    for name in ("#lobby", "#a", "#b", "#c"):
        settle(server, *people, room=name)


@pytest.mark.parametrize("turns", range(6))
def test_a_new_name_in_the_middle_of_a_pass_is_told_once(turns: int) -> None:
    server = make_server(slice_size=2, max_per_address=0)
    people = irc_crowd(server, 7, "", "#lobby", "#a")
    settle(server, *people)
    settle(server, room="#a")
    say(server, people[0], "one")
    say(server, people[0], "two", "#a")
    for _ in range(turns):
        server.loop.turn()
        check_standing(server.directory.lobby, 2)
    people[1].socket.give(b"NICK other\r\nPRIVMSG #a :three\r\n")
    server.turn()
    for client in people[2:]:
        lines = client.lines()
        assert sum(" NICK " in line for line in lines) == 1
        assert sorted(line.rpartition(":")[2] for line in lines if "PRIVMSG" in line) == [
            "one",
            "three",
            "two",
        ]
        assert next(line for line in lines if "three" in line).startswith(":other!")
    settle(server, *people)
    settle(server, room="#a")


def test_who_takes_a_part_in_one_room_gets_a_name_of_another_room_once(server: Server) -> None:
    people = irc_crowd(server, 5, "", "#lobby", "#a")
    settle(server, *people)
    settle(server, room="#a")
    people[2].socket.room = 10
    people[1].feed(b"PRIVMSG #lobby :one\r\nNICK other\r\nPRIVMSG #lobby :two\r\nPRIVMSG #a :three\r\n")
    server.turn()
    people[2].read()
    for client in people[2:]:
        lines = client.lines()
        assert sum(" NICK " in line for line in lines) == 1
        assert sorted(line.rpartition(":")[2] for line in lines if "PRIVMSG" in line) == [
            "one",
            "three",
            "two",
        ]


# what is left of a log


def test_a_group_that_the_log_has_left_behind_is_told_how_much_it_missed(server: Server) -> None:
    people = [*crowd(server, 5), join_irc(server, "ann", "#lobby")]
    room = settle(server, *people)
    position = room.log.end
    author = user_of(people[0]).identity
    for n in range(2 * KEEP_AT_MOST):
        room.log.append(Said(f"{n:028x}", 0.0, author, "#lobby", str(n)))
    say(server, people[0], "last")
    server.run()
    missed = room.log.base - position
    assert missed > 0
    for client in people[1:]:
        lines = client.raw().decode().splitlines()
        assert f"You missed {missed} messages" in lines[0]
        kept = [int(line.rpartition(" ")[2].lstrip(":")) for line in lines[1:-1]]
        assert kept == list(range(2 * KEEP_AT_MOST))[-len(kept) :]
        assert len(kept) == room.log.end - room.log.base - 1
        assert lines[-1].endswith("last")
    settle(server, *people)


# small groups


def test_what_is_left_of_groups_becomes_one(server: Server) -> None:
    people = crowd(server, 40)
    room = settle(server, *people)
    assert len(room.readers.together) == 5
    stay = people[::8]
    for client in people:
        if client not in stay:
            client.lose()
    settle(server, *people)
    say(server, stay[0], "hello")
    server.run()
    assert len(room.readers.together) == 1
    assert [client.raw() for client in stay[1:]] == [b"<p0> hello\n"] * 4


def test_many_groups_of_several_renderings_get_everything_once(server: Server) -> None:
    people = crowd(server, 19)
    for number, caps in enumerate(["", "server-time", "message-tags", "server-time account-tag"] * 5):
        people.append(join_irc(server, f"i{number}", "#lobby", caps=caps))
    people += [join_plain(server, f"w{n}", "wrapped") for n in range(3)]
    room = settle(server, *people)
    assert len(room.readers.together) >= 8
    said = []
    for round_ in range(4):
        for who in (0, 25, 41, 19 + round_):
            said.append((who, f"{round_} {who}"))
            say(server, people[who], said[-1][1])
        server.loop.turn()
        check_standing(room, 8)
    server.turn()
    for number, client in enumerate(people):
        assert spoken(client) == [text for who, text in said if who != number], number
    settle(server, *people)


def test_nothing_is_left_when_everybody_has_gone(server: Server) -> None:
    people = [*crowd(server, 10), *irc_crowd(server, 10, "server-time", "#lobby", "#a")]
    lobby, room = settle(server, *people), settle(server, room="#a")
    people[3].stall()
    people[12].socket.room = 10
    say(server, people[0], "hello")
    say(server, people[11], "hello", "#a")
    server.loop.turn()
    for client in people:
        client.lose()
        check_standing(lobby, 8)
        check_standing(room, 8)
    assert (room.readers.together, room.readers.alone) == ([], {})
    assert server.left_behind() == []


def test_a_transport_that_fails_otherwise_costs_those_who_stand_with_it_nothing(
    logged_failures: list[Failure],
) -> None:
    server = make_server(slice_size=8, max_per_address=0)
    people = [join_plain(server, f"p{n}", "wrapped" if n == 2 else "socket") for n in range(5)]
    settle(server, *people)

    def fail(data: bytes) -> None:
        raise RuntimeError("the transport fails in a way that is no OSError")

    people[2].protocol.transport.write = fail
    say(server, people[0], "one")
    server.turn()
    say(server, people[0], "two")
    server.turn()
    logged_failures.clear()
    for client in (people[1], people[3], people[4]):
        assert [line for line in client.lines() if line.startswith("<")] == ["<p0> one", "<p0> two"]
