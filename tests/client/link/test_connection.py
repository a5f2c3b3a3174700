"""A connection against a server played line by line: coming in, staying, being thrown out, trying again."""

from typing import Any

import pytest

from chat.client.link.events import (
    ConnectionState,
    Delivery,
    DeliveryChanged,
    Event,
    Joined,
    Kind,
    LagMeasured,
    Left,
    Missed,
    Said,
    StandIn,
    StateChanged,
    Told,
)
from tests.client.talking import ALL_CAPS, Script, Talker, delivery
from tests.network.chatting import START


def online(
    caps: str = ALL_CAPS,
    *rooms: str,
    isupport: str = "REPEAT=900 CASEMAPPING=ascii CHANTYPES=#",
    **options: Any,
) -> tuple[Talker, Script]:
    talker = Talker().connect("bob", *rooms, **options)
    return talker, Script(talker).welcome(caps, isupport)


def label(line: str) -> str:
    return line.partition("label=")[2].partition(" ")[0]


def states(talker: Talker) -> list[ConnectionState]:
    return [event.state for event in talker.told(StateChanged)]


class TestComingIn:
    def test_says_all_at_once_and_asks_for_what_is_offered(self) -> None:
        talker = Talker().connect()
        script = Script(talker)
        assert script.sent() == ["CAP LS 302", "NICK bob", "USER bob 0 * bob"]
        script.say(":s CAP * LS * :batch unknown/thing", ":s CAP * LS :server-time sasl=PLAIN")
        assert script.sent() == ["CAP REQ :batch server-time"]
        script.say(":s CAP * ACK :batch server-time")
        assert script.sent() == ["CAP END"]
        script.say(":s 001 bob :hi", ":s 376 bob :end")
        assert talker.connection.state is ConnectionState.ONLINE
        assert talker.connection.name == "bob"

    def test_a_server_that_knows_no_capabilities(self) -> None:
        talker = Talker().connect()
        Script(talker).say(":s 421 * CAP :Unknown command", ":s 001 bob :hi", ":s 422 bob :no motd")
        assert states(talker) == [ConnectionState.CONNECTING, ConnectionState.ONLINE]

    def test_a_server_without_any_word_on_the_message_of_the_day(self) -> None:
        talker = Talker().connect()
        script = Script(talker).say(":s 001 bob :hi")
        assert talker.state() is ConnectionState.CONNECTING
        script.pong()
        assert talker.state() is ConnectionState.ONLINE

    def test_capabilities_that_are_refused_are_done_without(self) -> None:
        talker = Talker().connect()
        script = Script(talker).say(":s CAP * LS :batch")
        script.sent()
        script.say(":s CAP * NAK :batch")
        assert script.sent() == ["CAP END"]

    def test_logs_in(self) -> None:
        talker = Talker().connect(account="robert", password="secret")
        script = Script(talker).say(":s CAP * LS :sasl=PLAIN")
        script.sent()
        script.say(":s CAP * ACK :sasl")
        assert script.sent() == ["AUTHENTICATE PLAIN"]
        script.say("AUTHENTICATE +")
        assert script.sent() == ["AUTHENTICATE cm9iZXJ0AHJvYmVydABzZWNyZXQ="]
        script.say(":s 903 bob :welcome")
        assert script.sent() == ["CAP END"]

    def test_a_long_password_goes_in_chunks(self) -> None:
        talker = Talker().connect(account="a", password="x" * 296)  # 300 bytes, 400 characters of base64
        script = Script(talker).say(":s CAP * LS :sasl", ":s CAP * ACK :sasl")
        script.sent()
        script.say("AUTHENTICATE +")
        first, second = script.sent()
        assert len(first) == len("AUTHENTICATE ") + 400
        assert second == "AUTHENTICATE +"

    def test_a_wrong_password_is_for_good(self) -> None:
        talker = Talker().connect(password="wrong")
        script = Script(talker).say(":s CAP * LS :sasl", ":s CAP * ACK :sasl", ":s 904 bob :No such account")
        assert script.transport.disconnecting
        script.lose()
        last = talker.told(StateChanged)[-1]
        assert last.state is ConnectionState.ENDED
        assert "No such account" in last.sentence
        assert not talker.clock.getDelayedCalls()

    def test_a_server_without_accounts_says_so_and_goes_on(self) -> None:
        talker = Talker().connect(password="secret")
        script = Script(talker).say(
            ":s CAP * LS :batch", ":s CAP * ACK :batch", ":s 001 bob :hi", ":s 422 bob :x"
        )
        assert "CAP END" in script.sent()
        assert any("no accounts" in event.text for event in talker.told(Told) if event.error)

    @pytest.mark.parametrize(
        "line",
        [
            ":s 432 * bob :A name may not be bob",
            ":s 465 bob :You are banned",
            "ERROR :Closing link: you are banned here",
            ":s 464 bob :Password incorrect",
        ],
    )
    def test_errors_that_stay(self, line: str) -> None:
        talker = Talker().connect()
        Script(talker).say(line).lose()
        last = talker.told(StateChanged)[-1]
        assert last.state is ConnectionState.ENDED
        assert last.sentence.endswith(".")

    def test_a_name_that_is_taken_gives_another_one(self) -> None:
        talker = Talker().connect()
        script = Script(talker)
        script.sent()
        script.say(":s 433 * bob :taken")
        assert script.sent() == ["NICK bob_"]
        script.welcome(name="bob_")
        assert talker.connection.name == "bob_"
        assert talker.connection.wanted_name == "bob"
        assert talker.told(StandIn) == [StandIn("bob", "bob_", "taken", False)]

    def test_a_server_that_never_answers_is_tried_again(self) -> None:
        talker = Talker().connect()
        script = Script(talker)
        talker.clock.advance(60)
        assert script.transport.aborting
        script.lose()
        assert talker.told(StateChanged)[-1].state is ConnectionState.WAITING

    def test_joins_its_rooms(self) -> None:
        talker = Talker().connect("bob", "#lobby", "#dev")
        script = Script(talker).say(":s 001 bob :hi", ":s 422 bob :x")
        assert "JOIN #lobby,#dev" in script.sent()
        script.enter("#lobby", "@ann", "+carol")
        assert [joined.place for joined in talker.told(Joined) if joined.own] == ["#lobby"]
        room = talker.connection.rooms["#lobby"]
        assert [(person.modes, person.name) for person in room.sorted_people()] == [
            ("@", "ann"),
            ("+", "carol"),
            ("", "bob"),
        ]


