"""Fixtures that start the programs of harness.py and screens.py, and end them again, last started first."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .harness import PATIENCE, Conversation, Server, need, short_folder
from .screens import Display, Pane, Tmux

CHROMIUM_OPTIONS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # its sandbox refuses to work for root
]


IRSSI_CONFIG = """
chatnets = {{ chat = {{ type = "IRC"; nick = "{name}"; }}; }};
servers = ( {{ address = "127.0.0.1"; port = "{port}"; chatnet = "chat"; autoconnect = "yes";
  use_tls = "{tls}"; tls_verify = "no"; }} );
channels = ( {{ name = "#lobby"; chatnet = "chat"; autojoin = "yes"; }} );
"""

OpenPane = Callable[[int, str], Pane]
"""Opens a program, in a terminal of its own, that is in #lobby of the server on this port under this name."""

Connect = Callable[[int], Conversation]
"""Starts a program that is connected to this port of the loopback interface."""


class StartServer(Protocol):
    """Starts a further `twistd chat` with these options after the usual ones."""

    def __call__(self, *options: str) -> Server: ...


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    """Where a test puts the end of whatever it started itself: `ends.callback(thing.end)`."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start_server(ends: ExitStack, tmp_path: Path) -> StartServer:
    """Starts servers, each listening when it is returned."""
    count = 0

    def start(*options: str) -> Server:
        nonlocal count
        count += 1
        server = Server(tmp_path / f"server{count}", *options)
        ends.callback(server.end)
        server.start()
        return server

    return start


@pytest.fixture
def server(start_server: StartServer) -> Server:
    """A running `twistd chat`."""
    return start_server()


@pytest.fixture
def nc(ends: ExitStack) -> Connect:
    """Connects a netcat to a port of the loopback interface."""
    program = need("nc")

    def connect(port: int) -> Conversation:
        conversation = Conversation([program, "127.0.0.1", str(port)])
        ends.callback(conversation.end)
        return conversation

    return connect


@pytest.fixture
def telnet(ends: ExitStack) -> Connect:
    """Connects a telnet, in a terminal of its own, to a port of the loopback interface."""
    program = need("telnet")

    def connect(port: int) -> Conversation:
        conversation = Conversation([program, "127.0.0.1", str(port)], terminal=True)
        ends.callback(conversation.end)
        return conversation

    return connect


@pytest.fixture
def tmux(ends: ExitStack) -> Tmux:
    """Terminals for programs that draw a screen; its folder is also a place for their settings."""
    terminals = Tmux(ends.enter_context(short_folder()))
    ends.callback(terminals.end)
    return terminals


@pytest.fixture
def irssi(tmux: Tmux) -> OpenPane:
    """Opens an irssi that is in #lobby under this name."""
    program = need("irssi")

    def connect(port: int, name: str, tls: bool = False) -> Pane:
        home = tmux.folder / f"irssi-{name}"
        home.mkdir()
        # Typed too early, a /join is refused: irssi shows no sign of being ready that all servers have in common.
        (home / "config").write_text(IRSSI_CONFIG.format(port=port, name=name, tls="yes" if tls else "no"))
        pane = tmux.open(name, program, f"--home={home}", columns=120)
        pane.wait_for("[Act: 2")  # the room's window
        pane.type("/window goto #lobby")
        pane.wait_for("[#lobby]")
        return pane

    return connect


@pytest.fixture
def weechat(tmux: Tmux) -> OpenPane:
    """Opens a WeeChat that is in #lobby under this name."""
    program = need("weechat", "weechat-curses")

    def connect(port: int, name: str) -> Pane:
        folder = tmux.folder / f"weechat-{name}"
        # Whether TLS is the default, and what the option is called, differs between versions.
        settings = ("ssl", "tls")
        commands = [f"/set irc.server_default.{setting} off" for setting in settings]
        commands += [f"/server add chat 127.0.0.1/{port} -nicks={name} -autojoin=#lobby", "/connect chat"]
        run = [argument for command in commands for argument in ("--run-command", command)]
        pane = tmux.open(name, program, "--dir", str(folder), *run, columns=120)
        pane.wait_for(re.compile("#lobby.*"))
        return pane

    return connect


@pytest.fixture
def display(ends: ExitStack) -> Display:
    """An X screen for programs with windows."""
    screen = Display()
    ends.callback(screen.end)
    return screen


@pytest.fixture
def browser(ends: ExitStack) -> BrowserContext:
    """A Chromium without a window and with a new profile: the installed one, since none is downloaded."""
    program = need("chromium", "chromium-browser", "google-chrome")
    profile = ends.enter_context(short_folder())
    context = ends.enter_context(sync_playwright()).chromium.launch_persistent_context(
        profile, executable_path=program, headless=True, args=CHROMIUM_OPTIONS
    )
    ends.callback(context.close)
    context.set_default_timeout(PATIENCE * 1000)
    return context


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a module: it takes longer to start than most of them."""
    program = need("chromium", "chromium-browser", "google-chrome")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS) as browser,
    ):
        yield browser


@pytest.fixture
def page(browser: BrowserContext) -> Page:
    """A page of that browser."""
    return browser.new_page()
