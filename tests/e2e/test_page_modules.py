"""The page's modules that know no page, each in a real browser and without a server."""

# ruff: noqa: E501  scripts for the browser stand as they would in a file of their own

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from .harness import CHECKOUT

pytestmark = pytest.mark.e2e

FILES = CHECKOUT / "static" / "chat"
TYPES = {".js": "text/javascript", ".css": "text/css"}

DOUBLES = """
  // A clock that is wound by hand, and sockets whose other end is the test.
  class Outside {
    constructor() { this.time = 1_700_000_000_000; this.timers = []; this.sockets = []; this.luck = 1; }
    now() { return this.time; }
    later(ms, run) { const timer = { at: this.time + ms, run }; this.timers.push(timer); return timer; }
    cancel(timer) { this.timers = this.timers.filter((other) => other !== timer); }
    chance() { return this.luck; }
    open(url) {
      const socket = { url, readyState: 0, sent: [], closed: false, send(line) { this.sent.push(line); }, close() { this.closed = true; } };
      this.sockets.push(socket);
      return socket;
    }
    advance(ms) {
      const end = this.time + ms;
      for (;;) {
        const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        this.time = due.at;
        this.cancel(due);
        due.run();
      }
      this.time = end;
    }
    get socket() { return this.sockets.at(-1); }
    get sent() { const lines = this.socket.sent; this.socket.sent = []; return lines; }
    say(...lines) { for (const line of lines) this.socket.onmessage({ data: line }); }
    up() { this.socket.readyState = 1; this.socket.onopen(); }
    down() { this.socket.readyState = 3; this.socket.onclose(); }
    /** Everything up to the end of the welcome, from a server that has all that the page knows. */
    welcome(name = "zoe", caps = null) {
      this.up();
      const list = caps ?? "batch cap-notify draft/chathistory draft/event-playback draft/multiline=max-bytes=4096,max-lines=32 draft/read-marker draft/message-redaction echo-message extended-join labeled-response message-tags multi-prefix server-time sasl=PLAIN";
      this.say(`:s CAP * LS :${list}`);
      for (const line of this.sent.filter((one) => one.startsWith("CAP REQ"))) this.say(`:s CAP * ACK :${line.slice(9)}`);
      this.say(`:s 001 ${name} :Welcome`, `:s 005 ${name} CHANTYPES=# PREFIX=(ov)@+ CHANMODES=Ibe,k,l,imnst REPEAT=900 CHATHISTORY=1000 NETWORK=here :are supported`, `:s 422 ${name} :no motd`);
    }
    /** The answer to a line that was sent with a label. */
    answer(line, ...answers) {
      const label = /label=([^; ]+)/.exec(line)[1];
      if (answers.length === 1) this.say(answers[0].startsWith("@") ? `@label=${label};${answers[0].slice(1)}` : `@label=${label} ${answers[0]}`);
      else this.say(`@label=${label} :s BATCH +L labeled-response`, ...answers.map((one) => one.startsWith("@") ? `@batch=L;${one.slice(1)}` : `@batch=L ${one}`), ":s BATCH -L");
    }
    history(line, room, ...messages) {
      const label = /label=([^; ]+)/.exec(line)[1];
      this.say(`@label=${label} :s BATCH +H chathistory ${room}`, ...messages.map((one) => `@batch=H;${one.slice(1)}`), ":s BATCH -H");
    }
  }
  const at = (n) => new Date(1_700_000_000_000 + n * 1000).toISOString();
  const said = (n, name, text, room = "#lobby", more = "") => `@time=${at(n)};msgid=m${n}${more} :${name}!u@h PRIVMSG ${room} :${text}`;
"""


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Page]:
    """One page for all tests: each loads it anew."""

    def serve(route: Route) -> None:
        file = FILES / Path(route.request.url).name
        if file.suffix in TYPES:
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(body="<!doctype html><title>modules</title>", content_type="text/html")

    with chromium.new_context() as context:
        page = context.new_page()
        page.route("http://modules.test/**", serve)
        yield page


