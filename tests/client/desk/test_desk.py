"""Events and typed lines on pages, with a server that the test plays."""

from collections.abc import Callable

import pytest

from chat.client.desk.desk import Desk
from chat.client.desk.pages import MAX_SIGNS, Page, Sort
from chat.client.desk.typed.table import COMMANDS, enter
from chat.client.link.events import Kind, Said
from tests.client.talking import ALL_CAPS, Script, Talker
from tests.network.chatting import START


class Person:
    """A desk on a connection that is in #x with ann."""

    def __init__(self, caps: str = "message-tags") -> None:
        self.talker = Talker()
        self.left: list[str] = []
        self.bells = 0
        self.desk = Desk(self.left.append, lambda: START + self.talker.clock.seconds())
        self.desk.bell = self._bell
        self.talker.connection._listener = self.desk.happened
        self.desk.attach(self.talker.connection)
        self.talker.connect("bob", "#x")
        self.script = Script(self.talker).welcome(caps, "CHANTYPES=# PREFIX=(ov)@+")
        self.script.enter("#x", "@ann").pong()

    def _bell(self) -> None:
        self.bells += 1

    def type(self, *lines: str) -> list[str]:
        """Type lines with time to breathe between them; returns what was sent."""
        for line in lines:
            self.talker.clock.advance(0.6)
            enter(self.desk, line)
        return self.script.sent()

    def page(self, place: str = "#x") -> Page:
        found = self.desk.pages.find(place)
        assert found is not None
        return found

    def texts(self, place: str = "#x") -> list[str]:
        return [line.text for line in self.page(place).lines]

    @property
    def last(self) -> str:
        return self.desk.pages.current.lines[-1].text


@pytest.fixture
def person() -> Person:
    return Person()


def test_our_room_is_looked_at(person: Person) -> None:
    assert person.desk.place == "#x"
    assert any("Connected" in line.text for line in person.desk.pages.server.lines)


def test_what_others_say(person: Person) -> None:
    person.script.say(":ann!a@h PRIVMSG #x :hello", ":ann!a@h PRIVMSG #x :\x01ACTION waves at bob\x01")
    assert [(line.sort, line.author, line.text) for line in person.page().lines] == [
        (Sort.SAY, "ann", "hello"),
        (Sort.ACT, "ann", "waves at bob"),
    ]
    assert person.bells == 1


def test_nothing_that_others_send_reaches_the_terminal_as_it_is(person: Person) -> None:
    nasty = "\x1b[2J\x1b]0;title\x07\x03" + "4red\x02 \u202e"
    person.script.say(
        f":ann!a@h PRIVMSG #x :{nasty}1",
        f":ann!a@h TOPIC #x :{nasty}2",
        f":ann!a@h PART #x :{nasty}3",
        ":eve\x1b[2J!a@h JOIN #x",
        ":eve\x1b[2J!a@h PRIVMSG #x :4",
        f":s 999 bob {nasty}",
        f":s FAIL X Y :{nasty}",
        f":eve\x1b[2J!e@h PRIVMSG bob :{nasty}",
        f":ann!a@h KICK #x bob :{nasty}",
    )
    shown = [
        part for page in person.desk.pages.all for line in page.lines for part in (line.text, line.author)
    ]
    shown += [page.title for page in person.desk.pages.all]
    assert len(shown) > 20
    assert not [part for part in shown if not part.isprintable()]


def test_private_messages_have_their_own_page_and_do_not_take_us_there(person: Person) -> None:
    person.script.say(":eve!e@h PRIVMSG bob :psst")
    assert person.desk.place == "#x"
    page = person.page("eve")
    assert (page.unread, page.mentioned, person.bells) == (1, True, 1)
    assert "PRIVMSG eve :what is it" in person.type("/reply what is it")
    assert person.texts("eve") == ["psst", "what is it"]
    person.script.say(":eve!e@h NICK evelyn")
    assert person.page("evelyn") is page
    assert "PRIVMSG evelyn again" in person.type("/r again")


