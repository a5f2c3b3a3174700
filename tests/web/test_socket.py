"""IRC over WebSocket: each message is a line, and what a stranger sends is bounded."""

from __future__ import annotations

import struct

import pytest

from chat.domain import banning
from chat.domain.log import KEEP_AT_MOST
from chat.network.outlet import STALL_SECONDS
from chat.network.websocket import FRAGMENTS, MESSAGE_BYTES
from tests.network.chatting import Server, join_irc, join_plain
from tests.web.browsers import Page, client_frame, make_web_server


@pytest.mark.parametrize("door", ["socket", "wrapped", "proxied"])
@pytest.mark.parametrize(
    ("offered", "chosen", "opcode"),
    [
        (["text.ircv3.net"], "text.ircv3.net", 1),
        (["binary.ircv3.net"], "binary.ircv3.net", 2),
        (["other", "binary.ircv3.net", "text.ircv3.net"], "binary.ircv3.net", 2),
        ([], None, 1),
    ],
)
def test_lines_are_messages(
    server: Server, offered: list[str], chosen: str | None, opcode: int, door: str
) -> None:
    page = Page(server, *offered, door=door)
    assert page.opened
    assert (f"Sec-WebSocket-Protocol: {chosen}" in page.head) is (chosen is not None)
    page.send(b"NICK web", b"USER w 0 * :w\r\n", opcode=opcode)
    messages = page.messages()
    assert messages[0] == (opcode, b":chat.test 001 web :Welcome to chat.test, web!w@host")
    assert {code for code, _ in messages} == {opcode}


@pytest.mark.parametrize("path", ["/irc", "/", "/webirc", "/a/b?c"])
def test_the_path_does_not_matter_where_nothing_else_is(server: Server, path: str) -> None:
    assert Page(server, path=path).opened


