"""Rows of the table of commands for people: one's name, who somebody is, being away, and whom one ignores."""

from __future__ import annotations

from chat.commands.rooms import ROOMS_SHOWN
from chat.commands.speaker import Speaker
from chat.commands.table import command
from chat.domain import ignoring, rights
from chat.domain.names import NameRefused, check_name
from chat.domain.terms import Words, told_everywhere
from chat.domain.wording import duration, listed


@command("nick", "NAME", "take another name", "name", words=Words(), work=told_everywhere)
def _nick(speaker: Speaker, arguments: list[str]) -> None:
    name = check_name(arguments[0])
    if name == speaker.person.name:
        speaker.reply("That is your name already.")
    else:
        speaker.directory.rename(speaker.session, name)


@command("whois", "NAME", "who somebody is")
def _whois(speaker: Speaker, arguments: list[str]) -> None:
    person = speaker.directory.find(arguments[0])
    shared = [room.name for room in person.rooms if rights.may_see(speaker.person, room)]
    idle = speaker.directory.seconds() - person.last_active
    here = speaker.directory.seconds() - person.entered_at
    account = f", account {person.account}" if person.account else ""
    speaks = " and ".join(person.dialects) or "no device connected"
    speaker.reply(f"{person.shown} ({person.username}@{person.host}{account}), {speaks}")
    speaker.reply(f"  here for {duration(here)}, idle for {duration(idle)}")
    if shared:
        speaker.reply(f"  in {listed(shared, ROOMS_SHOWN)}")
    if person.away is not None:
        speaker.reply(f"  away: {person.away}")


@command(
    "away", "[TEXT]", "say that you are away; without a text: back again", words=Words(), work=told_everywhere
)
def _away(speaker: Speaker, arguments: list[str]) -> None:
    speaker.directory.set_away(speaker.session, arguments[0] if arguments else None)
    speaker.reply("You are marked as away." if arguments else "You are back.")


@command("ignore", "[NAME]", "hide what somebody says; -NAME shows it again")
def _ignore(speaker: Speaker, arguments: list[str]) -> None:
    if not arguments:
        names = sorted(speaker.person.ignored)
        speaker.reply(f"You ignore: {', '.join(names)}" if names else "You ignore nobody.")
    elif arguments[0].startswith("-"):
        ignoring.unignore(speaker.directory, speaker.person, arguments[0][1:])
        speaker.reply(f"You hear {arguments[0][1:]} again.")
    else:
        try:
            check_name(arguments[0])
        except NameRefused as refused:
            # Nobody has a reserved name; whoever fears that somebody might can ignore it all the same.
            if refused.rule != "reserved":
                raise
        ignoring.ignore(speaker.directory, speaker.person, arguments[0])
        speaker.reply(f"You ignore {arguments[0]}. /ignore -{arguments[0]} undoes it.")
