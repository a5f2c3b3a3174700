"""What the window shows, from what really happened on a connection."""

from twisted.internet.task import Clock

from chat.client.window import views
from chat.client.window.desk import WindowDesk
from tests.client.talking import Script, Talker


class Seat:
    """A desk of the window on a connection whose server the test plays."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.talker = Talker(self.clock)
        self.desk = WindowDesk(lambda reason: None, self.clock.seconds)
        self.desk.attach(self.talker.connection)
        self.talker.connection._listener = self.desk.happened
        self.talker.connect("bob", "#lobby", "#kitchen")
        self.script = Script(self.talker).welcome(isupport="PREFIX=(ov)@+")
        self.script.enter("#lobby", "@ann", "carl").enter("#kitchen").pong()
        self.desk.open("#lobby")


def test_the_sidebar_has_rooms_people_and_the_server() -> None:
    seat = Seat()
    seat.script.say(":carl!c@h PRIVMSG bob :psst")
    assert [row.text for row in views.sidebar(seat.desk)] == [
        "ROOMS",
        "lobby",
        "kitchen",
        "PEOPLE",
        "carl",
        "SERVER",
        "chat.test",
    ]


def test_what_is_said_elsewhere_is_counted_until_it_is_looked_at() -> None:
    seat = Seat()
    seat.script.say(":ann!a@h PRIVMSG #kitchen :one", ":ann!a@h PRIVMSG #kitchen :bob: two")
    kitchen = next(row for row in views.sidebar(seat.desk) if row.text == "kitchen")
    assert (kitchen.unread, kitchen.alert, kitchen.bold) == (2, True, True)
    assert views.window_title(seat.desk).startswith("(2!) #lobby")
    seat.desk.open("#kitchen")
    kitchen = next(row for row in views.sidebar(seat.desk) if row.text == "kitchen")
    assert (kitchen.unread, kitchen.alert) == (0, False)


def test_people_are_listed_with_what_they_are() -> None:
    seat = Seat()
    assert [(row.text, row.hint) for row in views.people(seat.desk)] == [
        ("ann", "op"),
        ("bob", "you"),
        ("carl", ""),
    ]
    seat.desk.open("ann")
    assert views.people(seat.desk) == []
    assert "Private" in views.header(seat.desk)[1]


def test_the_header_has_the_topic() -> None:
    seat = Seat()
    seat.script.say(":ann!a@h TOPIC #lobby :all \x0304about\x03 \x1b[31mchat")
    assert views.header(seat.desk) == ("#lobby", "all about chat")


def test_status_tells_lag_and_the_countdown() -> None:
    seat = Seat()
    connection = seat.talker.connection
    connection.lag = 0.012
    assert views.status(seat.desk).mood == "good"
    assert "12 ms" in views.status(seat.desk).text
    connection.lag = 2.5
    assert views.status(seat.desk) == ("warning", "Connected to chat.test as bob  ·  lag 2.5 s")
    seat.script.lose()
    assert views.status(seat.desk).text == "Reconnecting in 1 s"
    assert "(reconnecting)" in views.window_title(seat.desk)


def test_what_is_not_sent_is_counted() -> None:
    seat = Seat()
    assert views.unsent(seat.desk) == ""
    seat.talker.connection.say("#lobby", "one")
    seat.talker.connection.say("#lobby", "two")
    assert views.unsent(seat.desk) == "2 messages not sent yet"


def test_links_come_newest_first_and_once() -> None:
    seat = Seat()
    for text in ("http://a.b", "see http://c.d and http://a.b"):
        seat.script.say(f":ann!a@h PRIVMSG #lobby :{text}")
    assert views.links(seat.desk.pages.current) == ["http://c.d", "http://a.b"]


def test_the_switcher_has_every_page_and_everybody_once() -> None:
    seat = Seat()
    seat.script.say(":carl!c@h PRIVMSG bob :psst")
    rows = views.switcher(seat.desk)
    assert rows[0].text == "carl"
    assert sorted(row.text for row in rows) == ["ann", "carl", "chat.test", "kitchen", "lobby"]
    assert all(row.key for row in rows)


def test_control_characters_of_others_are_nowhere() -> None:
    seat = Seat()
    seat.script.say(
        ":ev\x1b[2Jil!e@h PRIVMSG bob :x\x1b]0;title\x07y", ":ann!a@h PRIVMSG #lobby :\x1b[31mred\u202e"
    )
    for row in (*views.sidebar(seat.desk), *views.switcher(seat.desk)):
        assert row.text.isprintable()
    assert seat.desk.pages.current.lines[-1].text == "red"


def test_closing_a_conversation_leads_to_another() -> None:
    seat = Seat()
    seat.desk.open("ann")
    seat.desk.close("ann")
    assert seat.desk.pages.current.place in ("#lobby", "#kitchen")