@pytest.fixture
def blank(tab: Page) -> Page:
    """A page on which the modules can be imported from `/`."""
    tab.goto("http://modules.test/")
    return tab


def js(page: Page, code: str) -> Any:
    """What a piece of a module returns."""
    return page.evaluate(f"async () => {{ {DOUBLES} {code} }}")


# irc.js

IRC = "const irc = await import('/irc.js');"


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("PING x", [{}, "", "PING", ["x"]]),
        (":a!b@c privmsg #r :two words", [{}, "a!b@c", "PRIVMSG", ["#r", "two words"]]),
        (r"@a=1\:\s\\\r\n;b;c= :s X", [{"a": "1; \\\r\n", "b": "", "c": ""}, "s", "X", []]),
        (r"@a=x\;b=\q X", [{"a": "x", "b": "q"}, "", "X", []]),
        ("X a :", [{}, "", "X", ["a", ""]]),
        ("X  a   b", [{}, "", "X", ["a", "b"]]),
        ("X a : :b", [{}, "", "X", ["a", " :b"]]),
        ("X\r\n", [{}, "", "X", []]),
        ("001 zoe :Welcome", [{}, "", "001", ["zoe", "Welcome"]]),
    ],
)
def test_a_line_is_read(blank: Page, line: str, parsed: list[Any]) -> None:
    read = blank.evaluate(
        "async (line) => { const m = (await import('/irc.js')).parse(line);"
        " return [Object.fromEntries(m.tags), m.source, m.command, m.params]; }",
        line,
    )
    assert read == parsed


@pytest.mark.parametrize("line", ["", " ", ":only", "@a=b", "@a=b :s", "\r\n"])
def test_a_line_without_a_command_is_none(blank: Page, line: str) -> None:
    assert blank.evaluate("async (line) => (await import('/irc.js')).parse(line)", line) is None


def test_what_is_written_is_read_again(blank: Page) -> None:
    assert (
        js(
            blank,
            IRC
            + r"""
        const cases = [["X", []], ["X", [""]], ["X", ["a", "b c"]], ["X", ["a", ":b"]], ["X", ["#r", " x"]]];
        for (const [command, params] of cases) {
          const again = irc.parse(irc.format(command, params, { label: "a; b\\c\r\n", "+x": "" }));
          if (JSON.stringify([again.command, again.params]) !== JSON.stringify([command, params])) return [command, params];
          if (again.tags.get("label") !== "a; b\\c\r\n" || again.tags.get("+x") !== "") return "tags";
        }
        return "good";""",
        )
        == "good"
    )


@pytest.mark.parametrize("params", [["a\nQUIT"], ["a\rb"], ["a\0"], ["a b", "c"], ["", "c"], [":a", "c"]])
def test_no_parameter_makes_another_line(blank: Page, params: list[str]) -> None:
    assert (
        blank.evaluate(
            "async (params) => { const { format } = await import('/irc.js');"
            " try { return format('PRIVMSG', params); } catch (error) { return null; } }",
            params,
        )
        is None
    )


def test_batches_come_whole_and_nested(blank: Page) -> None:
    assert js(
        blank,
        IRC
        + """
        const batches = new irc.Batches();
        const lines = [
          "@label=1 :s BATCH +o chathistory #r", "@batch=o :a PRIVMSG #r :one",
          "@batch=o;msgid=7 :a BATCH +i draft/multiline #r", "@batch=i :a PRIVMSG #r :two", "@batch=i;draft/multiline-concat :a PRIVMSG #r : too",
          "@batch=i :a PRIVMSG #r :three", ":s BATCH -i", "PING x", ":s BATCH -o", ":s BATCH -never", "@batch=never :a PRIVMSG #r :lost",
        ].map((line) => batches.take(irc.parse(line))).filter(Boolean);
        return lines.map((item) => [item.command, irc.messagesOf(item).map((m) => [m.params.at(-1), m.tags.get("msgid") ?? ""])]);""",
    ) == [
        ["PING", [["x", ""]]],
        ["BATCH", [["one", ""], ["two too\nthree", "7"]]],
        ["PRIVMSG", [["lost", ""]]],
    ]


