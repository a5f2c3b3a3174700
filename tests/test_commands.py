"""The table of commands: what each says, and what it says when something is wrong."""

from __future__ import annotations

import re

import pytest

from chat import commands
from chat.commands import COMMANDS
from chat.commands_history import HISTORY_AT_MOST, HISTORY_SHOWN
from chat.slash import Command
from chat.speaker import Speaker
from tests.network.chatting import Client, Server, join_irc, join_plain, make_server


@pytest.fixture
def server() -> Server:
    return make_server(max_per_address=0)


@pytest.fixture
def bob(server: Server) -> Client:
    return join_plain(server, "bob")


# the table


def test_every_row_has_a_help_line_and_is_explained(bob: Client) -> None:
    for row in COMMANDS.values():
        (line,) = bob.ask(f"/help /{row.name}")
        assert line.startswith(f"/{row.name} {row.usage}".rstrip() + f" - {row.help}")
        assert all(f"/{alias}" in line for alias in row.aliases)


def test_help_lists_every_row(bob: Client) -> None:
    lines = bob.ask("/help")
    assert [line.split()[0] for line in lines[1:]] == [f"/{name}" for name in COMMANDS]


@pytest.mark.parametrize("word", ["/?", "/HELP", "/Help"])
def test_a_command_is_known_by_its_aliases_in_any_case(bob: Client, word: str) -> None:
    assert len(bob.ask(word)) == len(COMMANDS) + 1


def test_help_for_what_does_not_exist(bob: Client) -> None:
    assert bob.ask("/help frobnicate") == ["There is no command /frobnicate. /help lists all commands."]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("/jion #a", "/join"),
        ("/usres", "/users"),
        ("/hlep", "/help"),
        ("/histroy", "/history"),
        ("/exti", "/exit"),
    ],
)
def test_an_unknown_command_names_the_nearest(bob: Client, typed: str, near: str) -> None:
    word = typed.split()[0]
    assert bob.ask(typed) == [f"Unknown command: {word}. Did you mean {near}? /help lists all commands."]


@pytest.mark.parametrize("typed", ["/xyzzy", "/", "/ ", "/%$"])
def test_an_unknown_command_that_is_near_to_none(bob: Client, typed: str) -> None:
    assert bob.ask(typed) == [f"Unknown command: {typed.strip()}. /help lists all commands."]


@pytest.mark.parametrize("row", [row for row in COMMANDS.values() if row.minimum])
def test_a_command_without_what_it_needs_says_how_it_is_used(bob: Client, row: Command[Speaker]) -> None:
    assert bob.ask(f"/{row.name}") == [f"Usage: /{row.name} {row.usage}"]
    assert bob.ask(f"/{row.name}   ") == [f"Usage: /{row.name} {row.usage}"]


def test_the_last_argument_takes_the_rest_of_the_line(server: Server, bob: Client) -> None:
    assert bob.ask("/pm   bob   a  b  c ") == ["[pm from bob] a  b  c", "[pm to bob] a  b  c"]


# talking


@pytest.mark.parametrize("word", ["/pm", "/msg", "/w", "/PM"])
def test_private_messages_by_every_name(server: Server, bob: Client, word: str) -> None:
    carol = join_plain(server, "carol")
    assert bob.ask(f"{word} CAROL psst") == ["[pm to carol] psst"]
    assert carol.lines() == ["[pm from bob] psst"]


