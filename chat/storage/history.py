"""History from disk and memory together: what the logs still hold answers at once, the rest is read in a thread."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection

from twisted.logger import Logger

from chat.domain.accounts import Done
from chat.domain.events import LogEvent
from chat.domain.history import (
    Conversation,
    Correspondent,
    HistoryEvent,
    Mark,
    Page,
    Range,
    Search,
    Target,
    in_between,
    is_kept,
    last_said,
    no_such_message,
    replayed,
    select,
    surround,
)
from chat.domain.log import KEEP, Log
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.domain.remembered import Remembered
from chat.domain.room import Room
from chat.storage.journal import StoredJournal
from chat.storage.markers import StoredMarkers
from chat.storage.reader import Reader, TookTooLong, place_of
from chat.storage.rows import JOINED, SELECTED, event_of
from chat.storage.search import forget_words
from chat.storage.threads import Executor, Outcome, Overloaded
from chat.storage.turns import QuestionTurns
from chat.storage.writer import Database


class ReaderThread:
    """A thread for questions, with its own connection."""

    def __init__(self, executor: Executor, reader: Reader) -> None:
        self.executor = executor
        self.turns = QuestionTurns(executor)
        self.reader = reader


class StoredHistory(Remembered):
    """A `chat.domain.history.History` on disk. All methods are called in the reactor's thread."""

    log = Logger()

    def __init__(
        self,
        journal: StoredJournal,
        rooms: ReaderThread,
        pages: ReaderThread,
        searches: ReaderThread,
        writes: Executor,
        database: Database,
        markers: StoredMarkers,
        log_of: Callable[[str], Log | None],
    ) -> None:
        super().__init__(log_of, markers)
        self._journal = journal
        self._rooms = rooms
        self._pages = pages
        self._searches = searches
        self._writes = writes
        self._database = database
        self._warming: dict[Log, list[Callable[[], None]]] = {}

    # pages

    def page(self, what: Range, done: Done[Page], asker: str | None = None) -> None:
        """Events of a target within a range."""
        if isinstance(what.target, Conversation):
            done(select(self._events(what.target), what))
            return
        log = self._log_of(what.target)
        if log is not None and self._in_memory(log, what, done):
            return

        def read(answer: list[LogEvent] | Exception) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            else:
                done(select(self._with_memory(str(what.target), answer), what))

        reader = self._pages.reader
        self._ask(self._pages, lambda: reader.page(what), read, asker)

    @staticmethod
    def _in_memory(log: Log, what: Range, done: Done[Page]) -> bool:
        entries = log.entries
        reaches_back = entries and what.after is not None and what.after >= entries[0].msgid
        if not reaches_back and (not what.newest or len(entries) < what.limit):
            return False
        found = select(entries, what)
        if not reaches_back and len(found) < what.limit:
            return False
        done(found)
        return True

    def _ask(
        self,
        where: ReaderThread,
        question: Callable[[], list[LogEvent]],
        read: Outcome[list[LogEvent]],
        asker: str | None,
    ) -> None:
        self._journal.when_settled(lambda: where.turns.submit(question, read, asker))

    def _with_memory(self, room: str, events: list[LogEvent]) -> list[HistoryEvent]:
        """Stored events, and those of the log that storage may not have."""
        log = self._log_of(room)
        if log is None or not self._journal.pending:
            return list(events)
        known = {event.msgid: event for event in events}
        known.update((event.msgid, event) for event in log.entries)
        return [known[msgid] for msgid in sorted(known)]

    def around(
        self,
        target: Target,
        mark: Mark,
        limit: int,
        speech: bool,
        done: Done[Page],
        asker: str | None = None,
    ) -> None:
        """The event at a mark and what surrounds it."""
        if isinstance(target, Conversation):
            done(surround(self._events(target), mark, limit, speech))
            return

        def read(answer: list[LogEvent] | Exception) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            else:
                done(surround(self._with_memory(target, answer), mark, limit, speech))

        reader = self._pages.reader
        self._ask(self._pages, lambda: reader.around(target, mark, limit, speech), read, asker)

    def replay(self, cursor: Cursor, count: int, done: Done[list[LogEvent]]) -> None:
        """The last messages from before somebody joined; the first to come into a room waits for the disk."""
        log = cursor.room.log
        remembered = replayed(cursor, count)
        if log.warm or log.base > 0 or len(remembered) >= count:
            done(remembered)
        else:
            self.warm(log, lambda: done(replayed(cursor, count)))

    def warm(self, log: Log, then: Callable[[], None]) -> None:
        """Fill a new room's log with the last events that were stored for it."""
        waiting = self._warming.get(log)
        if waiting is not None:
            waiting.append(then)
            return
        self._warming[log] = [then]
        before = log.entries[0].msgid if log.entries else None
        what = Range(log.room, None, before, KEEP, newest=True, speech=False)
        reader = self._rooms.reader

        def read(answer: list[LogEvent] | Exception) -> None:
            if isinstance(answer, Exception):
                self._refusal(answer)
            else:
                log.preload(answer)
            for call in self._warming.pop(log):
                call()

        self._ask(self._rooms, lambda: reader.page(what), read, asker=None)

    def targets(
        self,
        owner: str,
        rooms: Collection[Room],
        after: float,
        before: float,
        limit: int,
        done: Done[list[Correspondent]],
    ) -> None:
        """Rooms and conversations with news."""
        rows = self._conversations.newest(owner)
        unknown: dict[str, str] = {}
        for room in rooms:
            last = last_said(room)
            if last is not None:
                rows.append(last)
            elif not room.log.warm:
                unknown[room.folded] = room.name
        if not unknown:
            done(in_between(rows, after, before, limit))
            return

        def read(answer: dict[str, float] | Exception) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
                return
            rows.extend(Correspondent(unknown[folded], time) for folded, time in answer.items())
            done(in_between(rows, after, before, limit))

        reader = self._pages.reader
        self._pages.turns.submit(lambda: reader.newest(list(unknown)), read, owner)

    def search(self, what: Search, done: Done[Page], asker: str | None = None) -> None:
        """Messages that fit."""

        def read(answer: list[LogEvent] | Exception) -> None:
            done(self._refusal(answer) if isinstance(answer, Exception) else list(answer))

        reader = self._searches.reader
        self._ask(self._searches, lambda: reader.search(what), read, asker)

    # single events

    def find(self, target: Target, msgid: str, done: Done[HistoryEvent], asker: str | None = None) -> None:
        """One event."""
        found = self._event(target, msgid)
        if found is not None or isinstance(target, Conversation):
            done(found if found is not None and is_kept(found) else no_such_message(msgid))
            return

        def read(answer: LogEvent | Exception | None) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
            else:
                done(no_such_message(msgid) if answer is None else answer)

        reader = self._pages.reader
        self._journal.when_settled(
            lambda: self._pages.turns.submit(lambda: reader.find(target, msgid), read, asker)
        )

    def redact(self, target: Target, msgid: str, done: Done[HistoryEvent]) -> None:
        """Forget what an event said, on disk and in memory."""
        if isinstance(target, Conversation):
            gone = self._erase(target, msgid)
            done(no_such_message(msgid) if gone is None else gone)
            return

        def redacted(answer: LogEvent | Exception | None) -> None:
            if isinstance(answer, Exception):
                done(self._refusal(answer))
                return
            remembered = self._erase(target, msgid)
            event = remembered if answer is None else answer
            done(no_such_message(msgid) if event is None or not is_kept(event) else event)

        def delete() -> LogEvent | None:
            deleted = self._database.write(lambda connection: delete_event(connection, target, msgid))
            self._database.empty_log()
            return deleted

        # Before anything else: whatever was to be stored again is not to bring it back.
        self._journal.erase(target, msgid)
        self._journal.when_settled(lambda: self._writes.submit(delete, redacted))

    def _refusal(self, error: Exception) -> Refused:
        if isinstance(error, TookTooLong):
            return Refused(
                Why.LIMIT, "The search took too long. Use rarer words, or from: after: before: in:."
            )
        if isinstance(error, Overloaded):
            return Refused(Why.LIMIT, "Too many questions about the past at once. Try again in a moment.")
        kind = type(error).__name__
        # Only these are known to say nothing of what anybody wrote.
        problem = f"{kind}: {error}" if isinstance(error, sqlite3.Error | OSError) else kind
        self.log.critical("History cannot be read: {problem}", problem=problem)
        return Refused(
            Why.STORAGE, "What was said before cannot be read at the moment. The operator has been told."
        )


def delete_event(connection: sqlite3.Connection, room: str, msgid: str) -> LogEvent | None:
    """Delete one event and its words; return what it was."""
    where = (place_of(connection, room), msgid)
    row = connection.execute(
        f"SELECT events.id, {SELECTED} FROM {JOINED} WHERE events.place = ? AND events.msgid = ?", where
    ).fetchone()
    if row is None:
        return None
    forget_words(connection, row[0], row[0])
    connection.execute("DELETE FROM events WHERE id = ?", (row[0],))
    return event_of(row[1:])