def test_open_batches_and_their_lines_are_bounded(blank: Page) -> None:
    assert js(
        blank,
        IRC
        + """
        const batches = new irc.Batches();
        for (let i = 0; i < 1000; i += 1) batches.take(irc.parse(`BATCH +${i} x`));
        for (let i = 0; i < 20000; i += 1) batches.take(irc.parse("@batch=1 X"));
        return batches.open.size <= 64 && batches.take(irc.parse("BATCH -1")).items.length <= 5000;""",
    )


def test_long_text_is_parted_at_spaces_and_breaks_no_character(blank: Page) -> None:
    parts = js(blank, IRC + "return irc.split('the quick brown fox 👩‍👩‍👧‍👦 jumps'.repeat(3), 30);")
    assert "".join(parts) == "the quick brown fox 👩‍👩‍👧‍👦 jumps" * 3
    assert all(len(part.encode()) <= 30 for part in parts)
    assert all(part.endswith(" ") or part == parts[-1] for part in parts[:1])
    whole = js(blank, IRC + "return irc.split('👩‍👩‍👧‍👦'.repeat(2), 30);")
    assert whole == ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]
    assert js(blank, IRC + "return irc.split('', 30);") == [""]
    marks = "a" + "\u0301" * 100
    assert "".join(js(blank, IRC + f"return irc.split({marks!r}, 30);")) == marks


def test_modes_get_their_arguments(blank: Page) -> None:
    assert js(
        blank,
        IRC
        + "return irc.modeChanges(['+ov-l+ib', 'ann', 'ben', '*!*@x'], ['Ibe', 'k', 'l', 'imn'], new Map([['o', '@'], ['v', '+']]));",
    ) == [[True, "o", "ann"], [True, "v", "ben"], [False, "l", ""], [True, "i", ""], [True, "b", "*!*@x"]]


# session.js

SESSION = """
  const { Session, plainCredentials } = await import('/session.js');
  const outside = new Outside();
  const states = [], heard = [], online = [];
  const session = new Session({ url: "ws://x/irc", outside, onState: (s) => states.push(s), onMessage: (m) => heard.push(m), onOnline: (first) => online.push(first) });
"""


def test_it_comes_in_with_what_the_server_has(blank: Page) -> None:
    got = js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" });
        outside.up();
        const first = outside.sent;
        outside.say(":s CAP * LS * :batch labeled-response", ":s CAP * LS :message-tags foo/bar=1 sasl=PLAIN");
        const [request] = outside.sent;
        outside.say(`:s CAP * ACK :${request.slice(9)}`);
        const end = outside.sent;
        outside.say(":s 001 zoe :Welcome", ":s 005 zoe NICKLEN=32 :are", ":s 376 zoe :end");
        return [first, request, end, states.map((s) => s.state), online, session.features.number("NICKLEN", 0)];""",
    )
    first, request, end, states, online, nicklen = got
    assert first == ["CAP LS 302", "NICK zoe", "USER zoe 0 * zoe"]
    assert set(request.removeprefix("CAP REQ :").split()) == {
        "batch",
        "labeled-response",
        "message-tags",
        "sasl",
    }
    assert end == ["CAP END"]
    assert (states, online, nicklen) == (["connecting", "online"], [True], 32)


def test_it_logs_in_and_keeps_no_password(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe", login: { account: "zoe", password: "geheim" } });
        outside.up(); outside.sent;
        outside.say(":s CAP * LS :sasl=PLAIN");
        outside.sent;
        outside.say(":s CAP * ACK :sasl");
        const asked = outside.sent;
        outside.say("AUTHENTICATE +");
        const [answer] = outside.sent;
        outside.say(":s 900 zoe zoe!u@h zoe :You are", ":s 903 zoe :done");
        const end = outside.sent;
        const seen = new Set();
        const has = (value) => typeof value === "string" ? value.includes("geheim") : value !== null && typeof value === "object" && !seen.has(value) && (seen.add(value), Object.values(value).some(has));
        return [asked, atob(answer.split(" ")[1]), end, session.account, has({ ...session, outside: null })];""",
    ) == [["AUTHENTICATE PLAIN"], "zoe\0zoe\0geheim", ["CAP END"], "zoe", False]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (":s 433 * zoe :zoe is taken", "name"),
        (":s 432 * zoe :Erroneous", "name"),
        (":s 464 * :Password incorrect", "password"),
        (":s 465 * :You are banned", "banned"),
    ],
)
def test_what_trying_again_would_not_help_is_told(blank: Page, line: str, reason: str) -> None:
    state = js(
        blank,
        SESSION
        + f"session.connect({{ name: 'zoe' }}); outside.up(); outside.say({line!r}); outside.advance(1e6);"
        + " return [states.at(-1).state, states.at(-1).reason, outside.sockets.length, outside.socket.closed];",
    )
    assert state == ["refused", reason, 1, True]