def test_what_we_say(person: Person) -> None:
    sent = person.type("hello", "/me waves", "//slash", "/pm ann psst", "")
    assert [line for line in sent if "PRIVMSG" in line] == [
        "PRIVMSG #x hello",
        "PRIVMSG #x :\x01ACTION waves\x01",
        "PRIVMSG #x /slash",
        "PRIVMSG ann psst",
    ]
    assert person.texts() == ["hello", "waves", "/slash"]
    assert person.desk.place == "ann"


def test_what_fails_is_marked_on_its_page(person: Person) -> None:
    person.type("/pm ghost psst", "/join x")
    person.type("/join #x")
    person.script.say(":s 401 bob ghost :No such nick")
    line = person.page("ghost").lines[0]
    assert line.message is not None
    assert line.message.sentence == "ghost: No such nick."
    assert person.page("ghost").unread == 1


def test_coming_and_going(person: Person) -> None:
    person.script.say(":eve!e@h JOIN #x", ":eve!e@h QUIT :bye", ":ann!a@h NICK anna", ":anna!a@h PART #x")
    assert person.texts() == ["eve joined", "eve left (bye)", "ann is now anna", "anna left"]


def test_topics(person: Person) -> None:
    person.script.say(":ann!a@h TOPIC #x :new", ":ann!a@h TOPIC #x :")
    assert person.texts() == ["ann changed the topic to: new", "ann removed the topic"]
    person.type("/topic")
    assert "has no topic" in person.last
    assert "TOPIC #x :all new" in person.type("/topic all new")


def test_rooms_open_when_we_join_and_stay_after_a_drop(person: Person) -> None:
    assert "JOIN #y" in person.type("/join y")
    person.script.enter("#y")
    assert person.desk.place == "#y"
    person.script.lose()
    assert "broke" in person.last
    assert person.desk.retry_in == 1
    person.talker.clock.advance(5)
    script = Script(person.talker).welcome()
    script.enter("#x", "ann").enter("#y")
    assert person.desk.place == "#y"
    assert "you are in #x again" in person.texts()


def test_a_server_that_is_down_is_told_of_once(person: Person) -> None:
    person.script.lose()
    for _ in range(5):
        person.talker.clock.advance(60)
        person.talker.attempts[-1].refuse()
    assert len([text for text in person.texts() if "Nothing listens" in text]) == 1


def test_a_permanent_error_says_what_can_be_done(person: Person) -> None:
    person.script.say("ERROR :You are banned").lose()
    assert "/connect" in person.last
    attempts = len(person.talker.attempts)
    person.type("/connect")
    assert len(person.talker.attempts) == attempts + 1
    Script(person.talker).say("ERROR :You are banned").lose()
    person.type("/nick robert")
    assert len(person.talker.attempts) == attempts + 2
    assert person.talker.connection.name == "robert"


def test_being_put_out(person: Person) -> None:
    person.script.say(":ann!a@h KICK #x bob :enough")
    assert person.last == "You were put out by ann: enough"
    assert "JOIN #x" in person.type("/join #x")


def test_leaving_a_room_closes_its_page(person: Person) -> None:
    assert "PART #x" in person.type("/part")
    assert person.desk.pages.find("#x") is None
    person.script.say(":bob!b@h PART #x")
    assert person.desk.pages.find("#x") is None
    person.type("hello")
    assert "You are in no room" in person.last


def test_commands_that_are_wrong(person: Person) -> None:
    assert person.type("/frob", "/topci x", "/pm", "/pm #x y", "/history 0") == []
    texts = person.texts()
    assert "Unknown command: /frob." in texts[0]
    assert "Did you mean /topic?" in texts[1]
    assert texts[2] == "Usage: /pm NAME [TEXT]"
    assert "/join #x" in texts[3]
    assert "1 to 1000" in texts[4]


