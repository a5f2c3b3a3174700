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


def look(weechat: Pane, buffer: str, text: re.Pattern[str]) -> None:
    """Have WeeChat show a buffer with this text. It forgets what is typed while it draws."""

    def shown() -> bool:
        weechat.type(f"/buffer {buffer}")
        time.sleep(LOOK_AGAIN)
        return text.search(weechat.screen) is not None

    wait_until(shown, f"{text.pattern!r} in {buffer} of WeeChat")


def test_irssi_and_weechat_do_what_people_do(
    server: Server, nc: Connect, irssi: OpenPane, weechat: OpenPane
) -> None:
    ann = enter(nc(server.port), "ann")
    ann.send("said before anybody else came")
    iris = irssi(server.port, "iris")
    wes = weechat(server.port, "wes")

    # What was said before is shown, by irssi (no batches) and by WeeChat (with them), with its time.
    for program in (iris, wes):
        program.wait_for(re.compile(r"\d\d:\d\d.*ann.*said before anybody else came"))

    # In private, both ways.
    iris.type("/msg wes psst, wes")
    wes.wait_for(re.compile(r"iris"))
    wes.type("/msg iris yes?")
    ann.send("/pm wes hello wes")
    look(wes, "irc.chat.ann", re.compile(r"ann.*hello wes"))
    look(wes, "irc.chat.iris", re.compile(r"iris.*psst, wes"))
    look(wes, "irc.chat.#lobby", re.compile(r"said before"))

    # Who somebody is.
    iris.type("/window goto 1", "/whois ann")
    iris.wait_for(re.compile(r"ann \[user@"))
    iris.wait_for(re.compile(r"speaks plain"))
    iris.type("/window goto #lobby")
    wes.type("/whois iris")
    look(wes, "irc.server.chat", re.compile(r"\[iris\].*speaks irc"))
    look(wes, "irc.chat.#lobby", re.compile(r"said before"))

    # Another name, seen by everybody.
    iris.type("/nick isis")
    ann.read_until("* iris is now isis")
    wes.wait_for(re.compile(r"iris is now known as isis"))
    wes.type("/nick wilma")
    ann.read_until("* wes is now wilma")
    iris.wait_for(re.compile(r"wes is now known as wilma"))

    # Modes, rights and topics are the same for all.
    ann.send("/topic tea at five")
    wes.wait_for("tea at five")
    iris.type("/topic")
    iris.wait_for(re.compile(r"Topic for #lobby: tea at five"))

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
        program.wait_for(re.compile(r"zoe.*welcome back"))


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