def test_it_comes_back_ever_later_and_not_with_everybody(blank: Page) -> None:
    waits = js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" });
        const waits = [];
        for (let i = 0; i < 8; i += 1) { outside.down(); waits.push(states.at(-1).at - outside.now()); outside.advance(waits.at(-1)); }
        outside.luck = 0; outside.down(); waits.push(states.at(-1).at - outside.now());
        return waits;""",
    )
    assert waits == [1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000, 15000]


def test_a_connection_that_is_silent_is_given_up(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" }); outside.welcome(); outside.sent;
        outside.advance(30_000);
        const asked = outside.sent;
        outside.say(":s PONG s :there");
        outside.advance(30_000 + 9_000);
        const still = session.online;
        outside.advance(1_001);
        return [asked, still, session.online, states.at(-1).state];""",
    ) == [["PING there"], True, False, "waiting"]


def test_a_server_that_never_welcomes_is_given_up(blank: Page) -> None:
    assert (
        js(
            blank,
            SESSION
            + "session.connect({ name: 'zoe' }); outside.up(); outside.advance(20_500); return states.at(-1).state;",
        )
        == "waiting"
    )


def test_who_comes_back_to_the_page_knows_at_once(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" }); outside.welcome(); outside.sent;
        session.check(); outside.advance(4_100);
        const lost = states.at(-1).state;
        session.check();
        return [lost, states.at(-1).state, outside.sockets.length];""",
    ) == ["waiting", "connecting", 2]


def test_ones_own_ghost_keeps_one_from_nothing(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" }); outside.welcome(); outside.down(); outside.advance(1000); outside.up(); outside.sent;
        outside.say(":s 433 * zoe :taken");
        const other = outside.sent;
        outside.say(":s CAP * LS :labeled-response"); outside.say(":s CAP * ACK :labeled-response");
        outside.say(":s 001 zoe_ :Welcome", ":s 422 zoe_ :x"); outside.sent;
        outside.advance(15_000);
        const again = outside.sent.filter((line) => line.includes("NICK"));
        outside.answer(again[0], ":zoe_!u@h NICK zoe");
        return [other, again.length, session.name, online, heard.at(-1).command];""",
    ) == [["NICK zoe_"], 1, "zoe", [True, False], "NICK"]


