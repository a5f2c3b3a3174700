"""What is typed about rights, accounts and the server's operators: what goes out, and how answers are shown."""

import pytest

from chat.client.desk.typed.table import COMMANDS, secret_in
from chat.commands.table import COMMANDS as PLAIN_COMMANDS
from tests.client.desk.test_desk import Person


@pytest.fixture
def person() -> Person:
    return Person()


def test_every_command_of_the_plain_dialect_is_known() -> None:
    assert not PLAIN_COMMANDS.keys() - COMMANDS.keys()


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("/op ann", "MODE #x +o ann"),
        ("/deop ann", "MODE #x -o ann"),
        ("/voice ann", "MODE #x +v ann"),
        ("/devoice ann", "MODE #x -v ann"),
        ("/ban eve", "MODE #x +b eve!*@*"),
        ("/ban *@evil.test", "MODE #x +b *!*@evil.test"),
        ("/mode +kl key 5", "MODE #x +kl key 5"),
        ("/mode", "MODE #x"),
        ("/ban", "MODE #x b"),
        ("/time", "TIME"),
        ("/oper root pass word", "OPER root :pass word"),
        ("/kill eve being rude", "KILL eve :being rude"),
        ("/serverban eve", "KLINE eve"),
        ("/serverban eve 7d being rude", "KLINE 7d eve :being rude"),
        ("/kline 192.0.2.0/24 rude", "KLINE 192.0.2.0/24 rude"),
        ("/serverunban eve", "UNKLINE eve"),
        ("/serverbans", "STATS k"),
        ("/logout", "LOGOUT"),
    ],
)
def test_what_goes_out(person: Person, typed: str, sent: str) -> None:
    assert person.type(typed) == [sent]


@pytest.mark.parametrize("typed", ["/password secret", "/unregister secret", "/announce hello"])
def test_what_a_server_has_no_command_for_is_told(person: Person, typed: str) -> None:
    assert person.type(typed) == []
    assert person.last == "This server has no command for that."
    person.script.say(":s 005 bob COMMANDS=ANNOUNCE,PASSWORD,UNREGISTER :are supported")
    word, _, argument = typed[1:].partition(" ")
    assert person.type(typed) == [f"{word.upper()} {argument}"]


@pytest.mark.parametrize(
    "typed", ["/op ann", "/mode", "/mode +m", "/ban", "/ban eve", "/unban eve", "/kick ann", "/invite eve"]
)
def test_rights_are_those_in_the_room_of_the_page(person: Person, typed: str) -> None:
    person.type("/pm ann")
    assert person.type(typed) == []
    assert "This is no room" in person.last


@pytest.mark.parametrize(
    ("typed", "answer", "shown"),
    [
        ("/mode", [":s 324 bob #x +kn key"], "Modes of #x: +kn key"),
        ("/mode", [":s 403 bob #x :No such channel"], "#x: No such channel."),
        ("/ban", [":s 368 bob #x :End"], "Nobody is banned from #x."),
        (
            "/ban",
            [":s 367 bob #x eve!*@* ann 5", ":s 367 bob #x *!*@h ann 5", ":s 368 bob #x :End"],
            "Banned from #x: eve!*@*, *!*@h",
        ),
        ("/unban eve", [":s 368 bob #x :End"], "eve!*@* is not banned from #x. /ban lists who is."),
        ("/time", [":s 391 bob s :Friday 2027-01-15"], "At s it is Friday 2027-01-15."),
        ("/serverbans", [":s 219 bob k :End"], "Nobody is banned from this server."),
        (
            "/serverbans",
            [":s 216 bob K 192.0.2.1 * * :192.0.2.1 for good, by ann: rude", ":s 219 bob k :End"],
            "  192.0.2.1 for good, by ann: rude",
        ),
        ("/serverbans", [":s 216 bob K h * u :rude", ":s 219 bob k :End"], "  h: rude"),
        (
            "/serverbans",
            [":s 481 bob :Permission denied"],
            "Permission denied. /oper NAME PASSWORD makes one of you.",
        ),
        (
            "/kill eve",
            [":s 481 bob :Permission denied"],
            "Permission denied. /oper NAME PASSWORD makes one of you.",
        ),
        ("/op ann", [":s 482 bob #x :You are no operator of it"], "#x: You are no operator of it."),
        (
            "/oper root secret",
            [":s 381 bob :Yes"],
            "You are an operator of this server: /kill, /serverban and /serverbans are yours.",
        ),
        (
            "/oper root wrong",
            [":s 464 bob :Password incorrect"],
            "That is not the name and password of an operator's account here.",
        ),
        ("/quote MODE #x", [":s 324 bob #x +n", ":s 329 bob #x 5"], "Modes of #x: +n"),
        ("/quote MODE #x b", [":s 367 bob #x eve!*@* ann!a@h 5"], "Banned from #x: eve!*@*, by ann"),
        ("/quote MODE #x b", [":s 368 bob #x :End"], "That is everybody who is banned from #x."),
        ("/quote STATS k", [":s 216 bob K h * u :rude"], "Banned from the server: h: rude"),
        ("/quote STATS k", [":s 219 bob k :End"], "That is all of STATS k."),
        ("/quote TIME", [":s 391 bob s :noon"], "At s it is noon."),
    ],
)  # fmt: skip
def test_answers_are_sentences_on_the_page(person: Person, typed: str, answer: list[str], shown: str) -> None:
    person.type(typed)
    person.script.say(*answer)
    assert person.last == shown
    assert person.desk.place == "#x"


def test_who_is_in_the_list_is_let_in_again(person: Person) -> None:
    assert person.type("/unban EVE") == ["MODE #x b"]
    person.script.say(":s 367 bob #x eve!*@* ann 5", ":s 368 bob #x :End")
    assert person.script.sent() == ["MODE #x -b eve!*@*"]


@pytest.mark.parametrize(
    ("answer", "shown"),
    [(":s ACK", "eve was disconnected."), (":s 401 bob eve :No such nick", "eve: No such nick.")],
)
def test_a_labelled_kill_says_what_came_of_it(answer: str, shown: str) -> None:
    person = Person("batch labeled-response message-tags")
    [sent] = person.type("/kill eve")
    person.script.say(f"{sent.partition(' ')[0]} {answer}")
    assert person.last == shown


def test_logging_out_stays_so_with_the_next_connection(person: Person) -> None:
    person.type("/login bob secret", "/logout")
    assert person.desk.connection._wants.password is None


@pytest.mark.parametrize("line", ["/oper root secret", "/password secret", "/unregister secret"])
def test_passwords_are_known_as_such(line: str) -> None:
    start = secret_in(line)
    assert start is not None
    assert line[start:] == "secret"


@pytest.mark.parametrize("typed", ["/ban 192.0.2.1", "/ban *!*@192.0.2.1"])
def test_an_address_is_no_ban_from_a_room(person: Person, typed: str) -> None:
    assert person.type(typed) == []
    assert person.last.endswith("keep an address out with /serverban 192.0.2.1")
