"""What the input remembers."""

from chat.client.desk.candidates import Candidate
from chat.client.window.recall import MAX_HISTORY, Completing, InputHistory


def test_up_and_down_go_through_what_was_entered_and_back_to_the_draft() -> None:
    history = InputHistory()
    history.add("one")
    history.add("two")
    assert history.newer() is None
    assert history.older("draft") == "two"
    assert history.older("two") == "one"
    assert history.older("one") is None
    assert history.newer() == "two"
    assert history.newer() == "draft"
    assert history.newer() is None


def test_entering_the_same_again_adds_nothing_and_starts_at_the_end() -> None:
    history = InputHistory()
    for line in ("one", "two", "two"):
        history.add(line)
    assert [history.older(""), history.older(""), history.older("")] == ["two", "one", None]
    history.add("three")
    assert history.older("") == "three"


def test_it_is_bounded() -> None:
    history = InputHistory()
    for number in range(MAX_HISTORY + 10):
        history.add(str(number))
    count = 0
    while history.older("") is not None:
        count += 1
    assert count == MAX_HISTORY


def test_tab_goes_round_through_the_candidates() -> None:
    completing = Completing()
    completing.begin("hi an", [Candidate("anna ", 2, "anna"), Candidate("andy ", 2, "andy")])
    assert [completing.step(1), completing.step(1), completing.step(1)] == [
        "hi anna ",
        "hi andy ",
        "hi anna ",
    ]
    assert completing.step(-1) == "hi andy "
    completing.end()
    assert completing.step(1) is None


def test_backwards_begins_with_the_last_and_a_single_one_ends_it() -> None:
    completing = Completing()
    completing.begin("a", [Candidate("ann: ", 1, "ann"), Candidate("abe: ", 1, "abe")])
    assert completing.step(-1) == "abe: "
    completing.begin("b", [Candidate("bob: ", 1, "bob")])
    assert completing.step(1) == "bob: "
    assert not completing.candidates


def test_a_line_with_a_password_is_not_remembered() -> None:
    history = InputHistory()
    history.add("/oper root secret")
    history.add("/login ann secret")
    assert history.older("") is None
