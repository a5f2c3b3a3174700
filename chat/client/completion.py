"""What Tab completes in the terminal's input line: commands, rooms, and names."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from chat.client.desk import TerminalDesk, safe
from chat.client.typed import BY_WORD, COMMANDS

MAX_SHOWN = 200
"""Completions offered at once."""


class TypedCompleter(Completer):
    """Commands after a slash; rooms after a ``#``; else names: who spoke last comes first."""

    def __init__(self, desk: TerminalDesk) -> None:
        self._desk = desk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor can become."""
        before = document.text_before_cursor
        word = before.rpartition(" ")[2]
        first = word == before
        if first and word.startswith("/"):
            yield from self._commands(word[1:])
        elif self._wants_room(before, word):
            yield from self._rooms(word)
        elif word or not first:
            yield from self._names(word, first)

    @staticmethod
    def _commands(word: str) -> Iterable[Completion]:
        names = [name for name in COMMANDS if name.startswith(word.lower())]
        names += [name for name in BY_WORD if name not in COMMANDS and name.startswith(word.lower()) and word]
        for name in names:
            row = BY_WORD[name]
            yield Completion(
                f"/{name} " if row.arguments else f"/{name}",
                start_position=-len(word) - 1,
                display=f"/{name} {row.usage}".rstrip(),
                display_meta=row.help,
            )

    @staticmethod
    def _wants_room(before: str, word: str) -> bool:
        return word.startswith("#") or before[: len(before) - len(word)].strip() in ("/join", "/j", "/part")

    def _rooms(self, word: str) -> Iterable[Completion]:
        wanted = word.lstrip("#").lower()
        for room in self._desk.connection.rooms.values():
            name = safe(room.name)
            if name.lstrip("#").lower().startswith(wanted):
                yield Completion(f"{name} ", start_position=-len(word), display=name)

    def _names(self, word: str, first: bool) -> Iterable[Completion]:
        desk = self._desk
        place = desk.place
        names = {desk.connection.fold(name): name for name in desk.pages.current.speakers()}
        room = desk.connection.rooms.get(desk.connection.fold(place)) if place else None
        if room is not None:
            here = {key: safe(person.name) for key, person in room.people.items()}
            # Somebody who has left is not worth completing.
            names = {key: name for key, name in names.items() if key in here} | {
                key: here[key] for key in sorted(here)
            }
        elif place and not desk.connection.is_room(place):
            names.setdefault(desk.connection.fold(place), safe(place))
        names.pop(desk.connection.fold(desk.connection.name), None)
        at = "@" if word.startswith("@") else ""
        wanted = desk.connection.fold(word.removeprefix("@"))
        shown = 0
        for key, name in names.items():
            if key.startswith(wanted) and shown < MAX_SHOWN:
                shown += 1
                end = ": " if first and not at else " "
                yield Completion(f"{at}{name}{end}", start_position=-len(word), display=name)
