"""What the window adds to the desk."""

from chat.client.desk.pages import MAX_LINES
from chat.client.link.events import Event, Kind, Said, StateChanged

from .test_views import Seat


def message(number: int) -> Event:
    return Said("#lobby", "ann", f"text {number}", Kind.SAY, float(number), history=True, msgid=f"id{number}")


def test_earlier_messages_come_before_and_once() -> None:
    seat = Seat()
    page = seat.desk.pages.current
    before = list(page.lines)
    assert seat.desk.add_earlier(page, [message(2), message(3)]) == 2
    assert seat.desk.add_earlier(page, [message(1), message(2)]) == 1
    assert [line.text for line in page.lines][:3] == ["text 1", "text 2", "text 3"]
    assert list(page.lines)[3:] == before


def test_a_full_page_takes_no_more() -> None:
    seat = Seat()
    page = seat.desk.pages.current
    assert seat.desk.add_earlier(page, [message(n) for n in range(MAX_LINES + 10)]) <= MAX_LINES
    assert seat.desk.add_earlier(page, [message(-1)]) == 0
    assert len(page.lines) == MAX_LINES


def test_search_results_go_to_their_pane_and_states_to_the_window() -> None:
    seat = Seat()
    found: list[tuple[str, int]] = []
    states: list[StateChanged] = []
    seat.desk.show_found = lambda words, messages: found.append((words, len(messages)))
    seat.desk.state_changed = states.append
    seat.desk.found("words", [])
    assert found == [("words", 0)]
    seat.script.lose()
    assert states[-1].retry_in is not None
    assert seat.desk.sentence == states[-1].sentence


def test_what_the_window_holds_can_be_searched() -> None:
    seat = Seat()
    for text in ("coffee is ready", "tea is ready", "more COFFEE"):
        seat.script.say(f":ann!a@h PRIVMSG #kitchen :{text}")
    assert [message.text for message in seat.desk.search_here("coffee")] == ["coffee is ready", "more COFFEE"]
    assert [message.place for message in seat.desk.search_here("ann tea")] == ["#kitchen"]
    assert seat.desk.search_here("cake") == []
