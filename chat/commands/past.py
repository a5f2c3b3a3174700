"""The rows of the table of commands that are about the past: history and search."""

from __future__ import annotations

import re
import time

from chat.commands.speaker import Speaker, here, when_answered
from chat.commands.table import command
from chat.domain.accounts import person_key
from chat.domain.events import Whispered
from chat.domain.history import Page, Range, Search, before_moment
from chat.domain.names import fold, room_from_typed
from chat.domain.refused import Refused, Why
from chat.domain.replaying import set_replay
from chat.domain.terms import QUESTION, SEARCH

HISTORY_SHOWN = 20
"""Events that `/history` shows without a number."""
HISTORY_AT_MOST = 200
"""Events that `/history` shows at most: a few screens, and a bound for one reply."""
FOUND_SHOWN = 20
"""Messages that `/search` shows."""
WORDS_AT_MOST = 10
"""Words that a search looks for: what anybody types, and a bound for its cost."""
_AGO = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": 60.0, "h": 3600.0, "d": 86400.0}
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d")


def moment(text: str, now: float) -> float:
    """The time that a person means, in seconds since the epoch; raises `Refused`.

    The server's local time: `2026-11-23`, `2026-11-23 14:30`, `14:30` (the last time that it was so), or a span such
    as `30m`, `2h`, `3d` ago.
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago[1]) * _UNITS[ago[2]]
    today = time.localtime(now)
    for form in _FORMS:
        try:
            return time.mktime(time.strptime(text, form))
        except (ValueError, OverflowError):
            continue
    try:
        clock = time.strptime(text, "%H:%M")
    except ValueError:
        raise Refused(
            Why.LIMIT,
            f"{text} is no time: write 14:30, 2026-11-23, 2026-11-23 14:30, or 2h for two hours ago.",
        ) from None
    then = time.mktime((*today[:3], clock.tm_hour, clock.tm_min, 0, 0, 0, -1))
    if then > now:
        # Yesterday by the calendar, which is another time than 24 hours ago where clocks have changed.
        then = time.mktime((*today[:2], today[2] - 1, clock.tm_hour, clock.tm_min, 0, 0, 0, -1))
    return then


@command(
    "history",
    "[N]",
    f"the last N events of this room ({HISTORY_SHOWN}); /history before TIME goes back",
    apart=QUESTION,
)
def _history(speaker: Speaker, arguments: list[str]) -> None:
    room = here(speaker)
    text = arguments[0] if arguments else ""
    word, _, rest = text.partition(" ")
    before = None
    count = HISTORY_SHOWN
    if word == "before" and rest.strip():
        before = before_moment(moment(rest.strip(), speaker.directory.clock()))
    elif text.isdecimal() and len(text) <= 9 and 0 < int(text) <= HISTORY_AT_MOST:
        count = int(text)
    elif text:
        raise Refused(
            Why.LIMIT, f"/history takes a number from 1 to {HISTORY_AT_MOST}, or: /history before TIME"
        )

    when = rest.strip() + (" ago" if _AGO.fullmatch(rest.strip()) else "")

    def show(page: Page) -> None:
        if not page:
            since = "yet" if before is None else f"before {when}"
            speaker.reply(f"Nothing was said {since} in {room.name}.")
            return
        what = "The last" if before is None else f"Before {when}: the last"
        events = f"{len(page)} events" if len(page) > 1 else "event"
        speaker.reply(f"{what} {events} of {room.name}:")
        _show(speaker, page)

    what = Range(room.folded, None, before, count, newest=True, speech=False)
    speaker.directory.history.page(what, when_answered(speaker, show), person_key(speaker.person))


@command(
    "replay", "[N]", "how many messages you are shown on joining a room: a number, 0 for none, or default"
)
def _replay(speaker: Speaker, arguments: list[str]) -> None:
    person = speaker.person
    if arguments:
        set_replay(speaker.directory, person, arguments[0])
    shown = "as many messages as the server shows" if person.replay is None else f"{person.replay} messages"
    speaker.reply(f"On joining a room you are shown {shown}.")


def _show(speaker: Speaker, page: Page, with_room: bool = False) -> None:
    for event in page:
        if not isinstance(event, Whispered):
            speaker.show(event, getattr(event, "room", "") if with_room else "")


def parse_search(text: str, rooms: dict[str, str], now: float) -> Search:
    """What a person looks for: words and `from:NAME`, `in:ROOM`, `after:TIME`, `before:TIME`; raises `Refused`.

    `rooms`: the rooms in which the person may look, folded name -> name.
    """
    words: list[str] = []
    author = after = before = None
    where = tuple(rooms)
    for word in text.split():
        key, colon, value = word.partition(":")
        if not colon or not value or key not in ("from", "in", "after", "before"):
            words.append(word)
        elif key == "from":
            author = fold(value)
        elif key == "in":
            folded = fold(room_from_typed(value))
            if folded not in rooms:
                raise Refused(
                    Why.NOT_IN_ROOM, f"You are not in {room_from_typed(value)}: search looks in your rooms."
                )
            where = (folded,)
        elif key == "after":
            after = moment(value, now)
        else:
            before = moment(value, now)
    if not words and author is None:
        raise Refused(Why.NOTHING_SAID, "Search for at least one word, or for from:NAME.")
    if len(words) > WORDS_AT_MOST:
        raise Refused(Why.LIMIT, f"Search for at most {WORDS_AT_MOST} words.")
    return Search(tuple(words), where, author, after, before, FOUND_SHOWN)


@command(
    "search",
    "WORDS",
    "look for words in your rooms; from:NAME in:ROOM after:TIME before:TIME narrow it",
    apart=SEARCH,
)
def _search(speaker: Speaker, arguments: list[str]) -> None:
    rooms = {room.folded: room.name for room in speaker.person.rooms}
    what = parse_search(arguments[0], rooms, speaker.directory.clock())

    def show(page: Page) -> None:
        if page:
            count = len(page)
            speaker.reply(f"Found {count} message{'s' if count > 1 else ''}, the newest last:")
            _show(speaker, page, with_room=True)
        else:
            speaker.reply("Nothing was found.")

    speaker.directory.history.search(what, when_answered(speaker, show), person_key(speaker.person))


__all__ = ["FOUND_SHOWN", "HISTORY_AT_MOST", "HISTORY_SHOWN", "moment", "parse_search"]
