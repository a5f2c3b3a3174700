"""What people type about rights: of rooms' operators, and of the server's."""

import pytest

from tests.network.chatting import Client, Server, connect, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    server = make_server()
    server.factory.logins.accounts.add("root", "secret", operator=True)  # type: ignore[attr-defined]
    server.factory.logins.accounts.add("user", "secret")  # type: ignore[attr-defined]
    return server


@pytest.fixture
def tess(server: Server) -> Client:
    """Founder of #a."""
    client = join_plain(server, "tess").send("/join #a")
    client.lines()
    return client


def test_kicking_and_banning(server: Server, tess: Client) -> None:
    bob = join_irc(server, "bob", "#a")
    tess.lines()
    assert tess.ask("/kick bob too loud") == ["* tess put bob out (too loud)"]
    assert bob.lines()[-1] == ":tess!user@host KICK #a bob :too loud"
    assert tess.ask("/ban") == ["Nobody is banned from #a."]
    assert tess.ask("/ban bob") == ["* tess set the mode +b bob!*@*"]
    assert tess.ask("/ban") == ["Banned from #a: bob!*@*"]
    assert bob.ask("JOIN #a")[0].split(" ")[1] == "474"
    assert tess.ask("/unban bob") == ["* tess set the mode -b bob!*@*"]
    assert tess.ask("/unban bob") == ["bob!*@* is not banned from #a. /ban lists who is."]
    assert tess.ask("/kick bob") == ["bob is not in #a."]


def test_rights_are_given_and_taken(server: Server, tess: Client) -> None:
    join_irc(server, "bob", "#a")
    tess.lines()
    assert tess.ask("/op bob") == ["* tess set the mode +o bob"]
    assert "@bob" in tess.ask("/users")[0]
    assert tess.ask("/deop bob", "/voice bob", "/devoice bob") == [
        "* tess set the mode -o bob",
        "* tess set the mode +v bob",
        "* tess set the mode -v bob",
    ]
    assert tess.ask("/op nobody") == ["No such user: nobody"]


def test_modes(server: Server, tess: Client) -> None:
    assert tess.ask("/mode +mk beer") == ["* tess set the mode +mk beer"]
    assert tess.ask("/mode")[0] == "Modes of #a: +mntk beer"
    assert tess.ask("/mode +Z") == ["There is no mode Z."]
    eve = join_plain(server, "eve")
    assert eve.ask("/join #a") == ["#a needs a key: /join #a KEY"]
    assert eve.ask("/join #a beer")[0] == "You are in #a."
    assert eve.ask("hello") == ["Only people with voice may speak in #a (+m)."]
    assert eve.ask("/mode -m") == ["Only an operator of #a may change its modes."]


def test_inviting(server: Server, tess: Client) -> None:
    eve = join_plain(server, "eve")
    tess.send("/mode +i")
    assert eve.ask("/join #a") == ["You have to be invited to #a: ask somebody there."]
    tess.lines()
    assert tess.ask("/invite eve") == ["eve was asked into #a."]
    assert eve.lines() == ["tess invites you to #a: /join #a"]
    assert eve.ask("/join #a")[0] == "You are in #a."
    assert tess.ask("/invite eve #a")[-1] == "eve is in #a already."


def test_operators_of_the_server(server: Server, tess: Client) -> None:
    bob, eve = join_irc(server, "bob"), join_plain(server, "eve")
    assert (
        tess.ask("/kill bob", "/announce tea")
        == ["Only an operator of the server may do this: /oper NAME PASSWORD"] * 2
    )
    assert tess.ask("/oper user secret") == ["user is no operator of this server."]
    assert tess.ask("/oper root wrong")[0].startswith("That name and password do not belong together")
    assert tess.ask("/oper root secret")[-1].startswith("You are an operator of this server")
    olga = connect(server)
    olga.feed(b"olga\n/oper root\nsecret\n")
    assert olga.lines()[-2:] == [
        "Password:",
        "You are an operator of this server: /kill and /announce are yours.",
    ]
    eve.lines()
    tess.send("/announce tea at five")
    assert eve.lines() == ["*** tea at five"]
    assert bob.lines() == [":chat.test NOTICE * :tea at five"]
    assert tess.ask("/kill bob spam")[-1] == "bob was disconnected."
    assert bob.lines() == ["ERROR :Killed by tess: spam"]


def test_in_no_room_there_is_nothing_to_rule(server: Server) -> None:
    eve = join_plain(server, "eve")
    eve.send("/part")
    assert eve.ask("/op bob") == ["You are in no room. /join #lobby, or /rooms for a list."]
