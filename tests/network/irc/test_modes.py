"""Modes of rooms and of users: MODE."""

import pytest

from chat.domain.modes import CHANGES_AT_MOST, KEY_BYTES, LIST_AT_MOST
from tests.network.chatting import START, Client, Server, connect, join_irc, join_plain
from tests.network.irc.reading import account, arguments, codes, login, only, operator, quiet, texts


@pytest.fixture
def ann(server: Server) -> Client:
    """Who runs #a."""
    return join_irc(server, "ann", "#a")


@pytest.fixture
def bob(server: Server, ann: Client) -> Client:
    """A member of #a without rights; what happened until here is read."""
    client = join_irc(server, "bob", "#a")
    ann.lines()
    return client


def modes(client: Client, room: str = "#a") -> str:
    """The modes of a room as this client sees them."""
    return " ".join(arguments(client.ask(f"MODE {room}")[0])[1:])


def test_a_new_room_has_its_modes_and_its_time(ann: Client) -> None:
    assert ann.ask("MODE #A") == [
        ":chat.test 324 ann #a +nt",
        f":chat.test 329 ann #a {int(START)}",
    ]


def test_a_change_reaches_everybody_once(ann: Client, bob: Client) -> None:
    assert ann.ask("MODE #a +ms-t") == [":ann!ann@host MODE #a +ms-t"]
    assert bob.lines() == [":ann!ann@host MODE #a +ms-t"]
    assert modes(bob) == "+mns"
    assert ann.ask("MODE #a +m") == []
    assert bob.lines() == []


def test_only_operators_of_the_room_change_it(server: Server, ann: Client, bob: Client) -> None:
    assert codes(bob.ask("MODE #a +m")) == ["482"]
    assert codes(join_irc(server, "eve").ask("MODE #a +m")) == ["442"]
    assert codes(bob.ask("MODE #nowhere +m")) == ["403"]
    assert modes(ann) == "+nt"


def test_rights_are_given_and_taken(ann: Client, bob: Client) -> None:
    assert ann.ask("MODE #a +ov BOB bob") == [":ann!ann@host MODE #a +ov bob bob"]
    bob.lines()
    assert bob.ask("MODE #a -o ann") == [":bob!bob@host MODE #a -o ann"]
    assert ann.lines() == [":bob!bob@host MODE #a -o ann"]
    assert codes(ann.ask("MODE #a +o ann")) == ["482"]
    assert texts(only(bob.ask("NAMES #a"), "353")) == ["ann @bob"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("MODE #a +o nobody", "401"),
        ("MODE #a +o", "696"),
        ("MODE #a +o eve", "441"),
        ("MODE #a +Z", "472"),
        ("MODE #a +k", "696"),
        ("MODE #a +l", "696"),
        ("MODE #a +l x", "696"),
        ("MODE #a +l 0", "696"),
        ("MODE #a +l -5", "696"),
        ("MODE #a +l ٣", "696"),
        ("MODE #a +k a,b", "696"),
        (f"MODE #a +k {'x' * (KEY_BYTES + 1)}", "696"),
        ("MODE #a +b :a b", "696"),
        (f"MODE #a +b {'x' * 300}", "696"),
    ],
)
def test_changes_that_are_refused(server: Server, ann: Client, line: str, code: str) -> None:
    join_irc(server, "eve")
    assert codes(ann.ask(line)) == [code]
    assert modes(ann) == "+nt"


def test_what_can_be_done_is_done_beside_what_cannot(ann: Client, bob: Client) -> None:
    lines = ann.ask("MODE #a +mZo nobody")
    assert sorted(codes(lines)) == ["401", "472", "MODE"]
    assert bob.lines() == [":ann!ann@host MODE #a +m"]


def test_changes_of_one_command_are_limited(ann: Client) -> None:
    masks = " ".join(f"m{number}" for number in range(CHANGES_AT_MOST + 1))
    ann.send(f"MODE #a +{'b' * (CHANGES_AT_MOST + 1)} {masks}")
    assert len(only(ann.ask("MODE #a b"), "367")) == CHANGES_AT_MOST


