"""The people's page in a real browser, with the real server behind it, and people on nc in the same rooms."""

# ruff: noqa: E501  scripts for the browser stand as they would in a file of their own

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from .conftest import Connect, StartServer
from .harness import CHECKOUT, PATIENCE, Conversation, Server, enter, free_port, listens, wait_until

pytestmark = pytest.mark.e2e

PHONE = ViewportSize(width=390, height=844)
DESK = ViewportSize(width=1440, height=900)

expect.set_options(timeout=PATIENCE * 1000)

Scheme = Literal["light", "dark"]


class Chat:
    """A server with the page on its port; below a path, with a proxy in front of it."""

    def __init__(self, server: Server, path: str = "") -> None:
        self.server = server
        self.front: Conversation | None = None
        port = server.port
        if path:
            port = free_port()
            self.front = Conversation(
                [sys.executable, "-m", "tests.e2e.page_server", str(port), str(server.port), path],
                cwd=CHECKOUT,
            )
            wait_until(lambda: listens(port), "the page to be served")
        self.url = f"http://127.0.0.1:{port}{path}/"

    def end(self) -> None:
        if self.front is not None:
            self.front.end()


@pytest.fixture
def start_chat(start_server: StartServer, ends: object) -> Iterator[Callable[..., Chat]]:
    chats: list[Chat] = []

    def start(*options: str, path: str = "") -> Chat:
        server = start_server("--message-rate", "0", *options)
        chats.append(Chat(server, path))
        return chats[-1]

    yield start
    for chat in chats:
        chat.end()


@pytest.fixture
def chat(start_chat: Callable[..., Chat]) -> Chat:
    return start_chat()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(viewport=DESK) as context:
        yield context


@pytest.fixture
def phone(chromium: Browser) -> Iterator[BrowserContext]:
    with chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True) as context:
        yield context


