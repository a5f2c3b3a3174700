"""PRIVMSG, NOTICE, TAGMSG: who gets what, and what the author is told."""

import base64
import re

import pytest

from chat.domain.mailbox import MemoryMailbox
from tests.network.chatting import Server, SlowJournal, connect, join_irc, join_plain, make_server
from tests.network.irc.lines import TAGS, bare, codes, params, parsed


@pytest.fixture
def server() -> Server:
    return make_server()


def test_several_targets_each_once(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    join_irc(server, "eve", "#a")
    bob.send("JOIN #a")
    bob.lines()
    ann.send("JOIN #a", "PRIVMSG bob,#a,bob,nobody :hi")
    assert bob.lines()[1:] == [":ann!ann@host PRIVMSG #a :hi", ":ann!ann@host PRIVMSG bob :hi"]
    assert codes(ann.lines())[-1] == "401"
    assert codes(ann.ask("PRIVMSG " + ",".join(f"n{n}" for n in range(21)) + " :hi")) == ["407"]


def test_notices_are_not_answered(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    bob.send("AWAY :tea")
    assert ann.ask("NOTICE nobody :hi", "NOTICE #none :hi", "NOTICE bob :hi", "NOTICE bob", "NOTICE") == []
    assert bob.lines()[-1] == ":ann!ann@host NOTICE bob :hi"


def test_client_tags_are_passed_on_to_those_who_know_tags(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="message-tags")
    new, old = join_irc(server, "new", "#a", caps="message-tags"), join_irc(server, "old", "#a")
    new.lines()
    old.lines()
    ann.send("@+draft/reply=x;not-for-others=1;+react=a\\:b PRIVMSG #a :hi", "@+typing=active TAGMSG #a")
    first, second = parsed(new.lines())
    assert (first.tags["+draft/reply"], first.tags["+react"]) == ("x", "a;b")
    assert "not-for-others" not in first.tags
    assert (second.command, second.params, second.tags["+typing"]) == ("TAGMSG", ("#a",), "active")
    assert old.lines() == [":ann!ann@host PRIVMSG #a :hi"]
    ann.send("@+typing=active TAGMSG new", "TAGMSG new")
    assert codes(new.lines()) == ["TAGMSG"]
    assert codes(old.ask("@+typing=active TAGMSG new")) == ["421"]


def test_echoes(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a", caps=TAGS), join_irc(server, "bob", "#a", caps="message-tags")
    ann.lines()
    ann.send("PRIVMSG #a :one", "NOTICE bob :two", "@+react=x TAGMSG #a")
    echoes, heard = parsed(ann.lines()), parsed(bob.lines())
    assert [m.command for m in echoes[-3:]] == ["PRIVMSG", "NOTICE", "TAGMSG"]
    for echo, copy in zip(echoes[-3:], heard[-3:], strict=True):
        assert echo.tags["msgid"] == copy.tags["msgid"]


def test_to_oneself_there_is_a_message_and_a_labelled_echo(server: Server) -> None:
    ann = join_irc(server, "ann", caps=TAGS)
    lines = parsed(ann.ask("@label=x PRIVMSG ann :note"))
    assert sorted(m.tags.get("label", "") for m in lines) == ["", "x"]


def test_a_labelled_message_without_echo_is_acknowledged_when_it_is_stored() -> None:
    server = make_server(journal=SlowJournal)
    journal = server.journal
    assert isinstance(journal, SlowJournal)
    ann = join_irc(server, "ann", "#a", caps="labeled-response batch")
    assert ann.ask("@label=x PRIVMSG #a :hi") == []
    journal.commit()
    assert ann.lines() == ["@label=x :chat.test ACK"]


def test_several_echoes_with_one_label_are_a_batch(server: Server) -> None:
    ann = join_irc(server, "ann", caps=TAGS)
    join_irc(server, "bob")
    lines = ann.ask("@label=x PRIVMSG bob,ann :hi")
    assert codes(lines).count("BATCH") == 2
    assert [m.tags.get("label") for m in parsed(lines) if m.command == "BATCH"] == ["x", None]


def test_what_is_repeated_with_a_unique_label_is_said_once(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a", caps=TAGS), join_irc(server, "bob", "#a")
    bob.lines()
    label = "0123456789abcdef.1"
    first = parsed(ann.ask(f"@label={label} PRIVMSG #a :hi"))
    again = parsed(ann.ask(f"@label={label} PRIVMSG #a :hi"))
    assert codes(bob.lines()) == ["PRIVMSG"]
    assert [m.tags["msgid"] for m in first] == [m.tags["msgid"] for m in again]
    assert again[0].tags["label"] == label
    ann.send(f"@label={label}2 PRIVMSG bob :psst", f"@label={label}2 PRIVMSG bob :psst")
    assert codes(bob.lines()) == ["PRIVMSG"]
    ann.send("@label=1 PRIVMSG #a :hi", "@label=1 PRIVMSG #a :hi")
    assert codes(bob.lines()) == ["PRIVMSG", "PRIVMSG"]


def test_messages_to_operators_of_a_room(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    bob, eve = join_irc(server, "bob", "#a", caps="echo-message"), join_irc(server, "eve", "#a")
    eve.lines()
    assert bob.ask("PRIVMSG @#a :help")[-1] == ":bob!bob@host PRIVMSG @#a :help"
    assert ann.lines()[-1] == ":bob!bob@host PRIVMSG @#a :help"
    assert eve.lines() == []
    assert codes(join_irc(server, "out").ask("PRIVMSG @#a :help")) == ["442"]


def test_operators_on_plain_connections_get_them_too(server: Server) -> None:
    tess = join_plain(server, "tess").send("/join #a")
    bob = join_irc(server, "bob", "#a")
    tess.lines()
    bob.send("PRIVMSG @#a :help")
    assert tess.lines() == ["[@#a] <bob> help"]


def test_outsiders_may_not_speak(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    out = join_irc(server, "out", caps="labeled-response batch message-tags")
    assert codes(out.ask("PRIVMSG #a :hi", "@+typing=active TAGMSG #a", "PRIVMSG #none :hi")) == [
        "404",
        "404",
        "403",
    ]
    assert out.ask("@label=x PRIVMSG #a :hi")[0].startswith("@label=x :chat.test 404 out #a :")
    assert ann.lines() == []


def test_who_is_away_is_said(server: Server) -> None:
    ann, bob = join_irc(server, "ann"), join_irc(server, "bob")
    bob.send("AWAY :tea")
    assert ann.ask("PRIVMSG bob :hi") == [":chat.test 301 ann bob :tea"]


def test_a_message_for_an_account_that_is_not_here_waits(server: Server) -> None:
    ann = join_irc(server, "ann")
    logins = server.factory.logins
    logins.accounts.add("bob", "secret")  # type: ignore[attr-defined]
    assert codes(ann.ask("PRIVMSG bob :see you")) == ["401"]
    logins.mailbox = MemoryMailbox()
    assert codes(ann.ask("PRIVMSG bob :see you", "NOTICE bob :later")) == ["301"]
    bob = connect(server)
    secret = base64.b64encode(b"\0bob\0secret").decode()
    bob.send("CAP REQ :sasl server-time", "AUTHENTICATE PLAIN", f"AUTHENTICATE {secret}")
    lines = bob.ask("NICK bob", "USER b 0 * :b", "CAP END")
    assert bare(lines)[-2:] == [":ann!ann@host PRIVMSG bob :see you", ":ann!ann@host NOTICE bob :later"]


def test_somebody_with_another_name_is_found_by_account(server: Server) -> None:
    ann = join_irc(server, "ann")
    server.factory.logins.accounts.add("bob", "secret")  # type: ignore[attr-defined]
    rob = join_irc(server, "rob")
    server.directory.change_identity(server.directory.find("rob"), account="bob")
    rob.lines()
    ann.send("PRIVMSG bob :hi")
    assert rob.lines() == [":ann!ann@host PRIVMSG rob :hi"]


def test_the_muted_get_a_sentence(server: Server) -> None:
    limited = make_server(message_rate=2.0, message_burst=5.0)
    ann, bob = join_irc(limited, "ann", "#a"), join_irc(limited, "bob", "#a")
    for _ in range(200):
        ann.protocol.dataReceived(b"PRIVMSG #a :spam\r\n")
        limited.clock.advance(0.4)
        if limited.directory.stats.muted:
            break
    assert limited.directory.stats.muted == 1
    limited.wait(20)
    bob.lines()
    ann.send("PRIVMSG #a :more")
    limited.wait(5)
    assert any(re.search(r"NOTICE ann :You are muted for \d+ seconds", line) for line in ann.lines())
    assert "PRIVMSG" not in codes(bob.lines())


def test_what_a_person_on_a_plain_connection_says_fits_irc(server: Server) -> None:
    ann, tess = join_irc(server, "ann", "#lobby", caps=TAGS), join_plain(server, "tess")
    text = " ".join(f"word{number}" for number in range(130))
    ann.lines()
    tess.send(text)
    lines = ann.lines()
    assert len(lines) == 2 or len(lines) == 3
    assert all(len(line.encode()) <= 510 for line in bare(lines))
    assert "".join(row[1] for row in params(lines, "PRIVMSG")) == text
    assert [bool(m.tags.get("msgid")) for m in parsed(lines)] == [True] + [False] * (len(lines) - 1)
