"""A client becomes a person, stays and goes: CAP, PASS, NICK, USER, PING, QUIT."""

import pytest

from tests.network.chatting import Server, connect, join_irc, make_server
from tests.network.irc.reading import account, arguments, codes, login, only, texts

WELCOME = ["001", "002", "003", "004"]


def test_the_welcome_names_the_client_and_the_server(server: Server) -> None:
    lines = connect(server).ask("NICK ann", "USER ann 0 * :Ann Smith")
    assert codes(lines)[:4] == WELCOME
    assert all(line.startswith(":chat.test ") and line.split(" ")[2] == "ann" for line in lines)
    assert lines[0].endswith("ann!ann@host")
    assert codes(lines)[-1] == "422"
    assert "251" in codes(lines)


def test_the_order_of_nick_and_user_does_not_matter(server: Server) -> None:
    ann = connect(server)
    assert ann.ask("USER ann 0 * :Ann") == []
    assert codes(ann.ask("NICK ann"))[:4] == WELCOME


def test_isupport_has_no_more_than_13_tokens_a_line(server: Server) -> None:
    lines = only(connect(server).ask("NICK ann", "USER ann 0 * :Ann"), "005")
    assert lines
    tokens = [token for line in lines for token in arguments(line)[:-1]]
    assert all(len(arguments(line)) <= 14 for line in lines)
    assert {"CASEMAPPING=ascii", "UTF8ONLY", "WHOX", "EXCEPTS=e", "INVEX=I"} <= set(tokens)
    assert len({token.partition("=")[0] for token in tokens}) == len(tokens)


def test_the_message_of_the_day_is_shown(server: Server) -> None:
    server.settings.motd = ["Be kind.", ""]
    lines = connect(server).ask("NICK ann", "USER ann 0 * :Ann")
    assert codes(lines)[-4:] == ["375", "372", "372", "376"]
    assert texts(only(lines, "372")) == ["- Be kind.", "- "]


def test_nothing_happens_before_cap_end(server: Server) -> None:
    ann = connect(server)
    lines = ann.ask("CAP LS 302", "NICK ann", "USER ann 0 * :Ann")
    assert set(codes(lines)) == {"CAP"}
    assert codes(ann.ask("CAP END"))[:4] == WELCOME


def test_a_request_alone_holds_the_registration_too(server: Server) -> None:
    ann = connect(server)
    lines = ann.ask("CAP REQ :server-time", "NICK ann", "USER ann 0 * :Ann")
    assert lines == [":chat.test CAP * ACK :server-time"]
    assert codes(ann.ask("CAP END"))[:4] == WELCOME


@pytest.mark.parametrize(
    "nick", ["#ann", "ann,bob", "a b", "ann!x", "ann@x", "a*", "@ann", "x" * 200, "\x01"]
)
def test_names_that_cannot_be_are_refused(server: Server, nick: str) -> None:
    client = connect(server)
    lines = client.ask(f"NICK :{nick}", "USER ann 0 * :Ann")
    assert codes(lines) == ["432"]
    assert codes(client.ask("NICK ann"))[0] == "001"


@pytest.mark.parametrize("line", ["NICK", "NICK :"])
def test_a_nick_without_a_name(server: Server, line: str) -> None:
    assert codes(connect(server).ask("PING x", line)) == ["PONG", "431"]


@pytest.mark.parametrize(
    ("line", "code"),
    [("USER", "461"), ("USER ann 0 *", "461"), ("USER ann 0 * :", "461"), ("PASS", "461"), ("CAP", "461")],
)
def test_missing_parameters(server: Server, line: str, code: str) -> None:
    assert codes(connect(server).ask("NICK ann", line)) == [code]


def test_the_username_is_made_fit_for_a_mask(server: Server) -> None:
    ann = connect(server)
    lines = ann.ask("NICK ann", "USER a!n!n.with.a.very.long.username 0 * :Ann")
    assert lines[0].endswith(" ann!ann.with.a.very.@host")
    assert connect(server).ask("NICK bob", "USER !@ 0 * :Bob")[0].endswith(" bob!user@host")


def test_commands_before_registration_are_refused(server: Server) -> None:
    client = connect(server)
    assert codes(client.ask("NICK ann", "PRIVMSG bob :x", "WHO *", "NOSUCH", "AWAY :x")) == ["451"] * 4


@pytest.mark.parametrize("line", ["PASS x", "USER a 0 * :b"])
def test_registering_twice_is_refused(server: Server, line: str) -> None:
    assert codes(join_irc(server, "ann").ask(line)) == ["462"]


# collisions


def test_a_name_is_taken_whatever_its_case_and_the_client_stays_nameless(server: Server) -> None:
    join_irc(server, "ann")
    late = connect(server)
    assert codes(late.ask("NICK AnN", "USER ann 0 * :Ann")) == ["433"]
    assert codes(late.ask("JOIN #x")) == ["451"]
    assert codes(late.ask("NICK ANN")) == ["433"]
    lines = late.ask("NICK ann2")
    assert codes(lines)[0] == "001"
    assert lines[0].split(" ")[2] == "ann2"


