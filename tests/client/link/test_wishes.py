"""What the person wants of every connection: what is kept of it, what is sent again, and what is not."""

import pytest

from chat.client.link.events import ConnectionState, Event, Needed, Said, StandIn, StateChanged, Told
from chat.client.link.session import join_lines
from chat.wire import MAX_LINE_BYTES
from tests.client.talking import ALL_CAPS, Script, Talker


def online(*rooms: str, caps: str = "", isupport: str = "CHANTYPES=#") -> tuple[Talker, Script]:
    talker = Talker().connect("bob", *rooms)
    return talker, Script(talker).welcome(caps, isupport)


def again(talker: Talker, script: Script) -> Script:
    """The next connection."""
    script.lose()
    talker.clock.advance(60)
    return Script(talker).welcome()


@pytest.mark.parametrize("reason", ["lunch\nback at two", "x" * 600, "a\0b"])
def test_a_reason_for_being_away_that_cannot_be_sent_is_not_kept(reason: str) -> None:
    talker, script = online("#x")
    talker.connection.set_away("before")
    talker.connection.set_away(reason)
    assert any("cannot be sent" in told.text for told in talker.told(Told))
    assert talker.connection.away == "before"
    assert "AWAY before" in again(talker, script).welcomed


def test_a_reason_that_the_server_refuses_is_not_kept() -> None:
    talker, script = online("#x")
    talker.connection.set_away("rude")
    script.say(":s FAIL AWAY NOT_TAKEN :That is not taken here")
    assert talker.connection.away is None
    assert "AWAY rude" not in again(talker, script).welcomed


def test_a_byte_that_is_no_utf8_goes_out_as_a_replacement_character() -> None:
    talker, script = online("#x")
    script.enter("#x").pong()
    message = talker.connection.say("#x", "gr\udcfcn")
    talker.connection.set_away("gr\udcfcn")
    talker.connection.set_topic("#x", "gr\udcfcn")
    assert message.text == "gr\ufffdn"
    sent = script.sent()
    assert sent[0] == "PRIVMSG #x gr\ufffdn"
    assert {"AWAY gr\ufffdn", "TOPIC #x gr\ufffdn"} <= set(sent)
    assert "AWAY gr\ufffdn" in again(talker, script).welcomed


def test_one_wish_that_cannot_be_sent_holds_up_none_of_the_others() -> None:
    talker, script = online("#x")
    talker.connection._wants.away = "two\nlines"
    talker.connection._wants.rooms["#y"] = ("#y", "a\nkey")
    script = again(talker, script)
    assert "JOIN #x" in script.welcomed
    assert talker.connection.state is ConnectionState.ONLINE
    told = [event.text for event in talker.told(Told)]
    assert [text.split()[0] for text in told if "could not be sent" in text] == ["AWAY", "JOIN"]
    script.enter("#x").pong()
    talker.connection.say("#x", "hello")
    assert script.pong() == ["PRIVMSG #x hello"]


def test_rooms_go_out_in_lines_that_fit() -> None:
    names = [f"#{'raum' * 25}{number}" for number in range(9)] + ["#ü" * 60]
    lines = list(join_lines([(name, "") for name in names] + [("#locked", "key")]))
    assert all(len(line.encode()) <= MAX_LINE_BYTES for line in lines)
    assert len(lines) > 2
    assert lines[-1].params == ("#locked", "key")
    assert [name for line in lines for name in line.params[0].split(",")] == [*names, "#locked"]


def test_short_rooms_share_a_line() -> None:
    assert [line.params for line in join_lines([("#a", ""), ("#k", "key"), ("#b", "")])] == [
        ("#a,#b",),
        ("#k", "key"),
    ]


def test_of_rooms_joined_together_each_is_left_for_itself() -> None:
    talker, script = online()
    talker.connection.join("#a,#b,#c", "key")
    assert script.sent() == ["JOIN #a,#b,#c key"]
    script.enter("#a").enter("#b").enter("#c").pong()
    talker.connection.part("#b")
    script.say(":bob!b@h PART #b")
    script = again(talker, script)
    assert [line for line in script.welcomed if "JOIN" in line] == ["JOIN #c", "JOIN #a key"]


def test_a_room_that_is_left_while_there_is_no_connection_is_not_entered_again() -> None:
    talker, script = online("#a", "#b")
    script.lose()
    talker.told(Told)
    talker.connection.part("#b")
    talker.connection.part("#never")
    assert talker.told(Told) == []
    talker.clock.advance(60)
    assert "JOIN #a" in Script(talker).welcome().welcomed


def test_connecting_again_after_being_put_out_keeps_login_and_keys() -> None:
    talker, script = online(caps="sasl")
    talker.connection.join("#priv", "sesame")
    script.enter("#priv").pong()
    talker.connection.register("a long secret")
    script.sent()
    script.say(":s REGISTER SUCCESS bob :Yours", "ERROR :Killed (boss (out))").lose()
    assert talker.connection.state is ConnectionState.ENDED
    talker.connection.connect_again()
    script = Script(talker)
    script.say(":s CAP * LS :sasl", ":s CAP * ACK :sasl")
    assert "AUTHENTICATE PLAIN" in script.sent()
    script.say(":s 903 bob :in", ":s 001 bob :hi", ":s 422 bob :x")
    assert "JOIN #priv sesame" in script.pong()