def test_the_answer_to_the_key_is_the_standards(server: Server) -> None:
    page = Page(server, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in page.head


def test_browsers_and_others_meet(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    page = Page(server, "text.ircv3.net").register("web", "#a")
    page.send("PRIVMSG #a :grüße".encode())
    assert ann.lines()[-1] == ":web!w@host PRIVMSG #a :grüße"
    ann.send("PRIVMSG #a :hello", "PRIVMSG #a :world")
    assert page.messages() == [
        (1, b":ann!ann@host PRIVMSG #a :hello"),
        (1, b":ann!ann@host PRIVMSG #a :world"),
    ]


def test_pages_with_capabilities_and_without_read_the_same_room(server: Server) -> None:
    old = Page(server).register("old", "#a")
    new = Page(server).send(b"CAP REQ :message-tags server-time", b"CAP END").register("new", "#a")
    ann = join_plain(server, "ann").send("/join #a", "hello")
    assert old.texts()[-1] == b":ann!user@host PRIVMSG #a :hello"
    assert new.texts()[-1].startswith(b"@time=")
    ann.send("again")
    assert new.texts()[-1].endswith(b" :again")


def test_whoever_is_ignored_stays_so_in_frames(server: Server) -> None:
    bob = join_irc(server, "bob", "#a")
    page = Page(server).register("web", "#a").send(b"METADATA * LIST")
    server.directory.find("web").refresh()
    bob.send("PRIVMSG #a :one")
    assert page.texts()[-1] == b":bob!bob@host PRIVMSG #a :one"


def test_questions_that_are_answered_at_once_are_answered_once_and_in_order(server: Server) -> None:
    join_plain(server, "ann").send("hello")
    page = Page(server).send(b"CAP REQ :batch draft/chathistory labeled-response message-tags", b"CAP END")
    page.register("web", "#lobby").texts()
    page.send(*(b"@label=%d CHATHISTORY LATEST #lobby * 1" % number for number in range(20)))
    begun = [text for text in page.texts() if text.startswith(b"@label=")]
    assert [text.split(b" ")[0] for text in begun] == [b"@label=%d" % number for number in range(20)]


def test_closing_is_a_goodbye(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    page = Page(server, "text.ircv3.net").register("web", "#a")
    ann.lines()
    page.send(b"QUIT :bye")
    assert page.messages()[-2:] == [(1, b"ERROR :Quit: bye"), (8, struct.pack("!H", 1000))]
    assert page.client.ended
    assert ann.lines() == [":web!w@host QUIT :Quit: bye"]


def test_a_page_that_goes_away_is_gone(server: Server) -> None:
    page = Page(server).register("web", "#a")
    page.send(struct.pack("!H", 1001) + b"bye", opcode=8)
    assert page.messages() == [(8, struct.pack("!H", 1001))]
    assert page.client.ended
    assert server.left_behind() == []


def test_a_page_whose_connection_breaks_is_gone(server: Server) -> None:
    Page(server).register("web", "#a").client.lose()
    assert server.left_behind() == []


def test_a_server_that_stops_says_that_it_goes_away(server: Server) -> None:
    page = Page(server).register("web")
    server.directory.stopping = True
    server.factory.close_all("The server is going down. Goodbye")
    assert page.messages()[-2:] == [
        (1, b"ERROR :The server is going down. Goodbye"),
        (8, struct.pack("!H", 1001)),
    ]
    assert page.client.ended


def test_limits_hold_for_browsers(server: Server) -> None:
    pages = [Page(server) for _ in range(17)]
    assert [page.opened for page in pages] == [True] * 16 + [False]
    assert pages[-1].head.startswith("HTTP/1.1 429 Too Many Requests")
    pages[0].client.lose()
    assert Page(server).opened


def test_who_says_nothing_is_sent_away(server: Server) -> None:
    page = Page(server)
    server.wait(61)
    assert any(b"No name in time" in text for text in page.texts())
    assert page.client.ended


def test_who_is_banned_is_told_and_closed(server: Server) -> None:
    banning.ban(server.directory, "root", "192.0.2.0/24", None, "spam")
    page = Page(server)
    assert page.head.startswith("HTTP/1.1 403 Forbidden")
    assert not page.opened
    assert page.client.ended
    assert Page(server, address="198.51.100.1").opened


@pytest.mark.parametrize("origin", ["null", "https://evil.example", "http://chat.test", "file://", ""])
def test_a_page_from_elsewhere_is_refused(server: Server, origin: str) -> None:
    page = Page(server, Origin=origin)
    assert page.head.startswith("HTTP/1.1 403 Forbidden")


def test_the_own_page_and_those_that_the_operator_named_may_connect() -> None:
    server = make_web_server(["https://web.example.org"])
    assert Page(server, Origin="http://chat.test:56458").opened
    assert Page(server, Origin="https://web.example.org").opened


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_WebSocket_Version": "8"}, 426),
        ({"Sec_WebSocket_Key": "short"}, 400),
        ({"Sec_WebSocket_Key": "not base64 at all!!!!==="}, 400),
        ({"Connection": "close"}, 426),
    ],
)
def test_a_bad_handshake_is_answered(server: Server, headers: dict[str, str], status: int) -> None:
    replaced = {name.replace("_", "-"): value for name, value in headers.items()}
    assert Page(server, **replaced).head.startswith(f"HTTP/1.1 {status} ")


# what strangers send


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xc1\x80abcd", 1002),  # an extension that nobody agreed upon
        (b"\x81\x03abc", 1002),  # not masked
        (b"\x83\x80abcd", 1002),  # no such opcode
        (b"\x09\x80abcd", 1002),  # a ping in parts
        (b"\x89\xfe\x00\x80abcd", 1002),  # a long ping
        (b"\x80\x80abcd", 1002),  # the end of nothing
        (client_frame(b"a", last=False) + client_frame(b"b"), 1002),  # a message in another
        (b"\x81\xff" + struct.pack("!Q", 1 << 62) + b"abcd", 1009),
        (client_frame(b"x" * (MESSAGE_BYTES + 1)), 1009),
        (client_frame(b"x" * MESSAGE_BYTES, last=False) + client_frame(b"x", 0), 1009),
        (client_frame(b"", last=False) + client_frame(b"", 0, last=False) * FRAGMENTS, 1008),
        (client_frame(b"NICK a\nNICK b"), 1008),
        (client_frame(b"PRIVMSG #a :\xff"), 1007),
    ],
)
@pytest.mark.parametrize("byte_by_byte", [False, True])
def test_what_a_client_may_not_send_closes_with_its_code(
    server: Server, data: bytes, code: int, byte_by_byte: bool
) -> None:
    page = Page(server).register("web", "#a")
    if byte_by_byte and len(data) < 200:
        for byte in data:
            page.client.feed(bytes([byte]))
    else:
        page.client.feed(data)
    opcode, payload = page.messages()[-1]
    assert (opcode, int.from_bytes(payload[:2])) == (8, code)
    assert page.client.closed
    assert server.left_behind() == []


