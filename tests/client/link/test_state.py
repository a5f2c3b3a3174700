"""Rooms, people, and which messages were seen."""

from chat.client.link.state import MAX_PLACES, MAX_SEEN, Memory, Roster


def roster() -> Roster:
    return Roster(str.lower)


def test_people_come_and_go() -> None:
    known = roster()
    room = known.enter("#Lobby")
    known.add(room, "Ann")
    known.add(room, "bob")
    assert known.room("#lobby") is room
    assert [r.name for r in known.with_person("ANN")] == ["#Lobby"]
    assert known.rename("ann", "Anna") == [room]
    assert [person.name for person in room.sorted_people()] == ["Anna", "bob"]
    known.remove(room, "BOB")
    assert list(room.people) == ["anna"]
    known.drop("#LOBBY")
    assert known.room("#lobby") is None


def test_a_list_of_names_replaces_who_was_there_when_it_is_complete() -> None:
    known = roster()
    room = known.enter("#x")
    known.add(room, "gone")
    known.add(room, "ann", "annas-account")
    known.list_names(room, "@+ann!a@h +bob", "~@+")
    assert "gone" in room.people
    known.list_complete(room)
    assert [(p.modes, p.name, p.account) for p in room.sorted_people()] == [
        ("@+", "ann", "annas-account"),
        ("+", "bob", None),
    ]
    known.list_complete(room)
    assert len(room.people) == 2


def test_rights_are_kept_in_order() -> None:
    known = roster()
    room = known.enter("#x")
    known.add(room, "ann")
    known.set_mode(room, "ANN", "+", True, "~@+")
    known.set_mode(room, "ann", "@", True, "~@+")
    assert room.people["ann"].modes == "@+"
    known.set_mode(room, "ann", "+", False, "~@+")
    assert room.people["ann"].modes == "@"
    known.set_mode(room, "nobody", "+", True, "~@+")


def test_after_a_drop_rooms_are_known_and_not_joined() -> None:
    known = roster()
    room = known.enter("#x")
    known.disconnected()
    assert (known.room("#x"), room.joined) == (room, False)


def test_messages_are_new_once() -> None:
    memory = Memory()
    assert memory.is_new("a")
    assert not memory.is_new("a")
    assert memory.is_new("")
    assert memory.is_new("")
    for number in range(MAX_SEEN):
        memory.is_new(str(number))
    assert memory.is_new("a")


def test_the_newest_message_of_a_place() -> None:
    memory = Memory()
    memory.note("#x", "m2", 2.0)
    memory.note("#x", "m1", 1.0)
    memory.note("#x", "", 9.0)
    assert memory.newest("#x") == ("m2", 2.0)
    memory.note("ann", "m3", 3.0)
    assert memory.latest_places(1) == ["ann"]
    memory.forget("#x")
    assert memory.newest("#x") is None
    for number in range(MAX_PLACES):
        memory.note(f"#{number}", "m", 5.0)
    assert memory.newest("ann") is None
