"""Connections to the real server, joined in memory: what people of both sides see."""

import pytest
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chat.client.link import moderation
from chat.client.link.events import (
    ConnectionState,
    Delivery,
    DeliveryChanged,
    Joined,
    Kind,
    Left,
    PeopleChanged,
    Quit,
    Reacted,
    Renamed,
    Said,
    StateChanged,
    TakenBack,
    Told,
    TopicChanged,
)
from chat.client.link.queries import QueryFailed
from chat.domain import banning, operating
from chat.monitor.overview import OperatorActions
from tests.client.talking import Talker, Wire, delivery
from tests.domain.people import ROOT
from tests.network.chatting import Server, join_plain, make_server


class Place:
    """A server, and clients of ours in its lobby."""

    def __init__(self, **settings: object) -> None:
        self.clock = Clock()
        self.server: Server = make_server(self.clock, **settings)
        self.wires: list[Wire] = []

    def enter(self, name: str) -> Talker:
        talker = Talker(self.clock).connect(name, "#lobby")
        self.wire(talker)
        return talker

    def wire(self, talker: Talker) -> Wire:
        wire = Wire(talker, self.server)
        self.wires.append(wire)
        self.run()
        return wire

    def run(self, seconds: float = 0.0) -> None:
        self.clock.advance(seconds)
        for _ in range(3):
            for wire in self.wires:
                wire.run()


@pytest.fixture
def place() -> Place:
    return Place()


