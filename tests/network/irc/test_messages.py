"""What is said: PRIVMSG, NOTICE, TAGMSG, with echoes, labels and receipts."""

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, formatEvent
from twisted.python.failure import Failure

from chat.domain.events import Whispered
from chat.network.irc.isupport import TARGETS_AT_MOST
from chat.wire import MAX_LINE_BYTES
from tests.domain.doubles import MemoryMailbox
from tests.logs import observed
from tests.network.chatting import Client, Server, SlowJournal, connect, join_irc, join_plain
from tests.network.irc.reading import (
    account,
    arguments,
    bare,
    batch_kind,
    codes,
    login,
    only,
    quiet,
    tags,
    texts,
)

LABELS = "batch labeled-response echo-message"
TAGS = "message-tags echo-message"


def slow() -> tuple[Server, SlowJournal]:
    """A server whose disk answers when the test says so."""
    server = Server(Clock(), SlowJournal)
    assert isinstance(server.journal, SlowJournal)
    return server, server.journal


def pair(server: Server, caps: str = "") -> tuple[Client, Client]:
    """Ann with capabilities and bob without are in #a, and have read everything."""
    ann, bob = join_irc(server, "ann", "#a", caps=caps), join_irc(server, "bob", "#a")
    quiet(ann, bob)
    return ann, bob


# to rooms and to people


@pytest.mark.parametrize("word", ["PRIVMSG", "NOTICE"])
def test_to_a_room_and_to_a_person(server: Server, word: str) -> None:
    ann, bob = pair(server)
    eve = join_irc(server, "eve")
    ann.lines()
    assert ann.ask(f"{word} #A :hello  there ", f"{word} BOB :psst", f"{word} bob x") == []
    assert bob.lines() == [
        f":ann!ann@host {word} #a :hello  there ",
        f":ann!ann@host {word} bob :psst",
        f":ann!ann@host {word} bob :x",
    ]
    assert eve.lines() == []


def test_a_private_message_reaches_a_person_with_a_plain_connection(server: Server) -> None:
    ann = join_irc(server, "ann")
    tess = join_plain(server, "tess")
    ann.send("PRIVMSG tess :psst", "PRIVMSG tess :\x01ACTION winks\x01")
    assert [line for line in tess.lines() if "psst" in line] == ["[pm from ann] psst"]
    tess.send("/pm ann hey")
    assert ann.lines() == [":tess!user@host PRIVMSG ann :hey"]


def test_a_message_to_oneself_comes_and_its_echo_too(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert ann.ask("PRIVMSG ann :note") == [":ann!ann@host PRIVMSG ann :note"]
    eve = join_irc(server, "eve", caps="echo-message")
    assert eve.ask("PRIVMSG eve :note") == [":eve!eve@host PRIVMSG eve :note"] * 2


def test_several_targets_each_once(server: Server) -> None:
    ann, bob = pair(server)
    lines = ann.ask("PRIVMSG #a,bob,nobody,bob,#nowhere :all of you")
    assert codes(lines) == ["401", "403"]
    assert codes(bob.lines()) == ["PRIVMSG", "PRIVMSG"]


def test_too_many_targets_get_nothing(server: Server) -> None:
    ann, bob = pair(server)
    names = ",".join(["bob", *(f"n{number}" for number in range(TARGETS_AT_MOST))])
    assert codes(ann.ask(f"PRIVMSG {names} :x")) == ["407"]
    assert bob.lines() == []


@pytest.mark.parametrize(
    "line", ["NOTICE nobody :x", "NOTICE #nowhere :x", "NOTICE bob", "NOTICE", "NOTICE #b :x"]
)
def test_a_notice_is_never_answered(server: Server, line: str) -> None:
    ann, _ = pair(server)
    join_irc(server, "eve", "#b")
    ann.lines()
    assert ann.ask(line) == []


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        ("PRIVMSG nobody :x", ":chat.test 401 ann nobody :No such nick/channel"),
        ("PRIVMSG #nowhere :x", ":chat.test 403 ann #nowhere :No such channel"),
        ("PRIVMSG :", ":chat.test 411 ann :No recipient given (PRIVMSG)"),
        ("PRIVMSG bob :", ":chat.test 412 ann :No text to send"),
    ],
)
def test_messages_to_nobody(server: Server, line: str, reply: str) -> None:
    ann, bob = pair(server)
    assert ann.ask(line) == [reply]
    assert bob.lines() == []