def test_two_who_negotiate_with_one_name_do_not_both_get_it(server: Server) -> None:
    one, two = connect(server), connect(server)
    for client in (one, two):
        client.ask("CAP LS 302", "NICK ann", "USER ann 0 * :Ann")
    assert codes(one.ask("CAP END"))[0] == "001"
    assert codes(two.ask("CAP END")) == ["433"]
    assert codes(two.ask("NICK bob"))[0] == "001"


def test_a_name_is_free_again_after_quit(server: Server) -> None:
    join_irc(server, "ann").send("QUIT")
    assert codes(connect(server).ask("NICK ann", "USER ann 0 * :Ann"))[0] == "001"


def test_the_name_of_an_account_belongs_to_who_is_logged_in(server: Server) -> None:
    account(server, "ann")
    assert codes(connect(server).ask("NICK ann", "USER ann 0 * :Ann")) == ["433"]


def test_a_second_client_of_a_person_goes_by_the_same_name(server: Server) -> None:
    account(server, "ann")
    first, second = connect(server), connect(server)
    assert only(first.ask(*login("ann"), "CAP END"), "001")[0].split(" ")[2] == "ann"
    assert only(second.ask(*login("ann"), "CAP END"), "001")[0].split(" ")[2] == "ann"
    assert not first.closed
    assert len(server.directory.find("ann").sessions) == 2


# passwords of the server


def test_the_password_of_the_server_is_needed() -> None:
    server = make_server(password="open sesame")
    right = connect(server)
    assert codes(right.ask("PASS :open sesame", "NICK ann", "USER ann 0 * :Ann"))[0] == "001"
    for lines in (["PASS wrong"], []):
        wrong = connect(server)
        assert codes(wrong.ask(*lines, "NICK bob", "USER bob 0 * :Bob")) == ["464", "ERROR"]
        assert wrong.closed


def test_a_full_server_says_so() -> None:
    server = make_server(max_users=1)
    join_irc(server, "ann")
    late = connect(server)
    lines = late.ask("NICK bob", "USER bob 0 * :Bob")
    assert codes(lines) == ["ERROR"]
    assert "full" in lines[0]
    assert late.closed


# NICK


def test_a_new_name_reaches_everybody_once(server: Server) -> None:
    ann = join_irc(server, "ann", "#one", "#two", "#three")
    bob = join_irc(server, "bob", "#one", "#two", "#three")
    stranger = join_irc(server, "carl", "#four")
    for client in (ann, bob, stranger):
        client.lines()
    assert ann.ask("NICK anna") == [":ann!ann@host NICK anna"]
    assert bob.lines() == [":ann!ann@host NICK anna"]
    assert stranger.lines() == []
    assert codes(bob.ask("PRIVMSG ann :x")) == ["401"]
    bob.send("PRIVMSG anna :hello")
    assert ann.lines() == [":bob!bob@host PRIVMSG anna :hello"]


def test_a_change_of_case_alone_is_told(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    bob.lines()
    assert ann.ask("NICK Ann") == [":ann!ann@host NICK Ann"]
    assert bob.lines() == [":ann!ann@host NICK Ann"]
    assert ann.ask("NICK Ann") == []


def test_a_name_in_use_and_one_that_cannot_be(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    bob.lines()
    assert codes(ann.ask("NICK BOB")) == ["433"]
    assert codes(ann.ask("NICK a,b")) == ["432"]
    assert bob.lines() == []


# PING, QUIT


def test_pings_are_answered_even_before_registration(server: Server) -> None:
    client = connect(server)
    assert client.ask("NICK ann", "PING :a b") == [":chat.test PONG chat.test :a b"]
    assert codes(client.ask("PING")) == ["409"]
    assert codes(client.ask("PING :")) == ["461"]


def test_the_answer_to_a_long_ping_is_no_longer_than_a_line_may_be(server: Server) -> None:
    (answer,) = join_irc(server, "ann").ask("PING :" + "x" * 500)
    assert len(answer) <= 510


def test_a_quit_reaches_everybody_once(server: Server) -> None:
    ann = join_irc(server, "ann", "#one", "#two")
    bob = join_irc(server, "bob", "#one", "#two")
    ann.lines()
    bob.send("QUIT")
    assert ann.lines() == [":bob!bob@host QUIT :Quit"]
    assert bob.closed


def test_a_broken_connection_is_a_quit(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#one"), join_irc(server, "bob", "#one")
    ann.lines()
    bob.lose()
    assert codes(ann.lines()) == ["QUIT"]


def test_a_quit_before_registration_closes(server: Server) -> None:
    client = connect(server)
    assert codes(client.ask("NICK ann", "QUIT :bye")) == ["ERROR"]
    assert client.closed


def test_nothing_is_kept_of_those_who_left(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#one", "#two"), join_irc(server, "bob", "#one")
    bob.send("MONITOR + ann,carl", "PRIVMSG ann :x", "QUIT")
    ann.lose()
    connect(server).send("CAP LS 302", "NICK eve").lose()
    assert server.left_behind() == []