def test_two_people_meet_and_talk(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    assert [person.name for person in ann.connection.rooms["#lobby"].sorted_people()] == ["ann", "bob"]
    ann.events.clear()
    message = bob.connection.say("#lobby", "hello")
    action = bob.connection.say("#lobby", "waves at ann", Kind.ACT)
    assert delivery(message) is Delivery.PENDING
    place.run()
    assert message.state is action.state is Delivery.ACKNOWLEDGED
    heard = ann.told(Said)
    assert [(said.author, said.text, said.kind, said.mention) for said in heard] == [
        ("bob", "hello", Kind.SAY, False),
        ("bob", "waves at ann", Kind.ACT, True),
    ]
    assert heard[0].msgid == message.msgid
    assert not bob.told(Said)


def test_private_messages(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    bob.connection.say("ann", "psst")
    place.run()
    [said] = ann.told(Said)
    assert (said.place, said.private, said.mention) == ("bob", True, True)
    message = bob.connection.say("nobody", "psst")
    place.run()
    assert message.state is Delivery.FAILED
    assert "nobody" in message.sentence


def test_who_registers_and_logs_in_by_hand_is_called_so(place: Place) -> None:
    zoe, eve = place.enter("zoe"), place.enter("eve")
    zoe.connection.register("sesame street")
    place.run()
    zoe.connection.disconnect()
    place.run(1)
    eve.connection.log_in("zoe", "wrong")
    place.run()
    assert [told.text for told in eve.told(Told) if told.error] == [
        "Account and password do not fit. You are not logged in."
    ]
    eve.connection.log_in("zoe", "sesame street")
    for _ in range(3):
        place.run(1)
    assert eve.connection.name == "zoe"
    changed: list[str] = []
    eve.connection.change_password("open sesame").addCallback(changed.append)
    place.run(1)
    assert changed == ["The password of zoe is changed."]

    def refused(failure: Failure) -> None:
        changed.append(str(failure.value))

    eve.connection.announce("hello").addErrback(refused)
    place.run(1)
    assert "operator" in changed[-1]
    eve.connection.unregister("open sesame").addCallback(changed.append)
    place.run(1)
    assert "belongs to nobody" in changed[-1]
    assert eve.connection.account is None


def test_messages_are_answered_reacted_to_and_taken_back(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    message = ann.connection.say("#lobby", "shall we?")
    place.run(1)
    bob.connection.say("#lobby", "yes", reply_to=message.msgid)
    bob.connection.react("#lobby", message.msgid, "👍")
    place.run(1)
    assert [said.reply_to for said in ann.told(Said)] == [message.msgid]
    bob.connection.react("#lobby", message.msgid, "🎉")
    place.run(1)
    for talker in (ann, bob):
        assert (message.msgid, "bob", "🎉") in [event[1:4] for event in talker.told(Reacted)]
    bob.connection.take_back("#lobby", [message.msgid])
    place.run(1)
    assert any(told.error for told in bob.told(Told))
    ann.connection.take_back("#lobby", [message.msgid])
    place.run(1)
    for talker in (ann, bob):
        assert [(event.msgid, event.by) for event in talker.told(TakenBack)] == [(message.msgid, "ann")]


def test_meeting_a_person_on_a_plain_connection(place: Place) -> None:
    bob, carl = place.enter("bob"), join_plain(place.server, "carl")
    place.run()
    assert [joined.name for joined in bob.told(Joined)][-1] == "carl"
    bob.connection.say("#lobby", "hello")
    place.run()
    assert "<bob> hello" in carl.lines()
    carl.send("hi bob")
    place.run()
    assert [said.text for said in bob.told(Said)] == ["hi bob"]
    carl.send("/nick charles")
    place.run()
    assert [(event.old, event.new) for event in bob.told(Renamed)] == [("carl", "charles")]
    carl.send("/exit")
    place.run()
    assert [event.name for event in bob.told(Quit)] == ["charles"]
    assert list(bob.connection.rooms["#lobby"].people) == ["bob"]


def test_rooms_topics_and_names(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    bob.connection.join("#dev")
    place.run()
    bob.connection.set_topic("#dev", "all about it")
    place.run()
    assert [event.topic for event in bob.told(TopicChanged)] == ["all about it"]
    ann.connection.join("#dev")
    place.run()
    assert ann.connection.rooms["#dev"].topic == "all about it"
    ann.connection.rename("anna")
    place.run()
    assert ann.connection.name == "anna"
    assert "anna" in bob.connection.rooms["#dev"].people
    ann.connection.part("#dev", "bye")
    place.run()
    assert [(event.name, event.reason) for event in bob.told(Left)] == [("anna", "bye")]
    assert "#dev" not in ann.connection.rooms


def test_away_is_seen(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    ann.connection.set_away("lunch")
    place.run()
    assert bob.connection.rooms["#lobby"].people["ann"].away
    assert bob.told(PeopleChanged)
    bob.connection.say("ann", "there?")
    place.run()
    assert any("lunch" in told.text for told in bob.told(Told))


def test_questions(place: Place) -> None:
    bob = place.enter("bob")
    place.enter("ann")
    answers: list[object] = []
    bob.connection.whois("ann").addCallback(lambda found: answers.append((found.name, found.rooms)))
    bob.connection.list_rooms().addCallback(lambda rooms: answers.append([(r.name, r.people) for r in rooms]))
    bob.connection.stats().addCallback(lambda lines: answers.append("users online: 2" in lines))
    place.run()
    assert answers == [("ann", ("#lobby",)), [("#lobby", 2)], True]
    failed: list[str] = []

    def note(failure: Failure) -> None:
        assert isinstance(failure.value, QueryFailed)
        failed.append(failure.value.sentence)

    bob.connection.whois("ghost").addErrback(note)
    place.run()
    assert len(failed) == 1
    assert "ghost" in failed[0]


def test_what_was_said_before_is_shown_on_joining(place: Place) -> None:
    ann = place.enter("ann")
    for number in range(3):
        ann.connection.say("#lobby", f"line {number}")
    place.run(5)
    bob = place.enter("bob")
    assert [(said.text, said.history) for said in bob.told(Said)] == [(f"line {n}", True) for n in range(3)]


def test_a_drop_loses_and_doubles_nothing(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    ann.connection.say("#lobby", "before")
    place.run()
    bob_wire = place.wires[-1]
    place.wires.remove(bob_wire)
    bob_wire.lose()
    assert bob.connection.state is ConnectionState.WAITING
    ann.connection.say("#lobby", "while bob was away")
    place.run(1)
    waiting = bob.connection.say("#lobby", "typed while away")
    place.run(1)
    place.wire(bob)
    place.run()
    assert bob.connection.name == "bob"
    assert [said.text for said in bob.told(Said)] == ["before", "while bob was away"]
    assert waiting.state is Delivery.ACKNOWLEDGED
    assert [said.text for said in ann.told(Said)] == ["typed while away"]


def test_an_answer_that_was_lost_is_asked_for_again(place: Place) -> None:
    """The server has said the message, and the drop takes the acknowledgement away."""
    ann, bob = place.enter("ann"), place.enter("bob")
    wire = place.wires.pop()
    message = bob.connection.say("#lobby", "once")
    wire.there.dataReceived(wire.near.getOutBuffer())
    place.server.turn()
    wire.lose()
    assert delivery(message) is Delivery.PENDING
    place.run(2)
    place.wire(bob)
    place.run()
    assert delivery(message) is Delivery.ACKNOWLEDGED
    assert [said.text for said in ann.told(Said)] == ["once"]


def test_private_messages_after_a_drop(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    wire = place.wires.pop()
    ann.connection.say("bob", "one")
    place.run(1)
    wire.run()
    place.run(1)
    assert [said.text for said in bob.told(Said)] == ["one"]
    message = bob.connection.say("ann", "two")
    wire.there.dataReceived(wire.near.getOutBuffer())
    place.server.turn()
    wire.lose()
    place.run(2)
    place.wire(bob)
    place.run(1)
    assert message.state is Delivery.ACKNOWLEDGED
    assert [said.text for said in ann.told(Said)] == ["two"]


def test_older_messages(place: Place) -> None:
    bob = place.enter("bob")
    for number in range(3):
        bob.connection.say("#lobby", f"line {number}")
        place.run(1)
    found: list[object] = []
    bob.connection.history("#lobby", limit=2).addCallback(found.extend)
    place.run(1)
    assert [event.text for event in found if isinstance(event, Said)] == ["line 1", "line 2"]
    before = next(event.msgid for event in found if isinstance(event, Said))
    found.clear()
    bob.connection.history("#lobby", before).addCallback(found.extend)
    place.run(1)
    assert [event.text for event in found if isinstance(event, Said)] == ["line 0"]


def test_making_an_account_and_coming_back_with_it(place: Place) -> None:
    bob = place.enter("bob")
    bob.connection.register("correct horse")
    place.run(1)
    assert any("bob" in told.text for told in bob.told(Told) if not told.error)
    place.wires.pop().lose()
    place.run(2)
    place.wire(bob)
    place.run(1)
    assert bob.connection.name == "bob"
    thief = Talker(place.clock).connect("bob", password="wrong")
    place.wire(thief)
    assert thief.connection.state is not ConnectionState.ONLINE


def test_pasting_much_never_brings_a_mute() -> None:
    place = Place(message_rate=2.0)
    ann, bob = place.enter("ann"), place.enter("bob")
    messages = [bob.connection.say("#lobby", f"line {number}") for number in range(150)]
    for _ in range(200):
        place.run(0.5)
    assert {message.state for message in messages} == {Delivery.ACKNOWLEDGED}
    assert [said.text for said in ann.told(Said)] == [f"line {number}" for number in range(150)]
    assert not bob.told(DeliveryChanged)[-1].message.sentence
    assert not any("faster" in told.text for told in bob.told(Told))


def test_a_line_that_fills_the_servers_limit_arrives_whole(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    text = "ü" * 600
    bob.connection.say("#lobby", text)
    place.run(3)
    assert "".join(said.text for said in ann.told(Said)) == text


def test_rights_and_bans_of_rooms(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    ann.connection.join("#dev")
    bob.connection.join("#dev")
    place.run()
    ann.connection.command("MODE", "#dev", "+o", "bob")
    ann.connection.command("MODE", "#dev", "+b", "eve!*@*")
    place.run(1)
    assert "@" in ann.connection.rooms["#dev"].people["bob"].modes
    found: list[object] = []
    bob.connection.ask(moderation.bans_question("#dev")).addCallback(moderation.read_bans).addCallback(
        found.append
    )
    bob.connection.ask(moderation.modes_question("#dev")).addCallback(moderation.read_modes).addCallback(
        found.append
    )
    bob.connection.ask(moderation.time_question()).addCallback(moderation.read_time).addCallback(found.append)
    place.run(1)
    assert found[0] == ["eve!*@*"]
    assert str(found[1]).startswith("+")
    assert str(found[2]).startswith("At chat.test it is ")


def test_who_is_no_operator_of_the_server_is_told_so(place: Place) -> None:
    place.enter("ann")
    bob = place.enter("bob")
    failed: list[str] = []

    def refused(failure: Failure) -> None:
        assert isinstance(failure.value, QueryFailed)
        failed.append(failure.value.sentence)

    bob.connection.order("KILL", "ann").addCallback(moderation.read_kill, "ann").addErrback(refused)
    bob.connection.ask(moderation.server_bans_question()).addCallback(moderation.read_server_bans).addErrback(
        refused
    )
    place.run(1)
    assert len(failed) == 2
    assert all("/oper" in sentence for sentence in failed)


def test_an_operator_of_the_server_disconnects_and_keeps_out(place: Place) -> None:
    ann, bob = place.enter("ann"), place.enter("bob")
    operating.promote(place.server.directory, place.server.directory.people["ann"], ROOT)
    place.run()
    ann.events.clear()
    done: list[object] = []
    ann.connection.order("KILL", "bob", "spam").addCallback(moderation.read_kill, "bob").addCallback(
        done.append
    )
    ann.connection.command("KLINE", "7d", "198.51.100.0/24", "rude")
    place.run(1)
    assert done == ["bob was disconnected."]
    assert bob.connection.state is not ConnectionState.ONLINE
    assert any("198.51.100.0/24 is banned" in told.text for told in ann.told(Told))
    listed: list[list[str]] = []
    ann.connection.ask(moderation.server_bans_question()).addCallback(
        moderation.read_server_bans
    ).addCallback(listed.append)
    place.run(1)
    assert "198.51.100.0/24" in listed[0][0]
    assert listed[0][0].endswith("by ann: rude")


def put_out(place: Place, how: str) -> None:
    directory = place.server.directory
    if how == "kill":
        operating.promote(directory, directory.people["ann"], ROOT)
        operating.kill(directory, directory.people["ann"], directory.people["bob"], "spam")
    elif how == "monitor":
        OperatorActions(place.server.factory).kick("bob", "spam", "the operator")
    else:
        banning.ban(directory, "operator", "bob", 60.0, "spam")


@pytest.mark.parametrize("how", ["kill", "monitor", "ban"])
def test_who_was_put_out_comes_back_only_when_they_want_to(place: Place, how: str) -> None:
    place.enter("ann")
    bob = place.enter("bob")
    put_out(place, how)
    place.run()
    place.run(120)
    assert bob.state() is ConnectionState.ENDED
    assert len(bob.attempts) == 1
    assert "spam" in bob.told(StateChanged)[-1].sentence
    bob.connect("bob", "#lobby")
    place.run()
    assert len(bob.attempts) == 2


def test_a_server_that_goes_down_is_looked_for(place: Place) -> None:
    bob = place.enter("bob")
    place.server.factory.close_all("The server is going down. Goodbye")
    place.run()
    assert bob.state() is ConnectionState.WAITING
    place.run(2)
    assert len(bob.attempts) == 2