class TestPauses:
    def test_pauses_grow_up_to_a_minute(self) -> None:
        talker = Talker(random_number=1.0).connect()
        pauses = []
        for _ in range(8):
            talker.attempts[-1].refuse()
            waiting = talker.told(StateChanged)[-1]
            assert waiting.state is ConnectionState.WAITING
            assert "Nothing listens" in waiting.sentence
            pauses.append(waiting.retry_in)
            talker.clock.advance(waiting.retry_in or 0)
        assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
        assert len(talker.attempts) == 9

    def test_the_shortest_pause_is_a_second(self) -> None:
        talker = Talker(random_number=0.0).connect()
        talker.attempts[-1].refuse()
        assert talker.told(StateChanged)[-1].retry_in == 1

    def test_being_online_for_a_while_starts_with_the_shortest_again(self) -> None:
        talker = Talker().connect()
        for _ in range(3):
            talker.attempts[-1].refuse()
            talker.clock.advance(60)
        script = Script(talker).welcome()
        talker.clock.advance(25)
        script.pong()
        talker.clock.advance(10)
        script.lose()
        assert talker.told(StateChanged)[-1].retry_in == 1

    def test_being_thrown_out_at_once_does_not(self) -> None:
        talker = Talker().connect()
        for _ in range(3):
            talker.attempts[-1].refuse()
            talker.clock.advance(60)
        Script(talker).welcome().lose()
        assert talker.told(StateChanged)[-1].retry_in == 8

    def test_trying_at_once(self) -> None:
        talker = Talker().connect()
        talker.attempts[-1].refuse()
        talker.connection.retry_now()
        assert len(talker.attempts) == 2
        talker.clock.advance(5)
        assert len(talker.attempts) == 2

    def test_disconnecting_ends_it(self) -> None:
        talker = Talker().connect()
        talker.attempts[-1].refuse()
        gone: list[None] = []
        talker.connection.disconnect().addCallback(gone.append)
        assert gone == [None]
        assert talker.connection.state is ConnectionState.OFFLINE
        assert not talker.clock.getDelayedCalls()

    def test_disconnecting_while_connecting(self) -> None:
        talker = Talker().connect()
        talker.connection.disconnect()
        assert states(talker) == [ConnectionState.CONNECTING, ConnectionState.OFFLINE]
        assert not talker.clock.getDelayedCalls()

    def test_saying_goodbye(self) -> None:
        talker, script = online()
        gone: list[None] = []
        talker.connection.disconnect("see you").addCallback(gone.append)
        assert script.sent() == ["QUIT :see you"]
        assert gone == []
        script.lose()
        assert gone == [None]
        assert not talker.clock.getDelayedCalls()

    def test_a_server_that_does_not_close_is_cut_off(self) -> None:
        talker, script = online()
        talker.connection.disconnect()
        talker.clock.advance(10)
        assert script.transport.aborting

    def test_connecting_elsewhere_leaves_the_first_server_alone(self) -> None:
        talker, script = online("", "#lobby")
        script.enter("#lobby", "ann")
        talker.connection.connect("other.test", 1, name="bob", tls=True)
        other = Script(talker).welcome()
        script.say(":ann!a@h PRIVMSG #lobby :late")
        script.lose()
        assert talker.connection.state is ConnectionState.ONLINE
        assert talker.addresses[-1] == ("other.test", 1, True)
        assert not talker.told(Said)
        assert not talker.connection.rooms
        assert not other.transport.disconnecting


