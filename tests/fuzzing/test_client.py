"""Whatever a server sends, the client goes on or closes; nothing of it is a fault, and its memory is bounded."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.client.link.events import ConnectionState
from tests.client.talking import ALL_CAPS, Script, Talker
from tests.fuzzing.invented import WORD, fuzzing, no_faults, pieces

SOURCES = st.sampled_from([b"", b":chat.test ", b":ann!a@host ", b":bob!b@host ", b":", b":! "])
COMMANDS = st.sampled_from(
    [
        *(
            b"PRIVMSG",
            b"NOTICE",
            b"JOIN",
            b"PART",
            b"QUIT",
            b"KICK",
            b"NICK",
            b"MODE",
            b"TOPIC",
            b"CAP",
            b"BATCH",
            b"TAGMSG",
        ),
        *(
            b"AUTHENTICATE",
            b"FAIL",
            b"WARN",
            b"NOTE",
            b"ACCOUNT",
            b"AWAY",
            b"CHGHOST",
            b"SETNAME",
            b"INVITE",
            b"REDACT",
        ),
        *(
            b"PING",
            b"PONG",
            b"ERROR",
            b"MARKREAD",
            b"ACK",
            b"REGISTER",
            b"METADATA",
            b"001",
            b"005",
            b"353",
            b"366",
            b"332",
        ),
        *(
            b"433",
            b"432",
            b"401",
            b"900",
            b"903",
            b"904",
            b"322",
            b"323",
            b"311",
            b"318",
            b"352",
            b"354",
            b"315",
            b"730",
        ),
    ]
)
TAGS = st.sampled_from(
    [
        b"",
        b"@time=2026-01-01T00:00:00.000Z;msgid=a ",
        b"@time=nonsense;msgid= ",
        b"@label=1;batch=x ",
        b"@batch=x ",
        b"@account=ann;+typing=active ",
    ]
)
LINE = st.builds(
    lambda tags, source, command, words, text: (
        tags + source + command + b"".join(b" " + word for word in words) + text
    ),
    TAGS,
    SOURCES,
    COMMANDS,
    st.lists(
        st.sampled_from([b"bob", b"#room", b"+x", b"-x", b"chathistory", b"LS", b"NEW", b"ACK"]) | WORD,
        max_size=5,
    ),
    st.sampled_from([b"", b" :", b" :some text", b" :@ann +bob", b" :sasl batch"]),
)


@pytest.mark.parametrize("online", [False, True])
@fuzzing
@given(data=st.data())
def test_any_server_is_understood_or_left(online: bool, data: st.DataObject) -> None:
    talker = Talker().connect("bob", "#room")
    with no_faults():
        script = Script(talker)
        if online:
            script.welcome(ALL_CAPS)
        for piece in data.draw(pieces(LINE)):
            if script.transport.disconnecting or script.transport.aborting:
                break
            script.protocol.dataReceived(piece)
        for _ in range(10):
            talker.clock.advance(5.0)
        assert talker.connection.state in ConnectionState
    for call in talker.clock.getDelayedCalls():
        call.cancel()


def test_a_line_without_end_is_passed_over_and_not_kept() -> None:
    talker = Talker().connect("bob")
    script = Script(talker)
    script.sent()
    tracemalloc.start()
    for _ in range(100):
        script.protocol.dataReceived(b"x" * 10_000)
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000
    script.say("x", "PING :there")
    assert script.sent() == ["PONG there"]