# what the modes do


def test_a_moderated_room_hears_those_with_voice(ann: Client, bob: Client) -> None:
    ann.send("MODE #a +m")
    quiet(ann, bob)
    assert codes(bob.ask("PRIVMSG #a :x")) == ["404"]
    ann.send("MODE #a +v bob")
    bob.lines()
    assert bob.ask("PRIVMSG #a :x") == []
    assert texts(only(ann.lines(), "PRIVMSG")) == ["x"]
    ann.send("MODE #a -m-v bob")
    bob.lines()
    assert bob.ask("PRIVMSG #a :y") == []


def test_a_key(server: Server, ann: Client) -> None:
    assert ann.ask("MODE #a +k sesame") == [":ann!ann@host MODE #a +k sesame"]
    eve = join_irc(server, "eve")
    assert codes(eve.ask("JOIN #a")) == ["475"]
    assert codes(eve.ask("JOIN #a wrong")) == ["475"]
    assert modes(eve) == "+ntk *"
    assert codes(eve.ask("JOIN #b,#a x,sesame"))[-3:] == ["JOIN", "353", "366"]
    assert modes(eve) == "+ntk sesame"
    ann.lines()
    assert ann.ask("MODE #a -k x") == [":ann!ann@host MODE #a -k sesame"]
    assert codes(join_irc(server, "gus").ask("JOIN #a"))[0] == "JOIN"


def test_who_is_there_learns_the_key_and_who_comes_later_does_not(
    server: Server, ann: Client, bob: Client
) -> None:
    eve = join_plain(server, "eve")
    bob.lines()
    ann.send("MODE #a +lk 9 sesame")
    assert only(bob.lines(), "MODE") == [":ann!ann@host MODE #a +lk 9 sesame"]
    eve.lines()
    replayed = "\n".join(eve.ask("/join #a sesame", "/history"))
    assert "+lk 9 *" in replayed
    assert "sesame" not in replayed
    bob.send("CAP REQ :draft/chathistory draft/event-playback")
    (asked,) = only(bob.ask("CHATHISTORY LATEST #a * 20"), "MODE")
    assert asked.endswith(" :ann!ann@host MODE #a +lk 9 *")


def test_a_limit(server: Server, ann: Client, bob: Client) -> None:
    assert ann.ask("MODE #a +l 2") == [":ann!ann@host MODE #a +l 2"]
    eve = join_irc(server, "eve")
    assert codes(eve.ask("JOIN #a")) == ["471"]
    bob.send("PART #a")
    assert codes(eve.ask("JOIN #a"))[0] == "JOIN"
    ann.lines()
    assert ann.ask("MODE #a -l") == [":ann!ann@host MODE #a -l"]


def test_invitation_only_with_exceptions(server: Server, ann: Client) -> None:
    ann.send("MODE #a +iI eve")
    assert codes(join_irc(server, "gus").ask("JOIN #a")) == ["473"]
    assert codes(join_irc(server, "eve").ask("JOIN #a"))[0] == "JOIN"


def test_a_ban_keeps_out_and_silences_except_exceptions(server: Server, ann: Client, bob: Client) -> None:
    ann.send("MODE #a +be *!b*@host *!*@elsewhere")
    quiet(ann, bob)
    assert codes(bob.ask("PRIVMSG #a :x")) == ["404"]
    bob.send("PART #a")
    assert codes(bob.ask("JOIN #a")) == ["474"]
    ann.send("MODE #a +e BOB")
    assert codes(bob.ask("JOIN #a"))[0] == "JOIN"
    assert bob.ask("PRIVMSG #a :x") == []
    ann.send("MODE #a -e bob!*@*")
    bob.lines()
    assert codes(bob.ask("PRIVMSG #a :x")) == ["404"]
    ann.send("MODE #a +v bob")
    bob.lines()
    assert bob.ask("PRIVMSG #a :x") == []


