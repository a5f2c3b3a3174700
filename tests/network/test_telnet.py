"""Telnet out of a stream of bytes, however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.conch.telnet import AYT, DO, DONT, ECHO, GA, IAC, NAWS, NOP, SB, SE, SGA, WILL, WONT

from chat.network.telnet import SUBNEGOTIATION_BYTES, TelnetFilter

CASES = [
    (b"hello\n", b"hello\n", b""),
    (b"", b"", b""),
    (b"h\xc3\xa9\n", b"h\xc3\xa9\n", b""),
    (b"a" + IAC + NOP + b"b\n", b"ab\n", b""),
    (b"a" + IAC + GA + b"b\n", b"ab\n", b""),
    (IAC + WILL + NAWS + b"x", b"x", IAC + DONT + NAWS),
    (IAC + DO + SGA + b"x", b"x", IAC + WONT + SGA),
    (IAC + WONT + NAWS + IAC + DONT + ECHO + b"x", b"x", b""),
    (IAC + DO + b"\n" + b"x", b"x", IAC + WONT + b"\n"),
    (IAC + DO + IAC + b"x", b"x", IAC + WONT + IAC),
    (IAC + AYT + b"x", b"x", b"[yes]\r\n"),
    (b"a" + IAC + SB + NAWS + b"\0\x50\0\x18" + IAC + SE + b"b", b"ab", b""),
    (b"a" + IAC + SB + NAWS + IAC + IAC + b"\n" + IAC + SE + b"b", b"ab", b""),
    (b"\xc3" + IAC + NOP + b"\xa9\n", b"\xc3\xa9\n", b""),
    (b"a" + IAC + IAC + b"b", b"a\xffb", b""),
    (b"a\r\0b\r\nc", b"a\r\nb\r\nc", b""),
    (b"a" + IAC + b"\nb", b"a\xff\nb", b""),
    (b"a" + IAC + b"b\n", b"a\xffb\n", b""),
    (IAC + b"\xa9", b"\xff\xa9", b""),
    (IAC + SE + b"x", b"x", b""),
]


@pytest.mark.parametrize(("data", "text", "answers"), CASES)
def test_whole_and_byte_by_byte_and_before_more(data: bytes, text: bytes, answers: bytes) -> None:
    assert TelnetFilter().feed(data) == (text, answers)
    assert fed(data, 1) == (text, answers)
    assert fed(data + b"more\n", 2) == (text + b"more\n", answers)


def fed(data: bytes, size: int) -> tuple[bytes, bytes]:
    """What a filter makes of data that comes in pieces of this size."""
    return in_pieces([data[at : at + size] for at in range(0, len(data), size)])


def in_pieces(pieces: list[bytes]) -> tuple[bytes, bytes]:
    """What a filter makes of these pieces."""
    telnet = TelnetFilter()
    results = [telnet.feed(piece) for piece in pieces]
    return b"".join(text for text, _ in results), b"".join(answers for _, answers in results)


@given(
    st.lists(
        st.sampled_from([*b"ab\r\n\0", *IAC, *SB, *SE, *WILL, *DO, *NOP, *ECHO, 0xC3, 0xA9]), max_size=40
    ),
    st.data(),
)
def test_the_pieces_make_no_difference(values: list[int], data: st.DataObject) -> None:
    whole = bytes(values)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=5)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert in_pieces(pieces) == TelnetFilter().feed(whole)


@given(st.binary().filter(lambda data: b"\xff" not in data and b"\r\0" not in data and data[-1:] != b"\r"))
def test_what_is_not_telnet_stays_as_it_is(data: bytes) -> None:
    assert TelnetFilter().feed(data) == (data, b"")


@pytest.mark.parametrize("filler", [b"x", IAC + b"x", IAC + IAC, IAC])
def test_a_subnegotiation_without_an_end_ends_some_time(filler: bytes) -> None:
    telnet = TelnetFilter()
    telnet.feed(IAC + SB + filler * SUBNEGOTIATION_BYTES)
    telnet.feed(b"xx\n")
    assert telnet.feed(b"hello\n") == (b"hello\n", b"")


def test_a_long_line_after_the_end_of_a_subnegotiation_is_whole() -> None:
    text = b"x" * (2 * SUBNEGOTIATION_BYTES) + b"\n"
    assert TelnetFilter().feed(IAC + SB + NAWS + IAC + SE + text) == (text, b"")


def test_what_this_side_offered_is_not_refused_when_it_is_asked_for() -> None:
    telnet = TelnetFilter()
    assert telnet.offer_echo(True) == IAC + WILL + ECHO
    assert telnet.feed(IAC + DO + ECHO) == (b"", b"")
    assert telnet.offer_echo(False) == IAC + WONT + ECHO
    assert telnet.feed(IAC + DONT + ECHO) == (b"", b"")
    assert telnet.feed(IAC + DO + ECHO) == (b"", IAC + WONT + ECHO)
