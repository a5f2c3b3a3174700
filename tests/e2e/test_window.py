"""The chat window on a screen in memory, driven by keyboard and mouse, talking with people who use netcat."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from .conftest import Connect
from .harness import Server, enter, need
from .screens import Display
from .windows import Window

pytestmark = pytest.mark.e2e


@pytest.fixture
def screen(ends: ExitStack) -> Display:
    """A screen of the size of the window."""
    need("xdotool")
    display = Display(1120, 720)
    ends.callback(display.end)
    return display


@pytest.fixture
def window(screen: Display, server: Server, ends: ExitStack, tmp_path: Path) -> Window:
    """A window that asks where to connect to, with our server's address in its field."""
    window = Window(screen, tmp_path / "window", "window", f"127.0.0.1:{server.port}")
    ends.callback(window.end)
    window.start("connect")
    return window


def connect(window: Window, name: str = "zoe") -> None:
    """Fill in the dialog, whose first field has the focus."""
    window.press("ctrl+a")
    window.type(name)
    window.wait_title(f"#lobby – {name}")


def test_a_conversation_by_keyboard_alone(window: Window, server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    connect(window)
    ann.read_until("zoe")
    window.type("hello from the window")
    ann.read_until("<zoe> hello from the window")
    ann.send("zoe: hello from netcat, see https://example.org/x")
    window.wait_text("hello from netcat, see https://example.org/x")

    # Completion, history, a command.
    window.type("an", "Tab")
    window.type("did you see that?")
    ann.read_until("<zoe> ann: did you see that?")
    window.press("Up", "Up", "Return")
    ann.read_until("<zoe> hello from the window")
    window.type("/me waves")
    ann.read_until("zoe waves")

    # A private chat through the switcher; the answer is counted while another conversation is looked at.
    window.press("ctrl+k")
    window.type("ann")
    window.wait_title("ann – zoe")
    window.type("between us")
    ann.read_until("between us")
    window.press("alt+Up")
    window.wait_title("#lobby – zoe")
    ann.send("/pm zoe just between us")
    window.wait_title("(1!) #lobby – zoe")
    window.press("alt+a")
    window.wait_title("ann – zoe")
    window.wait_text("just between us")
    assert "hello from netcat" not in window.text

    # A search finds what was said in the other conversation, and leads there.
    window.press("ctrl+f")
    window.type("see https", "Return")
    window.press("Down", "Return")
    window.wait_title("#lobby – zoe")
    window.picture("window-search-results")
    window.press("Escape")

    # Another room.
    window.press("ctrl+j")
    window.type("kitchen")
    window.wait_title("#kitchen – zoe")
    ann.send("/join #kitchen")
    window.wait_text("ann joined")

    # Everything is remembered but what is secret, and the program ends in order.
    window.press("ctrl+d")
    window.press("ctrl+q")
    assert window.wait() == 0
    kept = json.loads((window.folder / "config" / "twistd-chat" / "window.json").read_text())
    assert kept["theme"] == "dark"
    assert kept["recent"][0]["name"] == "zoe"
    assert "#kitchen" in kept["recent"][0]["rooms"]
    ann.read_until("zoe")


def test_a_password_is_asked_for_and_never_seen(window: Window, server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    connect(window)
    ann.read_until("zoe")
    window.type("/register")
    window.type("correct horse")
    window.wait_text("The account is yours.")
    window.type("/password")
    window.type("battery staple")
    text = window.wait_text("The password of zoe is changed.")
    assert "horse" not in text + ann.transcript + server.log
    assert "staple" not in text + ann.transcript + server.log


def test_a_message_is_answered_and_taken_back(window: Window, server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    connect(window)
    ann.send("shall we meet?")
    window.wait_text("shall we meet?")
    window.press("ctrl+r")
    window.type("at the gate")
    ann.read_until("<zoe> at the gate")
    window.wait_text("↪ ann: shall we meet?")
    window.type("/undo")
    text = window.wait_text("zoe took a message back")
    assert "at the gate" not in text


def test_a_private_chat_by_a_double_click(window: Window, server: Server, nc: Connect) -> None:
    ann = enter(nc(server.port), "ann")
    connect(window)
    window.type("/topic double clicks", "Return")
    ann.read_until("double clicks")
    # The first of the people on the right is ann.
    window.display.xdotool("mousemove", "960", "60", "click", "--repeat", "2", "--delay", "80", "1")
    window.wait_title("ann – zoe")
    window.type("hello ann")
    assert "[pm from zoe] hello ann" in ann.read_until("hello ann")


def test_it_comes_back_after_a_restart_and_sends_what_waited(
    window: Window, server: Server, nc: Connect
) -> None:
    connect(window)
    window.type("before the restart")
    window.wait_text("before the restart")
    server.stop()
    window.wait_title("reconnecting")
    window.type("written while it was down")
    window.wait_text("written while it was down")
    window.picture("window-reconnecting")
    server.start()
    ann = enter(nc(server.port), "ann")
    ann.read_until("<zoe> written while it was down")
    window.wait_title("#lobby – zoe")
    text = window.wait_text("you are in #lobby again")
    assert text.count("written while it was down") == 1
    assert text.count("before the restart") == 1


def test_what_is_wrong_is_said_in_the_dialog(window: Window, server: Server, nc: Connect) -> None:
    server.stop()
    window.press("ctrl+a")
    window.type("z o e")
    window.press("ctrl+a")
    window.type("zoe")
    window.wait_title("connecting")
    window.wait_title("cannot connect")
    window.picture("window-refused")
    server.start()
    window.press("Return")
    window.wait_title("#lobby – zoe")
    assert "Here: zoe" in enter(nc(server.port), "ann").read_until("zoe")


def test_pictures(window: Window, server: Server, nc: Connect) -> None:
    window.picture("window-connect")
    people = {
        name: enter(nc(server.port), name) for name in ("ann", "ben", "carla", "dmitri", "erin", "fatima")
    }
    people["ann"].send("/topic Release 2.0 goes out on Thursday")
    people["fatima"].read_until("goes out on Thursday")
    connect(window)
    for name, text in (
        ("ann", "Good morning! The build is green again: https://example.org/build/1742"),
        ("ann", "I merged the storage branch last night, so what was said survives restarts."),
        ("ben", "Great. zoe, could you look at https://example.org/review/42 before lunch?"),
        ("carla", "/me brings coffee and croissants"),
        (
            "dmitri",
            "The relay has been up for forty days, which is a first. Lines that wrap hang below the text and not below "
            "the time, so that the eye finds the beginning of the next message at once.",
        ),
        ("fatima", "nice 🎉"),
        ("erin", "/pm zoe Do you have a minute? It is about the talk on Friday."),
    ):
        people[name].send(text)
        # In the order in which they stand here: each has arrived before the next is sent.
        if name == "erin":
            window.wait_title("(1!)")
        else:
            window.wait_text(text.removeprefix("/me ")[:20])
    window.type("On it. I will be done by eleven.")
    people["ann"].read_until("done by eleven")
    window.type("/", "Tab", "Tab")
    window.press("Escape", "ctrl+a", "BackSpace")
    window.picture("window-light")
    window.press("ctrl+d")
    window.picture("window-dark")
    for keys, name in (
        (("ctrl+k",), "window-switcher"),
        (("F1",), "window-help"),
        (("ctrl+comma",), "window-preferences"),
        (("ctrl+f",), "window-search"),
    ):
        window.press(*keys)
        window.picture(name)
        window.press("Escape")
    assert (window.folder / "output.txt").read_text() == ""
