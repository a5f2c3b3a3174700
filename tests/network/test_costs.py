"""What commands cost: lines of the pace, and work for which one has to wait for one's turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chat.domain.limits import MESSAGE_BURST
from chat.domain.terms import HASH
from chat.network.budgets import AT_ONCE, BUDGET
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server

BATCH = "CAP REQ :batch message-tags draft/multiline"


@pytest.fixture
def paced() -> Server:
    """A server with the usual limit on messages."""
    return make_server(message_rate=2.0, message_burst=MESSAGE_BURST)


def heard(client: Client, text: str) -> int:
    """How often somebody heard it."""
    return sum(text in line for line in client.lines())


def use_up(server: Server) -> None:
    """All the time that commands may take at once is taken."""
    server.factory.budgets._share.take(server.clock.seconds(), 100 * AT_ONCE)


def test_a_line_to_many_costs_as_many(paced: Server) -> None:
    bob, carol = join_irc(paced, "bob"), join_irc(paced, "carol")
    rooms = ",".join(f"#r{number}" for number in range(8))
    bob.send(f"JOIN {rooms}")
    carol.send(f"JOIN {rooms}")
    paced.wait(60)
    carol.lines()
    bob.feed(f"PRIVMSG {rooms} :hello\r\nPRIVMSG #r0 :again\r\n".encode())
    paced.wait(1)
    assert heard(carol, "hello") == 0, "eight lines at once are more than the burst"
    paced.wait(1)
    lines = carol.lines()
    assert sum("hello" in line for line in lines) == 8
    paced.wait(1)
    assert sum("again" in line for line in lines + carol.lines()) == 1


def test_only_the_lines_of_a_batch_are_part_of_its_price(paced: Server) -> None:
    bob = join_irc(paced, "bob")
    carol = join_plain(paced, "carol")
    bob.send(BATCH)
    bob.send("JOIN #lobby")
    paced.wait(60)
    bob.lines()
    carol.lines()
    bob.feed(b"BATCH +x draft/multiline #lobby\r\n")
    bob.feed(b"@batch=x PRIVMSG #lobby :one\r\n" * 9 + b"BATCH -x\r\n")
    assert heard(carol, "one") == 9, "a message of nine lines"
    paced.wait(60)
    bob.lines()
    bob.feed(b"BATCH +y draft/multiline #lobby\r\n" + b"@batch=y VERSION\r\n" * 9)
    assert heard(bob, " 351 ") < 9, "no other command is free because a batch is open"


def test_who_asks_for_a_rooms_bans_pays_no_lines_but_work(paced: Server) -> None:
    bob = join_irc(paced, "bob")
    bob.send("JOIN #a")
    paced.wait(60)
    bob.lines()
    before = paced.factory.budgets.waited
    bob.feed(b"MODE #a b\r\n" * 20)
    assert heard(bob, " 368 ") == 20
    use_up(paced)
    bob.feed(b"MODE #a b\r\n")
    assert heard(bob, " 368 ") == 0
    assert paced.factory.budgets.waited == before + 1
    paced.wait(2)
    assert heard(bob, " 368 ") == 1


@pytest.mark.parametrize("join", [join_plain, join_irc])
def test_what_waits_is_done_in_order_and_once(join: Callable[..., Client], paced: Server) -> None:
    bob = join(paced, "bob")
    carol = join_plain(paced, "carol")
    if join is join_irc:
        bob.send("JOIN #lobby")
    paced.wait(60)
    carol.lines()
    use_up(paced)
    say = "PRIVMSG #lobby :{}\r\n" if join is join_irc else "{}\r\n"
    bob.feed("".join(say.format(f"line {number}") for number in range(4)).encode())
    assert heard(carol, "line") == 0
    paced.wait(2)
    assert [line.rpartition(" ")[2] for line in carol.lines()] == ["0", "1", "2", "3"]


def test_who_leaves_while_a_command_waits_leaves_nothing_behind(paced: Server) -> None:
    bob = join_irc(paced, "bob")
    use_up(paced)
    bob.feed(b"LIST\r\n")
    assert len(paced.factory.budgets) == 1
    bob.lose()
    paced.wait(60)
    assert len(paced.factory.budgets) == 0
    assert paced.left_behind() == []


def test_a_password_costs_what_its_hash_does(server: Server) -> None:
    bob = join_plain(server, "bob")
    paid = []
    for line in ("/login bob wrong\n", "/time\n"):
        before = bob.protocol.used_until
        bob.feed(line.encode())
        paid.append(bob.protocol.used_until - before)
    assert paid[0] > 100 * paid[1]
    assert HASH < BUDGET


def test_another_name_costs_as_many_as_learn_of_it(server: Server) -> None:
    people = [join_irc(server, f"p{number}") for number in range(20)]
    alone, known = people[0], people[1]
    for person in people[1:]:
        person.send("JOIN #a,#b,#c")
    prices: list[float] = []
    for person in (alone, known):
        before = person.protocol.used_until
        person.feed(f"NICK other{len(prices)}\r\n".encode())
        prices.append(person.protocol.used_until - before)
    assert prices[1] > 3 * prices[0]


def test_a_long_list_is_made_in_slices_and_comes_whole(server: Server) -> None:
    names = [f"#room{number}" for number in range(500)]
    for start in range(0, len(names), 40):
        maker = join_irc(server, f"maker{start}")
        for name in names[start : start + 40]:
            maker.feed(f"JOIN {name}\r\n".encode())
    server.wait(60)
    bob = join_irc(server, "bob", address="192.0.2.99")
    other = join_plain(server, "carol", address="192.0.2.98")
    server.wait(60)
    bob.lines()
    other.lines()
    server.factory.budgets._share.take(server.clock.seconds(), AT_ONCE - 100)
    bob.feed(b"LIST\r\nPING after\r\n")
    assert bob.raw() == b"", "the first slice is made, and the next one waits"
    other.feed(b"/time\n")
    server.loop.advance(0.002)
    assert b"It is " in other.raw(), "others have their turn between"
    assert bob.raw() == b""
    server.wait(5)
    lines = bob.lines()
    assert sum(" 322 " in line for line in lines) == len(names) + 1, "and the lobby"
    assert " 323 " in lines[-2]
    assert lines[-1].endswith("after")


def test_a_list_that_is_being_made_for_who_goes_is_no_trouble(server: Server) -> None:
    maker = join_irc(server, "maker")
    maker.send("JOIN " + ",".join(f"#r{number}" for number in range(10)))
    bob = join_irc(server, "bob")
    use_up(server)
    bob.feed(b"WHO *\r\n")
    bob.lose()
    server.wait(60)
    maker.lose()
    server.wait(60)
    assert server.left_behind() == []


def test_unpaced_speech_costs_nothing(server: Server) -> None:
    bob, carol = join_plain(server, "bob"), join_plain(server, "carol")
    carol.lines()
    use_up(server)
    bob.feed(b"hello\n")
    assert heard(carol, "hello") == 1


def test_who_is_beyond_the_budget_is_told_once_a_minute(server: Server) -> None:
    bob = join_irc(server, "bob")
    server.factory.budgets.must_wait(bob.protocol, 3 * BUDGET)
    server.wait(5)
    bob.lines()
    bob.feed(b"VERSION\r\n" * 5)
    server.wait(20)
    lines = bob.lines()
    assert sum("more work than its share" in line for line in lines) == 1
    assert sum(" 351 " in line for line in lines) == 5, "nothing is lost"