def test_help_tells_of_every_command(person: Person) -> None:
    person.type("/help")
    assert len(person.texts()) < 24
    subjects = person.last.split("/help ")[1:]
    person.type(*(f"/help {subject.strip(' ,')}" for subject in subjects))
    assert all(any(f"/{name}" in text for text in person.texts()) for name in COMMANDS)
    person.type("/help /msg", "/help nothing")
    assert "/pm NAME [TEXT] - " in person.texts()[-2]
    assert "no command /nothing" in person.last


def test_who_is_here(person: Person) -> None:
    person.script.say(":ann!a@h AWAY :lunch")
    person.type("/users")
    assert person.last == "2 in #x: @ann (away), bob"


def test_answers_come_where_they_were_asked_for(person: Person) -> None:
    person.type("/whois ann", "/rooms", "/stats", "/pm ann")
    person.script.say(
        ":s 311 bob ann a host * :Ann A",
        ":s 319 bob ann :@#x",
        ":s 317 bob ann 65 1800000000 :idle",
        ":s 301 bob ann :lunch",
        ":s 318 bob ann :End",
        ":s 322 bob #x 2 :things",
        ":s 323 bob :End",
        ":s 249 bob :users online: 2",
        ":s 219 bob u :End",
    )
    texts = person.texts()
    assert texts[0] == "ann (a@host) - Ann A"
    assert "idle for 1m" in texts[1]
    assert texts[2:] == ["  in @#x", "  away: lunch", "* #x  2 here  things", "users online: 2"]
    person.type("/whois ghost")
    person.script.say(":s 401 bob ghost :No such nick", ":s 318 bob ghost :End")
    assert person.last == "ghost: No such nick."


def test_ignoring(person: Person) -> None:
    person.type("/ignore Ann")
    person.script.say(":ann!a@h PRIVMSG #x :noise", ":ann!a@h PRIVMSG bob :noise")
    person.type("/ignore", "/ignore -ann")
    person.script.say(":ann!a@h PRIVMSG #x :music")
    assert [text for text in person.texts() if "noise" in text] == []
    assert "You ignore: ann" in person.texts()
    assert person.last == "music"


def test_commands_for_the_server(person: Person) -> None:
    sent = person.type(
        "/away lunch", "/away", "/nick rob", "/invite eve", "/kick ann bad manners", "/quote VERSION :a b"
    )
    assert sent == [
        "AWAY lunch",
        "AWAY",
        "NICK rob",
        "INVITE eve #x",
        "KICK #x ann :bad manners",
        "VERSION :a b",
    ]
    person.type("/exit bye now")
    assert person.left == ["bye now"]


SECRET = "correct horse"


class Unseen:
    """Answers each question for a password with the same one, as user interfaces do."""

    def __init__(self, person: Person, agrees: bool = False) -> None:
        self.questions: list[str] = []
        person.desk.ask_secret = self.ask_secret
        self.asked: list[str] = []
        self.agrees = agrees
        person.desk.ask = self.ask

    def ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        self.questions.append(question)
        answered(SECRET)

    def ask(self, question: str, agreed: Callable[[], None]) -> None:
        self.asked.append(question)
        if self.agrees:
            agreed()


@pytest.mark.parametrize(
    ("typed", "question", "sent"),
    [
        ("/register", "Choose a password for bob", f"REGISTER * * :{SECRET}"),
        ("/oper boss", "Password of boss", f"OPER boss :{SECRET}"),
        ("/password", "Choose a new password", f"PASSWORD :{SECRET}"),
        ("/unregister", "to give the name up for good", f"UNREGISTER :{SECRET}"),
    ],
)
def test_a_password_is_asked_for_unseen(person: Person, typed: str, question: str, sent: str) -> None:
    unseen = Unseen(person)
    person.script.say(":s 005 bob COMMANDS=ANNOUNCE,PASSWORD,UNREGISTER :are supported")
    assert person.type(typed) == [sent]
    assert question in unseen.questions[0]
    assert not [text for page in person.desk.pages.all for text in page.lines if SECRET in text.text]