def test_the_pace_of_the_server_is_kept(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        session.connect({ name: "zoe" }); outside.welcome(); outside.advance(10_000); outside.sent;
        for (let i = 0; i < 8; i += 1) session.send("MARKREAD", [`#${i}`], {}, false);
        for (let i = 0; i < 8; i += 1) session.send("PRIVMSG", ["#r", `${i}`]);
        session.send("PONG", ["x"]);
        const at_once = outside.sent;
        outside.advance(20_000);
        return [at_once.length, outside.sent.filter((line) => !line.startsWith("PING")).map((line) => line.split(" ")[0]).join(" ")];""",
    ) == [5, " ".join(["PRIVMSG"] * 6 + ["MARKREAD"] * 6)]


def test_answers_go_to_who_asked_and_never_get_lost(blank: Page) -> None:
    assert js(
        blank,
        SESSION
        + """
        const answers = [];
        session.connect({ name: "zoe" }); outside.welcome(); outside.advance(10_000); outside.sent;
        session.ask("WHOIS", ["ann"], (items) => answers.push(items.map((item) => item.command)));
        session.ask("LIST", [], (items) => answers.push(items));
        const [whois] = outside.sent;
        outside.answer(whois, ":s 311 zoe ann u h * :Ann", ":s 318 zoe ann :End");
        outside.down();
        return answers;""",
    ) == [["311", "318"], None]


# rooms.js

ROOMS = "const { Place, Rooms, newMessage, KEPT } = await import('/rooms.js'); const place = new Place('#r', 'room'); const m = (n, more) => newMessage({ id: `m${n}`, time: n, author: 'ann', text: `${n}`, ...more });"


def test_messages_stand_in_order_and_once(blank: Page) -> None:
    assert js(
        blank,
        ROOMS
        + "for (const n of [3, 1, 2, 3, 5, 4, 1]) place.add(m(n)); return place.messages.map((x) => x.time);",
    ) == [1, 2, 3, 4, 5]


def test_pages_of_history_keep_their_order_however_alike_their_times(blank: Page) -> None:
    assert (
        js(
            blank,
            ROOMS
            + """
        const all = Array.from({ length: 9 }, (_, i) => m(i, { time: 7 }));
        place.addNewer(all.slice(3, 6)); place.addOlder(all.slice(0, 4)); place.addNewer(all.slice(5));
        return place.messages.map((x) => x.id).join("");""",
        )
        == "m0m1m2m3m4m5m6m7m8"
    )


def test_a_place_keeps_so_many_messages_and_no_more(blank: Page) -> None:
    assert js(
        blank,
        ROOMS
        + """
        for (let n = 0; n < 5000; n += 1) place.addLive(m(n));
        const newest = [place.messages.length <= KEPT + 100, place.messages.at(-1).time, place.byId.size === place.messages.length];
        place.reading = true;
        for (let n = 5000; n < 6000; n += 1) place.addLive(m(n));
        place.recount();
        return [...newest, place.detached, place.messages.length <= KEPT + 100, place.unread > 0];""",
    ) == [True, 4999, True, True, True, True]


def test_what_is_unread_is_counted(blank: Page) -> None:
    assert js(
        blank,
        ROOMS
        + """
        for (const [n, more] of [[1, {}], [2, { mention: true }], [3, { own: true }], [4, { kind: "event" }], [5, {}]]) place.addLive(m(n, more));
        const seen = [];
        for (const time of [0, 1, 2, 5]) { place.read(time); place.recount(); seen.push([place.unread, place.mentions]); }
        return seen;""",
    ) == [[3, 1], [2, 1], [1, 0], [0, 0]]


def test_reactions_find_their_message_whichever_comes_first(blank: Page) -> None:
    assert js(
        blank,
        ROOMS
        + """
        place.react("m1", "🎉", "ben", true); place.add(m(1)); place.react("m1", "🎉", "BEN", true); place.react("m1", "🎉", "ann", true);
        place.react("m1", "👍", "ann", true); place.react("m1", "👍", "ann", false); place.react("m1", "x".repeat(99), "ann", true);
        for (let i = 0; i < 100; i += 1) place.react("m1", `r${i}`, "ann", true);
        for (let i = 0; i < 9999; i += 1) place.react(`never${i}`, "x", "ann", true);
        return [[...place.byId.get("m1").reactions.get("🎉").values()], place.byId.get("m1").reactions.size, place.orphans.size];""",
    ) == [["BEN", "ann"], 30, 500]


def test_people_are_sorted_by_their_rights(blank: Page) -> None:
    assert js(
        blank,
        ROOMS
        + """
        for (const [name, signs] of [["zed", "@"], ["amy", ""], ["bob", "+"], ["Abe", ""]]) place.enter({ name, signs });
        place.setSign("AMY", "@", true, "@+"); place.setSign("zed", "@", false, "@+");
        return place.sorted("@+").map((person) => person.signs + person.name);""",
    ) == ["@amy", "+bob", "Abe", "zed"]


# client.js, outbox.js, history.js

CLIENT = """
  const { Client, mentions } = await import('/client.js');
  const outside = new Outside();
  const client = new Client({ url: "ws://x/irc", outside });
  const live = [];
  client.addEventListener("said", ({ detail: [place, message] }) => live.push(message.text));
  const into = (...lines) => { outside.welcome(); outside.sent; outside.say(":zoe!u@h JOIN #lobby * :zoe", ":s 353 zoe = #lobby :@ann zoe", ":s 366 zoe #lobby :End"); outside.advance(5000); };
  const history = () => outside.sent.find((line) => line.includes("CHATHISTORY"));
  const texts = () => lobby().messages.map((message) => message.text || message.kind);
  const lobby = () => client.rooms.get("#lobby");
"""


def test_first_what_was_missed_and_then_what_is_said_now(blank: Page) -> None:
    assert js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into();
        const asked = history();
        outside.say(said(9, "ann", "live"));
        const before = texts();
        outside.history(asked, "#lobby", said(1, "ann", "old"), said(2, "ben", "older"));
        outside.down(); outside.advance(1000); into();
        const again = history();
        outside.say(said(30, "ann", "live again"));
        outside.history(again, "#lobby", said(9, "ann", "live"), said(20, "ann", "missed"));
        return [asked.slice(asked.indexOf("CHAT")), before, again.slice(again.indexOf("CHAT")), texts(), live];""",
    ) == [
        "CHATHISTORY LATEST #lobby * 50",
        [],
        "CHATHISTORY AFTER #lobby msgid=m9 100",
        ["old", "older", "live", "missed", "live again"],
        ["live", "live again"],
    ]


