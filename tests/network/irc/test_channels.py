"""Rooms: JOIN, PART, TOPIC, KICK, INVITE."""

import pytest

from chat.domain.directory import ROOMS_AT_MOST
from chat.domain.text import REASON_BYTES, TOPIC_BYTES
from chat.network.irc.isupport import TARGETS_AT_MOST
from tests.network.chatting import START, Server, connect, join_irc, join_plain
from tests.network.irc.reading import account, arguments, bare, codes, login, only, operator, quiet, texts

# JOIN


def test_who_makes_a_room_runs_it(server: Server) -> None:
    ann = join_irc(server, "ann")
    assert ann.ask("JOIN #Garden") == [
        ":ann!ann@host JOIN #Garden",
        ":chat.test 353 ann = #Garden :@ann",
        ":chat.test 366 ann #Garden :End of /NAMES list",
    ]


def test_who_comes_later_gets_the_topic_and_the_names(server: Server) -> None:
    ann = join_irc(server, "ann", "#garden")
    ann.send("TOPIC #garden :roses")
    bob = join_irc(server, "bob")
    lines = bob.ask("JOIN #GARDEN")
    assert lines[:3] == [
        ":bob!bob@host JOIN #garden",
        ":chat.test 332 bob #garden :roses",
        f":chat.test 333 bob #garden ann!ann@host {int(START)}",
    ]
    assert sorted(texts(only(lines, "353"))[0].split()) == ["@ann", "bob"]


def test_several_rooms_in_one_command(server: Server) -> None:
    ann = join_irc(server, "ann")
    lines = ann.ask("JOIN #a,#b,#a,,#c")
    assert only(lines, "JOIN") == [f":ann!ann@host JOIN #{name}" for name in "abc"]
    assert not any(code.startswith("4") for code in codes(lines))


