"""What people on nc and telnet type about accounts, the past and absent people, against a whole server in memory."""

from __future__ import annotations

import time

import pytest
from twisted.internet.task import Clock

from chat.commands.past import moment, parse_search
from chat.domain.refused import Refused
from tests.domain.doubles import MemoryAccounts, MemoryMailbox
from tests.network.chatting import Client, Server, connect, join_plain, make_server

NOW = 1_800_000_000.0
PASSWORD = "opensesame"


@pytest.fixture
def server() -> Server:
    """A server with the account ann."""
    server = make_server(Clock())
    accounts = server.directory.claims.accounts
    assert isinstance(accounts, MemoryAccounts)
    accounts.add("ann", PASSWORD)
    server.factory.logins.mailbox = MemoryMailbox()
    return server


def as_ann(server: Server) -> Client:
    """Ann, logged in."""
    client = connect(server)
    client.send(f"/login ann {PASSWORD}")
    client.lines()
    return client


def ask(client: Client, *lines: str) -> list[str]:
    """Send lines, and return what they are answered with, without what telnet is asked."""
    client.raw()
    client.send(*lines)
    client.server.turn()
    data = client.raw().replace(bytes([255, 251, 1]), b"").replace(bytes([255, 252, 1]), b"")
    return data.decode().splitlines()


def said(lines: list[str], text: str) -> bool:
    """Whether a line contains a text."""
    return any(text in line for line in lines)


def test_registering_makes_the_name_ones_own(server: Server) -> None:
    bob = join_plain(server, "bob")
    assert said(bob.ask("/register secret words"), "is yours")
    bob.send("/exit")
    stranger = connect(server)
    assert said(stranger.ask("bob"), "The name bob belongs to an account. Password, or another name:")
    assert said(stranger.ask("/login bob secret words"), "Welcome back, bob.")


def test_the_name_of_an_account_is_taken_and_asked_for_again(server: Server) -> None:
    client = connect(server)
    assert said(client.ask("ann"), "The name ann belongs to an account. Password, or another name:")
    # What could be a password is never a name.
    lines = client.ask("bobby")
    assert said(lines, "That is not the password of ann. Type it again, or /nick NAME for another name:")
    assert not said(lines, "bobby")
    assert said(client.ask("/nick bobby"), "Welcome, bobby!")


def test_the_name_of_an_account_and_its_password_are_enough(server: Server) -> None:
    client = connect(server)
    client.send("ann")
    assert bytes([255, 251, 1]) in client.raw()
    lines = client.ask(PASSWORD)
    assert said(lines, "Welcome, ann!")
    assert said(lines, "You are logged in as ann.")
    assert not said(lines, PASSWORD)


@pytest.mark.parametrize("answer", ["", "/help"])
def test_who_gives_no_password_is_asked_for_a_name_again(server: Server, answer: str) -> None:
    client = connect(server).send("ann")
    client.ask(answer)
    assert said(client.ask("bob"), "Welcome, bob!")


def test_help_where_a_name_is_asked_for(server: Server) -> None:
    client = connect(server)
    lines = client.ask("/help")
    assert said(lines, "Type the name that the others are to see")
    assert said(lines, "/login NAME")
    assert said(client.ask("/nick bob"), "Welcome, bob!")


@pytest.mark.parametrize(("answer", "told"), [("y", True), ("n", False), ("", False), ("/help me", False)])
def test_after_a_refused_login_a_line_is_asked_about_before_it_is_said(
    server: Server, answer: str, told: bool
) -> None:
    bob, eve = join_plain(server, "bob"), join_plain(server, "eve")
    for refused in ("/nick ann", "/login ann wrong", "/password"):
        bob.ask(refused)
        eve.lines()
        lines = bob.ask(PASSWORD)
        assert said(lines, "Say that to #lobby? y does, n does not.")
        assert not said(lines, PASSWORD)
        assert eve.lines() == []
        bob.ask(answer)
        assert said(eve.lines(), PASSWORD) is told
        bob.ask("hello")
        assert eve.lines() == ["<bob> hello"]


