"""Events as IRC clients read them, for each set of capabilities."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import (
    Acted,
    Announced,
    AwayChanged,
    Event,
    Identity,
    IdentityChanged,
    Invited,
    Joined,
    Kicked,
    Left,
    ModeChanged,
    Noticed,
    Quit,
    Redacted,
    Renamed,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from chat.network.irc.capabilities import RENDERED, Cap
from chat.network.irc.rendering import CUTS, IrcRendering, pieces, shared_rendering, source
from chat.wire import MAX_LINE_BYTES

TIME = 1_800_000_000.5
ANN = Identity(1, "ann", "a", "host", "Ann", "Ann Smith")
BOB = Identity(2, "bob", "b", "host", None, "Bob")
SERVER = Identity(0, "chat.test", "", "chat.test")
HEAD = ("m1", TIME, ANN)

EVENTS: list[tuple[Event, str]] = [
    (Said(*HEAD, "#a", "hi"), ":ann!a@host PRIVMSG #a :hi"),
    (Acted(*HEAD, "#a", "waves"), ":ann!a@host PRIVMSG #a :\x01ACTION waves\x01"),
    (Noticed(*HEAD, "#a", "hi"), ":ann!a@host NOTICE #a :hi"),
    (Joined(*HEAD, "#a"), ":ann!a@host JOIN #a"),
    (Left(*HEAD, "#a"), ":ann!a@host PART #a"),
    (Left(*HEAD, "#a", "tea"), ":ann!a@host PART #a :tea"),
    (Kicked(*HEAD, "#a", BOB, "out"), ":ann!a@host KICK #a bob :out"),
    (TopicChanged(*HEAD, "#a", ""), ":ann!a@host TOPIC #a :"),
    (ModeChanged(*HEAD, "#a", ("+ov", "bob", "bob")), ":ann!a@host MODE #a +ov bob bob"),
    (ModeChanged("m1", TIME, SERVER, "#a", ("+o", "ann")), ":chat.test MODE #a +o ann"),
    (Quit(*HEAD, "bye", {}), ":ann!a@host QUIT :bye"),
    (Renamed(*HEAD, "anna", {}), ":ann!a@host NICK anna"),
    (Whispered(*HEAD, BOB, "psst"), ":ann!a@host PRIVMSG bob :psst"),
    (Whispered(*HEAD, BOB, "psst", Noticed), ":ann!a@host NOTICE bob :psst"),
    (Whispered(*HEAD, BOB, "winks", Acted), ":ann!a@host PRIVMSG bob :\x01ACTION winks\x01"),
    (Invited(*HEAD, BOB, "#a"), ":ann!a@host INVITE bob #a"),
    (Announced(*HEAD, "all"), ":ann!a@host WALLOPS :all"),
    (Announced("m1", TIME, SERVER, "all"), ":chat.test NOTICE * :all"),
]
NEED_A_CAPABILITY: list[tuple[Event, int, str]] = [
    (Tagged(*HEAD, "#a", {}), Cap.MESSAGE_TAGS, "@msgid=m1 :ann!a@host TAGMSG #a"),
    (Whispered(*HEAD, BOB, "", Tagged), Cap.MESSAGE_TAGS, "@msgid=m1 :ann!a@host TAGMSG bob"),
    (AwayChanged(*HEAD, "out", {}), Cap.AWAY_NOTIFY, ":ann!a@host AWAY :out"),
    (AwayChanged(*HEAD, None, {}), Cap.AWAY_NOTIFY, ":ann!a@host AWAY"),
    (IdentityChanged(*HEAD, ANN._replace(account=None), {}), Cap.ACCOUNT_NOTIFY, ":ann!a@host ACCOUNT *"),
    (IdentityChanged(*HEAD, ANN._replace(account="Eve"), {}), Cap.ACCOUNT_NOTIFY, ":ann!a@host ACCOUNT Eve"),
    (IdentityChanged(*HEAD, ANN._replace(host="new"), {}), Cap.CHGHOST, ":ann!a@host CHGHOST a new"),
    (IdentityChanged(*HEAD, ANN._replace(realname="A B"), {}), Cap.SETNAME, ":ann!a@host SETNAME :A B"),
    (Redacted(*HEAD, "#a", "m0", "typo"), Cap.MESSAGE_REDACTION, ":ann!a@host REDACT #a m0 :typo"),
    (Redacted(*HEAD, "#a", "m0", ""), Cap.MESSAGE_REDACTION, ":ann!a@host REDACT #a m0"),
]


@pytest.mark.parametrize(("event", "line"), EVENTS)
def test_without_capabilities(event: Event, line: str) -> None:
    assert IrcRendering(0).render(event).decode() == f"{line}\r\n"


@pytest.mark.parametrize(("event", "line"), EVENTS)
def test_with_time_and_tags(event: Event, line: str) -> None:
    tagged = IrcRendering(Cap.SERVER_TIME | Cap.MESSAGE_TAGS).render(event).decode()
    assert tagged == f"@time=2027-01-15T08:00:00.500Z;msgid=m1 {line}\r\n"


@pytest.mark.parametrize(("event", "cap", "line"), NEED_A_CAPABILITY)
def test_what_only_some_are_told(event: Event, cap: int, line: str) -> None:
    assert IrcRendering(cap).render(event).decode() == f"{line}\r\n"
    assert IrcRendering(RENDERED & ~cap).render(event) == b""


def test_several_changes_are_several_lines() -> None:
    event = IdentityChanged(*HEAD, ANN._replace(account=None, username="x", realname="A"), {})
    lines = IrcRendering(Cap.ACCOUNT_NOTIFY | Cap.CHGHOST | Cap.SETNAME).render(event).decode().split("\r\n")
    assert [line.split(" ")[1] for line in lines[:-1]] == ["ACCOUNT", "CHGHOST", "SETNAME"]


def test_extended_join() -> None:
    rendering = IrcRendering(Cap.EXTENDED_JOIN)
    assert rendering.render(Joined(*HEAD, "#a")) == b":ann!a@host JOIN #a Ann :Ann Smith\r\n"
    assert rendering.render(Joined("m1", TIME, BOB, "#a")) == b":bob!b@host JOIN #a * :Bob\r\n"


def test_the_account_is_a_tag_of_those_who_have_one() -> None:
    rendering = IrcRendering(Cap.ACCOUNT_TAG)
    assert rendering.render(Said(*HEAD, "#a", "x")) == b"@account=Ann :ann!a@host PRIVMSG #a :x\r\n"
    assert rendering.render(Said("m1", TIME, BOB, "#a", "x")) == b":bob!b@host PRIVMSG #a :x\r\n"


def test_a_bot_is_marked() -> None:
    event = Said("m1", TIME, BOB._replace(bot=True), "#a", "x")
    assert IrcRendering(Cap.MESSAGE_TAGS).render(event).startswith(b"@msgid=m1;bot :")
    assert IrcRendering(0).render(event).startswith(b":")


def test_client_tags_are_escaped_and_the_servers_own_are_hidden() -> None:
    event = Said(*HEAD, "#a", "x", {"+a": "b; c\\\r\n", "+d": "", CUTS: "1"})
    line = IrcRendering(Cap.MESSAGE_TAGS).render(event)
    assert line == rb"@msgid=m1;+a=b\:\sc\\\r\n;+d :ann!a@host PRIVMSG #a :x" + b"\r\n"


def test_the_same_capabilities_share_one_rendering() -> None:
    assert shared_rendering(Cap.SERVER_TIME) is shared_rendering(Cap.SERVER_TIME | Cap.ECHO_MESSAGE)
    assert shared_rendering(Cap.SERVER_TIME) is not shared_rendering(0)


def test_the_source_of_people_and_servers() -> None:
    assert source(ANN) == "ann!a@host"
    assert source(SERVER) == "chat.test"


@pytest.mark.parametrize("kind", [Said, Acted, Noticed])
def test_the_speech_of_ignored_people_is_hidden(kind: Any) -> None:
    deaf = IrcRendering(Cap.MESSAGE_TAGS | Cap.MULTILINE, frozenset({"ann"}))
    assert deaf.render(kind(*HEAD, "#a", "x")) == b""
    assert deaf.render(kind(*HEAD, "#a", "x\ny")) == b""
    assert deaf.render(Tagged(*HEAD, "#a", {"+x": ""})) == b""
    assert b" #a :" in deaf.render(kind("m1", TIME, BOB, "#a", "x"))
    assert deaf.render(Joined(*HEAD, "#a")) != b""


# long texts

LONG = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=1500)


@pytest.mark.parametrize("kind", [Said, Acted, Noticed])
@given(text=LONG)
def test_no_line_is_too_long_and_nothing_is_lost(kind: Any, text: str) -> None:
    data = IrcRendering(0).render(kind(*HEAD, "#a", text))
    lines = data.split(b"\r\n")[:-1]
    assert all(len(line) + 2 <= MAX_LINE_BYTES for line in lines)
    parts = [line.decode().split(" :", 1)[1] for line in lines]
    if kind is Acted:
        assert all(part.startswith("\x01ACTION ") and part.endswith("\x01") for part in parts)
        parts = [part[8:-1] for part in parts]
    assert "".join(parts) == text


def test_a_long_text_has_its_id_once_and_its_time_on_each_line() -> None:
    data = IrcRendering(Cap.SERVER_TIME | Cap.MESSAGE_TAGS).render(Said(*HEAD, "#a", "word " * 200))
    lines = data.decode().split("\r\n")[:-1]
    assert len(lines) > 2
    assert ["msgid=m1" in line for line in lines] == [True] + [False] * (len(lines) - 1)
    assert all(line.startswith("@time=") for line in lines)
    assert all(line.endswith(" ") for line in lines)


def test_a_long_text_is_a_batch_for_those_who_know_multiline() -> None:
    data = IrcRendering(Cap.MULTILINE | Cap.MESSAGE_TAGS).render(Said(*HEAD, "#a", "one\n\ntwo " + "x" * 600))
    lines = data.decode().split("\r\n")[:-1]
    assert lines[0] == "@msgid=m1 :ann!a@host BATCH +m1 draft/multiline #a"
    assert lines[-1] == ":ann!a@host BATCH -m1"
    assert lines[1:3] == ["@batch=m1 :ann!a@host PRIVMSG #a :one", "@batch=m1 :ann!a@host PRIVMSG #a :"]
    assert lines[4].startswith("@batch=m1;draft/multiline-concat :")


@given(LONG, st.integers(20, 500), st.lists(st.integers(0, 1500), max_size=5))
def test_pieces_put_together_are_the_text(text: str, room: int, cuts: list[int]) -> None:
    text = text.replace(" ", "\n", 2)
    together = ""
    for index, (part, concat) in enumerate(pieces(text, room, ",".join(map(str, cuts)))):
        assert len(part.encode()) <= room
        together += part if concat or not index else f"\n{part}"
    assert together == text