class TestTalking:
    def test_what_is_said_and_done_is_acknowledged_by_its_label(self) -> None:
        talker, script = online(ALL_CAPS, "#lobby")
        script.enter("#lobby")
        script.say(f"@label={label(script.pong()[-1])} :s BATCH +h chathistory #lobby", ":s BATCH -h")
        message = talker.connection.say("#lobby", "hello there")
        [line] = script.sent()
        assert line.endswith("PRIVMSG #lobby :hello there")
        assert delivery(message) is Delivery.PENDING
        talker.events.clear()
        script.say(
            f"@label={label(line)};msgid=m1;time=2027-01-15T08:00:01.000Z :bob!b@h PRIVMSG #lobby :hello there"
        )
        assert delivery(message) is Delivery.ACKNOWLEDGED
        assert (message.msgid, message.time) == ("m1", START + 1)
        assert talker.events == [DeliveryChanged(message)]

    def test_without_any_capability_the_answer_to_a_ping_acknowledges(self) -> None:
        talker, script = online("")
        message = talker.connection.say("ann", "hello", Kind.ACT)
        line, ping = script.sent()
        assert line == "PRIVMSG ann :\x01ACTION hello\x01"
        assert delivery(message) is Delivery.PENDING
        script.say(f":s PONG s {ping.split()[1]}")
        assert delivery(message) is Delivery.ACKNOWLEDGED

    def test_with_echoes_alone_they_acknowledge(self) -> None:
        talker, script = online("echo-message")
        message = talker.connection.say("ann", "hello")
        script.sent()
        script.say(":bob!b@h PRIVMSG ann :hello")
        assert delivery(message) is Delivery.ACKNOWLEDGED
        assert not talker.told(Said)

    def test_what_is_refused_fails_with_the_servers_sentence(self) -> None:
        talker, script = online("")
        message = talker.connection.say("ghost", "hello")
        script.say(":s 401 bob ghost :No such nick/channel")
        script.pong()
        assert delivery(message) is Delivery.FAILED
        assert message.sentence == "ghost: No such nick/channel."

    @pytest.mark.parametrize("line", [":s 404 bob #x :Cannot send", ":s FAIL PRIVMSG MUTED #x :Cannot send"])
    def test_what_is_refused_with_its_label_fails(self, line: str) -> None:
        talker, script = online()
        message = talker.connection.say("#x", "hello")
        script.say(f"@label={label(script.sent()[0])} {line}")
        assert delivery(message) is Delivery.FAILED
        assert "Cannot send" in message.sentence

    def test_nothing_goes_out_faster_than_the_pace(self) -> None:
        talker, script = online()
        for number in range(6):
            talker.connection.say("ann", f"line {number}")
        assert len(script.sent()) == 4
        talker.clock.advance(0.4)
        assert not script.sent()
        talker.clock.advance(0.2)
        assert len(script.sent()) == 1
        talker.clock.advance(0.6)
        assert [line.partition(":")[2] for line in script.sent()] == ["line 5"]

    def test_only_so_much_is_on_its_way_at_once(self) -> None:
        talker, script = online()
        for number in range(20):
            talker.connection.say("ann", f"line {number}")
        for _ in range(60):
            talker.clock.advance(0.5)
        lines = [line for line in script.sent() if "PRIVMSG" in line]
        assert len(lines) == 8
        script.say(f"@label={label(lines[0])} :bob!b@h PRIVMSG ann :line 0")
        assert len(script.sent()) == 1

    def test_long_text_is_cut_and_acknowledged_as_one(self) -> None:
        talker, script = online()
        message = talker.connection.say("ann", "word " * 200)
        lines = script.sent()
        assert len(lines) == 3
        texts = [line.partition(" :")[2] for line in lines]
        assert " ".join(texts) == ("word " * 200).strip()
        for line in lines:
            assert delivery(message) is Delivery.PENDING
            assert len(line.partition(" ")[2]) + len(":bob!" + "x" * 74 + " ") + 2 <= 512
            script.say(f"@label={label(line)} :bob!b@h {line.partition(' ')[2]}")
        assert delivery(message) is Delivery.ACKNOWLEDGED

    @pytest.mark.parametrize(("place", "text"), [("ann", " \n "), ("an n", "x"), ("ann", "x" * 100_000)])
    def test_what_cannot_be_said_has_failed_at_once(self, place: str, text: str) -> None:
        talker, script = online()
        message = talker.connection.say(place, text)
        assert delivery(message) is Delivery.FAILED
        assert message.sentence
        assert not script.sent()

    def test_the_queue_is_bounded(self) -> None:
        talker = Talker()
        messages = [talker.connection.say("ann", "x") for _ in range(1001)]
        assert [message.state for message in messages[-2:]] == [Delivery.PENDING, Delivery.FAILED]

    def test_a_message_can_be_taken_back_while_it_waits(self) -> None:
        talker = Talker()
        message = talker.connection.say("ann", "x")
        talker.connection.forget(message)
        assert delivery(message) is Delivery.FAILED
        talker.connect()
        assert "PRIVMSG" not in str(Script(talker).welcome().sent())


