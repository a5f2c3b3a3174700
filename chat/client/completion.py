"""Completion in the terminal's input line, as prompt_toolkit wants it."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from chat.client.candidates import candidates
from chat.client.desk import TerminalDesk


class TypedCompleter(Completer):
    """See `candidates`."""

    def __init__(self, desk: TerminalDesk) -> None:
        self._desk = desk

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor can become."""
        for found in candidates(self._desk, document.text_before_cursor):
            yield Completion(
                found.text, start_position=-found.length, display=found.label, display_meta=found.help or None
            )