def test_a_private_message_to_somebody_away_says_so(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    carol.send("/away tea")
    assert bob.ask("/pm carol psst") == ["[pm to carol] psst", "carol is away: tea"]


def test_reply_needs_somebody_to_answer(server: Server, bob: Client) -> None:
    assert bob.ask("/reply x") == ["Nobody has written to you yet. /pm NAME TEXT writes to somebody."]
    carol = join_plain(server, "carol")
    carol.send("/pm bob hello")
    assert bob.ask("/r hi") == ["[pm to carol] hi"]
    carol.lose()
    assert bob.ask("/r hi") == ["No such user: carol. /users lists who is here."]


# people and rooms


@pytest.mark.parametrize("word", ["/users", "/who", "/names"])
def test_users_lists_people_by_name_with_their_rights(server: Server, bob: Client, word: str) -> None:
    join_plain(server, "Ann")
    join_irc(server, "carol", "#tea")
    assert bob.ask(word) == ["2 in #lobby: Ann, bob"]
    assert bob.ask(f"{word} tea") == ["1 in #tea: @carol"]
    assert bob.ask(f"{word} #nowhere") == [
        "No such room: #nowhere. See /rooms, or make it with /join #nowhere"
    ]


def test_a_long_list_is_cut_with_a_count(
    server: Server, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "NAMES_SHOWN", 3)
    for n in range(4):
        join_plain(server, f"p{n}")
    assert bob.ask("/users") == ["5 in #lobby: bob, p0, p1 and 2 more"]


def test_secret_rooms_are_seen_by_those_who_are_in_them(server: Server, bob: Client) -> None:
    carol = join_irc(server, "carol", "#tea")
    server.directory.room("#tea").flags.add("s")
    assert bob.ask("/users #tea") == ["No such room: #tea"]
    assert bob.ask("/rooms") == ["* #lobby  1 here"]
    assert not any("#tea" in line for line in bob.ask("/whois carol"))
    carol.lose()
    bob.send("/join #tea")
    server.directory.room("#tea").flags.add("s")
    assert any("#tea" in line for line in bob.ask("/rooms"))


def test_rooms_lists_the_fullest_first_and_marks_where_one_talks(server: Server, bob: Client) -> None:
    join_irc(server, "carol", "#tea", "#cake")
    join_irc(server, "dave", "#tea")
    bob.send("/join #cake", "/topic On cake")
    assert bob.ask("/list") == [
        "* #cake  2 here",
        "  #tea  2 here",
        "  #lobby  1 here",
    ]


def test_many_rooms_are_cut_with_a_count(
    server: Server, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ROOMS_SHOWN", 3)
    join_irc(server, "carol", *(f"#r{n}" for n in range(5)))
    lines = bob.ask("/rooms")
    assert [line.split()[0] for line in lines[1:3]] == ["#r0", "#r1"]
    assert (len(lines), lines[-1]) == (4, "  and 3 more")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("#" + "x" * 70, "That does not work: "),
        ("#a,b", "That does not work: "),
    ],
)
def test_a_room_that_cannot_be(bob: Client, name: str, answer: str) -> None:
    (line,) = bob.ask(f"/join {name}")
    assert line.startswith(answer)