class TestResuming:
    def drop(self, talker: Talker, script: Script) -> Script:
        script.lose()
        talker.clock.advance(60)
        return Script(talker)

    def test_what_was_not_acknowledged_is_repeated_with_its_label(self) -> None:
        talker, script = online()
        message = talker.connection.say("ann", "hello")
        [first] = script.sent()
        script = self.drop(talker, script)
        assert delivery(message) is Delivery.PENDING
        script.welcome("labeled-response batch message-tags echo-message", "REPEAT=900")
        assert [line for line in script.welcomed if "PRIVMSG" in line] == [first]
        script.say(f"@label={label(first)};msgid=m1 :bob!b@h PRIVMSG ann :hello")
        assert (message.state, message.msgid) == (Delivery.ACKNOWLEDGED, "m1")

    def test_without_a_way_to_know_it_fails_and_says_why(self) -> None:
        talker, script = online("")
        message = talker.connection.say("ann", "hello")
        script = self.drop(talker, script)
        script.welcome()
        assert delivery(message) is Delivery.FAILED
        assert "may have been said" in message.sentence

    def test_what_was_not_sent_yet_just_goes_out(self) -> None:
        talker = Talker()
        message = talker.connection.say("ann", "hello")
        talker.connect()
        script = Script(talker)
        script.say(":s 001 bob :hi", ":s 422 bob :x")
        assert "PRIVMSG ann hello" in script.sent()
        assert delivery(message) is Delivery.PENDING

    def test_rooms_are_joined_again_and_what_was_missed_is_fetched(self) -> None:
        talker, script = online(ALL_CAPS, "#lobby")
        script.enter("#lobby")
        script.say(f"@label={label(script.pong()[-1])} :s BATCH +h chathistory #lobby", ":s BATCH -h")
        script.say("@msgid=m1;time=2027-01-15T08:00:01.000Z :ann!a@h PRIVMSG #lobby :one")
        script = self.drop(talker, script)
        talker.events.clear()
        script.say(f":s CAP * LS :{ALL_CAPS}", f":s CAP * ACK :{ALL_CAPS}", ":s 001 bob :hi", ":s 422 bob :x")
        joined = [line for line in script.sent() if line.startswith("JOIN")]
        assert joined == ["JOIN #lobby"]
        script.enter("#lobby")
        [ask] = [line for line in script.pong() if "CHATHISTORY" in line]
        assert ask.endswith("CHATHISTORY AFTER #lobby msgid=m1 100")
        script.say("@msgid=m3;time=2027-01-15T08:00:03.000Z :ann!a@h PRIVMSG #lobby :three")
        assert not [event for event in talker.events if isinstance(event, Said)]
        script.say(
            f"@label={label(ask)} :s BATCH +h chathistory #lobby",
            "@batch=h;msgid=m1;time=2027-01-15T08:00:01.000Z :ann!a@h PRIVMSG #lobby :one",
            "@batch=h;msgid=m2;time=2027-01-15T08:00:02.000Z :ann!a@h PRIVMSG #lobby :two",
            "@batch=h;msgid=m3;time=2027-01-15T08:00:03.000Z :ann!a@h PRIVMSG #lobby :three",
            ":s BATCH -h",
        )
        assert [(event.text, event.history) for event in talker.told(Said)] == [
            ("two", True),
            ("three", True),
        ]

    def test_an_unacknowledged_message_that_the_history_shows_is_not_said_again(self) -> None:
        talker, script = online(ALL_CAPS, "#lobby", isupport="")
        script.enter("#lobby")
        script.say(f"@label={label(script.pong()[-1])} :s BATCH +h chathistory #lobby", ":s BATCH -h")
        shown = talker.connection.say("#lobby", "said")
        lost = talker.connection.say("#lobby", "lost")
        script.sent()
        script = self.drop(talker, script)
        script.say(f":s CAP * LS :{ALL_CAPS}", f":s CAP * ACK :{ALL_CAPS}", ":s 001 bob :hi", ":s 422 bob :x")
        script.enter("#lobby")
        lines = script.pong()
        assert "PRIVMSG" not in str(lines)
        [ask] = [line for line in lines if "CHATHISTORY" in line]
        talker.events.clear()
        script.say(
            f"@label={label(ask)} :s BATCH +h chathistory #lobby",
            "@batch=h;msgid=m7;time=2027-01-15T08:00:01.000Z :bob!a@h PRIVMSG #lobby :said",
            ":s BATCH -h",
        )
        assert (shown.state, shown.msgid) == (Delivery.ACKNOWLEDGED, "m7")
        assert lost.state is Delivery.PENDING
        assert not talker.told(Said)
        assert [line.partition(" :")[2] or line[-4:] for line in script.sent()] == ["lost"]

    def test_a_server_without_history_leaves_a_gap_that_is_told(self) -> None:
        talker, script = online("message-tags", "#lobby")
        script.enter("#lobby").pong()
        script.say("@msgid=m1 :ann!a@h PRIVMSG #lobby :one")
        script = self.drop(talker, script).welcome("message-tags")
        talker.events.clear()
        script.enter("#lobby").pong()
        assert [event.place for event in talker.told(Missed)] == ["#lobby"]

    def test_so_does_one_without_message_ids(self) -> None:
        talker, script = online("", "#lobby")
        script.enter("#lobby").pong()
        assert not talker.told(Missed)
        script = self.drop(talker, script).welcome()
        script.enter("#lobby").pong()
        assert [event.place for event in talker.told(Missed)] == ["#lobby"]

    def test_a_replay_on_joining_fills_the_gap(self) -> None:
        caps = "message-tags batch server-time"
        talker, script = online(caps, "#lobby")
        script.enter("#lobby").pong()
        script.say("@msgid=m1 :ann!a@h PRIVMSG #lobby :one")
        script = self.drop(talker, script).welcome(caps)
        talker.events.clear()
        script.enter("#lobby").say(
            ":s BATCH +h chathistory #lobby",
            "@batch=h;msgid=m1 :ann!a@h PRIVMSG #lobby :one",
            "@batch=h;msgid=m2 :ann!a@h PRIVMSG #lobby :two",
            ":s BATCH -h",
        )
        script.pong()
        assert not [event for event in talker.events if isinstance(event, Missed)]
        assert [event.text for event in talker.told(Said)] == ["two"]

    def test_many_pages_are_fetched(self) -> None:
        talker, script = online(ALL_CAPS, "#lobby", isupport="CHATHISTORY=2")
        script.enter("#lobby")
        script.say(f"@label={label(script.pong()[-1])} :s BATCH +h chathistory #lobby", ":s BATCH -h")
        script.say("@msgid=m0;time=2027-01-15T08:00:00.000Z :ann!a@h PRIVMSG #lobby :0")
        script = self.drop(talker, script)
        script.say(f":s CAP * LS :{ALL_CAPS}", f":s CAP * ACK :{ALL_CAPS}", ":s 001 bob :hi")
        script.say(":s 005 bob CHATHISTORY=2 :x", ":s 422 bob :x").enter("#lobby")
        talker.events.clear()
        for page in ((1, 2), (3, 4), (5,)):
            talker.clock.advance(2)
            [ask] = [line for line in script.pong() if "CHATHISTORY" in line]
            assert ask.endswith(f"AFTER #lobby msgid=m{page[0] - 1} 2")
            script.say(f"@label={label(ask)} :s BATCH +h chathistory #lobby")
            for number in page:
                script.say(
                    f"@batch=h;msgid=m{number};time=2027-01-15T08:00:0{number}.000Z :ann!a@h PRIVMSG #lobby :{number}"
                )
            script.say(":s BATCH -h")
        talker.clock.advance(2)
        assert [event.text for event in talker.told(Said)] == ["1", "2", "3", "4", "5"]
        assert not script.pong()

    def test_the_name_comes_back_when_it_is_free(self) -> None:
        talker, script = online()
        script = self.drop(talker, script)
        script.say(":s 433 * bob :taken")
        script.welcome(name="bob_")
        talker.events.clear()
        talker.clock.advance(30)
        assert "NICK bob" in script.pong()
        script.say(":s 433 bob_ bob :taken")
        assert not talker.told(Told)
        talker.clock.advance(30)
        script.pong()
        script.say(":bob_!b@h NICK bob")
        assert talker.connection.name == "bob"
        talker.clock.advance(30)
        assert "NICK bob" not in script.pong()

    def test_a_room_that_lets_nobody_in_is_not_tried_again(self) -> None:
        talker, script = online("", "#secret")
        script.say(":s 473 bob #secret :Cannot join channel (+i)")
        [left] = talker.told(Left)
        assert (left.place, left.own) == ("#secret", True)
        script = self.drop(talker, script)
        script.say(":s 001 bob :hi", ":s 422 bob :x")
        assert "JOIN" not in str(script.sent())

    def test_being_away_is_said_again(self) -> None:
        talker, script = online("")
        talker.connection.set_away("lunch")
        script = self.drop(talker, script)
        script.say(":s 001 bob :hi", ":s 422 bob :x")
        assert "AWAY lunch" in script.sent()