def test_logging_in_with_the_password_on_a_line_of_its_own(server: Server) -> None:
    client = connect(server)
    assert said(ask(client, "/login ann"), "Password for ann (an empty line leaves it):")
    assert said(ask(client, PASSWORD), "Welcome, ann!")


def test_telnet_does_not_show_the_password(server: Server) -> None:
    client = connect(server)
    client.send("/login ann")
    will_echo, wont_echo = bytes([255, 251, 1]), bytes([255, 252, 1])
    asked = client.raw()
    assert will_echo in asked
    assert wont_echo not in asked
    client.send(PASSWORD)
    assert wont_echo in client.raw()


def test_nc_sees_no_telnet(server: Server) -> None:
    client = connect(server)
    client.feed(b"/login ann\n")
    server.turn()
    assert b"\xff" not in client.raw()


def test_a_wrong_password_is_said_to_be_wrong_and_one_may_try_again(server: Server) -> None:
    client = connect(server)
    assert said(client.ask("/login ann wrong"), "do not belong together")
    assert said(client.ask("bob"), "Welcome, bob!")
    assert said(client.ask(f"/login ann {PASSWORD}"), "logged in as ann")


@pytest.mark.parametrize("command", ["/register", "/login ann", "/oper ann"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "no password was given"),
        ("   ", "no password was given"),
        ("/login", "a line that starts with / is not taken for a password"),
        ("/me waves", "a line that starts with / is not taken for a password"),
    ],
)
def test_a_prompt_for_a_password_is_left_with_an_empty_line_or_a_command(
    server: Server, command: str, typed: str, told: str
) -> None:
    carl = join_plain(server, "carl")
    carl.lines()
    bob = join_plain(server, "bob")
    assert said(ask(bob, command), "(an empty line leaves it):")
    (answer,) = ask(bob, typed)
    assert answer.startswith("Nothing was changed: ")
    assert told in answer
    assert "ype the command again" in answer
    assert server.directory.claims.accounts.find("bob") is None
    ask(bob, "that is said")
    assert carl.lines() == ["* bob joined", "<bob> that is said"]


@pytest.mark.parametrize("command", ["/password", "/unregister"])
@pytest.mark.parametrize("typed", ["", "/login"])
def test_who_leaves_the_prompt_keeps_account_and_password(server: Server, command: str, typed: str) -> None:
    ann = as_ann(server)
    ask(ann, command)
    assert said(ask(ann, typed), "Nothing was changed: ")
    ann.send("/exit")
    assert said(connect(server).ask(f"/login ann {PASSWORD}"), "Welcome back, ann.")


def test_who_has_no_name_and_leaves_the_prompt_is_asked_for_one_again(server: Server) -> None:
    client = connect(server)
    ask(client, "/login ann")
    assert said(ask(client, ""), "Nothing was changed: ")
    assert said(ask(client, "bob"), "Welcome, bob!")


@pytest.mark.parametrize("line", ["/password /login", "/register /login"])
def test_no_password_is_chosen_that_a_prompt_would_not_take(server: Server, line: str) -> None:
    client = as_ann(server) if line.startswith("/password") else join_plain(server, "bob")
    assert said(ask(client, line), "a password may not start with /")
    assert server.directory.claims.accounts.find("bob") is None


def test_a_password_with_a_slash_is_given_on_the_line_of_the_command(server: Server) -> None:
    accounts = server.directory.claims.accounts
    assert isinstance(accounts, MemoryAccounts)
    accounts.add("sue", "/slash")
    assert said(connect(server).ask("/login sue /slash"), "Welcome, sue!")


def test_a_password_is_neither_said_nor_taken_for_a_command(server: Server) -> None:
    bob, carl = join_plain(server, "bob"), join_plain(server, "carl")
    bob.send("/login ann", "/me shouts")
    bob.send("/register", "my secret")
    assert not said(carl.lines(), "shouts")
    assert not said(carl.lines(), "secret")