def test_a_mute_silences_and_lets_in(server: Server, ann: Client, bob: Client) -> None:
    ann.send("MODE #a +b m:bob")
    bob.send("PART #a")
    assert codes(bob.ask("JOIN #a"))[0] == "JOIN"
    assert codes(bob.ask("PRIVMSG #a :x")) == ["404"]
    assert arguments(only(ann.ask("MODE #a b"), "367")[0])[1] == "m:bob!*@*"


def test_a_ban_of_an_account(server: Server, ann: Client) -> None:
    account(server, "carl")
    carl = connect(server).send(*login("carl"), "CAP END")
    carl.lines()
    ann.send("MODE #a +b a:CARL")
    assert codes(carl.ask("JOIN #a")) == ["474"]
    assert codes(join_irc(server, "eve").ask("JOIN #a"))[0] == "JOIN"


def test_a_room_for_those_who_are_logged_in(server: Server, ann: Client) -> None:
    account(server, "carl")
    ann.send("MODE #a +R")
    assert codes(join_irc(server, "eve").ask("JOIN #a")) == ["477"]
    carl = connect(server).send(*login("carl"), "CAP END")
    carl.lines()
    assert codes(carl.ask("JOIN #a"))[0] == "JOIN"


def test_a_room_without_ctcp(ann: Client, bob: Client) -> None:
    ann.send("MODE #a +C")
    bob.lines()
    assert codes(bob.ask("PRIVMSG #a :\x01VERSION\x01")) == ["404"]
    assert bob.ask("PRIVMSG #a :\x01ACTION waves\x01", "PRIVMSG #a :hi") == []


def test_a_secret_room_is_nowhere_seen_from_outside(server: Server, ann: Client, bob: Client) -> None:
    ann.send("MODE #a +s", "TOPIC #a :treasure")
    eve = join_irc(server, "eve")
    asked = [
        "LIST",
        "LIST #a",
        "NAMES",
        "NAMES #a",
        "WHO #a",
        "WHOIS ann",
        "WHO ann",
        "TOPIC #a",
        "MODE #a b",
    ]
    lines = eve.ask(*asked)
    assert not only(lines, "322", "353", "319", "332", "367")
    assert not any("treasure" in line for line in lines)
    assert [arguments(line)[0] for line in only(lines, "352")] == ["*"]
    lines = bob.ask("LIST", "NAMES #a", "WHOIS ann")
    assert [arguments(line)[0] for line in only(lines, "322", "353")] == ["#a", "@"]
    assert texts(only(lines, "319")) == ["@#a"]


# lists


def test_lists_are_shown_with_who_and_when(ann: Client, bob: Client) -> None:
    ann.send("MODE #a +b eve", "MODE #a +b *@spam.example")
    bob.lines()
    assert bob.ask("MODE #a +b") == [
        f":chat.test 367 bob #a eve!*@* ann!ann@host {int(START)}",
        f":chat.test 367 bob #a *!*@spam.example ann!ann@host {int(START)}",
        ":chat.test 368 bob #a :End of channel ban list",
    ]
    assert codes(bob.ask("MODE #a e")) == ["349"]
    assert codes(bob.ask("MODE #a I")) == ["347"]
    ann.send("MODE #a +eI x y")
    bob.lines()
    assert codes(bob.ask("MODE #a beI")) == ["367", "367", "368", "348", "349", "346", "347"]


def test_a_mask_stands_in_a_list_once(ann: Client) -> None:
    assert ann.ask("MODE #a +b EVE") == [":ann!ann@host MODE #a +b EVE!*@*"]
    assert ann.ask("MODE #a +b eve!*@*") == []
    assert ann.ask("MODE #a -b eve") == [":ann!ann@host MODE #a -b EVE!*@*"]
    assert ann.ask("MODE #a -b eve") == []


