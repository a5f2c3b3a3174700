"""Message ids: unique, and sorted by time whatever the clock does."""

from hypothesis import given
from hypothesis import strategies as st

from chat.domain.events import Identity, Said
from chat.domain.journal import MemoryJournal, Stamps
from chat.domain.log import Log


@given(st.lists(st.floats(0, 2e9), min_size=1, max_size=50))
def test_ids_only_grow_and_say_their_time(times: list[float]) -> None:
    clock = iter(times)
    stamps = Stamps(lambda: next(clock))
    found = [stamps.next() for _ in times]
    ids = [msgid for msgid, _ in found]
    assert ids == sorted(set(ids))
    assert all(len(msgid) == 28 for msgid in ids)
    assert all(int(msgid[:12], 16) == round(time * 1000) for msgid, time in found)


def test_a_new_start_comes_behind_the_last_id() -> None:
    last, _ = Stamps(lambda: 5000.0).next()
    again = Stamps(lambda: 1.0, last)
    assert last < again.next()[0] < again.next()[0]


def test_memory_acknowledges_at_once() -> None:
    journal = MemoryJournal(lambda: 1.0)
    event = Said(*journal.stamp(), Identity(1, "ann", "u", "h"), "#a", "x")
    receipts: list[bool] = []
    log = Log("#a")
    assert journal.record(event, log, receipts.append) == 0
    assert journal.record(event, log) == 1
    assert receipts == [True]
    journal.again(event, receipts.append)
    assert receipts == [True, True]
    assert log.end == 2
