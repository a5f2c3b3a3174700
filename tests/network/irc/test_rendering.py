"""Events as IRC lines, for each capability that changes them."""

from typing import Any

import pytest

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
from chat.network.irc.rendering import CUTS, Rendering, pieces, shared_rendering

ANN = Identity(1, "ann", "a", "h", "anna", "Ann")
BOB = Identity(2, "bob", "b", "h")
SERVER = Identity(0, "chat.test", "", "chat.test")
AT: Any = ("id1", 1_800_000_000.25)
TIME = "time=2027-01-15T08:00:00.250Z"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Said(*AT, ANN, "#r", "hi"), ":ann!a@h PRIVMSG #r :hi"),
        (Acted(*AT, ANN, "#r", "waves"), ":ann!a@h PRIVMSG #r :\x01ACTION waves\x01"),
        (Noticed(*AT, ANN, "#r", "hi"), ":ann!a@h NOTICE #r :hi"),
        (Tagged(*AT, ANN, "#r", {"+typing": "active"}), ""),
        (Joined(*AT, ANN, "#r"), ":ann!a@h JOIN #r"),
        (Left(*AT, ANN, "#r"), ":ann!a@h PART #r"),
        (Left(*AT, ANN, "#r", "bye all"), ":ann!a@h PART #r :bye all"),
        (Kicked(*AT, ANN, "#r", BOB, "out"), ":ann!a@h KICK #r bob :out"),
        (TopicChanged(*AT, ANN, "#r", ""), ":ann!a@h TOPIC #r :"),
        (ModeChanged(*AT, SERVER, "#r", ("+o", "bob")), ":chat.test MODE #r +o bob"),
        (Quit(*AT, ANN, "bye", {}), ":ann!a@h QUIT :bye"),
        (Renamed(*AT, ANN, "anne", {}), ":ann!a@h NICK anne"),
        (AwayChanged(*AT, ANN, "tea", {}), ""),
        (IdentityChanged(*AT, ANN, ANN._replace(host="x"), {}), ""),
        (Whispered(*AT, ANN, BOB, "psst"), ":ann!a@h PRIVMSG bob :psst"),
        (Whispered(*AT, ANN, BOB, "waves", Acted), ":ann!a@h PRIVMSG bob :\x01ACTION waves\x01"),
        (Whispered(*AT, ANN, BOB, "psst", Noticed), ":ann!a@h NOTICE bob :psst"),
        (Whispered(*AT, ANN, BOB, "", Tagged, {"+react": "x"}), ""),
        (Invited(*AT, ANN, BOB, "#r"), ":ann!a@h INVITE bob #r"),
        (Redacted(*AT, ANN, "#r", "id0", ""), ""),
        (Announced(*AT, SERVER, "tea"), ":chat.test NOTICE * :tea"),
        (Announced(*AT, ANN, "tea"), ":ann!a@h WALLOPS :tea"),
    ],
)
def test_without_capabilities(event: Event, line: str) -> None:
    assert Rendering(0).render(event) == (f"{line}\r\n".encode() if line else b"")


@pytest.mark.parametrize(
    ("caps", "event", "line"),
    [
        (Cap.SERVER_TIME, Said(*AT, ANN, "#r", "hi"), f"@{TIME} :ann!a@h PRIVMSG #r :hi"),
        (Cap.ACCOUNT_TAG, Said(*AT, ANN, "#r", "hi"), "@account=anna :ann!a@h PRIVMSG #r :hi"),
        (Cap.ACCOUNT_TAG, Said(*AT, BOB, "#r", "hi"), ":bob!b@h PRIVMSG #r :hi"),
        (
            Cap.MESSAGE_TAGS | Cap.SERVER_TIME | Cap.ACCOUNT_TAG,
            Said(*AT, ANN._replace(bot=True, account="a;b"), "#r", "hi", {"+x": "1 2", "+y": "", CUTS: "3"}),
            f"@{TIME};msgid=id1;bot;+x=1\\s2;+y;account=a\\:b :ann!a@h PRIVMSG #r :hi",
        ),
        (Cap.MESSAGE_TAGS, Tagged(*AT, ANN, "#r", {"+x": "1"}), "@msgid=id1;+x=1 :ann!a@h TAGMSG #r"),
        (
            Cap.MESSAGE_TAGS,
            Whispered(*AT, ANN, BOB, "", Tagged, {"+x": "1"}),
            "@msgid=id1;+x=1 :ann!a@h TAGMSG bob",
        ),
        (Cap.SERVER_TIME, Joined(*AT, ANN, "#r"), f"@{TIME} :ann!a@h JOIN #r"),
        (Cap.EXTENDED_JOIN, Joined(*AT, ANN, "#r"), ":ann!a@h JOIN #r anna :Ann"),
        (Cap.EXTENDED_JOIN, Joined(*AT, BOB, "#r"), ":bob!b@h JOIN #r * :"),
        (Cap.AWAY_NOTIFY, AwayChanged(*AT, ANN, "tea", {}), ":ann!a@h AWAY :tea"),
        (Cap.AWAY_NOTIFY, AwayChanged(*AT, ANN, None, {}), ":ann!a@h AWAY"),
        (Cap.CHGHOST, IdentityChanged(*AT, ANN, ANN._replace(host="x"), {}), ":ann!a@h CHGHOST a x"),
        (Cap.SETNAME, IdentityChanged(*AT, ANN, ANN._replace(realname="A"), {}), ":ann!a@h SETNAME :A"),
        (Cap.ACCOUNT_NOTIFY, IdentityChanged(*AT, ANN, ANN._replace(account=None), {}), ":ann!a@h ACCOUNT *"),
        (Cap.MESSAGE_REDACTION, Redacted(*AT, ANN, "#r", "id0", "typo"), ":ann!a@h REDACT #r id0 :typo"),
        (Cap.MESSAGE_REDACTION, Redacted(*AT, ANN, "#r", "id0", ""), ":ann!a@h REDACT #r id0"),
    ],
)
def test_with_capabilities(caps: int, event: Event, line: str) -> None:
    assert Rendering(caps).render(event) == f"{line}\r\n".encode()


