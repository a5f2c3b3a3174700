"""Pages of lines, and which of them is looked at."""

from chat.client.desk.pages import MAX_LINES, MAX_PAGES, MAX_PRIVATE, Line, Pages, Sort


def pages() -> Pages:
    return Pages(str.lower, lambda place: place.startswith("#"))


def say(found: Pages, place: str, text: str = "x", mention: bool = False) -> None:
    page = found.make(place)
    line = Line(Sort.SAY, text, 1.0, "ann", mention=mention)
    page.add(line)
    found.arrived(page, line, counts=True)


def test_what_comes_to_other_pages_is_counted_until_they_are_looked_at() -> None:
    found = pages()
    say(found, "#a")
    say(found, "#A", mention=True)
    page = found.find("#a")
    assert page is not None
    assert (page.unread, page.mentioned, page.marker) == (2, True, page.lines[0])
    found.go(page)
    assert (page.unread, page.mentioned) == (0, False)
    assert page.marker is page.lines[0]
    say(found, "#a")
    assert page.unread == 0
    found.go(found.server)
    assert page.marker is None


def test_going_about() -> None:
    found = pages()
    a, b = found.make("#a"), found.make("#b")
    found.step(-1)
    assert found.current is b
    found.step(1)
    assert found.current is found.server
    found.number(2)
    assert found.current is a
    found.number(9)
    assert found.current is a


def test_the_next_page_with_something_unread_is_one_where_we_are_meant() -> None:
    found = pages()
    say(found, "#a")
    say(found, "bob", mention=True)
    found.next_unread()
    assert found.current.place == "bob"
    found.next_unread()
    assert found.current.place == "#a"
    found.next_unread()
    assert found.current.place == "#a"


def test_closing_a_page_goes_back() -> None:
    found = pages()
    a, b = found.make("#a"), found.make("#b")
    found.go(a)
    found.go(b)
    found.drop(b)
    assert found.current is a
    found.drop(found.server)
    assert found.server in found.all


def test_pages_that_are_no_places() -> None:
    found = pages()
    search = found.titled("search")
    assert found.titled("search") is search
    assert search.place == ""
    assert found.titled("server") is found.server


def test_lines_and_pages_are_bounded() -> None:
    found = pages()
    page = found.make("#a")
    for number in range(MAX_LINES + 5):
        page.add(Line(Sort.SAY, str(number)))
    assert len(page.lines) == MAX_LINES
    page.insert_before([Line(Sort.SAY, "old")])
    assert page.lines[0].text == "5"
    for number in range(MAX_PAGES + 5):
        found.make(f"#room{number}")
    assert len(found.all) == MAX_PAGES


def test_strangers_beyond_a_number_share_a_page_and_no_room_loses_its_own() -> None:
    found = pages()
    found.go(found.make("#a"))
    for number in range(MAX_PRIVATE):
        assert found.heard(f"stranger{number}").place == f"stranger{number}"
    shared = found.heard("one more")
    assert (shared.place, shared.title) == ("", "strangers")
    assert found.heard("yet another") is shared
    assert found.heard("stranger0").place == "stranger0"
    # Whom we write to ourselves, and rooms, have a page in any case.
    assert found.make("friend").place == "friend"
    assert found.heard("#b").place == "#b"


def test_with_too_many_pages_the_one_missed_least_goes() -> None:
    found = pages()
    first, second, third = (found.make(name) for name in ("ann", "bob", "carl"))
    first.draft = "half a thought"
    second.unread = 2
    while len(found.all) < MAX_PAGES:
        found.make(f"#room{len(found.all)}")
    found.make("#new")
    assert third not in found.all
    assert {first, second} <= set(found.all)


def test_what_comes_while_nobody_looks_at_the_end_is_counted() -> None:
    found = pages()
    page = found.make("#a")
    found.go(page)
    found.attend(False)
    say(found, "#a", mention=True)
    assert (page.unread, page.mentioned, page.marker) == (1, True, page.lines[0])
    found.attend(True)
    assert (page.unread, page.mentioned, page.marker) == (0, False, page.lines[0])
    page.scroll = 3
    say(found, "#a")
    found.looked()
    assert page.unread == 1
    page.scroll = 0
    found.looked()
    assert page.unread == 0


def test_older_lines_go_before() -> None:
    page = pages().server
    page.add(Line(Sort.SAY, "3"))
    page.insert_before([Line(Sort.SAY, "1"), Line(Sort.SAY, "2")])
    assert [line.text for line in page.lines] == ["1", "2", "3"]


def test_those_who_come_together_share_a_line() -> None:
    page = pages().server
    page.came_or_went(Sort.CAME, "ann", 1.0)
    page.came_or_went(Sort.CAME, "bob", 2.0)
    page.came_or_went(Sort.WENT, "ann", 3.0, "gone")
    page.came_or_went(Sort.WENT, "bob", 4.0)
    page.came_or_went(Sort.CAME, "ann", 5.0)
    page.came_or_went(Sort.CAME, "bob", 500.0)
    assert [line.text for line in page.lines] == [
        "ann, bob joined",
        "ann left (gone)",
        "bob left",
        "ann joined",
        "bob joined",
    ]


def test_who_spoke_last_comes_first() -> None:
    page = pages().server
    for author in ("ann", "bob", "ann", "me", ""):
        page.add(Line(Sort.SAY, "x", author=author, own=author == "me"))
    assert list(page.speakers()) == ["ann", "bob"]
