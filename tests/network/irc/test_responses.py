"""Answers with labels: one line, a batch or ACK, in the order of the commands."""

import pytest
from twisted.internet.task import Clock

from chat.network.irc.replies import LABEL_CHARACTERS
from chat.network.irc.responses import Response, with_tag
from tests.network.chatting import Server, SlowJournal, join_irc
from tests.network.irc.reading import batch_kind, codes, tags, texts

CAPS = "batch labeled-response message-tags"


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("PING x", 1),
        ("PONG x", 0),
        ("NOSUCH", 1),
        ("WHOIS nobody", 2),
        ("JOIN #a", 3),
        ("TOPIC", 1),
        ("LIST", 2),
    ],
)
def test_a_label_is_given_back_once(server: Server, line: str, count: int) -> None:
    ann = join_irc(server, "ann", caps=CAPS)
    lines = ann.ask(f"@label=x1 {line}")
    assert [tags(line).get("label") for line in lines] == ["x1", *[None] * (len(lines) - 1)]
    if count == 0:
        assert lines == ["@label=x1 :chat.test ACK"]
    elif count == 1:
        assert len(lines) == 1
    else:
        assert batch_kind(lines) == "labeled-response"
        assert len(lines) == count + 2


def test_what_others_do_meanwhile_has_no_label(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a", caps=CAPS), join_irc(server, "bob", "#a")
    ann.lines()
    bob.send("PRIVMSG #a :x", "PRIVMSG ann :y")
    assert not any("label" in tags(line) for line in ann.ask("@label=1 PING x") if codes([line]) != ["PONG"])


def test_labels_are_escaped_and_bounded(server: Server) -> None:
    ann = join_irc(server, "ann", caps=CAPS)
    assert tags(ann.ask(r"@label=a\s\:b PING x")[0])["label"] == r"a\s\:b"
    assert tags(ann.ask(f"@label={'y' * 100} PING x")[0])["label"] == "y" * LABEL_CHARACTERS
    assert ann.ask("@label= PING x") == [":chat.test PONG chat.test :x"]


def test_answers_wait_for_those_before_them() -> None:
    server = Server(Clock(), SlowJournal)
    journal = server.journal
    assert isinstance(journal, SlowJournal)
    ann = join_irc(server, "ann", "#a", caps=f"{CAPS} echo-message")
    bob = join_irc(server, "bob", "#a")
    journal.commit()
    ann.lines()
    ann.send("@label=1 PRIVMSG #a :x", "@label=2 PING x", "TOPIC #a :new", "PRIVMSG #a :y")
    bob.send("PRIVMSG #a :meanwhile")
    # Others are heard without waiting; answers are not.
    assert texts(ann.lines()) == ["meanwhile"]
    first, *others = journal.receipts
    for receipt in others:
        receipt(True)
    assert ann.lines() == []
    first(True)
    lines = ann.lines()
    assert codes(lines) == ["PRIVMSG", "PONG", "TOPIC", "PRIVMSG"]
    assert [tags(line).get("label") for line in lines] == ["1", "2", None, None]


def test_the_bytes_of_answers() -> None:
    response = Response("7")
    assert response.data("s") == b"@label=7 :s ACK\r\n"
    response.parts.append(b":s A\r\n")
    assert response.data("s") == b"@label=7 :s A\r\n"
    response.parts.append(b"@time=1 :s B\r\n")
    lines = response.data("s").decode().split("\r\n")[:-1]
    assert batch_kind(lines) == "labeled-response"
    assert tags(lines[2])["time"] == "1"


def test_a_batch_carries_the_label_itself() -> None:
    response = Response("7")
    response.parts.append(b":s BATCH +1 chathistory #a\r\n@batch=1 :x PRIVMSG #a :y\r\n:s BATCH -1\r\n")
    assert response.data("s").startswith(b"@label=7 :s BATCH +1 chathistory #a\r\n@batch=1 :x ")
    assert response.data("s").count(b"BATCH") == 2


def test_lines_in_an_inner_batch_stay_in_it() -> None:
    assert with_tag(b"@batch=1 :x A\r\n@time=5 :x B\r\n:x C\r\n", b"batch=2") == (
        b"@batch=1 :x A\r\n@batch=2;time=5 :x B\r\n@batch=2 :x C\r\n"
    )