def test_who_has_a_name_already_is_told_so(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    bob.lines()
    assert bob.ask("/nick bob") == ["That is your name already."]
    assert bob.ask("/nick Bob") == ["You are now Bob"]
    assert carol.lines()[-1] == "* bob is now Bob"


def test_parting_a_room_that_one_is_not_in(server: Server, bob: Client) -> None:
    join_irc(server, "carol", "#tea")
    assert bob.ask("/part #tea") == ["You are not in #tea. You are in #lobby."]
    assert bob.ask("/part nowhere") == ["You are not in #nowhere. You are in #lobby."]
    bob.send("/part")
    bob.lines()
    assert bob.ask("/part tea") == ["You are not in #tea. You are in no room."]


@pytest.mark.parametrize("typed", ["/part", "/users", "/topic", "/topic x", "/history"])
def test_what_needs_a_room_says_so(bob: Client, typed: str) -> None:
    bob.send("/part")
    assert bob.ask(typed) == ["You are in no room. /join #lobby, or /rooms for a list."]


def test_me_in_no_room(bob: Client) -> None:
    bob.send("/part")
    assert bob.ask("/me waves") == [
        "You are in no room: nobody would hear you. /join #lobby, or /rooms for a list."
    ]


def test_a_topic_is_shown_with_its_author(server: Server, bob: Client) -> None:
    assert bob.ask("/topic") == ["#lobby has no topic. /topic TEXT gives it one."]
    bob.send("/topic Tea")
    assert join_plain(server, "carol").ask("/topic") == ["Topic of #lobby: Tea (set by bob)"]


def test_whois_tells_what_others_may_know(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol", address="198.51.100.77")
    carol.send("/away tea", "/join #tea")
    server.loop.advance(3700)
    lines = bob.ask("/whois CAROL")
    assert lines[0] == "carol (user@host), plain"
    assert re.fullmatch(r"  here for 1h 1m, idle for 1h 1m", lines[1])
    assert lines[2:] == ["  in #lobby, #tea", "  away: tea"]
    assert "198.51.100.77" not in "".join(lines)
    assert bob.ask("/whois nobody") == ["No such user: nobody. /users lists who is here."]


def test_away_and_back(server: Server, bob: Client) -> None:
    assert bob.ask("/away") == ["You are back."]
    assert bob.ask("/away tea") == ["You are marked as away."]
    assert bob.ask("/away") == ["You are back."]


# ignoring


def test_ignoring(server: Server, bob: Client) -> None:
    assert bob.ask("/ignore") == ["You ignore nobody."]
    assert bob.ask("/ignore Carol") == ["You ignore Carol. /ignore -Carol undoes it."]
    assert bob.ask("/ignore dave") == ["You ignore dave. /ignore -dave undoes it."]
    assert bob.ask("/ignore") == ["You ignore: carol, dave"]
    assert bob.ask("/ignore -CAROL") == ["You hear CAROL again."]
    assert bob.ask("/ignore -erin") == ["You do not ignore erin."]


@pytest.mark.parametrize("name", ["two words", "x" * 900, "a,b"])
def test_only_names_can_be_ignored(bob: Client, name: str) -> None:
    (line,) = bob.ask(f"/ignore {name}")
    assert line.startswith("That does not work: a name may ")
    assert bob.ask("/ignore") == ["You ignore nobody."]


def test_even_a_reserved_name_can_be_ignored(bob: Client) -> None:
    assert bob.ask("/ignore NickServ") == ["You ignore NickServ. /ignore -NickServ undoes it."]


# the past and the figures


def test_history_shows_the_last_events_with_their_times(server: Server, bob: Client) -> None:
    carol = join_plain(server, "carol")
    for n in range(HISTORY_SHOWN + 5):
        carol.send(str(n))
    lines = bob.ask("/history")
    assert lines[0] == f"The last {HISTORY_SHOWN} events of #lobby:"
    assert len(lines) == HISTORY_SHOWN + 1
    assert re.fullmatch(rf"\[\d\d:\d\d\] <carol> {HISTORY_SHOWN + 4}", lines[-1])
    assert len(bob.ask("/history 3")) == 4
    assert bob.ask("/history 1")[0] == "The last event of #lobby:"


@pytest.mark.parametrize(
    "count", ["0", "-1", "x", str(HISTORY_AT_MOST + 1), "9" * 500, "0" * 8 + "1999", "1.5"]
)
def test_history_takes_a_number_within_bounds(bob: Client, count: str) -> None:
    assert bob.ask(f"/history {count}") == [
        f"/history takes a number from 1 to {HISTORY_AT_MOST}, or: /history before TIME"
    ]


def test_stats_has_a_line_for_each_figure(server: Server, bob: Client) -> None:
    carol = join_irc(server, "carol", "#tea")
    join_plain(server, "dave").lose()
    carol.send("PRIVMSG #tea :x", "PRIVMSG bob :x")
    server.loop.advance(30)
    bob.send("one", "two")
    server.loop.advance(45)
    bob.lines()
    figures = dict(line.split(": ", 1) for line in bob.ask("/stats"))
    assert figures["users online"] == "2"
    assert figures["peak users"] == "3"
    assert figures["rooms"] == "2"
    assert figures["messages"] == "3"
    assert figures["messages in the last minute"] == "2"
    assert figures["private messages"] == "1"
    assert figures["private messages in the last minute"] == "0"
    assert figures["uptime"] == "1m"
    assert figures["connections by plain"] == "1"
    assert figures["connections by irc"] == "1"


def test_stats_shows_the_figures_of_other_parts(server: Server, bob: Client) -> None:
    server.directory.stats.parts.append(lambda: [("relayed", "7")])
    assert "relayed: 7" in bob.ask("/stats")


def test_time_is_the_servers(bob: Client) -> None:
    (line,) = bob.ask("/time")
    assert re.fullmatch(r"It is 2027-01-1\d \d\d:\d\d:\d\d \S+\.", line)


# helpers