def test_who_is_here_already_is_here_on_one_more_device(server: Server) -> None:
    first = as_ann(server)
    second = connect(server)
    answer = second.ask(f"/login ann {PASSWORD}")
    assert said(answer, "Welcome back, ann, also on 1 other device. You are in #lobby. You talk in #lobby.")
    assert said(answer, "You are logged in as ann.")
    assert not first.closed


def test_the_name_of_somebody_who_dropped_waits_for_them(server: Server) -> None:
    client = as_ann(server)
    client.send("/nick sunny")
    client.lose()
    stranger = connect(server)
    assert said(stranger.ask("sunny"), "The name sunny is taken")
    back = as_ann(server)
    assert server.directory.find("sunny").sessions == {back.protocol.session: None}


def test_the_name_of_somebody_who_left_is_not_held(server: Server) -> None:
    client = as_ann(server)
    client.send("/nick sunny", "/exit")
    client.lines()
    assert said(connect(server).ask("sunny"), "Welcome")


def test_password_logout_and_unregister(server: Server) -> None:
    client = as_ann(server)
    assert said(ask(client, "/password", "another one"), "is changed")
    assert said(ask(client, "/logout"), "guest again")
    assert said(ask(client, "/logout"), "not logged in")
    assert said(ask(client, "/password x"), "not logged in")
    assert said(ask(client, "/unregister x"), "not logged in")
    assert said(ask(client, "/login ann another one"), "logged in as ann")
    assert said(ask(client, "/unregister wrong"), "do not belong together")
    assert said(ask(client, "/unregister", "another one"), "belongs to nobody")
    client.send("/exit")
    assert said(connect(server).ask("ann"), "Welcome, ann!")


def test_whoever_has_no_name_can_only_log_in(server: Server) -> None:
    client = connect(server)
    assert said(client.ask("/login"), "no name yet")
    assert said(client.ask("/LOGIN ann wrong"), "do not belong together")


def test_a_message_for_somebody_who_is_away_is_kept_and_delivered(server: Server) -> None:
    bob = join_plain(server, "bob")
    lines = bob.ask("/pm ann see you at five")
    assert said(lines, "[pm to ann] see you at five")
    assert said(lines, "next login")
    assert said(bob.ask("/pm nobody hello"), "No such user: nobody")
    sent_at = time.strftime("%H:%M", time.localtime(server.now()))
    server.clock.advance(90)
    ann = connect(server)
    lines = ann.ask(f"/login ann {PASSWORD}")
    assert said(lines, f"[{sent_at}] [pm from bob] see you at five")
    assert said(ann.ask("/reply fine"), "[pm to bob] fine")
    assert "[pm from ann] fine" in bob.lines()
    ann.send("/exit")
    assert not said(connect(server).ask(f"/login ann {PASSWORD}"), "see you at five")


def test_a_message_reaches_an_account_under_another_name(server: Server) -> None:
    ann, bob = as_ann(server), join_plain(server, "bob")
    ann.send("/nick sunny")
    ann.lines()
    bob.send("/pm ann are you there?")
    assert said(ann.lines(), "[pm from bob] are you there?")


def test_a_full_mailbox_is_told_to_the_sender(server: Server) -> None:
    bob = join_plain(server, "bob")
    for _ in range(100):
        bob.send("/pm ann x")
    assert said(bob.ask("/pm ann x"), "not kept")


# history


def test_history_goes_back(server: Server) -> None:
    bob = join_plain(server, "bob")
    bob.send("first")
    server.clock.advance(7200)
    bob.send("second")
    assert said(bob.ask("/history"), "second")
    assert said(bob.ask("/history 1"), "second")
    before = bob.ask("/history before 1h")
    assert said(before, "first")
    assert not said(before, "second")
    assert before[0].startswith("Before 1h ago: the last ")
    assert bob.ask("/history before 3h") == ["Nothing was said before 3h ago in #lobby."]
    assert bob.ask("/history before 1999-12-31") == ["Nothing was said before 1999-12-31 in #lobby."]
    assert said(bob.ask("/history before lunch"), "is no time")
    for wrong in ("0", "201", "x", "-1", "before"):
        assert said(bob.ask(f"/history {wrong}"), "takes a number"), wrong


