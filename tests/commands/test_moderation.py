"""What people type about rights in rooms."""

import pytest

from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server()


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


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("/ban *!*@127.0.0.1", "127.0.0.1"),
        ("/ban bob@192.0.2.0/24", "192.0.2.0/24"),
        ("/ban m:*!*@192.0.2.*", "192.0.2.*"),
        ("/ban *!*@2001:db8::1", "2001:db8::1"),
        ("/mode +b *!*@192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_mask_with_an_address_is_refused_because_nobody_would_be_banned(
    tess: Client, typed: str, host: str
) -> None:
    (answer,) = tess.ask(typed)
    assert "nobody would be banned" in answer
    assert "/whois NAME" in answer
    assert answer.endswith(f"/serverban {host}")
    assert tess.ask("/ban") == ["Nobody is banned from #a."]


def test_the_host_that_whois_shows_can_be_banned(server: Server, tess: Client) -> None:
    bob = join_plain(server, "bob")
    tess.lines()
    host = tess.ask("/whois bob")[0].partition("@")[2].partition(")")[0]
    assert tess.ask(f"/ban *!*@{host}") == [f"* tess set the mode +b *!*@{host}"]
    assert bob.ask("/join #a")[0].startswith("You are banned from #a")


def test_an_irc_client_sets_whatever_mask_it_wants(server: Server) -> None:
    bob = join_irc(server, "bob", "#b")
    assert bob.ask("MODE #b +b *!*@192.0.2.7")[0].endswith("MODE #b +b *!*@192.0.2.7")


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
    assert tess.ask("/op nobody") == ["No such user: nobody. /users lists who is here."]


def test_modes(server: Server, tess: Client) -> None:
    assert tess.ask("/mode +mk beer") == ["* tess set the mode +mk beer"]
    assert tess.ask("/mode")[0] == "Modes of #a: +mntk beer"
    assert tess.ask("/mode +Z") == ["There is no mode Z."]
    assert tess.ask("/mode +zzi-z") == ["* tess set the mode +i", "There is no mode z."]
    tess.ask("/mode -i")
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


def test_in_no_room_there_is_nothing_to_rule(server: Server) -> None:
    eve = join_plain(server, "eve")
    eve.send("/part")
    assert eve.ask("/op bob") == ["You are in no room. /join #lobby, or /rooms for a list."]