def test_logging_in_asks_for_the_password_of_the_name_that_is_wanted(person: Person) -> None:
    unseen = Unseen(person)
    person.type("/login", "/login zoe")
    assert unseen.questions == ["Password of bob", "Password of zoe"]
    assert person.talker.connection.account == "zoe"


def test_after_a_word_of_passwords_a_line_is_asked_about_before_it_is_said(person: Person) -> None:
    unseen = Unseen(person)
    person.script.say(":s 433 bob zoe :The name zoe is taken: it belongs to an account. Log in")
    assert person.type(SECRET) == []
    assert "Say this to #x?" in unseen.asked[0]
    assert SECRET not in unseen.asked[0]
    # Only once: what was not said is gone, and the next line is a line.
    assert "PRIVMSG #x hello" in person.type("hello")
    unseen.agrees = True
    person.script.say(":s 464 bob :Password incorrect")
    assert "PRIVMSG #x :and this" in person.type("and this")


def test_a_name_that_belongs_to_an_account_asks_for_its_password() -> None:
    talker = Talker()
    desk = Desk(lambda reason: None, lambda: START)
    talker.connection._listener = desk.happened
    desk.attach(talker.connection)
    questions: list[str] = []

    def give(question: str, answered: Callable[[str], None]) -> None:
        questions.append(question)
        answered(SECRET)

    desk.ask_secret = give
    talker.connect("zoe", "#x")
    script = Script(talker)
    script.say(":s CAP * LS :sasl", ":s 433 * zoe :The name zoe is taken: it belongs to an account.")
    script.welcome(name="zoe_")
    assert questions == ["Password of zoe, if that is you"]
    assert "CAP REQ sasl" in script.welcomed
    assert "you are zoe_ for now" in desk.pages.server.lines[-2].text + desk.pages.server.lines[-1].text


def test_a_server_that_wants_a_password_gets_it_with_the_next_connection(person: Person) -> None:
    unseen = Unseen(person)
    person.script.lose()
    person.talker.clock.advance(10)
    Script(person.talker).say(":s 464 * :Password incorrect").lose()
    assert unseen.questions == ["Password of the server chat.test"]
    assert Script(person.talker).sent()[0] == f"PASS :{SECRET}"


@pytest.mark.parametrize(
    "typed",
    ["/login zoe secret\nhorse", "/topic one\ntwo", "/away a\nb", "/pm \nann hello", "/login\nsecret"],
)
def test_a_command_of_several_lines_is_refused(person: Person, typed: str) -> None:
    assert person.type(typed) == []
    assert person.last == "A command is one line, and these were several: nothing was done."
    assert person.talker.connection.away is None


def test_what_is_said_to_somebody_may_have_several_lines(person: Person) -> None:
    sent = person.type("/pm ann one\ntwo")
    assert [line for line in sent if "PRIVMSG" in line] == ["PRIVMSG ann one", "PRIVMSG ann two"]
    assert person.texts("ann") == ["one", "two"]


def test_what_was_missed_counts_and_rings_once() -> None:
    person = Person(ALL_CAPS)
    person.desk.pages.go(person.desk.pages.server)
    for number in range(3):
        event = Said("#x", "ann", f"bob: {number}", Kind.SAY, START, mention=True, history=True, missed=True)
        person.desk.happened(event)
    person.desk.happened(Said("#x", "ann", "bob: old", Kind.SAY, START, mention=True, history=True))
    assert (person.page().unread, person.page().mentioned, person.bells) == (3, True, 1)