def test_a_long_absence_is_a_gap_that_can_be_filled(blank: Page) -> None:
    got = js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into();
        outside.history(history(), "#lobby", said(1, "ann", "first"));
        outside.down(); outside.advance(1000); into();
        for (let page = 0; page < 5; page += 1) {
          const asked = history();
          outside.history(asked, "#lobby", ...Array.from({ length: 100 }, (_, i) => said(10 + page * 100 + i, "ann", "x")));
          outside.advance(5000);
        }
        outside.history(history(), "#lobby", said(9000, "ann", "latest"));
        const gaps = lobby().messages.filter((message) => message.kind === "gap");
        const where = lobby().messages.indexOf(gaps[0]);
        outside.advance(5000);
        client.history.fill(lobby(), gaps[0]);
        const asked = history();
        outside.history(asked, "#lobby", said(600, "ann", "between"));
        return [gaps.length, lobby().messages.length - where, asked.slice(asked.indexOf("CHAT")), texts().slice(-2)];""",
    )
    assert got == [1, 2, "CHATHISTORY AFTER #lobby msgid=m509 100", ["between", "latest"]]


def test_what_is_not_acknowledged_goes_out_again_with_its_label(blank: Page) -> None:
    assert js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into(); outside.history(history(), "#lobby", said(1, "ann", "first"));
        outside.advance(5000); outside.sent;
        client.say(lobby(), "hello"); client.say(lobby(), "again");
        const [hello, again] = outside.sent;
        outside.answer(hello, said(5, "zoe", "hello"));
        const grey = client.outbox.of(lobby()).map((entry) => entry.text);
        outside.down(); outside.advance(1000);
        client.say(lobby(), "typed offline");
        into();
        const early = outside.sent.filter((line) => line.includes("PRIVMSG"));
        outside.history(/./.test(early) ? "" : hold, "#lobby", said(5, "zoe", "hello"));
        const resent = outside.sent.filter((line) => line.includes("PRIVMSG"));
        return [grey, resent.length, resent[0] === again, resent[1].includes("typed offline"), texts()];""".replace(
            'const early = outside.sent.filter((line) => line.includes("PRIVMSG"));\n        outside.history(/./.test(early) ? "" : hold,',
            'const lines = outside.sent; const hold = lines.find((line) => line.includes("CHATHISTORY"));\n        if (lines.some((line) => line.includes("PRIVMSG"))) return "too early";\n        outside.history(hold,',
        ),
    ) == [["again"], 2, True, True, ["first", "hello"]]


