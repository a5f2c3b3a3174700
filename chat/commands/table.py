"""The table of what people type after a slash: name, arguments, help line, and what each command does.

A row is all there is to a command: how many arguments it needs is checked once, in `run`, and `/help` and the README's
table are made from the rows. What a command says, it says through the `Speaker` interface, so that any dialect for
people can offer it.
"""

from __future__ import annotations

from collections.abc import Callable

from chat.commands.speaker import Speaker
from chat.domain.names import NameRefused, RoomRefused
from chat.domain.operating import need_operator
from chat.domain.refused import Refused
from chat.domain.terms import ASKING, LINE, Count, Terms, Words
from chat.slash import Misunderstood, Table

Run = Callable[[Speaker, list[str]], None]

FIRST = (
    "help",
    "me",
    "pm",
    "reply",
    "join",
    "part",
    "rooms",
    "users",
    "nick",
    "topic",
    "away",
    "history",
    "search",
    "register",
    "login",
    "exit",
)
"""What `/help` begins with: what everybody needs, and no more than a screen of 24 lines shows."""


class SpeakersTable(Table[Speaker]):
    """The table, with the terms of each command by its name."""

    def __init__(self) -> None:
        super().__init__(FIRST)
        self.terms: dict[str, Terms] = {}

    def command(
        self,
        name: str,
        usage: str,
        help_line: str,
        *aliases: str,
        more: tuple[str, ...] = (),
        operator: bool = False,
        words: Words | None = None,
        lines: float | Count = 1.0,
        work: float | Count = LINE,
        apart: float | Count = 0.0,
        speech: bool = False,
    ) -> Callable[[Run], Run]:
        """Add a row; the columns of `Terms` by their names."""
        self.terms[name] = Terms(operator, words, lines, work, apart, speech)
        return super().command(name, usage, help_line, *aliases, more=more)


TABLE = SpeakersTable()
COMMANDS = TABLE.rows
"""The rows by name, in the order in which `/help` shows them."""
command = TABLE.command


def terms_of(line: str) -> tuple[Terms, list[str]]:
    """The terms and the arguments of a line with a slash, whether it can be understood or not."""
    try:
        row, arguments = TABLE.understand(line)
    except Misunderstood:
        return ASKING, []
    return TABLE.terms[row.name], arguments


def run(speaker: Speaker, line: str) -> None:
    """Do what a line that starts with a slash says; whatever is wrong with it is replied."""
    try:
        row, arguments = TABLE.understand(line)
        terms = TABLE.terms[row.name]
        if terms.operator:
            need_operator(speaker.person)
        if terms.words is not None and len(arguments) > terms.words.first:
            sentence = speaker.muted()
            if sentence is not None and not terms.words.spare:
                speaker.reply(sentence)
                return
            if sentence is not None:
                del arguments[terms.words.first :]
        row.run(speaker, arguments)
    except Misunderstood as misunderstood:
        speaker.reply(str(misunderstood))
    except Refused as refused:
        speaker.directory.stats.refuse(refused)
        speaker.refused(refused)
    except (NameRefused, RoomRefused) as refused_name:
        speaker.reply(f"That does not work: {refused_name}.")


@command("help", "[COMMAND]", "list the commands, or explain one", "?")
def _help(speaker: Speaker, arguments: list[str]) -> None:
    for line in TABLE.explain(*arguments):
        speaker.reply(line)