def come_in(context: BrowserContext, chat: Chat, name: str, address: str = "") -> Page:
    """A page on which somebody has come in; nothing may be complained about in its console."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page raised {error}"))
    page.goto(chat.url + address)
    page.get_by_label("Your name").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="People: ")).to_be_visible()
    return page


def say(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")


def row(page: Page, text: str) -> Locator:
    return page.locator("#log .row", has_text=text)


def picture(page: Page, name: str, tmp_path: Path) -> None:
    """Kept where CHAT_SCREENSHOTS says, for a person to look at."""
    folder = Path(os.environ.get("CHAT_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png")


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]


def test_a_name_is_all_it_takes(chat: Chat, phone: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "ben")
    page = come_in(phone, chat, "zoe")
    expect(page.get_by_role("heading", name="#lobby")).to_be_visible()
    say(page, "hello from a phone")
    ben.read_until("<zoe> hello from a phone")
    ben.send("hello zoe")
    expect(row(page, "hello zoe")).to_have_class(re.compile("mention"))
    expect(page.locator(".pending")).to_have_count(0)


def test_nothing_from_elsewhere_is_asked_and_nothing_complained_about(
    chat: Chat, context: BrowserContext
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    page = come_in(context, chat, "zoe")
    page.get_by_label("Settings").click()
    page.wait_for_timeout(500)
    assert {re.sub(r"^\w+(://[^/]+).*", r"\1", url) for url in asked} == {f"://127.0.0.1:{chat.server.port}"}
    assert complaints == []
    assert page.evaluate("document.cookie") == ""


def test_it_loads_fast_and_is_small(chat: Chat, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(chat.url)
    size = page.evaluate(
        "[...performance.getEntriesByType('resource'), performance.getEntriesByType('navigation')[0]]"
        ".reduce((sum, entry) => sum + entry.transferSize, 0)"
    )
    assert 20_000 < size < 100_000


def test_a_taken_name_and_no_name_are_told(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    enter(nc(chat.server.port), "ben")
    page = context.new_page()
    page.goto(chat.url)
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_role("alert")).to_have_text("Type a name first.")
    for name in ("ben", "no spaces!"):
        page.get_by_label("Your name").fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text(re.compile(r"name", re.IGNORECASE))
        expect(page.get_by_role("button", name="Go")).to_be_enabled()


def test_an_address_leads_into_a_room_and_a_reload_comes_back(chat: Chat, context: BrowserContext) -> None:
    page = come_in(context, chat, "zoe", "#garden")
    expect(page.get_by_role("heading", name="#garden")).to_be_visible()
    say(page, "roses")
    expect(page.locator("#log .pending")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="#garden")).to_be_visible()
    expect(row(page, "roses")).to_be_visible()
    expect(page.locator("#identity")).to_have_text("You are zoe")


def test_below_a_path_of_a_proxy(
    start_chat: Callable[..., Chat], context: BrowserContext, nc: Connect
) -> None:
    chat = start_chat(path="/talk")
    ben = enter(nc(chat.server.port), "ben")
    say(come_in(context, chat, "zoe"), "from below")
    ben.read_until("<zoe> from below")


def test_several_lines_replies_and_reactions(chat: Chat, context: BrowserContext, chromium: Browser) -> None:
    zoe = come_in(context, chat, "zoe")
    with chromium.new_context(viewport=DESK) as other:
        amy = come_in(other, chat, "amy")
        zoe.locator("#text").click()
        zoe.keyboard.type("first line")
        zoe.keyboard.press("Shift+Enter")
        zoe.keyboard.type("second line")
        zoe.keyboard.press("Enter")
        expect(row(amy, "first line")).to_contain_text("first line\nsecond line")
        row(amy, "second line").hover()
        amy.get_by_role("button", name="Reply").click()
        amy.keyboard.type("an answer")
        amy.keyboard.press("Enter")
        expect(row(zoe, "an answer").locator(".quote")).to_contain_text("zoe")
        row(zoe, "an answer").hover()
        zoe.get_by_role("button", name="React").click()
        zoe.get_by_role("button", name="tada").click()
        expect(row(amy, "an answer").locator(".reaction")).to_have_text("🎉1")
        row(amy, "an answer").locator(".reaction").click()
        expect(row(zoe, "an answer").locator(".reaction")).to_have_text("🎉2")
        for _ in range(10):
            # On a busy machine the first words may be over before they are shown.
            amy.locator("#text").press_sequentially("typing ", delay=200)
            if zoe.locator("#typing").inner_text():
                break
        expect(zoe.locator("#typing")).to_have_text("amy is typing…")
        zoe.reload()
        expect(row(zoe, "an answer").locator(".reaction")).to_have_text("🎉2")


def test_ones_own_message_is_taken_back(chat: Chat, context: BrowserContext) -> None:
    page = come_in(context, chat, "zoe")
    say(page, "too much said")
    expect(page.locator("#log .pending")).to_have_count(0)
    row(page, "too much said").hover()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Take it back").click()
    page.get_by_role("button", name="Take back").click()
    expect(row(page, "This message was taken back.")).to_be_visible()
    expect(row(page, "too much said")).to_have_count(0)


def test_commands_are_completed_and_explained(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "benjamin")
    page = come_in(context, chat, "zoe")
    page.locator("#text").press_sequentially("/to")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.type("tea at five")
    page.keyboard.press("Enter")
    expect(page.locator("#topic")).to_have_text("tea at five")
    page.keyboard.type("benj")
    page.keyboard.press("Tab")
    expect(page.locator("#text")).to_have_value("benjamin: ")
    page.keyboard.type(":tad")
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_have_value("benjamin: 🎉 ")
    page.keyboard.press("Enter")
    ben.read_until("<zoe> benjamin: 🎉")
    say(page, "/me waves")
    ben.read_until("* zoe waves")
    say(page, "/nonsense")
    expect(page.locator("#told")).to_contain_text("There is no command /nonsense")
    say(page, "/help")
    expect(page.get_by_role("dialog")).to_contain_text("/topic [TEXT]")


def test_private_chats_and_counts(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "ben")
    page = come_in(context, chat, "zoe")
    ben.send("/pm zoe psst", "/pm zoe are you there?")
    item = page.get_by_role("button", name="ben 2 mentions")
    expect(item).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(2\) "))
    expect(page.locator("#icon")).to_have_attribute("href", re.compile("favicon-mention"))
    item.click()
    expect(row(page, "are you there?")).to_be_visible()
    expect(page).not_to_have_title(re.compile(r"^\("))
    say(page, "yes")
    ben.read_until(re.compile("zoe.*yes"))


def test_moderation_for_those_who_may(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    page = come_in(context, chat, "zoe", "#mine")
    ben = enter(nc(chat.server.port), "ben")
    ben.send("/join #mine", "hello")
    page.locator("#people").get_by_role("button", name="ben").click()
    page.get_by_role("menuitem", name="Mute here", exact=True).click()
    expect(row(page, "set the mode +b m:ben!*@*")).to_be_visible()
    ben.send("can you hear me?")
    ben.read_until("may not speak")
    page.locator("#people").get_by_role("button", name="ben").click()
    page.get_by_role("menuitem", name="Put out…").click()
    page.get_by_label("Reason (optional)").fill("bye")
    page.get_by_role("button", name="Put out").click()
    ben.read_until("bye")
    expect(page.locator("#people-title")).to_have_text("1 person here")


def test_an_account_keeps_its_rooms_and_no_password(chat: Chat, context: BrowserContext) -> None:
    page = come_in(context, chat, "zoe")
    say(page, "/register")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Make it").click()
    expect(page.locator("#identity")).to_have_text("You are zoe, logged in")
    say(page, "/quit")
    page.get_by_role("button", name="Come in again").click()
    page.get_by_role("button", name="I have an account").click()
    page.get_by_label("Password of your account").fill("wrong horse")
    page.get_by_label("Password of your account").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("account and password")
    page.get_by_label("Password of your account").fill("correct horse battery")
    page.get_by_label("Password of your account").press("Enter")
    expect(page.locator("#identity")).to_have_text("You are zoe, logged in")
    kept = page.evaluate(
        "JSON.stringify([{...localStorage}, {...sessionStorage}]) + document.documentElement.outerHTML"
    )
    assert "correct horse" not in kept
    assert page.get_by_label("Password of your account").input_value() == ""


def test_a_server_that_is_killed_costs_nothing(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    page = come_in(context, chat, "zoe")
    say(page, "before")
    expect(page.locator("#log .pending")).to_have_count(0)
    chat.server.end()
    expect(page.locator("#banner")).to_contain_text("Trying again in")
    say(page, "typed meanwhile")
    expect(row(page, "typed meanwhile")).to_have_class(re.compile("pending"))
    chat.server.start()
    ben = enter(nc(chat.server.port), "ben")
    page.get_by_role("button", name="Try now").click(timeout=30_000)
    ben.read_until("<zoe> typed meanwhile", timeout=60)
    expect(page.locator("#banner")).to_be_hidden()
    expect(page.locator("#log .pending")).to_have_count(0)
    expect(row(page, "typed meanwhile")).to_have_count(1)
    expect(row(page, "before")).to_have_count(1)
    assert ben.unread.count("typed meanwhile") == 0


def test_the_past_comes_as_one_reads_up_and_the_place_is_kept(
    chat: Chat, context: BrowserContext, nc: Connect
) -> None:
    ben = enter(nc(chat.server.port), "ben")
    ben.send(*(f"line {n}" for n in range(1000)))
    ben.send("/time")
    ben.read_until("It is")
    page = come_in(context, chat, "zoe")
    expect(row(page, "line 999")).to_be_in_viewport()
    log = page.locator("#log")
    for _ in range(100):
        log.hover()
        page.mouse.wheel(0, -4000)
        page.wait_for_timeout(100)
        if page.get_by_text("This is where #lobby begins.").is_visible():
            break
    expect(page.get_by_text("This is where #lobby begins.")).to_be_visible()
    assert page.locator("#log > *").count() < 720
    expect(page.locator("#latest")).to_be_visible()
    at = row(page, "line 20").first.bounding_box()
    ben.send("something new")
    page.wait_for_timeout(300)
    assert row(page, "line 20").first.bounding_box() == at
    expect(page.locator("#latest")).to_contain_text("1 new message")
    page.locator("#latest").click()
    expect(row(page, "something new")).to_be_in_viewport()
    expect(page.locator("#latest")).to_be_hidden()


def test_search_leads_to_the_place(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "ben")
    ben.send("the needle is here", *(f"hay {n}" for n in range(300)), "/time")
    ben.read_until("It is")
    page = come_in(context, chat, "zoe")
    say(page, "/search needle")
    page.get_by_role("dialog").get_by_role("button", name="the needle is here").click()
    expect(row(page, "the needle is here")).to_be_in_viewport()
    page.locator("#latest").click()
    expect(row(page, "hay 299")).to_be_in_viewport()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_is_open_to_everybody(
    chat: Chat, chromium: Browser, nc: Connect, tmp_path: Path, scheme: Scheme
) -> None:
    ben = enter(nc(chat.server.port), "ben")
    ben.send(
        "hello zoe, see https://example.org", "\x0304red\x03 \x0301,08yellow\x03 \x0307orange", "/pm zoe psst"
    )
    for viewport in (DESK, PHONE):
        small = viewport is PHONE
        with chromium.new_context(
            viewport=viewport, color_scheme=scheme, has_touch=small, reduced_motion="reduce"
        ) as context:
            page = context.new_page()
            page.goto(chat.url)
            assert violations(page) == []
            page.close()
            page = come_in(context, chat, "zoe" if not small else "amy")
            ben.send("zoe and amy: look")
            expect(row(page, "look").first).to_be_visible()
            say(page, "an own line")
            row(page, "an own line").last.hover()
            assert violations(page) == []
            picture(page, f"page-{scheme}-{'phone' if small else 'desk'}", tmp_path)
            if small:
                page.get_by_role("button", name=re.compile("^Rooms")).click()
                assert violations(page) == []
                page.keyboard.press("Escape")
            page.locator("#text").fill("/")
            page.locator("#text").press("ArrowDown")
            page.locator("#text").press_sequentially("j")
            assert violations(page) == []
            page.locator("#text").fill("")
            page.locator("#place-menu").click()
            for line in ("", "/rooms", "/help", "/whois ben", "/search hello", "/login"):
                if line:
                    say(page, line)
                expect(page.locator("dialog[open]")).to_be_visible()
                assert violations(page) == []
                page.keyboard.press("Escape")
                page.keyboard.press("Escape")
                expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_hostile_neighbour_changes_nothing(chat: Chat, phone: BrowserContext) -> None:
    page = come_in(phone, chat, "zoe")
    evil = [
        "<img src=x onerror=alert(1)><script>alert(1)</script>",
        "javascript:alert(1) data:text/html,<script>alert(1)</script> vbscript:x",
        "W" * 4000,
        "\u202eevil\u2066 \x1b[2J\x1b]0;title\x07 \x00",
        "Z" + "\u0301" * 300,
        "https://example.org/" + "a" * 3000,
        "\x03" * 500 + "".join(f"\x03{n % 16:02},{n % 7:02}x" for n in range(300)),
    ]
    page.on("dialog", lambda _: pytest.fail("a script of a stranger ran"))
    page.evaluate(
        """async ([lines, version]) => {
             const { Client } = await import(`./v/${version}/client.js`);
             const client = new Client({ url: location.origin.replace("http", "ws") + "/irc" });
             client.connect({ name: "<b>mallory", rooms: ["#lobby"] });
             const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
             await wait(1500);
             if (!client.session.online) { client.connect({ name: "mallory", rooms: ["#lobby"] }); await wait(1500); }
             const lobby = client.rooms.get("#lobby");
             client.command("TOPIC", ["#lobby", "<img src=x onerror=alert(1)>\\u202e\\x1b[31m" + "T".repeat(300)]);
             client.command("JOIN", ["#<svg/onload=alert(1)>"]);
             for (const line of lines) client.say(lobby, line);
             await wait(500);
             const [message] = lobby.messages.filter((one) => one.kind === "said");
             client.react(lobby, message, "<b>x</b>");
             await wait(500);
             client.command("AWAY", ["<script>"]);
             client.say(client.talkTo("zoe"), "<i>psst</i>");
             await wait(500);
           }""",
        [
            [line.replace("\x00", "") for line in evil],
            page.locator("meta[name=version]").get_attribute("content"),
        ],
    )
    expect(row(page, "onerror=alert(1)").first).to_be_visible()
    page.get_by_role("button", name=re.compile("^Rooms")).click()
    assert (
        page.evaluate("document.querySelectorAll('#app script, #app img, #app i, #app iframe').length") == 0
    )
    hrefs = page.evaluate("[...document.querySelectorAll('#log a')].map((a) => a.protocol)")
    assert set(hrefs) <= {"http:", "https:"}
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("document.getElementById('log').scrollWidth") <= PHONE["width"]
    assert not re.search("[\x1b\u202e\u2066]", page.evaluate("document.body.innerText + document.title"))
    tallest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('#log .row')].filter((r) => r.textContent.includes('\\u0301')).map((r) => r.offsetHeight))"
    )
    assert tallest < 150


def test_it_speaks_to_those_who_do_not_see(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "ben")
    page = come_in(context, chat, "zoe")
    ben.send("one", "two")
    spoken = page.locator("#spoken p")
    expect(spoken).to_have_count(2)
    expect(spoken.first).to_have_text(re.compile(r"^ben, \d\d:\d\d: one$"))


def test_the_keyboard_alone_does_everything(chat: Chat, context: BrowserContext) -> None:
    page = come_in(context, chat, "zoe")
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(page.locator("#log .pending")).to_have_count(0)
    page.keyboard.press("Shift+Tab")
    page.locator("#log").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("r")
    expect(page.locator("#answering")).to_contain_text("Reply to zoe: first")
    page.keyboard.type("second")
    page.keyboard.press("Enter")
    expect(row(page, "second").locator(".quote")).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.type("#attic")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="#attic")).to_be_visible()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.get_by_role("heading", name="#lobby")).to_be_visible()


def test_an_upgrade_is_told_to_an_open_page(chat: Chat, context: BrowserContext) -> None:
    page = come_in(context, chat, "zoe")
    page.route("**/version", lambda route: route.fulfill(body="another"))
    chat.server.stop()
    chat.server.start()
    expect(page.locator("#banner")).to_contain_text("There is a newer version of this page.", timeout=60_000)
    expect(page.get_by_role("button", name="Reload")).to_be_visible()


def test_the_keyboard_of_a_phone_never_hides_the_entry(chat: Chat, phone: BrowserContext) -> None:
    page = come_in(phone, chat, "zoe")
    say(page, "the last line")
    # Chromium's keyboard makes the window smaller, as the page asks for in its viewport.
    page.set_viewport_size({"width": 390, "height": 420})
    expect(page.locator("#text")).to_be_in_viewport(ratio=1)
    expect(row(page, "the last line")).to_be_in_viewport()


def test_loudness_of_rooms_is_kept(chat: Chat, context: BrowserContext, nc: Connect) -> None:
    ben = enter(nc(chat.server.port), "ben")
    page = come_in(context, chat, "zoe")
    page.locator("#place-menu").click()
    page.get_by_role("menuitem", name="Tell me of nothing").click()
    say(page, "/join #attic")
    expect(page.get_by_role("heading", name="#attic")).to_be_visible()
    ben.send("zoe? are you there?", "/time")
    ben.read_until("It is")
    page.wait_for_timeout(300)
    expect(page).to_have_title("#attic – chat")
    assert json.loads(page.evaluate("localStorage.chat"))["perRoom"] == {"#lobby": "none"}
