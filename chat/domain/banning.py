"""What operators do about who may be here: ban and let in again, mute and let speak again.

The same for whoever does it: `by` is an operator of the server who is here, or a name for one who is not, such as the
operator at the monitor's page.
"""

from __future__ import annotations

from typing import NamedTuple

from twisted.logger import Logger

from chat.domain.bans import Ban, clean_reason, covers, normal_address
from chat.domain.directory import Directory
from chat.domain.limits import address_key
from chat.domain.names import fold
from chat.domain.operating import name_of
from chat.domain.person import Person
from chat.domain.refused import Refused, Why

DEFAULT_SECONDS = 86400.0
"""How long a ban lasts if nothing is said: a day, by which most have lost interest and nobody has forgotten why."""

_log = Logger()


class _Target(NamedTuple):
    what: str
    is_account: bool


def ban(directory: Directory, by: Person | str, what: str, seconds: float | None, reason: str) -> str:
    """Keep somebody out for so long, or for good (None); returns a sentence that says what was done.

    `what` is the name of somebody who is here (their account, if they are logged in, and their address), an account,
    an address or a network; before an address, the `*@` of an IRC mask may stand. Raises `Refused`.
    """
    who = name_of(by)
    now = directory.clock()
    targets, left_out = _targets(directory, by if isinstance(by, Person) else None, what)
    until = None if seconds is None else now + seconds
    bans = [Ban(target.what, target.is_account, clean_reason(reason), who, now, until) for target in targets]
    try:
        for one in bans:
            directory.bans.add(one, now)
            _log.info(
                "{by} banned {what} {until} ({reason})",
                by=who,
                what=one.what,
                until=one.end,
                reason=one.reason or "no reason",
            )
    finally:
        # Also if there was room for the first and not for the second.
        gone = enforce(directory)
    named = " and ".join(f"The account {one.what}" if one.is_account else one.what for one in bans)
    are = "is" if len(bans) == 1 else "are"
    return f"{named} {are} banned {bans[0].end}; {gone or 'nobody'} disconnected.{left_out}"


def unban(directory: Directory, by: Person | str, what: str) -> str:
    """Let somebody in again: an account, address or network as `/serverbans` lists it. Raises `Refused`."""
    who = name_of(by)
    what = _without_mask(what)
    lifted = directory.bans.lift(fold(normal_address(what) or what))
    if lifted is None or lifted.over(directory.clock()):
        raise Refused(
            Why.NOT_BANNED, f"{what} is not banned from this server. /serverbans lists who is.", what
        )
    _log.info("{by} lifted the ban on {what}", by=who, what=lifted.what)
    return f"{lifted.what} may come in again."


def line(one: Ban) -> str:
    """A ban in a list for operators."""
    kind = "account " if one.is_account else ""
    because = f": {one.reason}" if one.reason else ""
    return f"{kind}{one.what} {one.end}, by {one.by}{because}"


def enforce(directory: Directory) -> int:
    """Disconnect everybody who falls under a ban; returns how many.

    They leave no name and no place behind that would wait for their return.
    """
    now = directory.clock()
    gone = 0
    for person in list(directory.people.values()):
        one = directory.bans.of_account(person.account, now)
        if one is not None:
            directory.disconnect(person, one.quit_reason, one.sentence)
            gone += 1
            continue
        found = [(session, directory.bans.of_address(session.address, now)) for session in person.sessions]
        banned = [(session, one) for session, one in found if one is not None]
        for session, one in banned:
            directory.leave(session, one.quit_reason, farewell=True)
            session.reader.disconnect(one.sentence)
        gone += bool(banned)
    return gone


def mute(directory: Directory, by: Person | str, target: Person, seconds: float, reason: str) -> str | None:
    """Let nothing that a person says through for so long, whatever connection of theirs it comes from; 0 ends it.

    Returns the sentence for the person, None if they may speak.
    """
    who = name_of(by)
    if seconds <= 0:
        directory.mutes.end(target)
        _log.info("{by} ended the mute of {name}", by=who, name=target.shown)
        return None
    directory.mutes.mute(target, seconds, reason)
    _log.info(
        "{by} muted {name} for {minutes} min ({reason})",
        by=who,
        name=target.shown,
        minutes=round(seconds / 60, 1),
        reason=reason or "no reason",
    )
    return directory.mutes.sentence(target)


def is_known(directory: Directory, name: str) -> bool:
    """Whether this is the name of somebody who is here, or of an account."""
    return fold(name) in directory.people or directory.claims.accounts.find(name) is not None


def _without_mask(what: str) -> str:
    user, at, host = what.rpartition("@")
    if at and set(user) - set("*!"):
        raise Refused(
            Why.CANNOT_BAN,
            f"{what} is a mask, and bans are on whole addresses: ban a name, an account, *@ADDRESS or *@NETWORK.",
            what,
        )
    return host


def _targets(directory: Directory, operator: Person | None, what: str) -> tuple[list[_Target], str]:
    """What is to be banned, and a sentence about what of it is not."""
    what = _without_mask(what)
    address = normal_address(what)
    if address is not None:
        if operator is not None and any(covers(address, own) for own in operator.addresses):
            raise Refused(Why.CANNOT_BAN, f"You are connected from {address} yourself.", what)
        return [_Target(address, False)], ""
    here = directory.people.get(fold(what))
    if here is not None:
        return _targets_of(here, operator)
    account = directory.claims.accounts.find(what)
    if account is None:
        raise Refused(
            Why.CANNOT_BAN, f"{what} is not here, and is no account, address or network either.", what
        )
    if operator is not None and operator.account is not None and fold(operator.account) == account.folded:
        raise _yourself(what)
    return [_Target(account.name, True)], ""


def _yourself(what: str) -> Refused:
    return Refused(Why.CANNOT_BAN, "That is you: an operator cannot ban their own account.", what)


def _targets_of(person: Person, operator: Person | None) -> tuple[list[_Target], str]:
    if operator is not None and (person is operator or _same_account(person, operator)):
        raise _yourself(person.shown)
    targets = [] if person.account is None else [_Target(person.account, True)]
    own = set() if operator is None else set(map(address_key, operator.addresses))
    why = ""
    for address in dict.fromkeys(map(address_key, person.addresses)):
        if address is None:
            why = "this machine itself, which cannot be banned: it may be everybody behind a relay"
        elif address in own:
            why = f"{address}, as you do yourself"
        else:
            targets.append(_Target(address, False))
    if not why:
        return targets, ""
    if not targets:
        raise Refused(
            Why.CANNOT_BAN,
            f"{person.shown} has no account and comes from {why}. /kill disconnects.",
            person.shown,
        )
    return targets, f" The address is not: {person.shown} comes from {why}."


def _same_account(one: Person, other: Person) -> bool:
    return one.account is not None and other.account is not None and fold(one.account) == fold(other.account)
