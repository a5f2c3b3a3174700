"""Passes in whose middle people come, go and change what they are shown: each gets what is theirs, once, in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.domain.names import check_name, check_room
from tests.domain.standing import check_standing
from tests.network.chatting import Client, Server, join_irc, make_server
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
        directory.rename(user_of(people[2]), check_name("other"))
        directory.part(user_of(people[3]), directory.room("#a"))
        directory.join(user_of(people[4]), check_room("#b"))
        people[5].socket.room = 7
        people[6].socket.break_off()
        directory.set_away(user_of(people[7]), "tea")
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