def test_a_message_in_parts_with_a_ping_between_is_one_line(server: Server) -> None:
    page = Page(server).register("web")
    page.client.feed(client_frame(b"PING :on", last=False) + client_frame(b"hi", 9) + client_frame(b"e", 0))
    assert page.messages() == [(10, b"hi"), (1, b":chat.test PONG chat.test :one")]


def test_pings_that_nobody_reads_the_answers_of_stop_being_read(server: Server) -> None:
    page = Page(server).register("web")
    page.client.stall()
    for _ in range(3000):
        page.client.feed(client_frame(b"x" * 100, 9))
    assert page.client.paused
    assert page.client.socket.unread > 100_000
    server.wait(STALL_SECONDS + 10)
    assert page.client.ended
    assert server.left_behind() == []


def test_lines_have_the_same_pace_as_on_any_connection() -> None:
    server = make_web_server(message_rate=2.0, message_burst=5.0)
    ann = join_irc(server, "ann", "#a")
    page = Page(server).register("web", "#a")
    server.loop.advance(30)
    ann.lines()
    page.client.feed(b"".join(client_frame(b"PRIVMSG #a :%d" % number) for number in range(20)))
    assert len(ann.lines()) < 8
    server.loop.advance(10)
    assert ann.lines()[-1].endswith(":19")


def test_bytes_have_the_same_pace_as_on_any_connection() -> None:
    server = make_web_server(message_rate=2.0, message_burst=5.0)
    page = Page(server).register("web")
    page.client.feed(client_frame(b"", last=False) + client_frame(b"x", 10) * 20_000)
    assert page.client.paused


def test_a_reader_that_stops_gets_everything_once_it_reads_on(server: Server) -> None:
    page = Page(server).register("web", "#a")
    ann = join_irc(server, "ann", "#a")
    page.messages()
    page.client.read(5)
    for number in range(200):
        ann.send(f"PRIVMSG #a :{number} {'x' * 100}")
    for _ in range(400):
        page.client.read(100)
    page.client.read()
    said = [text.split(b" :")[1].split()[0] for text in page.texts()]
    assert said == [b"%d" % number for number in range(200)]


def test_a_reader_that_is_too_far_behind_is_told_so_in_a_frame(server: Server) -> None:
    page = Page(server).register("web", "#a")
    ann = join_irc(server, "ann", "#a")
    page.messages()
    page.client.stall()
    for number in range(KEEP_AT_MOST * 2):
        ann.send(f"PRIVMSG #a :{number}")
    page.client.read()
    texts = page.texts()
    assert any(b"You missed " in text for text in texts)
    assert texts[-1].endswith(b" :%d" % (KEEP_AT_MOST * 2 - 1))


def test_a_slow_page_is_not_taken_for_one_that_stands_still(server: Server) -> None:
    page = Page(server).register("web", "#a")
    ann = join_irc(server, "ann", "#a")
    page.client.read(50)
    for number in range(100):
        ann.send(f"PRIVMSG #a :{number} {'x' * 300}")
    for _ in range(30):
        server.wait(10)
        page.client.feed(client_frame(b"PONG here"))
        page.client.read(200)
    assert not page.client.ended