def test_lists_are_limited(ann: Client) -> None:
    for start in range(0, LIST_AT_MOST, 10):
        ann.send(f"MODE #a +{'b' * 10} " + " ".join(f"m{n}" for n in range(start, start + 10)))
    ann.lines()
    assert arguments(ann.ask("MODE #a +e more")[0])[:2] == ["#a", "e"]
    assert codes(ann.ask("MODE #a +I more")) == ["478"]


# of users


def test_the_modes_of_a_user(ann: Client) -> None:
    assert ann.ask("MODE ann") == [":chat.test 221 ann +"]
    assert ann.ask("MODE ANN +iw") == [":ann!ann@host MODE ann +iw"]
    assert ann.ask("MODE ann") == [":chat.test 221 ann +iw"]
    assert ann.ask("MODE ann -i+i-w") == [":ann!ann@host MODE ann -i+i-w"]
    assert ann.ask("MODE ann") == [":chat.test 221 ann +i"]
    assert ann.ask("MODE ann +i") == []


def test_nobody_makes_themselves_an_operator(ann: Client) -> None:
    assert ann.ask("MODE ann +o") == []
    assert ann.ask("MODE ann") == [":chat.test 221 ann +"]


def test_an_operator_may_give_it_up(server: Server) -> None:
    root = operator(server)
    assert root.ask("MODE root") == [":chat.test 221 root +o"]
    assert root.ask("MODE root -o") == [":root!root@host MODE root -o"]
    assert codes(root.ask("KILL nobody")) == ["481"]


@pytest.mark.parametrize(
    ("line", "code"), [("MODE bob", "502"), ("MODE nobody", "401"), ("MODE ann +Z", "501"), ("MODE", "461")]
)
def test_modes_of_users_that_are_refused(ann: Client, bob: Client, line: str, code: str) -> None:
    assert codes(ann.ask(line)) == [code]


def test_a_bot_is_marked(server: Server, ann: Client, bob: Client) -> None:
    eve = join_irc(server, "eve", "#a", caps="message-tags")
    ann.send("MODE ann +B", "PRIVMSG #a :beep")
    assert only(eve.lines(), "PRIVMSG")[0].startswith("@msgid=")
    ann.send("PRIVMSG #a :beep")
    assert ";bot" in eve.lines()[0].split(" ")[0]
    assert codes(only(eve.ask("WHOIS ann"), "335")) == ["335"]
    assert arguments(only(eve.ask("WHO ann"), "352")[0])[5] == "H@B"


def test_invisible_people_are_found_only_by_those_who_share_a_room(
    server: Server, ann: Client, bob: Client
) -> None:
    ann.send("MODE ann +i")
    eve = join_irc(server, "eve")
    assert [arguments(line)[4] for line in only(eve.ask("WHO *"), "352")] == ["bob", "eve"]
    assert sorted(arguments(line)[4] for line in only(bob.ask("WHO *"), "352")) == [
        "ann",
        "bob",
        "eve",
    ]
    assert texts(only(eve.ask("NAMES #a"), "353")) == ["bob"]
    assert not only(eve.ask("WHOIS ann"), "319")
    assert only(bob.ask("WHOIS ann"), "319")
    assert "1 invisible" in texts(only(eve.ask("LUSERS"), "251"))[0]


# what lasts


def test_the_rights_and_modes_of_a_founder_last(server: Server) -> None:
    account(server, "carl")
    carl = connect(server).send(
        *login("carl"), "CAP END", "JOIN #c", "MODE #c +mk key", "TOPIC #c :mine", "QUIT"
    )
    assert carl.closed
    eve = join_irc(server, "eve")
    assert codes(eve.ask("JOIN #c")) == ["475"]
    lines = eve.ask("JOIN #c key")
    assert texts(only(lines, "332")) == ["mine"]
    assert texts(only(lines, "353")) == ["eve"]
    again = connect(server).send(*login("carl"), "CAP END")
    assert "@carl" in texts(only(again.lines(), "353"))[0].split()
    assert eve.lines()[-1].endswith(" MODE #c +o carl")