def test_coming_into_many_rooms_at_the_start_looks_at_the_first() -> None:
    person = Person()
    person.script.enter("#y").enter("#z")
    assert person.desk.place == "#x"
    person.type("/join #y")
    assert person.desk.place == "#y"
    person.type("/join #new,#newer")
    person.script.enter("#new").enter("#newer")
    assert person.desk.place == "#newer"


def test_our_own_message_in_several_parts_is_shown_once() -> None:
    person = Person(ALL_CAPS)
    person.script.say("@label=q1 :s BATCH +h chathistory #x", ":s BATCH -h")
    enter(person.desk, "hello")
    message = person.page().lines[0].message
    assert message is not None
    message.msgids[:] = ["m1", "m2"]
    past = [
        Said("#x", "bob", text, Kind.SAY, START, own=True, history=True, msgid=msgid)
        for text, msgid in (("earlier", "m0"), ("hel", "m1"), ("lo", "m2"))
    ]
    assert person.desk.oldest("#x") == "m1"
    person.desk.earlier("#x", list(past))
    assert person.texts() == ["earlier", "hello"]


class Lively(Person):
    """A desk on a server with echoes, tags and messages that can be taken back; ann has said something."""

    def __init__(self) -> None:
        super().__init__("message-tags echo-message draft/message-redaction")
        self.script.say("@msgid=m1 :ann!a@h PRIVMSG #x :shall we meet at noon")

    def echo(self, line: str, msgid: str) -> None:
        """The server sends back what we said."""
        self.script.say(f"@msgid={msgid} :bob!b@h {line}")


def test_what_was_taken_back_is_gone_and_says_so() -> None:
    person = Lively()
    person.script.say(":ann!a@h REDACT #x m1 :oops")
    [line] = person.page().lines
    assert (line.sort, line.text, line.author) == (Sort.EVENT, "ann took a message back", "")
    person.script.say("@msgid=m2 :eve!e@h PRIVMSG #x :spam", ":ann!a@h REDACT #x m2", ":ann!a@h REDACT #x m9")
    assert person.last == "ann took back a message of eve"


def test_ours_is_taken_back_with_all_its_parts() -> None:
    person = Lively()
    person.type("one\ntwo")
    person.echo("PRIVMSG #x one", "m2")
    person.echo("PRIVMSG #x two", "m3")
    assert [line for line in person.type("/undo") if "REDACT" in line] == ["REDACT #x m2", "REDACT #x m3"]
    person.script.say(":bob!b@h REDACT #x m2")
    assert person.texts()[1:] == ["one", "two"]
    person.script.say(":bob!b@h REDACT #x m3")
    assert person.texts()[1:] == ["bob took a message back"]


def test_answers_show_what_they_answer() -> None:
    person = Lively()
    sent = person.type("/answer yes, at the gate")
    assert sent[0] == "@+draft/reply=m1 PRIVMSG #x :yes, at the gate"
    assert person.page().lines[-1].quoted == "ann: shall we meet at noon"
    person.script.say("@msgid=m5;+draft/reply=m1 :eve!e@h PRIVMSG #x :me too")
    assert person.page().lines[-1].quoted == "ann: shall we meet at noon"
    person.script.say("@msgid=m6;+draft/reply=unknown :eve!e@h PRIVMSG #x :and that")
    assert person.page().lines[-1].quoted == ""


def test_reactions_are_counted_by_people_and_can_go() -> None:
    person = Lively()
    assert "@+draft/react=👍;+draft/reply=m1 TAGMSG #x" in person.type("/react 👍")
    for name in ("bob", "eve", "eve"):
        person.script.say(f"@+draft/react=👍;+draft/reply=m1 :{name}!x@h TAGMSG #x")
    line = person.page().lines[0]
    assert {sign: len(who) for sign, who in line.reactions.items()} == {"👍": 2}
    person.script.say("@+draft/unreact=👍;+draft/reply=m1 :eve!x@h TAGMSG #x")
    person.script.say("@+draft/unreact=👍;+draft/reply=m1 :bob!x@h TAGMSG #x")
    assert line.reactions == {}
    for number in range(MAX_SIGNS + 5):
        person.script.say(f"@+draft/react=s{number};+draft/reply=m1 :eve!x@h TAGMSG #x")
    assert len(line.reactions) == MAX_SIGNS
    person.script.say(
        "@+draft/react=\x1b[2J;+draft/reply=m1 :eve!x@h TAGMSG #x", "@+typing=active :eve!x@h TAGMSG #x"
    )
    assert all(sign.isprintable() for sign in line.reactions)


