"""METADATA: what people and rooms say of themselves."""

import pytest

from chat.domain.metadata import KEYS_AT_MOST, SUBSCRIPTIONS_AT_MOST, VALUE_BYTES
from tests.network.chatting import Client, Server, connect, join_irc
from tests.network.irc.reading import batch_kind, codes, only, quiet

CAPS = "batch draft/metadata-3"


@pytest.fixture
def ann(server: Server) -> Client:
    """Runs #a, and hears of the key color."""
    client = join_irc(server, "ann", "#a", caps=CAPS)
    client.send("METADATA * SUB color")
    client.lines()
    return client


def test_values_are_set_read_and_taken_away(ann: Client) -> None:
    assert ann.ask("METADATA * SET color :dark blue") == [":chat.test 761 ann ann color * :dark blue"]
    lines = ann.ask("METADATA ANN GET color size")
    assert batch_kind(lines) == "metadata ann"
    assert [line.split(" ", 1)[1] for line in lines[1:-1]] == [
        ":chat.test 761 ann ann color * :dark blue",
        ":chat.test 766 ann ann size :no such key is set",
    ]
    assert codes(ann.ask("METADATA * LIST")) == ["BATCH", "761", "BATCH"]
    assert codes(ann.ask("METADATA * SET color")) == ["766"]
    assert codes(ann.ask("METADATA * LIST")) == ["BATCH", "BATCH"]
    ann.send("METADATA * SET a :1", "METADATA * SET b :2")
    ann.lines()
    assert codes(ann.ask("METADATA * CLEAR")) == ["BATCH", "766", "766", "BATCH"]
    assert codes(ann.ask("METADATA * LIST")) == ["BATCH", "BATCH"]


def test_subscribers_who_share_a_room_are_told(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", "#a", caps=CAPS)
    far = join_irc(server, "far", caps=CAPS)
    far.send("METADATA * SUB color")
    quiet(ann, far)
    bob.send("METADATA * SET color :red", "METADATA * SET size :9")
    assert ann.lines() == [":chat.test 761 ann bob color * :red"]
    assert far.lines() == []
    bob.send("METADATA * SET color")
    assert codes(ann.lines()) == ["766"]
    ann.send("METADATA * UNSUB color")
    ann.lines()
    bob.send("METADATA * SET color :green")
    assert ann.lines() == []


def test_on_meeting_what_was_said_before_is_told(server: Server, ann: Client) -> None:
    bob = join_irc(server, "bob", caps=CAPS)
    bob.send("METADATA * SUB color", "METADATA * SET color :red")
    ann.send("METADATA * SET color :blue", "METADATA #a SET color :white")
    quiet(ann, bob)
    lines = only(bob.ask("JOIN #a"), "761")
    assert [line.split(" ", 1)[1] for line in lines] == [
        ":chat.test 761 bob #a color * :white",
        ":chat.test 761 bob ann color * :blue",
    ]
    assert only(ann.lines(), "761") == [":chat.test 761 ann bob color * :red"]
    assert codes(bob.ask("METADATA #a SYNC")) == ["BATCH", "761", "BATCH"]


def test_what_is_said_before_registration_is_kept(server: Server) -> None:
    client = connect(server).send(f"CAP REQ :{CAPS}", "NICK ann", "USER ann 0 * :Ann")
    client.send("METADATA * SET color :red")
    assert only(client.ask("CAP END"), "761")
    assert codes(join_irc(server, "bob", caps=CAPS).ask("WHOIS ann")).count("760") == 1


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("METADATA", "461"),
        ("METADATA *", "461"),
        ("METADATA * SET", "461"),
        ("METADATA * FROB", "SUBCOMMAND_INVALID FROB"),
        ("METADATA nobody GET x", "INVALID_TARGET nobody"),
        ("METADATA #nowhere GET x", "INVALID_TARGET #nowhere"),
        ("METADATA * GET Bad!", "KEY_INVALID Bad!"),
        ("METADATA * SET Bad! x", "KEY_INVALID Bad!"),
        ("METADATA * SUB Bad!", "KEY_INVALID Bad!"),
        ("METADATA bob SET color :x", "KEY_NO_PERMISSION bob color"),
        ("METADATA #b SET color :x", "INVALID_TARGET #b"),
        ("METADATA #b CLEAR", "INVALID_TARGET #b"),
        ("METADATA #b LIST", "INVALID_TARGET #b"),
        ("METADATA * SET color", "KEY_NOT_SET ann color"),
        (f"METADATA * SET color :{'x' * (VALUE_BYTES + 1)}", "INVALID_VALUE color"),
    ],
)
def test_what_is_refused(server: Server, ann: Client, line: str, answer: str) -> None:
    join_irc(server, "bob", "#b").send("MODE #b +s")
    (reply,) = ann.ask(line)
    if answer.isdecimal():
        assert codes([reply]) == [answer]
    else:
        assert reply.startswith(f":chat.test FAIL METADATA {answer} :")


def test_keys_and_subscriptions_are_limited(ann: Client) -> None:
    for number in range(KEYS_AT_MOST):
        assert codes(ann.ask(f"METADATA * SET k{number} :x")) == ["761"]
    assert "LIMIT_REACHED ann" in ann.ask("METADATA * SET more :x")[0]
    assert codes(ann.ask("METADATA * SET k1 :y")) == ["761"]
    keys = [f"k{number}" for number in range(SUBSCRIPTIONS_AT_MOST)]
    for start in range(0, len(keys), 10):
        lines = ann.ask("METADATA * SUB " + " ".join(keys[start : start + 10]))
    assert "TOO_MANY_SUBS" in lines[0]
    assert len(ann.ask("METADATA * SUBS")) == SUBSCRIPTIONS_AT_MOST + 2


def test_clients_without_the_capability_have_no_such_command(server: Server) -> None:
    assert codes(join_irc(server, "eve").ask("METADATA * LIST")) == ["421"]
