"""IRC lines: every form of the grammar, the limits, and that encoding and parsing undo each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import wire
from chat.wire import (
    LineTooLong,
    MalformedLine,
    Message,
    NoCommand,
    TagsTooLong,
    UnsafeBytes,
    check_client_line,
    escape_tag_value,
    format_server_time,
    format_tags,
    parse,
    parse_server_time,
    split_source,
    unescape_tag_value,
)

UNSAFE = ["\0", "\r", "\n"]
plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNSAFE))
letters = st.characters(exclude_categories=["Cs"], exclude_characters=[*UNSAFE, " "])
words = st.text(letters, min_size=1).filter(lambda word: word[0] != ":")
commands = st.from_regex(r"[A-Z]{1,12}|[0-9]{3}", fullmatch=True)
keys = st.from_regex(r"\+?([a-z0-9.-]{1,8}/)?[a-zA-Z0-9-]{1,12}", fullmatch=True)
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=["\0"]), max_size=40)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    params = draw(st.lists(words, max_size=4))
    if draw(st.booleans()):
        params.append(draw(plain_text))
    return Message(
        draw(commands),
        tuple(params),
        draw(st.none() | words),
        draw(st.dictionaries(keys, values, max_size=4)),
    )


class TestParse:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (b"PING", Message("PING")),
            (b"ping x", Message("PING", ("x",))),
            (b"PRIVMSG #room :hello there", Message("PRIVMSG", ("#room", "hello there"))),
            (b"PRIVMSG #room hello", Message("PRIVMSG", ("#room", "hello"))),
            (b"PRIVMSG #room ::)", Message("PRIVMSG", ("#room", ":)"))),
            (b"PRIVMSG #room :a :b", Message("PRIVMSG", ("#room", "a :b"))),
            (b"PRIVMSG #room :  kept  ", Message("PRIVMSG", ("#room", "  kept  "))),
            (b"TOPIC #room :", Message("TOPIC", ("#room", ""))),
            (b"MODE #a:b c:d", Message("MODE", ("#a:b", "c:d"))),
            (b"  USER   bob  0   *    :Bob  ", Message("USER", ("bob", "0", "*", "Bob  "))),
            (b"NICK bob   ", Message("NICK", ("bob",))),
            (b":irc.example 001 bob :Hi", Message("001", ("bob", "Hi"), "irc.example")),
            (b":bob!u@h   QUIT", Message("QUIT", (), "bob!u@h")),
            (b": QUIT", Message("QUIT")),
            (b"@a=b;c QUIT", Message("QUIT", (), None, {"a": "b", "c": ""})),
            (b"@a=;b QUIT", Message("QUIT", (), None, {"a": "", "b": ""})),
            (b"@a=1;a=2;;=x; QUIT", Message("QUIT", (), None, {"a": "2"})),
            (b"@a=b=c QUIT", Message("QUIT", (), None, {"a": "b=c"})),
            (b"@ QUIT", Message("QUIT")),
            (
                b"@time=t;+x/y=\\:\\s\\\\   :n!u@h  PRIVMSG  #r  :hi",
                Message("PRIVMSG", ("#r", "hi"), "n!u@h", {"time": "t", "+x/y": "; \\"}),
            ),
            (b"PRIVMSG #r :\xff\xc3", Message("PRIVMSG", ("#r", "\ufffd\ufffd"))),
            ("PRIVMSG #r :a\u00a0\u2003b\tc".encode(), Message("PRIVMSG", ("#r", "a\u00a0\u2003b\tc"))),
            ("JOIN #a\u2003b".encode(), Message("JOIN", ("#a\u2003b",))),
            # Long s would become S.
            ("ſay x".encode(), Message("ſay", ("x",))),
            (b"X " + b"p " * 40 + b":end", Message("X", ("p",) * 40 + ("end",))),
        ],
    )
    def test_forms(self, line: bytes, expected: Message) -> None:
        assert parse(line) == expected

    @pytest.mark.parametrize(
        "line", [b"", b" ", b"   ", b":src", b":src  ", b"@a=b", b"@a=b :src ", b"@a", b" :x"]
    )
    def test_a_line_without_a_command(self, line: bytes) -> None:
        with pytest.raises(NoCommand, match="no command"):
            parse(line)

    @pytest.mark.parametrize("line", [b"A\0", b"A :b\rc", b"A\nB", b"@a=\0 A", b":\r A"])
    def test_bytes_that_no_message_holds(self, line: bytes) -> None:
        with pytest.raises(UnsafeBytes, match="NUL, CR or LF"):
            parse(line)

    def test_all_errors_are_one_kind(self) -> None:
        for error in (NoCommand, UnsafeBytes, LineTooLong, TagsTooLong):
            assert issubclass(error, MalformedLine)
        assert issubclass(MalformedLine, ValueError)

    def test_tags_up_to_their_limit(self) -> None:
        at_limit = b"@" + b"a" * (wire.MAX_TAG_BYTES - 2) + b" PING"
        assert parse(at_limit).tags == {"a" * 8189: ""}
        with pytest.raises(TagsTooLong, match="8192 bytes; at most 8191"):
            parse(b"@a" + at_limit[1:])

    @given(st.binary(max_size=80))
    def test_any_bytes_give_a_message_or_the_documented_error(self, line: bytes) -> None:
        try:
            message = parse(line)
        except MalformedLine:
            return
        assert message.command
        assert " " not in message.command

    @given(st.binary(max_size=80))
    def test_what_was_parsed_can_be_sent_on(self, line: bytes) -> None:
        try:
            message = parse(line)
        except MalformedLine:
            return
        if not message.command.startswith("@"):
            again = parse(message.encode()[:-2])
            assert again == message


class TestClientLimits:
    def test_line_at_and_over_its_limit(self) -> None:
        check_client_line(b"x" * 510)
        with pytest.raises(LineTooLong, match="513 bytes with its end; at most 512"):
            check_client_line(b"x" * 511)

    def test_tags_at_and_over_their_limit(self) -> None:
        check_client_line(b"@" + b"t" * 4094 + b" " + b"x" * 510)
        with pytest.raises(TagsTooLong, match="4095 bytes; at most 4094"):
            check_client_line(b"@" + b"t" * 4095 + b" x")

    def test_tags_do_not_count_as_line_nor_the_line_as_tags(self) -> None:
        with pytest.raises(LineTooLong):
            check_client_line(b"@t " + b"x" * 511)

    def test_tags_without_an_end(self) -> None:
        with pytest.raises(TagsTooLong):
            check_client_line(b"@" + b"t" * 5000)


class TestEncode:
    @pytest.mark.parametrize(
        ("message", "expected"),
        [
            (Message("PING"), b"PING\r\n"),
            (Message("PING", ("x",)), b"PING x\r\n"),
            (Message("TOPIC", ("#r", "")), b"TOPIC #r :\r\n"),
            (Message("PRIVMSG", ("#r", "a b")), b"PRIVMSG #r :a b\r\n"),
            (Message("PRIVMSG", ("#r", ":)")), b"PRIVMSG #r ::)\r\n"),
            (Message("PRIVMSG", ("#r", "a:b")), b"PRIVMSG #r a:b\r\n"),
            (Message("QUIT", ("é",), "bob!u@h"), b":bob!u@h QUIT \xc3\xa9\r\n"),
            (
                Message("QUIT", (), "b", {"a": "x; y", "c": "", "+d": "1"}),
                b"@a=x\\:\\sy;c;+d=1 :b QUIT\r\n",
            ),
        ],
    )
    def test_forms(self, message: Message, expected: bytes) -> None:
        assert message.encode() == expected

    def test_the_colon_can_be_forced(self) -> None:
        assert Message("PRIVMSG", ("#r", "hi")).encode(trailing=True) == b"PRIVMSG #r :hi\r\n"
        assert Message("PING").encode(trailing=True) == b"PING\r\n"

    @pytest.mark.parametrize(
        "message",
        [
            Message("X", ("", "b")),
            Message("X", ("a b", "c")),
            Message("X", (":a", "c")),
            Message(""),
            Message("A B"),
            Message(":A"),
            Message("@A"),
            Message("A", (), ""),
            Message("A", (), "b c"),
            Message("A", (), ":b"),
            *(Message("A", (f"x{bad}y",)) for bad in UNSAFE),
            *(Message(f"A{bad}") for bad in UNSAFE),
            *(Message("A", (), f"s{bad}") for bad in UNSAFE),
            Message("A", (), None, {"": "x"}),
            Message("A", (), None, {"a b": "x"}),
            Message("A", (), None, {"a=b": "x"}),
            Message("A", (), None, {"a;b": "x"}),
            Message("A", (), None, {"a\nb": "x"}),
            Message("A", (), None, {"a": "\0"}),
            Message("A", ("\ud800",)),
        ],
    )
    def test_what_would_break_the_line_is_refused(self, message: Message) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the class is the contract
            message.encode()

    def test_tags_over_their_limit_are_refused(self) -> None:
        Message("A", (), None, {"a": "x" * (8191 - 4)}).encode()
        with pytest.raises(TagsTooLong):
            Message("A", (), None, {"a": "x" * (8191 - 3)}).encode()

    @given(messages())
    def test_parse_undoes_encode(self, message: Message) -> None:
        encoded = message.encode()
        assert encoded.endswith(b"\r\n")
        assert parse(encoded[:-2]) == message

    @given(messages())
    def test_forcing_the_colon_changes_no_meaning(self, message: Message) -> None:
        assert parse(message.encode(trailing=True)[:-2]) == message


class TestTruncated:
    def test_what_fits_is_whole(self) -> None:
        message = Message("PRIVMSG", ("#r", "a" * (512 - len("PRIVMSG #r :") - 1)))
        assert message.encode(512) == message.encode()

    def test_the_trailing_parameter_is_cut(self) -> None:
        encoded = Message("PRIVMSG", ("#r", "a b" + "c" * 600)).encode(512)
        assert len(encoded) == 512
        assert encoded.startswith(b"PRIVMSG #r :a bccc")

    def test_tags_do_not_count(self) -> None:
        message = Message("PRIVMSG", ("#r", "x y" * 400), "bob!u@h", {"msgid": "1" * 100})
        encoded = message.encode(512)
        assert len(encoded.partition(b" ")[2]) == 512

    @given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNSAFE), max_size=80))
    def test_no_character_is_split(self, text: str) -> None:
        text = "x " + text
        encoded = Message("PRIVMSG", ("#r", text)).encode(60)
        assert len(encoded) <= 60
        cut = parse(encoded[:-2]).params[1]
        assert text.startswith(cut)
        if cut != text:
            # The next character really had no room.
            assert len(encoded) + len(text[len(cut)].encode()) > 60

    def test_a_head_that_does_not_fit_is_refused(self) -> None:
        for message in (Message("X", ("a" * 600, "b")), Message("X" * 600)):
            with pytest.raises(LineTooLong, match="does not fit 512 bytes"):
                message.encode(512)


class TestTags:
    @pytest.mark.parametrize(
        ("plain", "escaped"),
        [("a;b", "a\\:b"), ("a b", "a\\sb"), ("a\\b", "a\\\\b"), ("a\rb", "a\\rb"), ("a\nb", "a\\nb")],
    )
    def test_each_escape(self, plain: str, escaped: str) -> None:
        assert escape_tag_value(plain) == escaped
        assert unescape_tag_value(escaped) == plain

    @pytest.mark.parametrize(("raw", "value"), [("a\\bc", "abc"), ("a\\", "a"), ("\\", ""), ("\\\\s", "\\s")])
    def test_unknown_and_unfinished_escapes_lose_the_backslash(self, raw: str, value: str) -> None:
        assert unescape_tag_value(raw) == value

    @given(st.text())
    def test_unescaping_undoes_escaping(self, value: str) -> None:
        escaped = escape_tag_value(value)
        assert unescape_tag_value(escaped) == value
        assert not set(escaped) & set("; \r\n")

    def test_format(self) -> None:
        assert format_tags({}) == ""
        assert format_tags({"a": "b", "c": ""}) == "@a=b;c "

    def test_the_default_tags_cannot_be_changed(self) -> None:
        with pytest.raises(TypeError):
            Message("A").tags["x"] = "y"  # type: ignore[index]


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("bob!user@host", ("bob", "user", "host")),
        ("irc.example", ("irc.example", "", "")),
        ("bob@host", ("bob", "", "host")),
        ("bob!user", ("bob", "user", "")),
        ("bob!us@er@host", ("bob", "us@er", "host")),
        ("", ("", "", "")),
    ],
)
def test_split_source(source: str, parts: tuple[str, str, str]) -> None:
    assert split_source(source) == parts


class TestServerTime:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "1970-01-01T00:00:00.000Z"),
            (1.001, "1970-01-01T00:00:01.001Z"),
            (59.9996, "1970-01-01T00:01:00.000Z"),
            (-0.5, "1969-12-31T23:59:59.500Z"),
            (1_709_251_199.123, "2024-02-29T23:59:59.123Z"),
        ],
    )
    def test_format(self, seconds: float, text: str) -> None:
        assert format_server_time(seconds) == text

    @given(st.integers(-62_135_596_800_000, 253_402_300_799_000))
    def test_parse_undoes_format(self, milliseconds: int) -> None:
        text = format_server_time(milliseconds / 1000)
        assert round(parse_server_time(text) * 1000) == milliseconds

    def test_other_fractions(self) -> None:
        assert parse_server_time("1970-01-01T00:00:01Z") == 1
        assert parse_server_time("1970-01-01T00:00:01.5Z") == 1.5
        assert parse_server_time("1970-01-01T00:00:00.123456789Z") == pytest.approx(0.123456789)

    def test_a_leap_second_is_the_next_seconds_start(self) -> None:
        assert parse_server_time("2016-12-31T23:59:60.000Z") == parse_server_time("2017-01-01T00:00:00.000Z")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "2024-01-01",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:61Z",
            "2024-01-01T00:00:00.000",
            "2024-01-01T00:00:00.000+00:00",
            "2024-01-01T00:00:00.000Z\n",
            "٢٠٢٤-01-01T00:00:00Z",
        ],
    )
    def test_anything_else_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - the class is the contract
            parse_server_time(text)