def test_what_the_history_shows_of_a_lost_message_is_not_said_twice(blank: Page) -> None:
    assert js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into(); outside.history(history(), "#lobby");
        outside.advance(5000); outside.sent;
        client.say(lobby(), "was it said?");
        outside.sent; outside.down(); outside.advance(1000); into();
        outside.history(history(), "#lobby", said(5, "zoe", "was it said?"));
        return [client.outbox.entries.length, outside.sent.filter((line) => line.includes("PRIVMSG")).length, texts()];""",
    ) == [0, 0, ["was it said?"]]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (":s 404 zoe #lobby :Only people with voice may speak", "Only people with voice may speak."),
        (":s NOTICE zoe :You are muted for 5 minutes", "You are muted for 5 minutes."),
        (":s FAIL PRIVMSG STORAGE_FAILED #lobby :It could not be stored", "It could not be stored."),
    ],
)
def test_what_is_refused_stays_with_the_reason(blank: Page, answer: str, sentence: str) -> None:
    assert js(
        blank,
        CLIENT
        + f"""
        client.connect({{ name: "zoe", rooms: ["#lobby"] }}); into(); outside.history(history(), "#lobby");
        outside.advance(5000); outside.sent;
        client.say(lobby(), "hello");
        const [line] = outside.sent;
        outside.answer(line, {answer!r});
        const [entry] = client.outbox.entries;
        const why = [entry.state, entry.sentence];
        outside.down(); outside.advance(1000); into(); outside.history(history(), "#lobby");
        const resent = outside.sent.filter((one) => one.includes("PRIVMSG")).length;
        client.outbox.again(entry);
        return [...why, resent, outside.sent.filter((one) => one.includes("PRIVMSG")).length];""",
    ) == ["failed", sentence, 0, 1]


def test_several_lines_are_one_message_within_the_limits(blank: Page) -> None:
    assert js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into(); outside.history(history(), "#lobby");
        outside.advance(9000); outside.sent;
        client.say(lobby(), "one\\ntwo", { replyTo: "m7" });
        const lines = outside.sent;
        client.say(lobby(), Array(70).fill("x").join("\\n"));
        outside.advance(9000);
        const many = outside.sent;
        const refused = client.say(lobby(), "x\\n".repeat(1000));
        return [lines.map((line) => line.replace(/label=[0-9a-f]{16}/, "label=L")), many.filter((line) => line.includes("BATCH +")).length, refused];""",
    ) == [
        [
            "@+draft/reply=m7;label=L.3 BATCH +m1 draft/multiline #lobby",
            "@batch=m1 PRIVMSG #lobby one",
            "@batch=m1 PRIVMSG #lobby two",
            "BATCH -m1",
        ],
        3,
        "That is too long: at most 8 messages go out at once.",
    ]


@pytest.mark.parametrize(
    ("text", "name", "mentioned"),
    [
        ("hi zoe", "zoe", True),
        ("Zoe: hi", "zoe", True),
        ("zoey hi", "zoe", False),
        ("(zoe)", "zoe", True),
        ("xzoe zoe", "zoe", True),
        ("", "zoe", False),
        ("x", "", False),
    ],
)
def test_a_mention_is_the_name_as_a_word(blank: Page, text: str, name: str, mentioned: bool) -> None:
    call = "async ([text, name]) => (await import('/client.js')).mentions(text, name)"
    assert blank.evaluate(call, [text, name]) is mentioned