def test_a_stand_in_is_not_the_name_that_is_wanted() -> None:
    talker = Talker().connect("ann")
    script = Script(talker)
    script.say(":s 433 * ann :The name ann is taken: it belongs to an account. Log in")
    script.welcome(name="ann_")
    assert (talker.connection.name, talker.connection.wanted_name) == ("ann_", "ann")
    assert [event.registered for event in talker.told(StandIn)] == [True]


def test_who_logs_in_by_hand_is_called_so() -> None:
    talker, script = online(caps="sasl")
    talker.connection.log_in("zoe", "secret")
    script.sent()
    script.say(":s CAP bob ACK :sasl")
    script.say("AUTHENTICATE +", ":s 900 bob bob!b@h zoe :You are logged in as zoe", ":s 903 bob :in")
    assert script.sent()[-1] == "NICK zoe"


@pytest.mark.parametrize(("account", "wished"), [("other", "zoe"), ("bob", "bob")])
def test_another_answer_or_the_name_that_we_have_changes_nothing(account: str, wished: str) -> None:
    talker, script = online(caps="sasl")
    talker.connection.log_in(wished, "secret")
    script.say(f":s 900 bob bob!b@h {account} :You are logged in")
    assert not [line for line in script.sent() if line.startswith("NICK")]


def test_the_servers_own_password_is_said_first_and_asked_for() -> None:
    talker = Talker().connect("bob", server_password="open sesame")
    assert Script(talker).sent()[:2] == ["PASS :open sesame", "CAP LS 302"]
    talker = Talker().connect("bob")
    Script(talker).say(":s 464 * :Password incorrect").lose()
    ended = talker.told(StateChanged)[-1]
    assert (ended.state, ended.needed) == (ConnectionState.ENDED, Needed.SERVER_PASSWORD)
    talker.connection.give_server_password("sesame")
    talker.connection.connect_again()
    assert Script(talker).sent()[0] == "PASS sesame"


def test_ignoring_goes_with_the_name() -> None:
    talker, script = online("#x")
    script.enter("#x", "mal").pong()
    talker.connection.ignore("mal")
    script.say(":mal!m@h NICK :kind", ":kind!m@h PRIVMSG #x :noise")
    assert talker.told(Said) == []


def texts(events: list[Event]) -> list[str]:
    return [event.text for event in events if isinstance(event, Said)]


class Past:
    """Somebody in #x of a server with a history of 250 messages, and what they get of it."""

    def __init__(self) -> None:
        self.talker, self.script = online("#x", caps=ALL_CAPS, isupport="CHANTYPES=# CHATHISTORY=100")
        self.script.enter("#x")
        self.answer(self.asked(), [])

    def asked(self) -> str:
        self.talker.clock.advance(1)
        return [line for line in self.script.pong() if "CHATHISTORY" in line or "SEARCH" in line][-1]

    def answer(self, question: str, numbers: list[int], kind: str = "chathistory #x") -> None:
        label = question.partition("label=")[2].partition(" ")[0]
        self.script.say(f"@label={label} :s BATCH +h {kind}")
        for number in numbers:
            author = "mal" if number % 2 else "ann"
            tags = f"batch=h;msgid=m{number};time=2027-01-15T08:00:00.{number:03d}Z"
            self.script.say(f"@{tags} :{author}!a@h PRIVMSG #x :{number}")
        self.script.say(":s BATCH -h")


def test_history_is_fetched_page_by_page() -> None:
    past = Past()
    got: list[list[str]] = []
    past.talker.connection.history("#x", "m250", 220).addCallback(lambda events: got.append(texts(events)))
    for first, last, count in ((150, 250, 100), (50, 150, 100), (30, 50, 20)):
        question = past.asked()
        assert question.endswith(f"BEFORE #x msgid=m{last} {count}")
        past.answer(question, list(range(first, last)))
    assert got == [[str(number) for number in range(30, 250)]]


def test_history_ends_where_the_server_has_no_more() -> None:
    past = Past()
    got: list[int] = []
    past.talker.connection.history("#x", None, 300).addCallback(lambda events: got.append(len(events)))
    past.answer(past.asked(), list(range(100)))
    past.answer(past.asked(), [])
    assert got == [100]


def test_what_the_ignored_said_is_neither_found_nor_fetched() -> None:
    past = Past()
    past.talker.connection.ignore("mal")
    got: list[str] = []
    past.talker.connection.history("#x", None, 4).addCallback(lambda events: got.extend(texts(events)))
    past.answer(past.asked(), [1, 2, 3, 4])
    assert got == ["2", "4"]
    found: list[str] = []
    past.talker.connection.search("x").addCallback(
        lambda events: found.extend(event.text for event in events)
    )
    past.answer(past.asked(), [5, 6], "soju.im/search")
    assert found == ["6"]
