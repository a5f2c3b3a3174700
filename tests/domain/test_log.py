"""A room's log: positions, what is kept, and gaps."""

from chat.domain.events import Identity, Joined, Said, Tagged
from chat.domain.log import KEEP, KEEP_AT_MOST, KEEP_SECONDS, TRIM_STEP, Log

ANN = Identity(1, "ann", "u", "h")


def said(number: int, time: float = 0.0) -> Said:
    """An event with a number."""
    return Said(f"{number:028x}", time, ANN, "#a", str(number))


def numbers(log: Log, position: int, limit: int | None = None) -> list[int]:
    """The numbers of what is read."""
    return [int(event.text) for event in log.read(position, limit).events if isinstance(event, Said)]


def test_positions_count_from_0() -> None:
    log = Log("#a")
    assert [log.append(said(number)) for number in range(3)] == [0, 1, 2]
    assert log.end == 3
    assert numbers(log, 0) == [0, 1, 2]
    assert numbers(log, 1, 1) == [1]
    assert numbers(log, 3) == []
    assert [event.msgid for event in log.last(2)] == [said(1).msgid, said(2).msgid]
    assert log.last(0) == []


def test_a_quiet_room_keeps_a_few_and_tells_of_the_gap() -> None:
    log = Log("#a")
    total = KEEP + 3 * TRIM_STEP
    for number in range(total):
        log.append(said(number, time=number * KEEP_SECONDS))
    assert KEEP <= len(log.entries) <= KEEP + TRIM_STEP
    reading = log.read(0)
    assert reading.start == reading.missed == log.base == total - len(log.entries)
    assert numbers(log, 0) == list(range(log.base, total))
    assert log.read(log.base).missed == 0


def test_a_busy_room_keeps_more_but_not_without_bound() -> None:
    log = Log("#a")
    for number in range(KEEP_AT_MOST):
        log.append(said(number))
    assert log.base == 0
    for number in range(KEEP_AT_MOST, 3 * KEEP_AT_MOST):
        log.append(said(number))
    assert KEEP_AT_MOST <= len(log.entries) <= KEEP_AT_MOST + TRIM_STEP


def test_what_storage_remembers_comes_before_the_first_event() -> None:
    log = Log("#a")
    log.append(said(5))
    log.preload([said(3), said(4), said(5)])
    assert numbers(log, -2) == [3, 4, 5]
    assert numbers(log, 0) == [5]
    log.preload([said(1)])
    assert numbers(log, -9) == [3, 4, 5]


def test_what_was_taken_back_says_nothing() -> None:
    log = Log("#a")
    for number in range(3):
        log.append(said(number))
    log.append(Joined("j", 0.0, ANN, "#a"))
    assert log.redact(said(1).msgid) == said(1)
    assert numbers(log, 0) == [0, 2]
    assert isinstance(log.entries[1], Tagged)
    assert log.end == 4
    assert log.redact(said(1).msgid) is None
    assert log.redact("unknown") is None
