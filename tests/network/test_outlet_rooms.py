"""Outlets of readers who leave rooms while they are behind: all of it once, and nothing of what came after."""

from __future__ import annotations

from chat.network.outlet import CLOSE_SECONDS
from tests.network.behind import fill, say
from tests.network.chatting import Server, join_plain


def test_who_leaves_a_room_still_reads_what_was_said_there_before(server: Server, door: str) -> None:
    bob, carol = join_plain(server, "bob"), join_plain(server, "carol", door)
    for client in (carol, bob):
        client.send("/join #tea")
    carol.lines()
    bob.socket.give(b"last words\n")
    carol.socket.give(b"/part\n")
    server.run()
    bob.feed(b"not for carol\n")
    assert carol.lines() == ["<bob> last words", "You left #tea.", "You talk in #lobby."]


def test_who_is_behind_and_leaves_a_room_reads_it_to_the_end_and_nothing_twice(
    server: Server, door: str
) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    for client in (carol, bob):
        client.send("/join #tea")
    carol.lines()
    carol.stall()
    lines = fill(server, bob)
    bob.feed(b"in tea\n/nick rob\n")
    server.turn()
    carol.feed(b"/part\n")
    bob.feed(b"not for carol\n/nick bob\n")
    server.turn()
    carol.read()
    heard = carol.lines()
    assert heard.count("<bob> in tea") == 1
    assert [line for line in heard if " is now " in line] == ["* bob is now rob", "* rob is now bob"]
    assert heard.index("You left #tea.") > heard.index("<bob> in tea")
    assert "<rob> not for carol" not in heard
    assert sum("ffff" in line for line in heard) == lines
    assert carol.protocol.dialect is not None
    assert carol.protocol.session.former == []


def test_a_room_that_was_left_long_ago_is_missed_up_to_the_moment_of_leaving(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    carol.lines()
    carol.stall()
    fill(server, bob)
    lobby = server.directory.lobby
    start = lobby.log.end
    carol.feed(b"/part\n")
    say(server, bob, "not for carol", 10_000)
    assert lobby.log.base > start
    carol.read()
    heard = carol.lines()
    assert not any("not for carol" in line for line in heard)
    (gap,) = (line for line in heard if line.startswith("***"))
    missed = int(gap.split()[3])
    assert missed + sum("ffff" in line for line in heard) == start - 2
    assert heard[-2].startswith("You left #lobby")


def test_a_connection_that_ends_and_stops_again_is_given_up(server: Server, door: str) -> None:
    carol, bob = join_plain(server, "carol", door), join_plain(server, "bob")
    carol.stall()
    fill(server, bob)
    say(server, bob, "x" * 1000, 30)
    carol.feed(b"/exit\n")
    transport = carol.transport
    carol.read(len(transport.dataBuffer) - transport.offset + transport._tempDataLen + 1000)
    server.wait(CLOSE_SECONDS + 10)
    assert carol.ended
    bob.lose()
    assert server.left_behind() == []


def test_what_was_read_in_a_room_that_was_left_is_not_read_again_in_another(server: Server) -> None:
    carol, bob = join_plain(server, "carol"), join_plain(server, "bob")
    for client in (carol, bob):
        client.send("/join #tea")
    carol.lines()
    carol.stall()
    say(server, bob, "first")
    bob.feed(b"/nick rob\n")
    say(server, bob, "x" * 1000, 17)
    server.turn()
    carol.read(len("[#lobby] <bob> first\r\n"))
    assert carol.protocol.dialect is not None
    lobby, tea = carol.protocol.session.cursors.values()
    assert lobby.position == lobby.room.log.end, "read to its end, as a whole portion"
    assert tea.position < tea.room.log.end
    carol.feed(b"/part #lobby\n")
    carol.read()
    assert [line for line in carol.lines() if " is now " in line] == ["[#lobby] * bob is now rob"]
