"""The monitor's page in a real browser, with the real monitor and an invented chat server behind it."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Request, WebSocketRoute, expect

from .harness import CHECKOUT, PATIENCE, Conversation, free_port

pytestmark = pytest.mark.e2e

TOKEN = "token-of-the-page-test"

expect.set_options(timeout=PATIENCE * 1000)


class Monitor:
    """The monitor in a process of its own."""

    def __init__(self, folder: Path, *options: str, token: str = TOKEN) -> None:
        self.folder = folder
        self.options = options
        self.port = free_port()
        self.start(token)

    def start(self, token: str = TOKEN) -> None:
        """Start it, on the same port as before if it has run before."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / "monitor-token").write_text(token)
        endpoint = f"tcp:{self.port}:interface=127.0.0.1"
        self.program = Conversation(
            [sys.executable, "-m", "tests.e2e.monitor_server", endpoint, str(self.folder), *self.options],
            cwd=CHECKOUT,
        )
        self.url = self.program.read_until(re.compile(r"http://\S+\n")).split()[-1]

    def order(self, *order: object) -> None:
        """Tell it to do something; see monitor_server.py."""
        self.program.send(json.dumps(order))

    def end(self) -> None:
        """End it."""
        self.program.end()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page with cookies, storage and window of its own."""
    with chromium.new_context(viewport={"width": 1280, "height": 800}) as context:
        yield context.new_page()


@pytest.fixture
def start_monitor(ends: ExitStack, tmp_path: Path) -> Callable[..., Monitor]:
    def start(*options: str) -> Monitor:
        monitor = Monitor(tmp_path / "monitor", *options)
        ends.callback(lambda: monitor.end())
        return monitor

    return start


@pytest.fixture
def monitor(start_monitor: Callable[..., Monitor]) -> Monitor:
    return start_monitor()


@pytest.fixture
def opened(monitor: Monitor, page: Page) -> Page:
    """The page, connected; at its end, nothing must have been complained about in its console."""
    return watched(page, monitor)


def watched(page: Page, monitor: Monitor) -> Page:
    page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    page.goto(monitor.url)
    expect(page.locator("[data-figure=lag]")).not_to_have_text("–")
    return page


def lines(page: Page) -> list[str]:
    """The texts of the log lines shown, and of the page's own notes."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("#log-lines .line:not([hidden]) .text, #log-lines .note:not([hidden])")]
                   .map((e) => e.textContent)"""
    )
    return found


def line(page: Page, text: str) -> Locator:
    return page.locator("#log-lines .line:not([hidden])", has_text=text)


def picture(page: Page, name: str, tmp_path: Path) -> None:
    """Kept where CHAT_SCREENSHOTS says, for a person to look at."""
    folder = Path(os.environ.get("CHAT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


# Who may see it


def test_the_address_loses_its_token_and_nothing_elsewhere_is_asked(monitor: Monitor, page: Page) -> None:
    asked: list[Request] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("console", lambda message: complaints.append(message.text))
    watched(page, monitor)
    page.wait_for_timeout(1500)
    assert page.url == f"http://127.0.0.1:{monitor.port}/"
    assert {re.sub(r"^(https?://[^/]+).*", r"\1", r.url) for r in asked} == {page.url.rstrip("/")}
    assert complaints == []
    assert TOKEN not in page.content()


def test_without_the_token_there_is_only_a_form(monitor: Monitor, page: Page) -> None:
    page.goto(f"http://127.0.0.1:{monitor.port}/?token=wrong")
    expect(page.get_by_label("Token")).to_be_focused()
    assert page.locator("#figures").count() == 0
    page.get_by_label("Token").fill("a wrong one")
    page.get_by_role("button", name="Open the monitor").click()
    expect(page.get_by_text("not this server’s token")).to_be_visible()
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    # Whoever tried tokens before is seen.
    expect(page.locator("#warnings")).to_have_text("2 warnings")


def test_scripts_cannot_read_the_cookie(opened: Page) -> None:
    assert opened.evaluate("document.cookie") == ""


def test_a_page_from_elsewhere_gets_no_socket(monitor: Monitor, opened: Page, tmp_path: Path) -> None:
    # Its cookie is in this browser; only the Origin tells the two pages apart.
    foreign = opened.context.new_page()
    foreign.goto("about:blank")
    outcome = foreign.evaluate(
        """(url) => new Promise((done) => {
             const socket = new WebSocket(url);
             socket.onopen = () => done("open");
             socket.onerror = () => done("refused");
           })""",
        f"ws://127.0.0.1:{monitor.port}/ws?token={TOKEN}",
    )
    assert outcome == "refused"


# The log


def test_lines_come_and_are_filtered(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "alice came in")
    monitor.order("log", "warn", "bob is loud")
    monitor.order("log", "debug", "a detail about alice")
    expect(line(opened, "bob is loud")).to_be_visible()
    assert "a detail about alice" not in lines(opened)

    opened.select_option("#log-level", "debug")
    expect(line(opened, "a detail about alice")).to_be_visible()
    opened.fill("#log-filter", "ALICE")
    expect(line(opened, "bob is loud")).to_have_count(0)
    assert lines(opened) == ["alice came in", "a detail about alice"]
    opened.select_option("#log-level", "warn")
    expect(opened.locator("#log-empty")).to_have_text("No line passes the filter.")
    opened.fill("#log-filter", "")
    expect(line(opened, "bob is loud")).to_be_visible()


def test_regular_expressions_filter_old_and_new_lines(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "request 17 done")
    monitor.order("log", "info", "request 7 done")
    expect(line(opened, "request 7 done")).to_be_visible()
    opened.click("#log-regex")
    opened.fill("#log-filter", r"request \d\d ")
    expect(line(opened, "request 7 done")).to_have_count(0)
    assert lines(opened) == ["request 17 done"]
    monitor.order("log", "info", "request 8 done")
    monitor.order("log", "info", "Request 99 done")
    expect(line(opened, "Request 99 done")).to_be_visible()
    assert lines(opened) == ["request 17 done", "Request 99 done"]


def test_a_bad_expression_is_told_in_a_sentence(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "something")
    opened.click("#log-regex")
    opened.fill("#log-filter", "(unfinished")
    expect(opened.locator("#log-filter-problem")).to_contain_text("not a regular expression")
    expect(line(opened, "something")).to_be_visible()
    opened.fill("#log-filter", "some")
    expect(opened.locator("#log-filter-problem")).to_be_hidden()


def test_an_expression_without_end_does_not_stop_the_page(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "a" * 60 + "!")
    opened.click("#log-regex")
    opened.fill("#log-filter", "^(.*a)*(a+)+$")
    # The page goes on while the worker labours.
    monitor.order("figures", {"people": 77})
    expect(opened.locator("[data-figure=people]")).to_have_text("77")
    expect(opened.locator("#log-filter-problem")).to_contain_text("takes too long")
    expect(line(opened, "aaaa")).to_be_visible()


def test_nothing_in_a_line_is_interpreted(monitor: Monitor, opened: Page) -> None:
    text = "<img src=x onerror=alert(1)> <b>bold</b> &amp; \x1b[31mred \u202ereversed\nsecond line"
    monitor.order("log", "info", text)
    shown = r"<img src=x onerror=alert(1)> <b>bold</b> &amp; \x1b[31mred \u202ereversed\nsecond line"
    expect(line(opened, "onerror")).to_be_visible()
    assert shown in lines(opened)
    assert opened.locator("#log-lines img, #log-lines b").count() == 0


def test_a_traceback_opens_and_its_count_shows(monitor: Monitor, opened: Page) -> None:
    monitor.order("crash", "the <disk> is full")
    expect(opened.locator("#health")).to_have_attribute("data-state", "bad")
    expect(opened.locator("#errors")).to_have_text("1 error")
    opened.click("#errors")
    expect(opened.locator("#log-level")).to_have_value("error")
    opened.get_by_text("Traceback, ").click()
    expect(opened.locator(".trace pre")).to_contain_text("ValueError: the <disk> is full")


def test_the_list_holds_still_and_goes_on(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "line %n", 200)
    expect(line(opened, "line 199")).to_be_in_viewport()
    opened.hover("#log-lines")
    opened.mouse.wheel(0, -1500)
    expect(opened.locator("#log-follow")).to_have_text("Paused")
    before = lines(opened)
    monitor.order("log", "info", "later %n", 50)
    expect(opened.locator("#log-newest")).to_have_text("↓ 50 new lines")
    assert lines(opened) == before
    opened.click("#log-newest")
    expect(line(opened, "later 49")).to_be_in_viewport()
    opened.keyboard.press("Alt+p")
    expect(opened.locator("#log-follow")).to_have_text("Paused")
    opened.focus("#log-lines")
    opened.keyboard.press("End")
    expect(opened.locator("#log-follow")).to_have_text("Following")


def test_any_way_of_looking_further_up_holds_still(monitor: Monitor, opened: Page) -> None:
    # As the browser's own search does it, or a scrollbar: no key, no wheel.
    monitor.order("log", "info", "line %n", 300)
    expect(line(opened, "line 299")).to_be_in_viewport()
    opened.evaluate("document.querySelector('#log-lines').scrollTop -= 2000")
    expect(opened.locator("#log-follow")).to_have_text("Paused")
    monitor.order("log", "info", "later %n", 5)
    expect(opened.locator("#log-newest")).to_have_text("↓ 5 new lines")
    opened.evaluate("document.querySelector('#log-lines').scrollTop = 1e6")
    expect(opened.locator("#log-follow")).to_have_text("Following")
    expect(line(opened, "later 4")).to_be_in_viewport()


def test_a_list_that_becomes_shorter_goes_on_following(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "line %n", 300)
    expect(line(opened, "line 299")).to_be_in_viewport()
    opened.fill("#log-filter", "line 2")
    expect(line(opened, "line 199")).to_have_count(0)
    opened.set_viewport_size({"width": 1280, "height": 700})
    opened.fill("#log-filter", "")
    expect(line(opened, "line 299")).to_be_in_viewport()
    expect(opened.locator("#log-follow")).to_have_text("Following")


def test_a_time_is_the_same_wherever_it_stands(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "line %n", 100)
    expect(line(opened, "line 99")).to_be_visible()
    times: list[list[str]] = opened.evaluate(
        "() => [...document.querySelectorAll('#log-lines time')].map((t) => [t.textContent, t.title])"
    )
    assert [shown[-3:] for shown, _ in times] == [title[-4:-1] for _, title in times]


def test_clear_and_save(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "gone")
    expect(line(opened, "gone")).to_be_visible()
    opened.click("#log-clear")
    assert lines(opened) == []
    monitor.order("log", "info", "kept <one>\nforged")
    monitor.order("log", "debug", "not shown")
    monitor.order("crash", "kept two")
    expect(line(opened, "something broke")).to_be_visible()
    with opened.expect_download() as download:
        opened.click("#log-save")
    assert re.fullmatch(r"chat-log-[\d-]+T[\d-]+\.txt", download.value.suggested_filename)
    saved = download.value.path().read_text().splitlines()
    assert re.fullmatch(r"\S+Z INFO     chat\.network\.listener: kept <one>\\nforged", saved[0]), saved
    assert re.fullmatch(r"\S+Z CRITICAL chat\.network\.listener: something broke", saved[1])
    assert all(rest.startswith("    | ") for rest in saved[2:])
    assert TOKEN not in "\n".join(saved)


def test_ten_thousand_lines_leave_the_page_usable(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "burst %n", 10_000)
    expect(line(opened, "burst 9999")).to_be_in_viewport()
    assert opened.locator("#log-lines .line").count() <= 5000
    texts = lines(opened)
    newest = [t for t in texts if t.startswith("burst")]
    assert newest[-1] == "burst 9999"
    numbers = [int(t.split()[1]) for t in newest]
    assert numbers == list(range(numbers[0], 10_000))
    skipped = [t for t in texts if "skipped" in t]
    assert len(skipped) == 1
    opened.fill("#log-filter", "burst 9998")
    expect(opened.locator("#log-count")).to_contain_text("1 of 4,5")
    opened.hover("#chart-people svg")
    expect(opened.locator("#chart-people .tip")).to_be_visible()


def test_the_page_keeps_five_thousand_lines(monitor: Monitor, opened: Page) -> None:
    for round_ in range(3):
        monitor.order("log", "info", f"round {round_} %n", 2500)
        expect(line(opened, f"round {round_} 2499")).to_be_in_viewport()
    assert opened.locator("#log-lines .line").count() == 5000
    assert [t for t in lines(opened) if "skipped" in t or "missed" in t] == []
    assert lines(opened)[0] == "round 1 0"


# Drops and restarts


def test_a_drop_is_mended_without_gap_or_repeat(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "before")
    expect(line(opened, "before")).to_be_visible()
    monitor.order("drop")
    expect(opened.locator("#banner")).to_contain_text("Disconnected.")
    monitor.order("log", "info", "meanwhile %n", 3)
    expect(opened.locator("#banner")).to_be_hidden()
    expect(line(opened, "meanwhile 2")).to_be_visible()
    spoken = [t for t in lines(opened) if t.startswith(("before", "meanwhile"))]
    assert spoken == ["before", "meanwhile 0", "meanwhile 1", "meanwhile 2"]
    assert "Connected again; nothing missed" in lines(opened)


def test_what_was_missed_is_told(monitor: Monitor, opened: Page) -> None:
    opened.context.set_offline(True)
    monitor.order("drop")
    expect(opened.locator("#banner")).to_contain_text("Disconnected.")
    monitor.order("log", "info", "missed %n", 6000)
    opened.context.set_offline(False)
    expect(opened.locator("#banner")).to_be_hidden()
    expect(line(opened, "missed 5999")).to_be_visible()
    (note,) = [t for t in lines(opened) if t.startswith("Connected again")]
    assert re.fullmatch(r"Connected again; 1,5\d\d events missed", note)


def test_a_restart_is_mended_and_told(monitor: Monitor, opened: Page) -> None:
    monitor.order("log", "info", "old life")
    expect(line(opened, "old life")).to_be_visible()
    monitor.end()
    expect(opened.locator("#banner")).to_contain_text("Trying again in")
    expect(opened.locator("#health-text")).to_have_text("Disconnected")
    monitor.start()
    monitor.order("log", "info", "new life")
    opened.click("#banner-retry")
    expect(line(opened, "new life")).to_be_visible()
    texts = lines(opened)
    assert texts.index("old life") < texts.index("The server was started anew") < texts.index("new life")
    expect(opened.locator("#banner")).to_be_hidden()
    expect(opened.locator("#health-text")).not_to_have_text("Disconnected")


def test_a_changed_token_leads_to_the_sign_in(monitor: Monitor, opened: Page) -> None:
    monitor.end()
    expect(opened.locator("#banner")).to_contain_text("Disconnected.")
    monitor.start(token="another-token-altogether")
    expect(opened.locator("#banner-title")).to_have_text("Signed out.")
    opened.click("#banner-retry")
    expect(opened.get_by_label("Token")).to_be_visible()


def test_a_server_without_figures_is_seen_at_once(monitor: Monitor, opened: Page) -> None:
    monitor.order("fail", True)
    expect(opened.locator("#health-text")).to_have_text("No figures")
    monitor.order("fail", False)
    expect(opened.locator("#health-text")).not_to_have_text("No figures")


def test_a_stalled_loop_is_seen(monitor: Monitor, opened: Page) -> None:
    monitor.order("stall", 1.6)
    expect(opened.locator("#health-text")).to_contain_text("Event loop stuck for")


# Figures and charts


def test_figures(monitor: Monitor, opened: Page) -> None:
    monitor.order(
        "figures",
        {
            "people": 12,
            "peak": 34,
            "rooms": 5,
            "messages": 60,
            "private_messages": 7,
            "connections": {"irc": 9, "plain": 4},
            "refused": 3,
            "muted": 2,
            "bytes_in": 5000,
            "bytes_out": 10_000_000,
        },
    )

    def shows(name: str, text: str) -> None:
        expect(opened.locator(f"[data-figure={name}]")).to_contain_text(text)

    shows("people", "12")
    shows("people-sub", "peak 34 · 5 rooms")
    shows("messages", "60")
    shows("private-sub", "7 since start")
    shows("connections", "13")
    shows("connections-sub", "irc 9 · plain 4")
    shows("refused", "3")
    shows("refused-sub", "2 muted")
    shows("traffic", "10 MB")
    shows("traffic-sub", "5 KB")
    shows("lag", "s")
    shows("memory", "MB")
    # Before it may stand a mark: a busy machine makes the event loop late.
    assert opened.title().endswith("12 people – Chat monitor")


def test_a_new_page_shows_the_past_and_reads_it_out(
    start_monitor: Callable[..., Monitor], page: Page
) -> None:
    page.goto(start_monitor("--busy").url)
    expect(page.locator("#chart-people .line")).to_have_attribute("d", re.compile(r"^M\d"))
    drawn = page.locator("#chart-people .line").get_attribute("d")
    assert drawn is not None
    assert drawn.count("L") == 899
    page.locator("#chart-people svg").hover(position={"x": 300, "y": 50})
    expect(page.locator("#chart-people .tip")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d  \d+ people$"))
    page.focus("#chart-messages svg")
    page.keyboard.press("Home")
    first = page.locator("#chart-messages .tip").inner_text()
    page.keyboard.press("Shift+ArrowRight")
    assert page.locator("#chart-messages .tip").inner_text() != first


# People and actions


def names(page: Page) -> list[str]:
    return page.locator("#people-rows td.name b").all_inner_texts()


def test_people_are_sorted_and_found(monitor: Monitor, opened: Page) -> None:
    monitor.order("people", 700)
    expect(opened.locator("#people-more")).to_contain_text("and 200 more")
    assert len(names(opened)) == 500
    opened.get_by_role("button", name="Name").click()
    expect(opened.locator("th[data-key=name]")).to_have_attribute("aria-sort", "descending")
    assert names(opened) == sorted(
        names(opened), key=lambda n: (n.rstrip("0123456789"), len(n), n), reverse=True
    )
    opened.fill("#people-find", "GUEST69")
    expect(opened.locator("#people-count")).to_have_text("11 found")
    assert names(opened)[-1] == "guest69"
    opened.fill("#people-find", "nobody at all")
    expect(opened.locator("#people-more")).to_contain_text("Nobody matches")
    opened.fill("#people-find", "")
    expect(opened.locator("#people-count")).to_have_text("700")


def test_actions_ask_first_and_tell_the_outcome(monitor: Monitor, opened: Page) -> None:
    expect(opened.locator("#people-rows tr")).to_have_count(3)
    opened.locator("#people-rows tr", has_text="bob").hover()
    opened.get_by_role("button", name="Kick bob").click()
    expect(opened.get_by_role("dialog")).to_contain_text("Kick bob?")
    opened.keyboard.press("Escape")
    expect(opened.get_by_role("dialog")).to_be_hidden()
    expect(opened.locator("#people-rows tr", has_text="bob")).to_be_visible()

    opened.locator("#people-rows tr", has_text="bob").hover()
    opened.get_by_role("button", name="Kick bob").click()
    opened.get_by_label("Reason (optional)").fill("too loud")
    opened.keyboard.press("Enter")
    expect(opened.locator("#toast")).to_have_text("bob was disconnected.")
    expect(opened.locator("#people-rows tr", has_text="bob")).to_have_count(0)
    expect(line(opened, "disconnected bob (too loud)")).to_be_visible()

    opened.locator("#people-rows tr", has_text="carol").hover()
    opened.get_by_role("button", name="Kick carol").click()
    opened.get_by_role("button", name="Kick", exact=True).click()
    expect(opened.get_by_role("dialog")).to_contain_text("carol is an operator and cannot be kicked.")
    opened.get_by_role("button", name="Cancel").click()

    opened.locator("#people-rows tr", has_text="alice").hover()
    opened.get_by_role("button", name="Mute alice").click()
    opened.get_by_label("For how long").select_option("15")
    opened.get_by_role("button", name="Mute", exact=True).click()
    expect(opened.locator("#toast")).to_have_text("alice is muted for 15 minutes.")
    expect(opened.locator("#people-rows tr", has_text="alice")).to_contain_text("muted")

    opened.get_by_role("button", name="Announce…").click()
    opened.get_by_label("Announcement").fill("down at ten")
    opened.get_by_role("button", name="Announce", exact=True).click()
    expect(line(opened, "announced: down at ten")).to_be_visible()


@pytest.mark.parametrize(
    ("choice", "told"),
    [(None, "86400 seconds"), ("7 days", "604800 seconds"), ("for good", "good")],
)
def test_a_ban_lasts_a_day_unless_something_else_is_chosen(
    monitor: Monitor, opened: Page, choice: str | None, told: str
) -> None:
    # What was chosen for a mute is no choice for a ban.
    opened.locator("#people-rows tr", has_text="alice").hover()
    opened.get_by_role("button", name="Mute alice").click()
    opened.get_by_label("For how long").select_option("5 minutes")
    opened.keyboard.press("Escape")
    opened.locator("#people-rows tr", has_text="alice").hover()
    opened.get_by_role("button", name="Ban alice").click()
    expect(opened.get_by_role("dialog")).to_contain_text("Ban alice?")
    if choice is not None:
        opened.get_by_label("For how long").select_option(choice)
    opened.get_by_label("Reason (optional)").fill("too loud")
    opened.get_by_role("button", name="Ban", exact=True).click()
    expect(opened.locator("#toast")).to_have_text(f"alice is banned for {told}.")
    expect(line(opened, "banned alice (too loud)")).to_be_visible()


class SlowLine:
    """What the page sends is held back until it is let go."""

    def __init__(self, page: Page) -> None:
        self.holding = False
        self.held: list[Callable[[], None]] = []
        page.route_web_socket("**/ws", self._route)

    def _route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def sent(message: str | bytes) -> None:
            if self.holding:
                self.held.append(lambda: server.send(message))
            else:
                server.send(message)

        socket.on_message(sent)

    def let_go(self) -> None:
        """Send what was held back."""
        self.holding = False
        for send in self.held:
            send()
        self.held.clear()


def test_enter_twice_on_a_slow_line_announces_once(monitor: Monitor, page: Page) -> None:
    slow = SlowLine(page)
    watched(page, monitor)
    slow.holding = True
    page.get_by_role("button", name="Announce…").click()
    page.get_by_label("Announcement").fill("down at noon")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    slow.let_go()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(line(page, "announcement: down at noon")).to_have_count(1)


def test_a_late_answer_leaves_another_dialog_alone(monitor: Monitor, page: Page) -> None:
    slow = SlowLine(page)
    watched(page, monitor)
    slow.holding = True
    page.get_by_role("button", name="Announce…").click()
    page.get_by_label("Announcement").fill("first")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Kick bob").click(force=True)
    page.get_by_label("Reason (optional)").fill("a long reason")
    slow.let_go()
    expect(page.locator("#toast")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text("Kick bob?")
    expect(page.get_by_label("Reason (optional)")).to_have_value("a long reason")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text("bob was disconnected.")


def test_a_dialog_whose_answer_is_lost_says_so(monitor: Monitor, page: Page) -> None:
    slow = SlowLine(page)
    watched(page, monitor)
    slow.holding = True
    page.get_by_role("button", name="Announce…").click()
    page.get_by_label("Announcement").fill("down at noon")
    page.keyboard.press("Enter")
    monitor.order("drop")
    expect(page.get_by_role("dialog")).to_contain_text("before the server answered")
    slow.held.clear()
    slow.holding = False
    expect(page.locator("#banner")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_hidden()


# Looks


def test_no_width_needs_scrolling_sideways(start_monitor: Callable[..., Monitor], page: Page) -> None:
    page.goto(start_monitor("--busy").url)
    expect(page.locator("#people-rows tr").first).to_be_visible()
    for width in (1920, 1440, 1280, 1024, 800, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert cut_off(page) == [], width


def cut_off(page: Page) -> list[str]:
    """Elements whose text has no room."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".figure dd:not(.sub), .bar *, .panel > header *")]
                   .filter((e) => !e.classList.contains("visually-hidden") && e.offsetParent)
                   .filter((e) => e.clientWidth > 0 && e.scrollWidth > e.clientWidth + 1)
                   .map((e) => e.outerHTML)"""
    )
    return found


def test_light_and_dark(start_monitor: Callable[..., Monitor], page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    monitor = start_monitor("--busy")
    page.emulate_media(color_scheme="light")
    page.goto(monitor.url)
    expect(page.locator("#people-rows tr").first).to_be_visible()

    def background() -> str:
        colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return colour

    light = background()
    page.wait_for_timeout(3000)
    picture(page, "monitor-light", tmp_path)
    page.emulate_media(color_scheme="dark")
    dark = background()
    assert dark != light
    picture(page, "monitor-dark", tmp_path)
    page.get_by_role("radio", name="Light").click()
    assert background() == light
    page.reload()
    assert background() == light
    page.keyboard.press("Tab")
    page.get_by_role("radio", name="Light").press("ArrowRight")
    assert background() == dark
    expect(page.get_by_role("radio", name="Dark")).to_have_attribute("aria-checked", "true")
