"""Who is in a large room, as NAMES shows it: always what the members are at that moment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat.domain import moderation, modes
from chat.domain.mode_lines import read
from chat.domain.names import check_name, check_room
from chat.domain.person import Person
from chat.domain.room import Room
from chat.network.irc.roster import LARGE, shown_members
from chat.wire import MAX_LINE_BYTES
from tests.domain.people import Town, session_of
from tests.network.chatting import Client, Server, connect, join_irc, join_plain, make_server
from tests.network.crowds import user_of
from tests.network.irc.reading import account, login, only, operator, texts

FORMS = ["", "multi-prefix", "userhost-in-names", "multi-prefix userhost-in-names"]


def expected(room: Room, every: bool, masks: bool, inside: bool = True) -> list[str]:
    """What NAMES has to show, from the members alone."""
    found = []
    for person, member in room.members.items():
        signs = ("@" if "o" in member.modes else "") + ("+" if "v" in member.modes else "")
        shown = (signs if every else signs[:1]) + (person.identity.mask if masks else person.shown)
        if inside or "i" not in person.modes:
            found.append(shown)
    return found


class Hall:
    """A large room, somebody in it and somebody outside for each form in which NAMES is shown."""

    def __init__(self) -> None:
        self.server: Server = make_server(max_per_address=0)
        self.root = join_irc(self.server, "root", "#big")
        self.inside = [join_irc(self.server, f"in{n}", "#big", caps=caps) for n, caps in enumerate(FORMS)]
        self.outside = [join_irc(self.server, f"out{n}", caps=caps) for n, caps in enumerate(FORMS)]
        self.people = [self.come(f"p{n}") for n in range(LARGE)]
        self.server.turn()
        self.room = self.server.directory.rooms["#big"]

    def come(self, name: str) -> Client:
        """Somebody more."""
        client = connect(self.server)
        return client.feed(f"NICK {name}\r\nUSER {name} 0 * :{name}\r\nJOIN #big\r\n".encode())

    def names(self, client: Client) -> list[str]:
        """What NAMES shows to somebody."""
        lines = client.ask("NAMES #big")
        assert lines[-1].split(" ")[1] == "366"
        assert all(len(line.encode()) <= MAX_LINE_BYTES - 2 for line in lines)
        return " ".join(texts(only(lines, "353"))).split(" ")

    def check(self) -> None:
        """Everybody is shown who is here."""
        for caps, inside, outside in zip(FORMS, self.inside, self.outside, strict=True):
            every, masks = "multi-prefix" in caps, "userhost" in caps
            assert self.names(inside) == expected(self.room, every, masks)
            assert self.names(outside) == expected(self.room, every, masks, inside=False)


@pytest.fixture
def hall() -> Hall:
    found = Hall()
    found.check()
    return found


def test_what_is_kept_is_shown_again(hall: Hall) -> None:
    assert len(hall.room.members) == LARGE + 5
    assert hall.room.rosters is not None
    hall.check()


def words(*lines: str, who: int | None = None) -> Callable[[Hall], object]:
    """Lines of somebody in the room, or of its operator."""
    return lambda hall: (hall.root if who is None else hall.people[who]).send(*lines)


CHANGES: dict[str, Callable[[Hall], object]] = {
    "one comes": lambda hall: hall.come("new"),
    "a person comes": lambda hall: join_plain(hall.server, "new").send("/join #big"),
    "several come": lambda hall: [hall.come(f"n{n}") for n in range(5)],
    "one leaves": words("PART #big", who=7),
    "the first leaves": words("PART #big"),
    "the last leaves": words("PART #big", who=-1),
    "one quits": words("QUIT", who=7),
    "one is lost": lambda hall: hall.people[7].lose(),
    "one is renamed": words("NICK other", who=7),
    "one is renamed in another case": words("NICK P7", who=7),
    "two swap names": lambda hall: [
        hall.people[7].send("NICK x"),
        hall.people[8].send("NICK p7"),
        hall.people[7].send("NICK p8"),
    ],
    "an operator more": words("MODE #big +o p7"),
    "a voice more": words("MODE #big +v p7"),
    "both rights": words("MODE #big +ov p7 p7"),
    "a right taken": words("MODE #big +ov p7 p7", "NAMES #big", "MODE #big -o p7"),
    "all rights taken": words("MODE #big +ov p7 p7", "NAMES #big", "MODE #big -vo p7 p7"),
    "the operator steps down": words("MODE #big -o root"),
    "one is put out": words("KICK #big p7 :go"),
    "one is put out and comes back": lambda hall: [
        hall.root.send("KICK #big p7 :go"),
        hall.people[7].send("JOIN #big"),
    ],
    "one is away": words("AWAY :tea", who=7),
    "one is back": words("AWAY :tea", "NAMES #big", "AWAY", who=7),
    "somebody who is away comes": lambda hall: connect(hall.server).send(
        "NICK new", "USER new 0 * :new", "AWAY :tea", "JOIN #big"
    ),
    "one becomes invisible": words("MODE p7 +i", who=7),
    "one becomes visible again": words("MODE p7 +i", "NAMES #big", "MODE p7 -i", who=7),
    "an invisible one leaves": words("MODE p7 +i", "PART #big", who=7),
    "one is a bot": words("MODE p7 +B", who=7),
    "one leaves and comes back": words("PART #big", "JOIN #big", who=7),
    "an operator leaves and comes back": words("PART #big", "JOIN #big"),
    "one comes and goes": lambda hall: hall.come("new").send("PART #big"),
    "one comes and is renamed": lambda hall: hall.come("new").send("NICK newer"),
    "one comes and gets a right": lambda hall: [hall.come("new"), hall.root.send("MODE #big +v new")],
    "one comes and another leaves": lambda hall: [hall.come("new"), hall.people[3].send("PART #big")],
    "a name is given to another": lambda hall: [
        hall.come("new").send("QUIT"),
        hall.come("new").send("NICK old"),
        hall.come("new"),
    ],
    "a host changes": lambda hall: hall.server.directory.change_identity(
        session_of(user_of(hall.people[7])), username="seven", host="new.example"
    ),
    "a real name changes": words("SETNAME :Seven", who=7),
    "things are said": words("PRIVMSG #big :x", "NOTICE #big :x", "PRIVMSG #big :\x01ACTION x\x01", who=7),
    "the topic changes": words("TOPIC #big :tea"),
    "the room changes": words("MODE #big +mi", "MODE #big +b x!*@*", "MODE #big -i"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_is_shown(hall: Hall, change: Callable[[Hall], object]) -> None:
    change(hall)
    hall.check()
    hall.come("later")
    hall.check()


def test_who_comes_is_shown_everybody_and_themselves(hall: Hall) -> None:
    for caps in FORMS:
        late = join_irc(hall.server, f"late{FORMS.index(caps)}", caps=caps)
        lines = late.ask("JOIN #big")
        shown = " ".join(texts(only(lines, "353"))).split(" ")
        assert shown == expected(hall.room, "multi-prefix" in caps, "userhost" in caps)
        assert shown[-1].startswith(f"late{FORMS.index(caps)}")


def test_who_comes_and_is_in_the_log_no_more_is_shown(hall: Hall) -> None:
    asked = hall.room.log.end
    hall.come("early").send("NICK other")
    hall.root.send("MODE #big +v p3", "KICK #big p4")
    for _ in range(3):
        for _ in range(300):
            hall.server.directory.say(session_of(user_of(hall.root)), hall.room, "x")
        hall.server.wait(40.0, 40.0)
    assert hall.room.log.base > asked + 5
    assert user_of(hall.people[3]) in hall.room.members
    hall.check()
    hall.come("later")
    hall.check()


def test_a_room_that_becomes_small_and_large_again(hall: Hall) -> None:
    for client in hall.people[:20]:
        client.feed(b"PART #big\r\n")
    hall.check()
    assert hall.room.rosters is None
    hall.root.send("MODE #big +v p30")
    for client in hall.people[:20]:
        client.feed(b"JOIN #big\r\n")
    hall.check()
    assert hall.room.rosters is not None


def test_a_secret_room_is_shown_to_nobody_outside(hall: Hall) -> None:
    hall.root.send("MODE #big +s")
    assert only(hall.outside[0].ask("NAMES #big"), "353") == []
    assert " 353 in0 @ #big :" in hall.inside[0].ask("NAMES #big")[0]


def test_an_operator_of_the_server_outside_sees_who_is_visible(hall: Hall) -> None:
    hall.people[7].send("MODE p7 +i")
    boss = operator(hall.server, "chief")
    hall.root.send("MODE #big +s")
    assert hall.names(boss) == expected(hall.room, False, False, inside=False)
    assert "p7" not in hall.names(boss)


def test_a_login_changes_nothing_that_is_shown(hall: Hall) -> None:
    account(hall.server, "carl")
    carl = connect(hall.server).send(*login("carl"), "CAP END", "JOIN #big")
    hall.check()
    carl.send("LOGOUT")
    hall.check()


# whatever happens


STEP = st.tuples(
    st.sampled_from(
        ["come", "go", "quit", "kick", "name", "o", "v", "away", "say", "host", "hide", "ask", "ask"]
    ),
    st.integers(0, 20),
)


@settings(deadline=None)
@given(steps=st.lists(STEP, max_size=40))
def test_what_is_shown_is_what_there_is(steps: list[tuple[str, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chat.network.irc.roster.LARGE", 4)
        patch.setattr("chat.domain.log.KEEP", 2)
        patch.setattr("chat.domain.log.KEEP_AT_MOST", 6)
        patch.setattr("chat.domain.log.TRIM_STEP", 2)
        town = Town()
        root = town.person("root", "#a")
        town.directory.set_modes(root, {"o"})
        room = town.room("#a")
        for number, (step, choice) in enumerate(steps):
            _change(town, root, f"p{number}", step, choice)
            for form in range(4):
                if step != "ask" or choice % 4 == form:
                    continue
                every, masks = bool(form & 1), bool(form & 2)
                for inside in (True, False):
                    shown = shown_members(room, every, masks, inside).decode().split()
                    assert shown == expected(room, every, masks, inside)


def _change(town: Town, root: Person, name: str, step: str, choice: int) -> None:
    directory, room = town.directory, town.room("#a")
    person = list(room.members)[choice % len(room.members)]
    if step == "come":
        town.person(name, "#a")
    elif step == "name":
        directory.rename(session_of(person), check_name(name))
    elif step in ("o", "v"):
        sign = "-" if step in room.members[person].modes else "+"
        modes.apply(directory, session_of(root), room, read([sign + step, person.shown]))
    elif step == "away":
        directory.set_away(session_of(person), None if person.away else "tea")
    elif step == "say":
        directory.say(session_of(person), room, "x")
    elif step == "host":
        directory.change_identity(session_of(person), host=f"{name}.example")
    elif step == "hide":
        directory.set_modes(person, {"i"} ^ set(person.modes))
    elif person is root:
        return
    elif step == "go":
        directory.part(session_of(person), room)
        if choice % 2:
            directory.join(session_of(person), check_room("#a"))
    elif step == "quit":
        directory.quit(person, "")
    elif step == "kick":
        moderation.kick(directory, session_of(root), room, person, "")


@pytest.mark.parametrize("count", [5, LARGE])
def test_who_comes_back_to_a_large_room_is_shown_their_own_right(count: int) -> None:
    server = make_server(max_per_address=0)
    account(server, "ann")
    people = [join_irc(server, f"p{n}", "#big") for n in range(count)]
    ann = connect(server).send(*login("ann"), "CAP END", "JOIN #big")
    people[0].send("MODE #big +o ann", "NAMES #big")
    ann.lose()
    people[0].send("NAMES #big")
    again = connect(server)
    shown = " ".join(texts(only(again.ask(*login("ann"), "CAP END"), "353"))).split()
    assert "@ann" in shown


@pytest.mark.parametrize("count", [5, LARGE])
def test_a_founder_who_comes_into_their_large_room_is_shown_as_operator(count: int) -> None:
    server = make_server(max_per_address=0)
    account(server, "ann")
    ann = connect(server).send(*login("ann"), "CAP END", "JOIN #big")
    people = [join_irc(server, f"p{n}", "#big") for n in range(count)]
    ann.send("PART #big")
    people[0].send("NAMES #big")
    shown = " ".join(texts(only(ann.ask("JOIN #big"), "353"))).split()
    assert "@ann" in shown