def test_speech_of_the_ignored_is_hidden_and_nothing_else() -> None:
    rendering = Rendering(Cap.MESSAGE_TAGS, frozenset({"ann"}))
    said = Said(*AT, ANN._replace(name="ANN"), "#r", "hi")
    assert rendering.render(said) == b""
    assert rendering.render(Acted(*AT, ANN, "#r", "waves")) == b""
    assert rendering.render(Tagged(*AT, ANN, "#r", {"+x": "1"})) == b""
    assert rendering.render(said._replace(author=BOB)) != b""
    assert rendering.render(Joined(*AT, ANN, "#r")) != b""


def test_several_lines_are_several_messages_or_a_batch() -> None:
    event = Said(*AT, ANN, "#r", "one\n\nhow is everyone?", {CUTS: "12", "+x": "1"})
    assert event.text[5:12] == "how is "
    plain = Rendering(0).render(event)
    assert (
        plain
        == b":ann!a@h PRIVMSG #r :one\r\n:ann!a@h PRIVMSG #r :how is \r\n:ann!a@h PRIVMSG #r :everyone?\r\n"
    )
    tagged = Rendering(Cap.MESSAGE_TAGS).render(event).decode().split("\r\n")
    assert [line.split(" ")[0] for line in tagged[:-1]] == ["@msgid=id1;+x=1", "@+x=1", "@+x=1"]
    batch = Rendering(Cap.MULTILINE | Cap.MESSAGE_TAGS).render(event).decode()
    assert batch.split("\r\n") == [
        "@msgid=id1;+x=1 :ann!a@h BATCH +id1 draft/multiline #r",
        "@batch=id1 :ann!a@h PRIVMSG #r :one",
        "@batch=id1 :ann!a@h PRIVMSG #r :",
        "@batch=id1 :ann!a@h PRIVMSG #r :how is ",
        "@batch=id1;draft/multiline-concat :ann!a@h PRIVMSG #r :everyone?",
        ":ann!a@h BATCH -id1",
        "",
    ]


@pytest.mark.parametrize(
    "text", ["x" * 2000, "word " * 400, "😃" * 500, "ü" * 999, "x" * 460 + " " + "y" * 460]
)
def test_long_lines_are_parted_and_nothing_is_lost(text: str) -> None:
    data = Rendering(0).render(Said(*AT, ANN, "#r", text))
    lines = data.decode().split("\r\n")[:-1]
    assert all(len(line.encode()) <= 510 for line in lines)
    assert "".join(line.removeprefix(":ann!a@h PRIVMSG #r :") for line in lines) == text


def test_parts_end_at_spaces_if_possible() -> None:
    assert list(pieces("aaa bbb ccc", 8)) == [("aaa bbb ", False), ("ccc", True)]
    assert list(pieces("aaaaaaaaaa", 4)) == [("aaaa", False), ("aaaa", True), ("aa", True)]
    assert list(pieces("a\n\nb", 4)) == [("a", False), ("", False), ("b", False)]


def test_readers_with_the_same_bytes_share_a_rendering() -> None:
    assert shared_rendering(Cap.BATCH) is shared_rendering(Cap.ECHO_MESSAGE)
    assert shared_rendering(Cap.SERVER_TIME) is not shared_rendering(0)
    assert shared_rendering(Cap.SERVER_TIME | Cap.BATCH).caps & ~RENDERED == 0
