"""One person on several devices: what each of them gets, what others see, and what is there after everything ended."""

from __future__ import annotations

import pytest

from chat.domain.directory import LINGER_SECONDS, SESSIONS_AT_MOST
from chat.domain.missed import MISSED_AT_MOST
from tests.domain.doubles import MemoryMailbox
from tests.network.chatting import Client, Server, connect, join_irc, join_plain
from tests.network.irc.reading import account, codes, only, texts

HISTORY = "batch message-tags server-time draft/chathistory"


@pytest.fixture(autouse=True)
def ann_has_an_account(server: Server) -> None:
    account(server, "ann")
    server.factory.logins.mailbox = MemoryMailbox()


def phone(server: Server, name: str = "", caps: str = "", address: str = "192.0.2.7") -> Client:
    """One of ann's devices, on IRC."""
    client = connect(server, address)
    client.send("CAP LS 302", f"CAP REQ :sasl {caps}", f"PASS ann{name and '@'}{name}:sesame")
    client.send("NICK ann", "USER ann 0 * :Ann", "CAP END")
    return client


def desk(server: Server, name: str = "") -> Client:
    """One of ann's devices, on a plain connection."""
    return connect(server).send(f"/login ann{name and '@'}{name} sesame")


def people(server: Server) -> int:
    return len(server.directory.people)


