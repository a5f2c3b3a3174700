"""METADATA."""

import pytest

from tests.network.chatting import Server, connect, join_irc, make_server
from tests.network.irc.lines import codes, inside_batch, params

CAPS = "draft/metadata-3 batch"


@pytest.fixture
def server() -> Server:
    return make_server()


def test_values_are_set_read_listed_and_cleared(server: Server) -> None:
    ann, bob = join_irc(server, "ann", caps=CAPS), join_irc(server, "bob", caps=CAPS)
    assert ann.ask("METADATA * SET color :dark red") == [":chat.test 761 ann ann color * :dark red"]
    assert inside_batch(bob.ask("METADATA ann GET color avatar"), "metadata") == [
        ":chat.test 761 bob ann color * :dark red",
        ":chat.test 766 bob ann avatar :no such key is set",
    ]
    assert inside_batch(bob.ask("METADATA ANN LIST"), "metadata") == [
        ":chat.test 761 bob ann color * :dark red"
    ]
    assert inside_batch(ann.ask("METADATA * CLEAR"), "metadata") == [
        ":chat.test 766 ann ann color :no such key is set"
    ]
    ann.send("METADATA * SET color :red")
    assert ann.ask("METADATA * SET color") == [":chat.test 766 ann ann color :no such key is set"]


def test_subscribers_are_told(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps=CAPS)
    bob = join_irc(server, "bob", caps=CAPS)
    assert params(bob.ask("METADATA * SUB color avatar"), "770") == [["bob", "color"], ["bob", "avatar"]]
    ann.send("METADATA * SET color :red", "METADATA #a SET color :blue")
    assert bob.lines() == []
    lines = bob.ask("JOIN #a")
    assert inside_batch(lines, "metadata") == [
        ":chat.test 761 bob #a color * :blue",
        ":chat.test 761 bob ann color * :red",
    ]
    ann.send("METADATA * SET color :green", "METADATA * SET shape :round")
    assert bob.lines() == [":chat.test 761 bob ann color * :green"]
    assert inside_batch(bob.ask("METADATA * SUBS"), "metadata-subs") == [
        ":chat.test 772 bob color",
        ":chat.test 772 bob avatar",
    ]
    assert inside_batch(bob.ask("METADATA #a SYNC"), "metadata") == [":chat.test 761 bob #a color * :blue"]
    assert params(bob.ask("METADATA * UNSUB color"), "771") == [["bob", "color"]]
    ann.send("METADATA * SET color :grey")
    assert bob.lines() == []


def test_values_may_be_set_while_connecting(server: Server) -> None:
    client = connect(server)
    client.send(f"CAP REQ :{CAPS}")
    assert client.ask("METADATA * SET color :red") == [":chat.test 761 * * color * :red"]
    lines = client.ask("NICK ann", "USER a 0 * :a", "CAP END")
    assert inside_batch(lines, "metadata") == [":chat.test 761 ann ann color * :red"]
    assert (
        params(connect(server).ask("CAP LS", f"CAP REQ :{CAPS}", "METADATA bob LIST"), "FAIL")[0][1]
        == "INVALID_TARGET"
    )


def test_whois_tells_them(server: Server) -> None:
    ann = join_irc(server, "ann", caps=CAPS)
    ann.send("METADATA * SET color :red")
    assert params(join_irc(server, "bob", caps=CAPS).ask("WHOIS ann"), "760") == [
        ["bob", "ann", "color", "*", "red"]
    ]
    assert "760" not in codes(join_irc(server, "old").ask("WHOIS ann"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("METADATA nobody LIST", "INVALID_TARGET"),
        ("METADATA bob SET color :red", "KEY_NO_PERMISSION"),
        ("METADATA bob CLEAR", "KEY_NO_PERMISSION"),
        ("METADATA #b SET color :red", "KEY_NO_PERMISSION"),
        ("METADATA #closed LIST", "KEY_NO_PERMISSION"),
        ("METADATA * SET Color :red", "KEY_INVALID"),
        ("METADATA * GET Color", "KEY_INVALID"),
        ("METADATA * SUB Color", "KEY_INVALID"),
        ("METADATA * SET color :" + "x" * 301, "INVALID_VALUE"),
        ("METADATA * SET color", "KEY_NOT_SET"),
        ("METADATA * PAINT color", "SUBCOMMAND_INVALID"),
    ],
)
def test_mistakes(server: Server, line: str, code: str) -> None:
    join_irc(server, "bob", "#b", "#closed").send("MODE #closed +i")
    answer = join_irc(server, "ann", "#b", caps=CAPS).ask(line)
    assert params(answer, "FAIL")[0][:2] == ["METADATA", code]


def test_it_is_bounded(server: Server) -> None:
    ann = join_irc(server, "ann", caps=CAPS)
    for number in range(20):
        ann.send(f"METADATA * SET k{number} :v")
    assert params(ann.ask("METADATA * SET more :v"), "FAIL")[0][1] == "LIMIT_REACHED"
    for start in range(0, 50, 10):
        ann.send("METADATA * SUB " + " ".join(f"k{n}" for n in range(start, start + 10)))
    assert params(ann.ask("METADATA * SUB more"), "FAIL")[0][1] == "TOO_MANY_SUBS"


def test_it_is_for_those_who_know_it(server: Server) -> None:
    assert codes(join_irc(server, "ann").ask("METADATA * LIST")) == ["421"]
    assert codes(join_irc(server, "bob", caps=CAPS).ask("METADATA *", "METADATA * SET")) == ["461", "461"]