def test_joining_again_is_nothing(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    ann.lines()
    assert bob.ask("JOIN #A") == []
    assert ann.lines() == []


@pytest.mark.parametrize(
    ("room", "code"),
    [("garden", "403"), ("&garden", "403"), ("#", "476"), ("#a\x07b", "476"), ("#" + "x" * 99, "476")],
)
def test_names_of_rooms_that_cannot_be(server: Server, room: str, code: str) -> None:
    ann = join_irc(server, "ann")
    lines = ann.ask(f"JOIN {room},#fine")
    assert codes(lines)[:2] == [code, "JOIN"]


def test_join_0_leaves_all_rooms(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a", "#b"), join_irc(server, "bob", "#a", "#b")
    quiet(ann, bob)
    assert ann.ask("JOIN 0") == [":ann!ann@host PART #a", ":ann!ann@host PART #b"]
    assert bob.lines() == [":ann!ann@host PART #a", ":ann!ann@host PART #b"]


def test_rooms_are_limited(server: Server) -> None:
    ann = join_irc(server, "ann")
    for start in range(0, ROOMS_AT_MOST, TARGETS_AT_MOST // 2):
        ann.send("JOIN " + ",".join(f"#{n}" for n in range(start, start + TARGETS_AT_MOST // 2)))
    assert bare(ann.ask("JOIN #more")) == [":chat.test 405 ann #more :You have joined too many channels"]


def test_targets_are_limited(server: Server) -> None:
    ann = join_irc(server, "ann")
    lines = ann.ask("JOIN " + ",".join(f"#{number}" for number in range(TARGETS_AT_MOST + 1)))
    assert arguments(only(lines, "407")[0])[0] == f"#{TARGETS_AT_MOST}"
    assert len(only(lines, "JOIN")) == TARGETS_AT_MOST


def test_extended_join_says_the_account_and_the_real_name(server: Server) -> None:
    account(server, "carl")
    ann = join_irc(server, "ann", "#a", caps="extended-join")
    plain = join_irc(server, "eve", "#a")
    bob = join_irc(server, "bob", caps="extended-join")
    quiet(ann, plain)
    assert only(bob.ask("JOIN #a"), "JOIN") == [":bob!bob@host JOIN #a * :Bob"]
    assert ann.lines() == [":bob!bob@host JOIN #a * :Bob"]
    assert plain.lines() == [":bob!bob@host JOIN #a"]


def test_somebody_who_comes_and_goes_at_once_is_seen_in_order(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob")
    ann.lines()
    bob.feed(b"JOIN #a\r\nPRIVMSG #a :hi\r\nPART #a\r\n")
    assert codes(ann.lines()) == ["JOIN", "PRIVMSG", "PART"]


# PART


def test_part_with_a_reason(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    quiet(ann, bob)
    assert bob.ask("PART #A :tea time") == [":bob!bob@host PART #a :tea time"]
    assert ann.lines() == [":bob!bob@host PART #a :tea time"]
    ann.send("PRIVMSG #a :still here?")
    assert bob.lines() == []
    assert codes(bob.ask("PART #a")) == ["442"]


def test_part_of_several_rooms_some_of_which_are_none(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b")
    lines = ann.ask("PART #a,#nowhere,#b :bye")
    assert codes(lines) == ["PART", "403", "PART"]
    assert lines[1] == ":chat.test 403 ann #nowhere :No such channel"


def test_a_room_that_everybody_left_is_forgotten(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    ann.send("TOPIC #a :old", "MODE #a +m", "PART #a")
    assert codes(ann.ask("MODE #a")) == ["403"]
    lines = ann.ask("JOIN #a")
    assert "332" not in codes(lines)
    assert arguments(ann.ask("MODE #a")[0])[1] == "+nt"


# TOPIC


def test_a_topic_is_set_shown_and_taken_away(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    quiet(ann, bob)
    assert codes(ann.ask("TOPIC #a")) == ["331"]
    assert ann.ask("TOPIC #a :roses and tulips") == [":ann!ann@host TOPIC #a :roses and tulips"]
    assert bob.lines() == [":ann!ann@host TOPIC #a :roses and tulips"]
    assert bob.ask("TOPIC #A") == [
        ":chat.test 332 bob #a :roses and tulips",
        f":chat.test 333 bob #a ann!ann@host {int(START)}",
    ]
    assert ann.ask("TOPIC #a :") == [":ann!ann@host TOPIC #a :"]
    assert bob.lines() == [":ann!ann@host TOPIC #a :"]
    assert codes(bob.ask("TOPIC #a")) == ["331"]


def test_only_operators_set_the_topic_unless_the_room_allows_it(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    quiet(ann, bob)
    assert codes(bob.ask("TOPIC #a :mine")) == ["482"]
    ann.send("MODE #a -t")
    bob.lines()
    assert bob.ask("TOPIC #a :mine") == [":bob!bob@host TOPIC #a :mine"]


def test_topics_from_outside(server: Server) -> None:
    join_irc(server, "ann", "#a").send("TOPIC #a :roses")
    bob = join_irc(server, "bob")
    assert codes(bob.ask("TOPIC #a :mine")) == ["442"]
    assert codes(bob.ask("TOPIC #a")) == ["332", "333"]
    assert codes(bob.ask("TOPIC #nowhere")) == ["403"]
    assert codes(bob.ask("TOPIC")) == ["461"]


def test_the_topic_of_a_secret_room_is_not_shown_outside(server: Server) -> None:
    join_irc(server, "ann", "#a").send("TOPIC #a :roses", "MODE #a +s")
    assert codes(join_irc(server, "bob").ask("TOPIC #a")) == ["403"]


def test_a_topic_is_cut_between_characters(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    (line,) = ann.ask("TOPIC #a :x" + "é" * 230)
    (topic,) = texts([line])
    assert len(topic.encode()) in (TOPIC_BYTES, TOPIC_BYTES - 1)
    assert topic == "x" + "é" * (len(topic) - 1)


# KICK


def test_a_kick_reaches_everybody_once(server: Server) -> None:
    ann, bob, eve = (join_irc(server, nick, "#a", "#b") for nick in ("ann", "bob", "eve"))
    quiet(ann, bob, eve)
    expected = [":ann!ann@host KICK #a bob :enough"]
    assert ann.ask("KICK #a bob :enough") == expected
    assert bob.lines() == expected
    assert eve.lines() == expected
    ann.send("PRIVMSG #a :gone")
    assert bob.lines() == []
    ann.send("PRIVMSG #b :here")
    assert bob.lines() == [":ann!ann@host PRIVMSG #b :here"]


def test_a_kicked_person_has_what_was_said_before(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a")
    quiet(ann, bob)
    ann.feed(b"PRIVMSG #a :last words\r\nKICK #a bob :out\r\n")
    assert codes(bob.lines()) == ["PRIVMSG", "KICK"]


def test_a_kick_without_a_reason_names_the_operator(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    join_irc(server, "bob", "#a")
    assert only(ann.ask("KICK #a bob"), "KICK") == [":ann!ann@host KICK #a bob :ann"]


def test_several_people_and_oneself(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    for nick in ("bob", "eve"):
        join_irc(server, nick, "#a")
    ann.lines()
    lines = ann.ask("KICK #a bob,carl,eve,ann :all")
    assert codes(lines) == ["KICK", "401", "KICK", "KICK"]


def test_pairs_of_rooms_and_people(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", "#b")
    join_irc(server, "bob", "#a", "#b")
    ann.lines()
    assert ann.ask("KICK #a,#b bob,bob") == [
        ":ann!ann@host KICK #a bob :ann",
        ":ann!ann@host KICK #b bob :ann",
    ]
    assert codes(ann.ask("KICK #a,#b bob,bob,bob")) == ["461"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("KICK #a", "461"),
        ("KICK #nowhere bob", "403"),
        ("KICK #a nobody", "401"),
        ("KICK #a ann", "482"),
        ("KICK #b ann", "442"),
    ],
)
def test_kicks_that_are_refused(server: Server, line: str, code: str) -> None:
    join_irc(server, "ann", "#a", "#b")
    bob = join_irc(server, "bob", "#a")
    assert codes(bob.ask(line)) == [code]


def test_who_is_not_in_the_room_cannot_be_kicked(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    join_irc(server, "bob")
    assert ann.ask("KICK #a bob") == [":chat.test 441 ann bob #a :They aren't on that channel"]


def test_a_reason_is_cut(server: Server) -> None:
    ann = join_irc(server, "ann", "#a")
    join_irc(server, "bob", "#a")
    (line,) = only(ann.ask("KICK #a bob :" + "y" * (REASON_BYTES + 50)), "KICK")
    assert texts([line]) == ["y" * REASON_BYTES]


def test_a_founder_is_put_out_only_by_an_operator_of_the_server(server: Server) -> None:
    account(server, "ann")
    ann = join_irc(server, "temp", caps="sasl")
    server.factory.logins.log_in(ann.protocol.session, "ann", "sesame", lambda answer: None)
    ann.send("NICK ann", "JOIN #a")
    bob = join_irc(server, "bob", "#a")
    ann.send("MODE #a +o bob")
    bob.lines()
    assert codes(bob.ask("KICK #a ann")) == ["482"]
    assert codes(bob.ask("MODE #a -o ann")) == ["482"]
    root = operator(server, "root", "#a")
    quiet(root, ann, bob)
    root.send("KICK #a ann :really")
    assert codes(ann.lines()) == ["KICK"]
    assert codes(bob.lines()) == ["KICK"]


# INVITE


def test_an_invitation(server: Server) -> None:
    ann, bob, eve = join_irc(server, "ann", "#a"), join_irc(server, "bob"), join_irc(server, "eve", "#a")
    quiet(ann, eve)
    assert ann.ask("INVITE Bob #A") == [":chat.test 341 ann bob #a"]
    assert bob.lines() == [":ann!ann@host INVITE bob #a"]
    assert eve.lines() == []
    assert bob.ask("INVITE") == [":chat.test 336 bob #a", ":chat.test 337 bob :End of /INVITE list"]


def test_an_invitation_opens_every_door_once(server: Server) -> None:
    ann, bob = join_irc(server, "ann", "#a"), join_irc(server, "bob")
    ann.send("MODE #a +iklb key 1 *!*@*")
    assert codes(bob.ask("JOIN #a")) == ["474"]
    ann.send("INVITE bob #a")
    bob.lines()
    assert codes(bob.ask("JOIN #a"))[0] == "JOIN"
    bob.send("PART #a")
    assert codes(bob.ask("JOIN #a"))[-1] == "474"


def test_operators_with_invite_notify_are_told(server: Server) -> None:
    ann = join_irc(server, "ann", "#a", caps="invite-notify")
    ann.send("MODE #a -i")
    eve = join_irc(server, "eve", "#a", caps="invite-notify")
    bob = join_irc(server, "bob")
    ann.send("MODE #a +o eve")
    quiet(ann, eve)
    eve.send("INVITE bob #a")
    assert ann.lines() == [":eve!eve@host INVITE bob #a"]
    assert codes(eve.lines()) == ["341"]
    assert codes(bob.lines()) == ["INVITE"]


def test_members_invite_but_not_into_closed_rooms(server: Server) -> None:
    ann, bob, eve = join_irc(server, "ann", "#a"), join_irc(server, "bob", "#a"), join_irc(server, "eve")
    quiet(ann, bob)
    assert codes(bob.ask("INVITE eve #a")) == ["341"]
    ann.send("MODE #a +i")
    bob.lines()
    assert codes(bob.ask("INVITE eve #a")) == ["482"]
    eve.lines()
    # What a member without rights says is no key to the room.
    assert codes(eve.ask("JOIN #a")) == ["473"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("INVITE bob", "461"),
        ("INVITE nobody #a", "401"),
        ("INVITE bob #nowhere", "403"),
        ("INVITE eve #a", "443"),
        ("INVITE bob #b", "442"),
    ],
)
def test_invitations_that_are_refused(server: Server, line: str, code: str) -> None:
    join_irc(server, "eve", "#a", "#b")
    join_irc(server, "bob")
    ann = join_irc(server, "ann", "#a")
    assert codes(ann.ask(line)) == [code]


def test_inviting_somebody_who_is_away_says_so(server: Server) -> None:
    join_irc(server, "bob").send("AWAY :asleep")
    ann = join_irc(server, "ann", "#a")
    assert codes(ann.ask("INVITE bob #a")) == ["341", "301"]


# with people on plain connections


def test_people_and_programs_share_rooms_topics_and_kicks(server: Server) -> None:
    ann = join_irc(server, "ann", "#tea")
    tess = join_plain(server, "tess").send("/join tea")
    assert codes(ann.lines()) == ["JOIN"]
    ann.send("TOPIC #tea :Darjeeling")
    assert any("Darjeeling" in line for line in tess.lines())
    ann.send("KICK #tea tess :closed")
    assert any("closed" in line for line in tess.lines())
    assert codes(ann.lines()) == ["TOPIC", "KICK"]


def test_the_rooms_of_somebody_whose_connection_dropped_come_back(server: Server) -> None:
    account(server, "ann")
    ann = connect(server).send(*login("ann"), "CAP END", "JOIN #a,#b")
    bob = join_irc(server, "bob", "#a")
    ann.send("PRIVMSG #a :hello")
    ann.lose()
    bob.lines()
    again = connect(server)
    lines = again.ask(*login("ann"), "CAP END")
    assert sorted(only(lines, "JOIN")) == [":ann!ann@host JOIN #a", ":ann!ann@host JOIN #b"]
    assert "@ann" in texts(only(lines, "353"))[0].split()
    assert bob.lines() == [], "nobody was gone"