class TestStaying:
    def test_lag_is_measured(self) -> None:
        talker = Talker().connect()
        script = Script(talker).say(":s 001 bob :hi", ":s 422 bob :x")
        talker.clock.advance(0.25)
        script.pong()
        assert talker.told(LagMeasured) == [LagMeasured(0.25)]
        assert talker.connection.lag == 0.25

    def test_an_answer_that_is_overdue_is_shown(self) -> None:
        talker, _ = online()
        talker.clock.advance(30)
        talker.events.clear()
        talker.clock.advance(5)
        assert talker.told(LagMeasured) == [LagMeasured(5, overdue=True)]

    def test_a_server_that_is_silent_for_long_is_given_up(self) -> None:
        talker, script = online()
        for _ in range(13):
            talker.clock.advance(10)
        assert script.transport.aborting

    def test_answers_pings(self) -> None:
        _, script = online()
        script.sent()
        script.say("PING :are you there")
        assert script.sent() == ["PONG :are you there"]

    def test_garbage_does_no_harm(self) -> None:
        talker, script = online(ALL_CAPS, "#lobby")
        script.enter("#lobby")
        script.protocol.dataReceived(
            b"\x00\xff\r\n\r\n:\r\n@\r\n@a= \r\n:x\r\nPRIVMSG\r\nPRIVMSG #lobby\r\nJOIN\r\n:bob NICK\r\nBATCH\r\n"
            b"BATCH x\r\n"
            b"BATCH +\r\nPONG\r\n005\r\n353\r\nMODE #lobby +ooo\r\nFAIL\r\nERROR\r\nKICK #lobby\r\n"
            + b"x"
            * 100_000
        )
        script.protocol.dataReceived(b"rest\r\n:ann!a@h PRIVMSG bob :still here\r\nPRIVMSG #lobby :half a li")
        assert [event.text for event in talker.told(Said)] == ["still here"]
        script.lose()
        assert talker.told(StateChanged)[-1].state is ConnectionState.WAITING

    def test_bytes_may_come_one_by_one(self) -> None:
        talker, script = online()
        for byte in ":ann!a@h PRIVMSG bob :grüße\r\n".encode():
            script.protocol.dataReceived(bytes([byte]))
        assert [event.text for event in talker.told(Said)] == ["grüße"]

    def test_a_user_interface_that_fails_harms_nothing(self) -> None:
        def fail(event: Event) -> None:
            raise ZeroDivisionError

        talker = Talker()
        talker.connection._listener = fail
        talker.connect()
        Script(talker).welcome()
        assert talker.connection.state is ConnectionState.ONLINE

    def test_a_server_that_takes_nothing_is_given_up(self) -> None:
        talker, script = online("")
        script.protocol.pauseProducing()
        for _ in range(1001):
            talker.connection.command("VERSION")
        assert script.transport.aborting

    def test_much_history_is_asked_for_at_the_pace(self) -> None:
        talker, script = online(ALL_CAPS)
        for number in range(8):
            script.enter(f"#{number}")
        asked = len([line for line in script.pong() if "CHATHISTORY" in line])
        assert 0 < asked <= 4
        for _ in range(10):
            talker.clock.advance(0.5)
        assert asked + len([line for line in script.pong() if "CHATHISTORY" in line]) == 8