def test_every_device_gets_what_the_others_say_and_says_it_once(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    one, two, three = phone(server), phone(server, caps="echo-message"), desk(server)
    one.send("JOIN #a")
    assert only(two.lines(), "JOIN")[-1] == ":ann!ann@host JOIN #a"
    for client in (one, three, bob):
        client.lines()
    one.send("PRIVMSG #a :from one")
    two.send("PRIVMSG #a :from two")
    three.send("from three")
    said = ["from one", "from two", "from three"]
    assert texts(only(bob.lines(), "PRIVMSG")) == said
    assert texts(only(one.lines(), "PRIVMSG")) == said[1:]
    assert texts(only(two.lines(), "PRIVMSG")) == said, "which wants to hear itself"
    assert [line for line in three.lines() if line.startswith("<")] == ["<ann> from one", "<ann> from two"]


def test_private_messages_reach_all_devices_both_ways(server: Server) -> None:
    bob = join_irc(server, "bob")
    one, two, three = phone(server), phone(server), desk(server)
    for client in (one, two, three, bob):
        client.lines()
    bob.send("PRIVMSG ann :hello")
    one.send("PRIVMSG bob :hi")
    assert texts(only(bob.lines(), "PRIVMSG")) == ["hi"]
    assert texts(only(one.lines(), "PRIVMSG")) == ["hello"]
    assert only(two.lines(), "PRIVMSG") == [
        ":bob!bob@host PRIVMSG ann :hello",
        ":ann!ann@host PRIVMSG bob :hi",
    ]
    assert three.lines() == ["[pm from bob] hello", "[pm to bob] hi"]


def test_a_join_a_part_and_a_name_are_one_for_others_and_everybodys_for_the_devices(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    one, two, three = phone(server), phone(server), desk(server)
    for client in (one, two, three):
        client.lines()
    one.send("JOIN #a", "NICK anna", "PART #a")
    assert codes(bob.lines()) == ["JOIN", "NICK", "PART"]
    lines = two.lines()
    assert [code for code in codes(lines) if code in ("JOIN", "366", "NICK", "PART")] == [
        "JOIN",
        "366",
        "NICK",
        "PART",
    ]
    shown = three.lines()
    assert "You are in #a." in shown
    assert "* ann is now anna" in shown
    assert "You left #a." in shown


def test_a_new_device_is_shown_everything(server: Server) -> None:
    one = phone(server)
    one.send("JOIN #a,#b", "TOPIC #a :tea")
    two = phone(server, caps=f"draft/read-marker {HISTORY}")
    lines = two.lines()
    assert [line.split(" ")[-1] for line in only(lines, "JOIN")] == ["#a", "#b"]
    assert texts(only(lines, "332")) == ["tea"]
    assert len(only(lines, "353")) == 2
    assert len(only(lines, "MARKREAD")) == 2
    assert one.lines()[-1:] != lines[-1:]
    assert codes(lines).index("001") < codes(lines).index("JOIN")
    assert desk(server).lines()[0] == (
        "Welcome back, ann, also on 2 other devices. You are in #a, #b. You talk in #b."
    )


def test_a_guest_who_logs_in_brings_the_rooms_along(server: Server) -> None:
    one = phone(server)
    one.send("JOIN #a,#b")
    bob = join_irc(server, "bob", "#b", "#c")
    guest = join_irc(server, "guest", "#b", "#c")
    for client in (one, bob, guest):
        client.lines()
    guest.send("AUTHENTICATE PLAIN", "AUTHENTICATE AGFubgBzZXNhbWU=")
    lines = guest.lines()
    told = [line for line in lines if line.split(" ")[1] in ("PART", "NICK", "JOIN")]
    assert told == [
        ":guest!guest@host PART #b",
        ":guest!guest@host PART #c",
        ":guest!guest@host NICK ann",
        ":ann!ann@host JOIN #a",
        ":ann!ann@host JOIN #b",
        ":ann!ann@host JOIN #c",
    ]
    assert [line for line in bob.lines() if "ann" in line or "guest" in line] == [
        ":guest!guest@host QUIT :Logged in as ann",
        ":ann!ann@host JOIN #c",
    ]
    assert [code for code in codes(one.lines()) if code in ("JOIN", "QUIT")] == ["QUIT", "JOIN"]
    guest.send("PRIVMSG #a :it is me")
    assert texts(only(one.lines(), "PRIVMSG")) == ["it is me"]


def test_somebody_is_away_when_all_devices_are(server: Server) -> None:
    bob = join_irc(server, "bob", "#a", caps="away-notify")
    one, two = phone(server), phone(server)
    one.send("JOIN #a")
    bob.lines()
    one.send("AWAY :tea")
    assert bob.lines() == []
    two.send("AWAY :cake")
    assert bob.lines() == [":ann!ann@host AWAY :cake"]
    two.lose()
    assert bob.lines() == [], "the other device is away, too"
    one.send("AWAY")
    assert bob.lines() == [":ann!ann@host AWAY"]
    one.lose()
    assert bob.lines() == [":ann!ann@host AWAY :Not connected"]
    phone(server)
    assert bob.lines() == [":ann!ann@host AWAY"]


def test_an_away_that_a_device_set_goes_with_it(server: Server) -> None:
    one, two = phone(server), phone(server)
    one.send("AWAY :tea")
    two.send("AWAY :cake")
    one.send("AWAY")
    two.send("QUIT")
    assert server.directory.find("ann").away is None


def test_others_see_a_quit_when_the_last_device_was_waited_for(server: Server) -> None:
    bob = join_plain(server, "bob")
    one, two = phone(server), phone(server)
    one.send("JOIN #lobby")
    bob.lines()
    one.lose()
    two.lose()
    server.wait(LINGER_SECONDS - 10)
    assert bob.lines() == []
    server.wait(20)
    assert bob.lines() == ["* ann left"]
    assert people(server) == 1


def test_a_goodbye_of_the_last_device_is_seen_at_once(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    one, two = phone(server), desk(server)
    one.send("JOIN #a")
    bob.lines()
    one.send("QUIT :off to the desk")
    assert bob.lines() == []
    two.send("/exit home")
    assert bob.lines() == [":ann!ann@host QUIT :home"]


def test_who_stays_is_here_without_a_device_and_others_see_no_quit(server: Server) -> None:
    bob = join_plain(server, "bob")
    one = phone(server)
    one.send("JOIN #lobby", "STAY ON", "QUIT")
    bob.lines()
    server.wait(LINGER_SECONDS * 2)
    assert bob.ask("/whois ann")[-1] == "  away: Not connected"
    two = desk(server)
    assert "#lobby" in two.lines()[0]
    two.send("/stay off", "/exit")
    assert bob.lines() == ["* ann left"]


def test_what_a_device_missed_and_no_more(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    one, two = phone(server, "one"), phone(server, "two")
    one.send("JOIN #a")
    bob.send("PRIVMSG #a :all hear this")
    one.lose()
    bob.send("PRIVMSG #a :missed", "PRIVMSG ann :psst")
    for client in (two,):
        assert texts(only(client.lines(), "PRIVMSG"))[-2:] == ["missed", "psst"]
    again = phone(server, "one")
    assert [text.split("] ")[-1] for text in texts(only(again.lines(), "PRIVMSG"))] == ["missed", "psst"]
    again.lose()
    assert only(phone(server, "one").lines(), "PRIVMSG") == []
    assert only(phone(server, "two", HISTORY).lines(), "PRIVMSG") == [], "who can ask is told nothing unasked"


def test_two_devices_that_come_back_together_each_get_it_once(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    one, two = phone(server, "one"), phone(server, "two")
    one.send("JOIN #a")
    one.lose()
    two.lose()
    bob.send("PRIVMSG #a :missed", "PRIVMSG ann :psst")
    both = phone(server, "one"), phone(server, "two")
    for client in both:
        got = [text.split("] ")[-1] for text in texts(only(client.lines(), "PRIVMSG"))]
        assert sorted(got) == ["missed", "psst"]


def test_only_so_much_is_shown_unasked(server: Server) -> None:
    one = desk(server, "one")
    one.lose()
    bob = join_plain(server, "bob")
    for number in range(MISSED_AT_MOST + 5):
        server.directory.say(bob.protocol.session, server.directory.lobby, str(number))
    lines = desk(server, "one").lines()
    assert sum("<bob>" in line for line in lines) == MISSED_AT_MOST
    assert "#lobby: You missed 5 more before these: /history shows them." in lines


def test_devices_are_listed_and_ended(server: Server) -> None:
    one, two = phone(server, "one"), desk(server)
    one.lines()
    two.lines()
    listed = two.ask("/devices")
    assert [line.split(" from ")[0] for line in listed] == ["1  irc (one)", "2  plain"]
    assert listed[1].endswith("this one")
    assert two.ask("/devices drop 2")[0].startswith("This is the device that you use")
    assert two.ask("/devices drop 7") == ["There is no device 7: /devices lists them."]
    assert two.ask("/devices drop 1")[0].startswith("Device 1 is disconnected.")
    assert one.closed
    assert not two.closed


def test_one_device_too_many_is_told_so(server: Server) -> None:
    for number in range(SESSIONS_AT_MOST):
        phone(server, address=f"198.51.100.{number}")
    late = phone(server)
    assert late.closed
    assert "16 devices" in late.lines()[-1]
    assert "16 devices" in desk(server).lines()[-1]
    assert len(server.directory.find("ann").sessions) == SESSIONS_AT_MOST


def test_another_password_ends_the_other_devices(server: Server) -> None:
    one, two = phone(server), desk(server)
    two.send("/password", "another one")
    assert one.closed
    assert not two.closed


def test_a_device_attaches_right_after_registering(server: Server) -> None:
    bob = join_irc(server, "bob", "#a", caps="draft/account-registration")
    bob.send("REGISTER * * hunter22")
    other = connect(server).send("PASS bob:hunter22", "NICK bob", "USER bob 0 * :Bob")
    assert only(other.lines(), "JOIN") == [":bob!bob@host JOIN #a"]


def test_a_join_is_kept_when_the_connection_drops_at_once(server: Server) -> None:
    one = phone(server)
    one.send("JOIN #a")
    one.lose()
    server.wait(LINGER_SECONDS + 10)
    assert people(server) == 0
    assert only(phone(server).lines(), "JOIN") == [":ann!ann@host JOIN #a"]


def test_nothing_is_left_of_devices_that_have_gone(server: Server) -> None:
    clients = [phone(server), phone(server, "x"), desk(server), desk(server)]
    clients[0].send("JOIN #a", "MONITOR + bob", "PRIVMSG #a :hello")
    clients[2].send("hello")
    for client in clients:
        client.lose()
    server.wait(LINGER_SECONDS + 10)
    assert server.left_behind() == []


def test_a_connection_that_ends_while_the_password_is_checked_leaves_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[tuple[object, ...]] = []
    accounts = server.factory.logins.accounts
    real = accounts.authenticate
    monkeypatch.setattr(accounts, "authenticate", lambda *arguments: waiting.append(arguments))
    client = connect(server).send("PASS ann:sesame", "NICK ann", "USER ann 0 * :Ann")
    client.lose()
    for arguments in waiting:
        real(*arguments)  # type: ignore[arg-type]
    server.wait(LINGER_SECONDS + 10)
    assert server.left_behind() == []
