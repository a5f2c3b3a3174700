"""Passes in whose middle people come, go and change what they are shown: each gets what is theirs, once, in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.domain.names import check_name, check_room
from tests.domain.people import session_of
from tests.domain.standing import check_standing
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server
from tests.network.crowds import crowd, heard, say, settle, user_of

TURNS = range(6)
"""Turns of the loop before the change: before the first slice, between any two, and after the last."""
WHO = [1, 4, 6]
"""One of the first, the middle and the last group."""
BEFORE, AFTER = ["one", "two"], ["three", "four"]


@pytest.fixture
def server() -> Server:
    return make_server(slice_size=2, max_per_address=0, replay=0)


def texts(client: Client) -> list[str]:
    """What was said, as far as somebody got it since the last look."""
    client.server.turn()
    found = []
    for line in client.raw().decode().splitlines():
        if " PRIVMSG #" in line:
            found.append(line.partition(" PRIVMSG ")[2].partition(" :")[2])
        elif "<p0> " in line:
            found.append(line.partition("<p0> ")[2])
    return found


def texts_now(client: Client) -> list[str]:
    """The same of an IRC client, without a turn of the loop."""
    return [line.rpartition(":")[2] for line in heard(client).decode().splitlines() if "PRIVMSG" in line]


def join_quietly(server: Server) -> Client:
    """Somebody who is in no room, and for whom the loop does not turn."""
    client = server.connect()
    client.protocol.dataReceived(b"NICK late\r\nUSER late 0 * :late\r\n")
    return client


def typed(client: Client, data: bytes) -> None:
    """Somebody sends something, and one turn of the loop takes it in."""
    client.socket.give(data)
    client.server.loop.turn()


def irc_crowd(server: Server, count: int, *rooms: str) -> list[Client]:
    """So many IRC clients in these rooms."""
    return [join_irc(server, f"p{n}", *rooms) for n in range(count)]


def around(
    server: Server, people: list[Client], turns: int, change: Callable[[], object], room: str = "#lobby"
) -> None:
    """The first one speaks; after so many turns something changes; the first one speaks again."""
    found = settle(server, *people, room=room)
    for text in BEFORE:
        say(server, people[0], text, room)
    for _ in range(turns):
        server.loop.turn()
        check_standing(found, 2)
    change()
    check_standing(found, 2)
    for text in AFTER:
        say(server, people[0], text, room)
    while server.loop.turn():
        check_standing(found, 2)
    server.turn()
    check_standing(found, 2)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_asks_for_times_in_the_middle_gets_everything_once(server: Server, who: int, turns: int) -> None:
    people = irc_crowd(server, 8, "#lobby")
    around(server, people, turns, lambda: typed(people[who], b"CAP REQ :server-time\r\n"))
    data = heard(people[who]).decode().splitlines()
    said = [line for line in data if "PRIVMSG" in line]
    assert [line.rpartition(":")[2] for line in said] == BEFORE + AFTER
    assert all(line.startswith("@time=") for line in said[2:])
    assert [texts(client) for client in people] == [
        [] if n in (0, who) else BEFORE + AFTER for n in range(len(people))
    ]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_changes_in_the_middle_of_what_is_said_last_gets_it_too(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#lobby")
    settle(server, *people)
    for text in BEFORE:
        say(server, people[0], text)
    for _ in range(turns):
        server.loop.turn()
    typed(people[who], b"CAP REQ :server-time\r\n")
    assert [texts(client) for client in people] == [[], *[BEFORE] * 7]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_is_shown_it_otherwise_without_an_answer_gets_everything_once(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#lobby")
    settle(server, *people)
    say(server, people[0], "one")
    for _ in range(turns):
        server.loop.turn()
    session_of(user_of(people[who])).reader.ignoring_changed()
    assert [texts(client) for client in people] == [[], *[["one"]] * 7]
    settle(server, *people)


def test_one_event_more_is_not_told_to_its_author_though_others_got_several(server: Server) -> None:
    people = [*irc_crowd(server, 6, "#lobby"), *(join_plain(server, f"q{n}") for n in range(2))]
    settle(server, *people)
    for text in BEFORE:
        say(server, people[5], text)
    for _ in range(3):
        server.loop.turn()
    say(server, people[0], "three")
    assert texts(people[0]) == BEFORE
    assert [texts(client) for client in people[1:5]] == [[*BEFORE, "three"]] * 4
    assert texts(people[6]) == ["three"]
    settle(server, *people)


def test_who_reads_alone_from_before_the_others_gets_all_of_it(server: Server) -> None:
    people = [*irc_crowd(server, 6, "#lobby"), *(join_plain(server, f"q{n}") for n in range(2))]
    room = settle(server, *people)
    say(server, people[0], "one")
    server.loop.turn()
    session_of(user_of(people[2])).reader.ignoring_changed()
    assert people[2].protocol.session.cursors[room].position == room.log.end - 1
    server.loop.turn()
    assert texts_now(people[4]) == ["one"]
    for text in ("two", "three"):
        say(server, people[0], text)
    for client in people[1:4] + people[5:]:
        assert texts(client) == ["one", "two", "three"]
    assert texts(people[4]) == ["two", "three"]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
def test_one_event_more_after_several_is_not_told_to_its_author(server: Server, turns: int) -> None:
    people = irc_crowd(server, 8, "#lobby")
    settle(server, *people)
    say(server, people[7], "one")
    say(server, people[7], "two")
    for _ in range(turns):
        server.loop.turn()
    say(server, people[0], "three")
    assert [texts(client) for client in people] == [["one", "two"], *[["one", "two", "three"]] * 6, ["three"]]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
def test_an_author_who_reads_alone_does_not_get_its_own_lines(server: Server, turns: int) -> None:
    people = irc_crowd(server, 8, "#lobby")
    settle(server, *people)
    say(server, people[0], "one")
    for _ in range(turns):
        server.loop.turn()
    late = join_quietly(server)
    server.directory.join(session_of(user_of(late)), check_room("#lobby"))
    for client, text in ((late, "two"), (people[3], "three"), (late, "four")):
        say(server, client, text)
    assert texts(late) == ["three"]
    assert texts(people[3]) == ["one", "two", "four"]
    say(server, late, "five")
    assert texts(late) == []
    assert texts(people[1]) == ["one", "two", "three", "four", "five"]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_goes_into_another_room_in_the_middle_gets_everything_once(
    server: Server, who: int, turns: int
) -> None:
    people = crowd(server, 8)
    around(server, people, turns, lambda: typed(people[who], b"/join #other\n"))
    data = heard(people[who]).decode().splitlines()
    said = [line for line in data if "<p0>" in line]
    assert [line.partition("> ")[2] for line in said] == BEFORE + AFTER
    assert all(line.startswith("[#lobby] ") for line in said[2:])
    assert [texts(client) for client in people] == [
        [] if n in (0, who) else BEFORE + AFTER for n in range(len(people))
    ]
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_ignores_the_speaker_in_the_middle_hears_no_more_of_them(
    server: Server, who: int, turns: int
) -> None:
    people = crowd(server, 8)
    around(server, people, turns, lambda: typed(people[who], b"/ignore p0\n"))
    say(server, people[7], "five")
    server.run()
    data = heard(people[who]).decode().splitlines()
    assert [line for line in data if line.startswith("<p0>")] == [f"<p0> {text}" for text in BEFORE][
        : sum(line.startswith("<p0>") for line in data)
    ]
    assert data[-1] == "<p7> five"
    people[who].feed(b"/ignore -p0\n")
    say(server, people[0], "six")
    assert texts(people[who]) == ["six"]
    others = [client for n, client in enumerate(people) if n not in (0, who)]
    assert [texts(client) for client in others] == [[*BEFORE, *AFTER, "six"]] * 6
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_leaves_in_the_middle_gets_what_was_said_until_then(server: Server, who: int, turns: int) -> None:
    people = irc_crowd(server, 8, "#a")
    around(server, people, turns, lambda: typed(people[who], b"PART #a\r\n"), "#a")
    lines = heard(people[who]).decode().splitlines()
    assert [line.rpartition(":")[2] for line in lines if "PRIVMSG" in line] == BEFORE
    assert lines[-1].partition(" ")[2] == "PART #a", "what was said before stands before the end"
    others = [client for n, client in enumerate(people) if n not in (0, who)]
    assert [texts(client) for client in others] == [BEFORE + AFTER] * 6
    settle(server, *people, room="#a")


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_leaves_and_comes_again_in_the_middle_gets_everything_once(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#a")
    around(server, people, turns, lambda: typed(people[who], b"PART #a\r\nJOIN #a\r\n"), "#a")
    assert [texts(client) for client in people] == [[], *[BEFORE + AFTER] * 7]
    settle(server, *people, room="#a")


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_is_put_out_in_the_middle_gets_what_was_said_until_then(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#a")
    around(server, people, turns, lambda: typed(people[0], b"KICK #a p%d :go\r\n" % who), "#a")
    lines = heard(people[who]).decode().splitlines()
    assert [line.rpartition(":")[2] for line in lines if "PRIVMSG" in line] == BEFORE
    assert lines[-1] == f":p0!p0@host KICK #a p{who} :go"
    others = [client for n, client in enumerate(people) if n not in (0, who)]
    for client in others:
        lines = heard(client).decode().splitlines()
        assert [line.rpartition(":")[2] for line in lines] == [*BEFORE, "go", *AFTER]
    settle(server, *people, room="#a")


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_vanishes_in_the_middle_harms_nobody(server: Server, who: int, turns: int) -> None:
    people = irc_crowd(server, 8, "#lobby")

    def vanish() -> None:
        people[who].socket.break_off()
        server.loop.turn()

    around(server, people, turns, vanish)
    assert people[who].ended
    others = [client for n, client in enumerate(people) if n not in (0, who)]
    assert [texts(client) for client in others] == [BEFORE + AFTER] * 6
    settle(server, *others)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_takes_nothing_any_more_in_the_middle_gets_the_rest_later(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#lobby")
    around(server, people, turns, people[who].stall)
    others = [client for n, client in enumerate(people) if n not in (0, who)]
    assert [texts(client) for client in others] == [BEFORE + AFTER] * 6
    people[who].read()
    assert texts(people[who]) == BEFORE + AFTER
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
def test_who_comes_in_the_middle_gets_what_is_said_from_then_on(server: Server, turns: int) -> None:
    people = irc_crowd(server, 8, "#lobby")
    late = join_irc(server, "late")
    around(server, people, turns, lambda: typed(late, b"JOIN #lobby\r\n"))
    assert texts(late) == AFTER
    assert [texts(client) for client in people[1:]] == [BEFORE + AFTER] * 7
    settle(server, *people, late)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", WHO)
def test_who_speaks_in_the_middle_is_heard_by_the_others_in_order(
    server: Server, who: int, turns: int
) -> None:
    people = irc_crowd(server, 8, "#lobby")
    around(server, people, turns, lambda: say(server, people[who], "mine"))
    for number, client in enumerate(people):
        expected = [*BEFORE, "mine", *AFTER]
        if number == 0:
            expected = ["mine"]
        elif number == who:
            expected.remove("mine")
        assert texts(client) == expected
    settle(server, *people)


@pytest.mark.parametrize("turns", TURNS)
def test_everybody_changes_at_once(server: Server, turns: int) -> None:
    people = irc_crowd(server, 9, "#lobby", "#a")
    settle(server, *people, room="#a")

    def change() -> None:
        directory = server.directory
        typed(people[1], b"CAP REQ :server-time\r\n")
        directory.rename(session_of(user_of(people[2])), check_name("other"))
        directory.part(session_of(user_of(people[3])), directory.room("#a"))
        directory.join(session_of(user_of(people[4])), check_room("#b"))
        people[5].socket.room = 7
        people[6].socket.break_off()
        directory.set_away(session_of(user_of(people[7])), "tea")
        say(server, people[8], "there", "#a")

    around(server, people, turns, change)
    people[5].read()
    for number, client in enumerate(people):
        if number == 6:
            continue
        server.turn()
        lines = client.raw().decode().splitlines()
        said = [line.rpartition(":")[2] for line in lines if "PRIVMSG #lobby" in line]
        assert said == ([] if number == 0 else BEFORE + AFTER)
        assert sum("PRIVMSG #a" in line for line in lines) == (number not in (3, 8))
        assert sum(" NICK " in line for line in lines) == 1
        assert sum(" QUIT " in line for line in lines) == 1
    settle(server, *people)
    settle(server, room="#a")