def test_strangers_cannot_open_chats_without_end(blank: Page) -> None:
    assert (
        js(
            blank,
            CLIENT
            + """
        client.connect({ name: "zoe" }); outside.welcome();
        for (let i = 0; i < 1000; i += 1) outside.say(said(i, `n${i}`, "buy", "zoe"));
        return client.rooms.places.size;""",
        )
        == 300
    )


def test_who_is_there_and_with_which_rights(blank: Page) -> None:
    assert js(
        blank,
        CLIENT
        + """
        client.connect({ name: "zoe", rooms: ["#lobby"] }); into(); outside.history(history(), "#lobby");
        outside.say(":ben!u@h JOIN #lobby ben :Ben", ":ann!u@h MODE #lobby +o-o zoe ann", ":ben!u@h NICK benny", ":ann!u@h QUIT :bye", ":benny!u@h AWAY :lunch");
        return [lobby().sorted("@+").map((p) => [p.signs + p.name, p.away, p.account]), client.runs(lobby())];""",
    ) == [[["@zoe", False, None], ["benny", True, "ben"]], True]


# events.js, text.js, entry.js


def test_who_comes_and_goes_is_told_together(blank: Page) -> None:
    assert js(
        blank,
        """
        const { told } = await import('/events.js');
        const e = (event, who, more) => ({ event, who, ...more });
        const many = Array.from({ length: 9 }, (_, i) => e("join", `n${i}`));
        return [told([e("join", "ann"), e("join", "ben"), e("quit", "carl"), e("part", "ben")]), told(many), told([e("mode", "ann", { words: ["+o", "ben"] }), e("kick", "ann", { whom: "ben", reason: "spam" })])];""",
    ) == [
        ["ann came in", "carl left", "ben came in and left"],
        ["n0, n1, n2, n3, n4, and 4 others came in"],
        ["ann made ben an operator", "ann put ben out: spam"],
    ]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<b>x</b> & y", "&lt;b&gt;x&lt;/b&gt; &amp; y"),
        ("see https://a.example/b(c).", 'see <a href="https://a.example/b(c)">https://a.example/b(c)</a>.'),
        ("(http://a.example)", '(<a href="http://a.example/">http://a.example</a>)'),
        ("javascript:alert(1) data:text/html,x", "javascript:alert(1) data:text/html,x"),
        ("https://", "https://"),
        ("#room, #1 a#b", '<a href="#room">#room</a>, #1 a#b'),
        (
            "\x02bold\x02 \x0304red\x03 \x0304,02both\x0f end",
            '<span class="bold">bold</span> <span class="front-4">red</span> <span class="back-2">both</span> end',
        ),
        ("\x1b[31m\u202etext\x00\x07", "[31mtext"),
        ("\x03\x0399x\x04ff0000y", "xy"),
    ],
)
def test_a_text_is_shown_and_not_obeyed(blank: Page, text: str, html: str) -> None:
    shown = blank.evaluate(
        "async (text) => { const box = document.createElement('p'); box.append(...(await import('/text.js')).nodesOf(text));"
        " for (const a of box.querySelectorAll('a')) { a.removeAttribute('target'); a.removeAttribute('rel'); a.removeAttribute('data-room'); }"
        " return box.innerHTML; }",
        text,
    )
    assert shown == html


def test_links_tell_the_other_side_nothing(blank: Page) -> None:
    assert js(
        blank,
        "const [a] = (await import('/text.js')).nodesOf('https://a.example'); return [a.target, a.rel];",
    ) == [
        "_blank",
        "noopener noreferrer nofollow",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/jo", ["command", "jo", 0]),
        ("hi @an", ["person", "an", 3]),
        ("in #lo", ["room", "lo", 3]),
        (":ta", ["emoji", "ta", 0]),
        (":t", None),
        ("12:30", None),
        ("plain", None),
        ("a/b", None),
    ],
)
def test_what_can_be_completed(blank: Page, text: str, found: list[Any] | None) -> None:
    call = "async (text) => (await import('/entry.js')).completable(text, text.length)"
    assert blank.evaluate(call, text) == found