class TestAccounts:
    def test_logging_in_later(self) -> None:
        talker, script = online("message-tags")
        script.say(":s CAP bob NEW :sasl=PLAIN")
        script.sent()
        talker.connection.log_in("robert", "secret")
        assert script.sent() == ["CAP REQ sasl"]
        script.say(":s CAP bob ACK :sasl", "AUTHENTICATE +")
        assert script.sent() == ["AUTHENTICATE PLAIN", "AUTHENTICATE cm9iZXJ0AHJvYmVydABzZWNyZXQ="]
        talker.events.clear()
        script.say(":s 900 bob bob!b@h robert :You are now logged in as robert", ":s 903 bob :Success")
        assert [told.text for told in talker.told(Told)] == ["You are now logged in as robert."]

    def test_a_wrong_password_later_is_not_the_end(self) -> None:
        talker, script = online("sasl")
        talker.connection.log_in("robert", "wrong")
        script.say("AUTHENTICATE +", ":s 904 bob :SASL authentication failed")
        assert any(told.error for told in talker.told(Told))
        script.lose()
        assert talker.connection.state is ConnectionState.WAITING
        talker.clock.advance(5)
        script = Script(talker).say(":s CAP * LS :sasl", ":s 001 bob :hi", ":s 422 bob :x")
        assert "AUTHENTICATE" not in str(script.sent())

    def test_a_server_without_accounts(self) -> None:
        talker, script = online("message-tags")
        talker.connection.log_in("robert", "secret")
        assert "no accounts" in talker.told(Told)[-1].text
        assert not script.sent()

    def test_making_an_account_and_logging_in_with_it(self) -> None:
        talker, script = online("sasl")
        talker.connection.register("secret")
        assert script.sent() == ["REGISTER * * secret"]
        script.say(":s REGISTER SUCCESS bob :Account created")
        assert talker.told(Told)[-1].text == "Account created."
        script.lose()
        talker.clock.advance(5)
        script = Script(talker)
        script.say(":s CAP * LS :sasl", ":s CAP * ACK :sasl", "AUTHENTICATE +")
        assert "AUTHENTICATE Ym9iAGJvYgBzZWNyZXQ=" in script.sent()