def test_commands_are_about_the_message_that_is_pointed_at() -> None:
    person = Lively()
    person.script.say("@msgid=m2 :ann!a@h PRIVMSG #x :newer")
    page = person.page()
    page.select(-1)
    page.select(-1)
    assert page.selected is page.lines[0]
    assert person.type("/answer first")[0].startswith("@+draft/reply=m1 ")
    assert page.selected is None
    assert person.type("/answer second")[0].startswith("@+draft/reply=m2 ")
    page.select(-1)
    page.select(1)
    assert page.selected is None


def test_what_a_server_cannot_do_is_told(person: Person) -> None:
    assert person.type("/undo") == []
    assert "nothing can be taken back" in person.last
    assert person.type("/react x") == []
    assert "no reactions" in person.last
    assert person.type("/answer x") == []
    assert "no message here" in person.last


def test_a_moment_in_milliseconds_loses_no_line(person: Person) -> None:
    person.type("/whois ann")
    person.script.say(
        ":s 311 bob ann a host * :Ann A",
        ":s 317 bob ann 65 1800000000123 :idle",
        ":s 301 bob ann :lunch",
        ":s 318 bob ann :End",
    )
    assert "here since 2027-01-" in person.texts()[1]
    assert person.texts()[2] == "  away: lunch"


def test_clearing(person: Person) -> None:
    person.type("hello", "/clear")
    assert person.texts() == []


def test_earlier_messages_and_search() -> None:
    person = Person(ALL_CAPS)

    def answer(kind: str, *messages: str) -> str:
        person.talker.clock.advance(1)
        asked = person.script.pong()[-1]
        label = asked.partition("label=")[2].partition(" ")[0]
        person.script.say(f"@label={label} :s BATCH +h {kind}")
        for number, message in enumerate(messages):
            time = f"2027-01-15T07:00:0{number}.000Z"
            person.script.say(f"@batch=h;msgid=h{number};time={time} :ann!a@h PRIVMSG #x :{message}")
        person.script.say(":s BATCH -h")
        return asked

    # What the room was caught up with on joining has been answered by nothing.
    person.script.say("@label=q1 :s BATCH +h chathistory #x", ":s BATCH -h")
    person.script.say("@msgid=m1;time=2027-01-15T08:00:00.000Z :ann!a@h PRIVMSG #x :now")
    enter(person.desk, "/history 2")
    assert answer("chathistory #x", "one", "two").endswith("BEFORE #x msgid=m1 2")
    assert person.texts() == ["one", "two", "now"]
    enter(person.desk, "/history")
    assert answer("chathistory #x").endswith("BEFORE #x msgid=h0 50")
    assert person.last == "There is nothing earlier."
    enter(person.desk, "/search one")
    assert "text=one" in answer("soju.im/search", "one")
    assert person.desk.pages.current.title == "search"
    assert person.last.startswith("#x 2027-01-15  one")
    enter(person.desk, "hello?")
    assert "You are in no room" in person.last


def test_who_was_put_out_is_told_how_to_come_back(person: Person) -> None:
    person.script.say("ERROR :The operator has put you out: spam").lose()
    assert person.last.startswith(
        "The operator has put you out: spam. This client does not come back by itself."
    )
    assert "/connect" in person.last
    attempts = len(person.talker.attempts)
    person.type("/connect")
    assert len(person.talker.attempts) == attempts + 1
