"""Numeric replies are built from their rows, and nothing that a client says shifts their parameters."""

import pytest

from chat.domain.refused import Refused, Why
from chat.network.irc import numerics
from chat.network.irc.numerics import Numeric, Parameters
from chat.network.irc.refusals import ABOUT_SUBJECT, ABOUT_TWO, WITH_SENTENCE, answer
from tests.network.chatting import Server, join_irc
from tests.network.irc.reading import arguments, codes

ROWS = {name: row for name, row in vars(numerics).items() if isinstance(row, Numeric)}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_has_a_code_of_three_digits_and_one_text(name: str) -> None:
    row = ROWS[name]
    assert len(row.code) == 3
    assert row.code.isdecimal()
    assert name.startswith(("RPL_", "ERR_"))
    assert row.form.count(" :") + row.form.startswith(":") <= 1


def test_each_code_stands_for_one_thing() -> None:
    assert len({row.code for row in ROWS.values()}) == len(ROWS)


@pytest.mark.parametrize("odd", ["", "two words", ":colon", ":", " "])
def test_what_cannot_stand_between_spaces_becomes_a_star(odd: str) -> None:
    row = Numeric("999", "{} {} :{}")
    assert row.filled(odd, "b", odd).text == f"* b :{odd}"
    assert row.filled("a:b", 7, "c").text == "a:b 7 :c"


def test_parameters_of_the_server_stay_as_they_are() -> None:
    assert Numeric("999", "{} :end").filled(Parameters("a b c")).text == "a b c :end"


def test_braces_in_what_people_say_mean_nothing(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    ann.send("TOPIC #a :{} {0} {x}")
    assert arguments(ann.ask("TOPIC #a")[0])[1] == "{} {0} {x}"
    assert codes(ann.ask("{} x")) == ["421"]


def test_what_a_client_says_shifts_no_parameters(server: Server) -> None:
    ann = join_irc(server, "ann")
    for line in ("WHOIS :a b c", "JOIN :a b", "MODE :a b", "MONITOR + :a b", "ISON :", "LINKS", "HELP :a b"):
        for reply in ann.ask(line):
            assert reply.split(" ")[:3] == [":chat.test", codes([reply])[0], "ann"]
    assert ann.ask("WHOIS :a b c")[0] == ":chat.test 401 ann * :No such nick/channel"


def test_replies_are_cut_to_a_line(server: Server) -> None:
    ann = join_irc(server, "ann")
    for line in (
        "WHOIS " + "é" * 240,
        "X" * 500,
        "MONITOR + " + "n" * 490,
        "NAMES #" + "é" * 250,
        "ISON " + "a" * 500,
    ):
        assert all(len(reply.encode()) <= 510 for reply in ann.ask(line))


@pytest.mark.parametrize("why", Why)
def test_every_refusal_has_an_answer(server: Server, why: Why) -> None:
    ann = join_irc(server, "ann")
    client = ann.protocol.dialect
    answer(client, "JOIN", Refused(why, "A sentence.", "#a", "b"))  # type: ignore[arg-type]
    lines = ann.lines()
    if why is Why.ALREADY_IN_ROOM:
        assert lines == []
        return
    (line,) = lines
    row = ABOUT_SUBJECT.get(why) or ABOUT_TWO.get(why) or WITH_SENTENCE.get(why)
    if row is not None:
        assert codes([line]) == [row.code]
        assert arguments(line)[0] == "#a" or "{}" not in row.form
    elif why not in (Why.UNKNOWN_MODE, Why.BAD_MODE):
        assert line == f":chat.test FAIL JOIN {why.name} #a :A sentence."
