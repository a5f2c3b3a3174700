"""The monitor of a real `twistd chat`, with people on it."""

import re
import socket
import stat
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import StartServer
from .harness import PATIENCE, Conversation, Daemon, Server, free_port, wait_until

pytestmark = pytest.mark.e2e

Connect = Callable[[int], Conversation]


@pytest.fixture
def watched(start_server: StartServer) -> Server:
    """A server with a monitor."""
    return start_server("--web", f"tcp:{free_port()}:interface=127.0.0.1", "--name", "chat.test")


def url_of(server: Server) -> str:
    """The address that the log of the last start shows."""
    found = wait_until(lambda: re.findall(r"http://\S+\?token=\S+", server.log), "the monitor's address")
    return str(found[-1])


def shown(page: Page, text: str) -> Locator:
    return page.locator("#log-lines .line:not([hidden])", has_text=text)


def enter(nc: Connect, server: Server, name: str) -> Conversation:
    person = nc(server.port)
    person.send(name)
    person.read_until("Welcome")
    return person


@pytest.fixture
def opened(watched: Server, page: Page) -> Page:
    expect.set_options(timeout=PATIENCE * 1000)
    page.goto(url_of(watched))
    expect(page.locator("[data-figure=people]")).to_have_text("0")
    return page


def test_what_is_said_shows_and_what_is_said_in_private_does_not(
    watched: Server, nc: Connect, opened: Page
) -> None:
    alice, bob = enter(nc, watched, "alice"), enter(nc, watched, "bob")
    alice.send("hello, world")
    bob.read_until("<alice> hello, world")
    alice.send("/pm bob the sekrit word")
    bob.read_until("[pm from alice] the sekrit word")
    expect(shown(opened, "#lobby <alice> hello, world")).to_be_visible()
    expect(opened.locator("[data-figure=messages]")).to_have_text("1")
    expect(opened.locator("[data-figure=private]")).to_have_text("1")
    expect(opened.locator("[data-figure=people]")).to_have_text("2")
    expect(opened.locator("#people-rows tr")).to_have_count(2)
    expect(opened.locator("#people-rows tr").first).to_contain_text("127.0.0.1")
    opened.select_option("#log-level", "debug")
    opened.wait_for_timeout(500)
    assert "sekrit" not in opened.content()
    assert "sekrit" not in watched.log
    metrics = fetch(url_of(watched).replace("/?", "/metrics?"))
    assert "chat_private_messages_total 1.0" in metrics
    assert "sekrit" not in metrics


def test_who_joins_while_away_shows_and_the_key_of_a_room_does_not(
    watched: Server, nc: Connect, opened: Page
) -> None:
    jaway = nc(watched.port)
    for sent in (
        "NICK jaway",
        "USER a 0 * :a",
        "AWAY :tea",
        "JOIN #lobby",
        "JOIN #ops",
        "MODE #ops +k sesame",
    ):
        jaway.send(sent)
    jaway.read_until("MODE #ops +k sesame")
    expect(shown(opened, "#lobby * jaway joined")).to_have_count(1)
    expect(shown(opened, "#ops * jaway set mode +k *")).to_have_count(1)
    assert "sesame" not in opened.content()
    assert "sesame" not in watched.log


def test_an_operator_acts_on_people(watched: Server, nc: Connect, opened: Page) -> None:
    alice, bob = enter(nc, watched, "alice"), enter(nc, watched, "bob")
    opened.locator("#announce").click()
    opened.get_by_label("Announcement").fill("down at ten")
    opened.keyboard.press("Enter")
    alice.read_until("down at ten")
    bob.read_until("down at ten")

    expect(opened.locator("#people-rows tr")).to_have_count(2)
    opened.get_by_role("button", name="Mute bob").click(force=True)
    opened.get_by_label("Reason (optional)").fill("too loud")
    opened.get_by_role("button", name="Mute", exact=True).click()
    bob.read_until(re.compile(r"The operator has muted you for \d+ minutes \(too loud\)"))
    bob.send("nobody hears this")
    bob.read_until("muted")
    alice.send("but this")
    bob.read_until("<alice> but this")

    opened.get_by_role("button", name="Ban bob").click(force=True)
    opened.get_by_role("button", name="Ban", exact=True).click()
    expect(opened.get_by_role("dialog")).to_contain_text(
        "bob has no account and comes from this machine itself"
    )
    opened.get_by_role("button", name="Cancel").click()

    opened.get_by_role("button", name="Kick bob").click(force=True)
    opened.get_by_role("button", name="Kick", exact=True).click()
    bob.read_until("The operator has put you out")
    alice.read_until("* bob left")
    expect(opened.locator("#people-rows tr")).to_have_count(1)
    assert "nobody hears this" not in alice.transcript


def test_the_page_is_there_again_after_a_restart(watched: Server, nc: Connect, opened: Page) -> None:
    enter(nc, watched, "alice")
    expect(shown(opened, "* alice joined")).to_be_visible()
    before = url_of(watched)
    assert watched.stop() == 0
    expect(opened.locator("#banner")).to_contain_text("Trying again")
    watched.start()
    enter(nc, watched, "bob")
    expect(shown(opened, "* bob joined")).to_be_visible()
    expect(opened.locator(".note", has_text="The server was started anew")).to_be_visible()
    expect(opened.locator("#people-rows tr")).to_have_count(1)
    # The token is the same, so that bookmarks and other pages go on, too.
    assert url_of(watched) == before


def test_the_token_is_for_its_owner_alone(watched: Server) -> None:
    path = watched.data / "monitor-token"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().strip() in url_of(watched)


def test_an_operators_token_and_a_bad_one(start_server: StartServer, ends: ExitStack, tmp_path: Path) -> None:
    web = f"tcp:{free_port()}:interface=127.0.0.1"
    server = start_server("--web", web, "--monitor-token", "of-the-operators-choice")
    assert url_of(server).endswith("?token=of-the-operators-choice")
    refused = Daemon(tmp_path / "refused", "chat", "--data", str(tmp_path), "--monitor-token", "short")
    ends.callback(refused.end)
    refused.launch()
    assert refused.wait() > 0
    assert "The monitor's token has 5 characters" in refused.log
    assert "Traceback" not in refused.log


def test_a_taken_port_is_named(start_server: StartServer, ends: ExitStack, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        web = f"tcp:{port}:interface=127.0.0.1"
        refused = Daemon(
            tmp_path / "refused", "chat", "--data", str(tmp_path), "--listen", "tcp:0", "--web", web
        )
        ends.callback(refused.end)
        refused.launch()
        assert refused.wait() > 0
    assert f"for the monitor: port {port} is taken" in refused.log
    assert "Traceback" not in refused.log


def test_without_a_monitor_there_is_no_token(start_server: StartServer) -> None:
    server = start_server("--web", "off")
    assert not (server.data / "monitor-token").exists()
    assert "monitor" not in server.log


def test_health_and_metrics_for_programs(watched: Server) -> None:
    base = url_of(watched).partition("?")[0]
    assert fetch(base + "healthz") == "ok\n"
    with pytest.raises(urllib.error.HTTPError) as refusal:
        fetch(base + "metrics")
    assert refusal.value.code == 401


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
    return text