def test_from_outside_a_room_only_if_it_allows_it(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    bob = join_irc(server, "bob")
    assert arguments(bob.ask("PRIVMSG #a :hi")[0])[0] == "#a"
    assert codes(bob.ask("PRIVMSG #a :hi")) == ["404"]
    ann.send("MODE #a -n")
    ann.lines()
    assert bob.ask("PRIVMSG #a :hi") == []
    assert ann.lines() == [":bob!bob@host PRIVMSG #a :hi"]


def test_the_away_message_answers_a_message_and_no_notice(server: Server) -> None:
    ann, bob = pair(server)
    bob.send("AWAY :asleep")
    assert ann.ask("PRIVMSG bob :x") == [":chat.test 301 ann bob :asleep"]
    assert ann.ask("NOTICE bob :x") == []


def test_an_action_stays_an_action(server: Server) -> None:
    ann, bob = pair(server)
    ann.send(
        "PRIVMSG #a :\x01ACTION waves\x01",
        "PRIVMSG bob :\x01ACTION winks\x01",
        "PRIVMSG bob :\x01VERSION\x01",
    )
    assert texts(bob.lines()) == ["\x01ACTION waves\x01", "\x01ACTION winks\x01", "\x01VERSION\x01"]


# what is too long, or no text


def test_the_longest_text_that_fits_is_passed_on(server: Server) -> None:
    ann, bob = pair(server)
    start = ":ann!ann@host PRIVMSG #a :"
    text = "x" * (MAX_LINE_BYTES - 2 - len(start))
    assert codes(ann.ask(f"PRIVMSG #a :{text}y")) == ["417"]
    assert bob.lines() == []
    assert ann.ask(f"PRIVMSG #a :{text}") == []
    assert bob.lines() == [start + text]


def test_tags_that_are_too_long(server: Server) -> None:
    ann, bob = pair(server, TAGS)
    assert codes(ann.ask(f"@+x={'y' * 4096} PRIVMSG #a :x")) == ["417"]
    assert bob.lines() == []
    assert codes(ann.ask(f"@+x={'y' * 4000} PRIVMSG #a :x")) == ["PRIVMSG"]


@pytest.mark.parametrize("data", [b"\xff", b"caf\xe9", b"\xed\xa0\x80"])
def test_what_is_not_utf8_is_refused_and_costs_nothing_else(server: Server, data: bytes) -> None:
    ann, bob = pair(server)
    (line,) = ann.ask(b"PRIVMSG #a :" + data)
    assert line.startswith(":chat.test FAIL PRIVMSG INVALID_UTF8 :")
    assert bob.lines() == []
    ann.send("PRIVMSG #a :café")
    assert texts(bob.lines()) == ["café"]


# echoes and receipts


def test_an_echo_is_what_others_get(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps=f"{TAGS} server-time")
    bob = join_irc(server, "bob", "#a", caps=f"{TAGS} server-time")
    quiet(ann, bob)
    for line in (
        "PRIVMSG #a :x",
        "NOTICE #a :x",
        "PRIVMSG #a :\x01ACTION x\x01",
        "@+typing=done TAGMSG #a",
        "PRIVMSG bob :x",
    ):
        (echo,) = ann.ask(line)
        assert bob.lines() == [echo]
        assert tags(echo).keys() >= {"time", "msgid"}


def test_nothing_is_confirmed_before_it_is_stored() -> None:
    server, journal = slow()
    ann, bob = pair(server, "echo-message")
    journal.commit()
    ann.send("PRIVMSG #a :one", "PRIVMSG bob :two", "WHOIS nobody", "PRIVMSG #a :three")
    assert ann.lines() == []
    assert texts(bob.lines()) == ["one", "two", "three"]
    journal.commit()
    assert codes(ann.lines()) == ["PRIVMSG", "PRIVMSG", "401", "318", "PRIVMSG"]


def test_what_could_not_be_stored_is_a_failure_with_its_label() -> None:
    server, journal = slow()
    ann, _ = pair(server, LABELS)
    ann.send("@label=7 PRIVMSG #a :x")
    journal.commit(False)
    (line,) = ann.lines()
    assert tags(line) == {"label": "7"}
    assert bare([line])[0].startswith(":chat.test FAIL PRIVMSG STORAGE_FAILED #a :")


def test_a_notice_that_could_not_be_stored_is_called_one() -> None:
    server, journal = slow()
    ann, _ = pair(server, LABELS)
    ann.send("@label=7 NOTICE #a :x")
    journal.commit(False)
    assert bare(ann.lines())[0].startswith(":chat.test FAIL NOTICE STORAGE_FAILED #a :")


def test_a_client_without_echo_gets_an_ack_when_it_is_stored() -> None:
    server, journal = slow()
    ann, _ = pair(server, "labeled-response batch")
    ann.send("@label=7 PRIVMSG #a :x")
    waiting = ann.lines()
    journal.commit()
    assert waiting + ann.lines() == ["@label=7 :chat.test ACK"]


def test_a_refused_message_is_answered_at_once() -> None:
    server, _ = slow()
    ann, _ = pair(server, LABELS)
    (line,) = ann.ask("@label=7 PRIVMSG nobody :x")
    assert (tags(line), codes([line])) == ({"label": "7"}, ["401"])


def test_several_echoes_of_one_label_are_a_batch(server: Server) -> None:
    ann, bob = pair(server, LABELS)
    lines = ann.ask("@label=x PRIVMSG #a,bob :hi")
    assert tags(lines[0])["label"] == "x"
    assert batch_kind(lines) == "labeled-response"
    assert codes(lines[1:-1]) == ["PRIVMSG", "PRIVMSG"]
    assert not any("label" in line for line in bob.lines())


def test_a_message_to_oneself_has_its_label_once(server: Server) -> None:
    ann = join_irc(server, "ann", caps=LABELS)
    lines = ann.ask("@label=x PRIVMSG ann :hi")
    assert [tags(line).get("label") for line in lines].count("x") == 1
    assert codes(lines) == ["PRIVMSG", "PRIVMSG"]


def test_a_label_of_a_client_without_the_capability_is_nothing(server: Server) -> None:
    ann, _ = pair(server, "echo-message")
    assert ann.ask("@label=7 PRIVMSG #a :x") == [":ann!ann@host PRIVMSG #a :x"]


# client tags


def test_client_tags_are_passed_to_those_who_know_tags(server: Server) -> None:
    ann, bob = pair(server, "message-tags")
    eve = join_irc(server, "eve", "#a", caps="message-tags")
    quiet(ann, bob)
    ann.send(r"@+reply=5;+x=a\sb\:;secret=1;+empty PRIVMSG #a :hi")
    (line,) = eve.lines()
    found = tags(line)
    found.pop("msgid")
    assert found == {"+reply": "5", "+x": r"a\sb\:", "+empty": ""}
    assert bob.lines() == [":ann!ann@host PRIVMSG #a :hi"]


def test_client_tags_of_a_client_without_the_capability_are_dropped(server: Server) -> None:
    ann, _ = pair(server)
    eve = join_irc(server, "eve", "#a", caps="message-tags")
    ann.send("@+x=y PRIVMSG #a :hi")
    (line,) = only(eve.lines(), "PRIVMSG")
    assert tags(line).keys() == {"msgid"}


def test_tags_alone(server: Server) -> None:
    ann, bob = pair(server, "message-tags")
    eve = join_irc(server, "eve", "#a", caps="message-tags")
    ann.lines()
    ann.send(
        "@+typing=active TAGMSG #a", "@+typing=active TAGMSG eve", "@+typing=active TAGMSG bob", "TAGMSG #a"
    )
    lines = eve.lines()
    assert bare(lines) == [":ann!ann@host TAGMSG #a", ":ann!ann@host TAGMSG eve"]
    assert all(tags(line)["+typing"] == "active" for line in lines)
    assert only(bob.lines(), "TAGMSG") == []
    assert codes(ann.ask("@+x TAGMSG nobody")) == ["401"]
    assert codes(ann.ask("TAGMSG")) == ["461"]
    assert codes(bob.ask("TAGMSG #a")) == ["421"]


# to those with rights


def test_a_message_to_those_with_rights(server: Server) -> None:
    ann, bob = pair(server)
    voiced, guest = join_irc(server, "vic", "#a"), join_irc(server, "gus", "#a")
    ann.send("MODE #a +v vic")
    quiet(ann, bob, voiced, guest)
    bob.send("PRIVMSG @#a :help", "NOTICE +#a :all helpers")
    assert ann.lines() == [":bob!bob@host PRIVMSG @#a :help", ":bob!bob@host NOTICE +#a :all helpers"]
    assert voiced.lines() == [":bob!bob@host NOTICE +#a :all helpers"]
    assert guest.lines() == []


def test_a_message_to_those_with_rights_needs_membership_and_voice(server: Server) -> None:
    ann, bob = pair(server)
    eve = join_irc(server, "eve")
    assert codes(eve.ask("PRIVMSG @#a :hi")) == ["442"]
    assert codes(eve.ask("PRIVMSG @#nowhere :hi")) == ["403"]
    ann.send("MODE #a +m")
    bob.lines()
    assert codes(bob.ask("PRIVMSG @#a :hi")) == ["404"]


def test_the_echo_of_a_message_to_those_with_rights(server: Server) -> None:
    ann, _ = pair(server, "echo-message")
    assert ann.ask("PRIVMSG @#a :x") == [":ann!ann@host PRIVMSG @#a :x"]


# ignoring, accounts that are not here


def test_a_message_for_an_account_that_is_not_here(server: Server) -> None:
    server.factory.logins.mailbox = MemoryMailbox()
    account(server, "bob")
    ann = join_irc(server, "ann", caps="echo-message")
    assert sorted(codes(ann.ask("PRIVMSG bob :later"))) == ["301", "PRIVMSG"]
    bob = connect(server)
    lines = bob.ask(*login("bob"), "CAP END")
    assert only(lines, "PRIVMSG")[0] == ":ann!ann@host PRIVMSG bob :later"


# what nobody may read


def test_private_text_is_in_no_log(server: Server, logged_failures: list[Failure]) -> None:
    seen: list[LogEvent] = []

    def breaks(event: Whispered) -> None:
        raise RuntimeError(f"cannot remember {event}")

    with observed(seen.append):
        ann, bob = pair(server, "echo-message labeled-response batch message-tags draft/multiline")
        ann.send("PRIVMSG bob :swordfish", "NOTICE bob :swordfish", "@+x=swordfish TAGMSG bob")
        ann.send(
            "PRIVMSG nobody :swordfish",
            "PRIVMSG bob :\x01ACTION swordfish\x01",
            b"PRIVMSG bob :swordfish\xff",
        )
        ann.send("BATCH +1 draft/multiline bob", "@batch=1 PRIVMSG bob :swordfish", "BATCH -1")
        ann.send("PRIVMSG bob :swordfish" + "x" * 600)
        assert sum("swordfish" in line for line in bob.lines()) == 4
        # Even a defect must not give it away.
        server.directory.history.whispered = breaks  # type: ignore[method-assign]
        ann.send("PRIVMSG bob :swordfish")
        bob.send("QUIT")
    assert logged_failures
    assert not any("swordfish" in f"{formatEvent(event)} {event}" for event in seen)
    assert not any("swordfish" in failure.getTraceback() for failure in logged_failures)
    logged_failures.clear()


def test_private_text_is_in_no_figure(server: Server) -> None:
    ann, _ = pair(server)
    ann.send("PRIVMSG bob :swordfish")
    assert "private messages: 1" in texts(only(ann.ask("STATS u"), "249"))
    assert not any("swordfish" in line for line in ann.ask("STATS u", "INFO", "WHOWAS bob", "WHOIS bob"))