def test_history_needs_a_room(server: Server) -> None:
    bob = join_plain(server, "bob")
    bob.send("/part")
    assert said(bob.ask("/history"), "in no room")


def test_search_shows_where_and_when(server: Server) -> None:
    bob = join_plain(server, "bob")
    bob.send("the quick brown fox", "/join dev", "the lazy dog")
    lines = bob.ask("/search the")
    assert said(lines, "Found 2 messages")
    assert any(line.startswith("#lobby [") and line.endswith("<bob> the quick brown fox") for line in lines)
    assert said(bob.ask("/search the in:dev"), "Found 1 message,")
    assert said(bob.ask("/search the from:carl"), "Nothing was found")
    assert said(bob.ask("/search in:nowhere the"), "You are not in #nowhere")
    assert said(bob.ask("/search in:dev"), "at least one word")
    assert said(bob.ask("/search " + "a b " * 6), "at most 10 words")
    assert said(bob.ask("/search"), "Usage: /search")


def test_commands_wait_for_an_answer_that_is_on_its_way(server: Server) -> None:
    lines = connect(server).ask(f"/login ann {PASSWORD}", "hello", "/history 5", "/exit")
    order = [
        next(number for number, line in enumerate(lines) if text in line)
        for text in ("Welcome", "logged in", "The last", "Goodbye")
    ]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", NOW - 1800),
        ("2h", NOW - 7200),
        ("3d", NOW - 3 * 86400),
        ("2026-11-23", time.mktime((2026, 11, 23, 0, 0, 0, 0, 0, -1))),
        ("2026-11-23 14:30", time.mktime((2026, 11, 23, 14, 30, 0, 0, 0, -1))),
        ("2026-11-23T14:30", time.mktime((2026, 11, 23, 14, 30, 0, 0, 0, -1))),
    ],
)
def test_moments(text: str, expected: float) -> None:
    assert moment(text, NOW) == expected


def test_a_time_of_day_is_the_last_one() -> None:
    for hour in range(24):
        at = moment(f"{hour:02}:15", NOW)
        assert NOW - 86400 - 3600 <= at <= NOW
        assert time.localtime(at)[3:5] == (hour, 15)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01", "h", "99999999999d", "2026-11-23 99:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="is no time"):
        moment(text, NOW)


def test_a_search_is_words_and_filters() -> None:
    rooms = {"#dev": "#Dev", "#lobby": "#lobby"}
    what = parse_search("from:Bob after:2026-11-01 in:DEV http://x y", rooms, NOW)
    assert what.words == ("http://x", "y")
    assert (what.author, what.rooms) == ("bob", ("#dev",))
    assert what.after == moment("2026-11-01", NOW)
    assert parse_search("hello before:1h", rooms, NOW).before == NOW - 3600


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        ((2026, 3, 29, 8, 0), "14:30", (2026, 3, 28, 14, 30)),
        ((2026, 3, 30, 8, 0), "14:30", (2026, 3, 29, 14, 30)),
        ((2026, 10, 25, 8, 0), "14:30", (2026, 10, 24, 14, 30)),
        ((2026, 3, 1, 0, 10), "0:15", (2026, 2, 28, 0, 15)),
    ],
)
def test_yesterday_is_yesterday_by_the_calendar(
    now: tuple[int, int, int, int, int], typed: str, meant: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        at = moment(typed, time.mktime((*now, 0, 0, 0, -1)))
        assert time.localtime(at)[:5] == meant
    finally:
        monkeypatch.undo()
        time.tzset()
