"""The table of what people type after a slash: name, arguments, help line, and what each command does.

A row is all there is to a command: how many arguments it needs is checked once, in `run`, and `/help` and the README's
table are made from the rows. What a command says, it says through the `Speaker` interface, so that any dialect for
people can offer it.
"""

from __future__ import annotations

from chat.commands.speaker import Speaker, advice
from chat.domain.names import NameRefused, RoomRefused
from chat.domain.refused import Refused
from chat.slash import Misunderstood, Table

TABLE: Table[Speaker] = Table()
COMMANDS = TABLE.rows
"""The rows by name, in the order in which `/help` shows them."""
command = TABLE.command


def run(speaker: Speaker, line: str) -> None:
    """Do what a line that starts with a slash says; whatever is wrong with it is replied."""
    try:
        row, arguments = TABLE.understand(line)
        row.run(speaker, arguments)
    except Misunderstood as misunderstood:
        speaker.reply(str(misunderstood))
    except Refused as refused:
        speaker.reply(advice(refused))
    except (NameRefused, RoomRefused) as refused_name:
        speaker.reply(f"That does not work: {refused_name}.")


@command("help", "[COMMAND]", "list the commands, or explain one", "?")
def _help(speaker: Speaker, arguments: list[str]) -> None:
    for line in TABLE.explain(*arguments):
        speaker.reply(line)
