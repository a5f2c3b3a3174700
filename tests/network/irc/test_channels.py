"""JOIN, PART, TOPIC, KICK, INVITE."""

import pytest

from tests.network.chatting import Server, join_irc, join_plain, make_server
from tests.network.irc.lines import codes, params


@pytest.fixture
def server() -> Server:
    return make_server()


def test_joining_shows_the_topic_and_who_is_there(server: Server) -> None:
    join_irc(server, "ann", "#garden").send("TOPIC #garden :tea at five")
    lines = join_irc(server, "bob").ask("JOIN #garden")
    assert codes(lines) == ["JOIN", "332", "333", "353", "366"]
    assert params(lines, "332") == [["bob", "#garden", "tea at five"]]
    assert params(lines, "353") == [["bob", "=", "#garden", "@ann bob"]]


def test_several_rooms_with_keys_and_what_cannot_be(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b")
    ann.send("MODE #a +k one", "MODE #b +k two")
    lines = join_irc(server, "bob").ask("JOIN #a,nope,#b,#c one,x,two")
    assert [p[0] for p in params(lines, "JOIN")] == ["#a", "#b", "#c"]
    assert params(lines, "403") == [["bob", "nope", "No such channel"]]
    assert codes(join_irc(server, "eve").ask("JOIN #a,#b", "JOIN #a two"))[:2] == ["475", "475"]
    assert codes(join_irc(server, "zoe").ask("JOIN #bad:name"))[0] == "476"


def test_zero_leaves_everything(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b")
    assert codes(ann.ask("JOIN 0")) == ["PART", "PART"]


def test_too_many_at_once_are_refused(server: Server) -> None:
    lines = join_irc(server, "ann").ask("JOIN " + ",".join(f"#r{n}" for n in range(21)))
    assert codes(lines)[0] == "407"
    assert codes(lines).count("JOIN") == 20


def test_joining_again_is_silent(server: Server) -> None:
    assert join_irc(server, "ann", "#a").ask("JOIN #A") == []


def test_parting_with_a_reason(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    assert bob.ask("PART #a :so long")[-1] == ":bob!bob@host PART #a :so long"
    assert ann.lines()[-1] == ":bob!bob@host PART #a :so long"
    assert codes(bob.ask("PART #a", "PART #nowhere")) == ["442", "403"]


def test_the_topic_is_shown_set_and_guarded(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    assert codes(bob.ask("TOPIC #a")) == ["331"]
    assert codes(bob.ask("TOPIC #a :mine")) == ["482"]
    assert ann.ask("TOPIC #a :hers")[-1] == ":ann!ann@host TOPIC #a :hers"
    assert bob.lines() == [":ann!ann@host TOPIC #a :hers"]
    assert codes(bob.ask("TOPIC #a")) == ["332", "333"]
    ann.send("MODE #a +s")
    assert codes(join_irc(server, "out").ask("TOPIC #a")) == ["442"]


def test_kicking_people_on_every_door(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#lobby"), join_irc(server, "bob", "#lobby")
    tess = join_plain(server, "tess")
    server.directory.find("ann").modes = "o"
    ann.lines()
    bob.lines()
    assert ann.ask("KICK #lobby tess,bob,nobody :enough")[:3] == [
        ":ann!ann@host KICK #lobby tess :enough",
        ":ann!ann@host KICK #lobby bob :enough",
        ":chat.test 401 ann nobody :No such nick/channel",
    ]
    assert tess.lines()[0] == "ann put you out of #lobby (enough)."
    assert bob.lines() == [
        ":ann!ann@host KICK #lobby tess :enough",
        ":ann!ann@host KICK #lobby bob :enough",
    ]


def test_kicks_need_the_right(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    assert codes(bob.ask("KICK #a ann")) == ["482"]
    assert codes(ann.ask("KICK #a", "KICK #a,#b bob,x,y")) == ["461", "461"]
    assert codes(join_irc(server, "out").ask("KICK #a ann")) == ["442"]
    join_irc(server, "dave")
    assert codes(ann.ask("KICK #a dave")) == ["441"]


def test_inviting(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    op = join_irc(server, "op", "#a", caps="invite-notify")
    bob = join_irc(server, "bob")
    ann.send("MODE #a +io op")
    assert codes(bob.ask("JOIN #a")) == ["473"]
    op.lines()
    assert ann.ask("INVITE bob #a")[-1] == ":chat.test 341 ann bob #a"
    assert bob.lines() == [":ann!ann@host INVITE bob #a"]
    assert op.lines() == [":ann!ann@host INVITE bob #a"]
    assert params(bob.ask("INVITE"), "336") == [["bob", "#a"]]
    assert codes(bob.ask("JOIN #a"))[0] == "JOIN"
    assert codes(bob.ask("INVITE")) == ["337"]
    assert codes(ann.ask("INVITE bob #a", "INVITE nobody #a", "INVITE bob", "INVITE bob #none")) == [
        "443",
        "401",
        "461",
        "403",
    ]


def test_an_invitation_reaches_people_on_plain_connections(server: Server) -> None:
    ann, tess = join_irc(server, "ann", "#a"), join_plain(server, "tess")
    ann.send("INVITE tess #a")
    assert tess.lines() == ["ann invites you to #a: /join #a"]


def test_who_is_away_is_said_on_inviting(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob")
    bob.send("AWAY :tea")
    assert codes(ann.ask("INVITE bob #a")) == ["341", "301"]
