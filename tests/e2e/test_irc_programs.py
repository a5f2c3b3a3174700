"""Programs that others wrote: irssi, WeeChat and a bot, doing what people do with them."""

import re
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect, OpenPane
from .harness import LOOK_AGAIN, Conversation, Server, enter, wait_until
from .screens import Pane


def look(weechat: Pane, buffer: str, text: re.Pattern[str]) -> str:
    """Have WeeChat show a buffer with this text; returns the match. It forgets what is typed while it draws."""

    def shown() -> re.Match[str] | None:
        weechat.type(f"/buffer {buffer}")
        time.sleep(LOOK_AGAIN)
        return text.search(weechat.screen)

    return wait_until(shown, f"{text.pattern!r} in {buffer} of WeeChat").group()


def test_irssi_and_weechat_do_what_people_do(
    server: Server, nc: Connect, irssi: OpenPane, weechat: OpenPane
) -> None:
    ann = enter(nc(server.port), "ann")
    ann.send("said before anybody else came")
    iris = irssi(server.port, "iris")
    wes = weechat(server.port, "wes")

    # What was said before is shown, by irssi (no batches) and by WeeChat (with them), with its time.
    for program in (iris, wes):
        screen = program.wait_for(re.compile(r"\d\d:\d\d.*ann.*said before anybody else came"))
        assert screen.count("said before anybody else came") == 1

    # In private, both ways.
    iris.type("/msg wes psst, wes")
    wes.wait_for(re.compile(r"iris"))
    wes.type("/msg iris yes?")
    ann.send("/pm wes hello wes")
    assert look(wes, "irc.chat.ann", re.compile(r"ann.*hello wes"))
    assert look(wes, "irc.chat.iris", re.compile(r"iris.*psst, wes"))
    look(wes, "irc.chat.#lobby", re.compile(r"said before"))

    # Who somebody is.
    iris.type("/window goto 1", "/whois ann")
    iris.wait_for(re.compile(r"ann \[user@"))
    iris.wait_for(re.compile(r"speaks plain"))
    iris.type("/window goto #lobby")
    wes.type("/whois iris")
    assert look(wes, "irc.server.chat", re.compile(r"\[iris\].*speaks irc"))
    look(wes, "irc.chat.#lobby", re.compile(r"said before"))

    # Another name, seen by everybody.
    iris.type("/nick isis")
    ann.read_until("* iris is now isis")
    wes.wait_for(re.compile(r"iris is now known as isis"))
    wes.type("/nick wilma")
    ann.read_until("* wes is now wilma")
    iris.wait_for(re.compile(r"wes is now known as wilma"))

    # What was said in private is nobody else's, and each name changed once.
    assert "psst" not in ann.transcript
    assert re.findall(r"\* \w+ is now \w+", ann.transcript) == ["* iris is now isis", "* wes is now wilma"]

    # Modes, rights and topics are the same for all.
    ann.send("/topic tea at five")
    assert "tea at five" in wes.wait_for("tea at five")
    iris.type("/topic")
    assert "Topic for #lobby: tea at five" in iris.wait_for("Topic for #lobby")

    # A server that goes away and comes back: they come back too, and read what was said.
    ann.send("last words")
    iris.wait_for("last words")
    server.stop()
    server.start()
    iris.type("/reconnect")
    wes.type("/reconnect chat")
    zoe = enter(nc(server.port), "zoe")
    zoe.read_until(re.compile(r"(?s)(?=.*isis|.*iris)(?=.*wilma|.*wes).*joined"))
    zoe.send("welcome back")
    for program in (iris, wes):
        assert program.wait_for(re.compile(r"zoe.*welcome back")).count("welcome back") == 1


def test_a_bot_is_at_home(server: Server, nc: Connect, ends: ExitStack) -> None:
    pytest.importorskip("irc.bot")
    ann = enter(nc(server.port), "ann")
    script = Path(__file__).with_name("echo_bot.py")
    bot = Conversation([sys.executable, str(script), str(server.port), "echo"])
    ends.callback(bot.end)
    bot.read_until("joined")
    ann.read_until("* echo joined")
    ann.send("!echo is there an echo?")
    ann.read_until("<echo> is there an echo?")
    ann.send("!who")
    ann.read_until("<echo> ann echo")
    ann.send("/pm echo hello")
    ann.read_until("[pm from echo] You said: hello")
    answers = ("<echo> is there an echo?", "<echo> ann echo", "[pm from echo] You said: hello")
    assert [ann.transcript.count(answer) for answer in answers] == [1, 1, 1]
