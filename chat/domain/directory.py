"""Everybody and every room: claim a name, join, say, whisper, rename, leave.

The one door through which a dialect changes anything. Each method does its whole work or raises `Refused`; what
happens reaches people through room logs (`Delivery.dirty`) or, for one person alone, `Reader.tell`. An author's own
events are stepped over in the logs and told to the author directly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chat.domain.accounts import Accounts, NoAccounts, person_key
from chat.domain.bans import BANS_AT_MOST, BanKeeper, Bans, MemoryBans
from chat.domain.claims import HELD_AT_MOST, Claims
from chat.domain.events import (
    NO_TAGS,
    Acted,
    AwayChanged,
    ClientTags,
    Identity,
    IdentityChanged,
    Joined,
    Kicked,
    Left,
    ModeChanged,
    Noticed,
    PersonEvent,
    Places,
    Quit,
    Renamed,
    RoomEvent,
    Said,
    Tagged,
    Whispered,
)
from chat.domain.history import History
from chat.domain.journal import Journal, Receipt
from chat.domain.memory_history import MemoryHistory
from chat.domain.metadata import Metadata
from chat.domain.mutes import MUTES_AT_MOST, Mutes
from chat.domain.names import Name, RoomName, fold
from chat.domain.people import People
from chat.domain.refused import Refused, Why
from chat.domain.registry import MemoryRegistry, Registry
from chat.domain.repeats import Repeats
from chat.domain.returning import REMEMBERED_AT_MOST, Returning
from chat.domain.rights import check_join, check_renaming, check_speech, founded_by, heard
from chat.domain.room import Membership, Room
from chat.domain.rooms import Rooms
from chat.domain.stats import Bounded, Stats
from chat.domain.user import User
from chat.domain.watches import Watches
from chat.domain.whowas import NAMES_AT_MOST, Whowas

ROOMS_AT_MOST = 50
"""Rooms one person may be in: Ergo's and InspIRCd's order of magnitude; bounds what a quit has to write."""
TEXT_BYTES = 4096
"""Longest text of one event: four plain lines, or one IRCv3 multiline message."""

AWAY = "away"
"""What a room is told of somebody who is away, and may not say there why."""

Speech = type[Said] | type[Acted] | type[Noticed]


class Delivery(Protocol):
    """The network's side: it is told which room has news, and gets them to the readers."""

    def dirty(self, room: Room, urgent: bool = True) -> None:
        """The log of a room has grown, by what somebody said or did (urgent) or because somebody came or went."""


class Directory:
    """The state of the whole chat.

    `clock` gives seconds since the epoch, for dates. It may be set; `seconds` gives those of a monotonic clock, for
    everything that takes or lasts some time (None, for tests: the same).
    """

    def __init__(
        self,
        journal: Journal,
        delivery: Delivery,
        clock: Callable[[], float],
        stats: Stats | None = None,
        server: str = "chat",
        lobby: str = "#lobby",
        max_users: int = 0,
        accounts: Accounts | None = None,
        registry: Registry | None = None,
        bans: BanKeeper | None = None,
        seconds: Callable[[], float] | None = None,
    ) -> None:
        self.journal = journal
        self.delivery = delivery
        self.clock = clock
        self.seconds = seconds = seconds or clock
        self.max_users = max_users
        self.operators: frozenset[str] = frozenset()
        """Folded names of accounts that may become operators though the accounts themselves say nothing of it."""
        self.server = Identity(0, server, "", server)
        self.stats = Stats(clock, seconds) if stats is None else stats
        self.claims = Claims(NoAccounts() if accounts is None else accounts, seconds)
        self.registry: Registry = MemoryRegistry() if registry is None else registry
        self.bans = Bans(MemoryBans() if bans is None else bans)
        self.mutes = Mutes(seconds)
        self.departed = Whowas()
        self.watches = Watches()
        self.metadata = Metadata(self.room_changed)
        self.returning = Returning()
        self._people = People()
        self.users = self._people.named
        self.sessions = self._people.sessions
        self.with_modes = self._people.with_modes
        self._rooms = Rooms(self.registry, journal, clock)
        self.rooms = self._rooms.named
        self.history: History = MemoryHistory(
            lambda room: self.rooms[room].log if room in self.rooms else None
        )
        self.repeats = Repeats(clock, seconds)
        self.stopping = False
        """While the server goes down, rooms are not forgotten because everybody leaves them."""
        self._sessions = 0
        self.stats.bounded += (
            Bounded("bans", self.bans.__len__, BANS_AT_MOST),
            Bounded("mutes", self.mutes.__len__, MUTES_AT_MOST),
            Bounded("held names", self.claims.__len__, HELD_AT_MOST),
            Bounded("people who may return", self.returning.__len__, REMEMBERED_AT_MOST),
            Bounded("names of the past", self.departed.__len__, NAMES_AT_MOST),
        )
        self.lobby = self._rooms.open(RoomName(lobby, fold(lobby)), permanent=True)

    # people

    def new_session(self) -> int:
        """A number for a connection, unique within this process."""
        self._sessions += 1
        return self._sessions

    def find(self, name: str) -> User:
        """The person with this name, whatever its case."""
        return self._people.find(name)

    def check_free(self, name: Name, mine: User | None = None) -> None:
        """Raise `Refused` if somebody else has or owns this name, or one that looks the same.

        Somebody who is logged in gets a name that is theirs from the connection that still has it.
        """
        self.claims.check(name, None if mine is None else mine.account)
        holder = self.users.get(name.folded)
        if mine is not None and holder not in (None, mine) and self.claims.may_take_back(mine, holder):
            self.quit(holder, "The owner of the name took it back")
            holder.reader.disconnect("Your account took this name back from another connection.")
        else:
            self._people.check_free(name, mine)

    def enter(self, user: User, name: Name) -> None:
        """Give a connected person a name, by which others know them from here on."""
        if self.max_users and len(self.users) >= self.max_users:
            raise Refused(Why.SERVER_FULL, f"The server is full ({self.max_users} people). Try again later.")
        self.bans.check(user, self.clock())
        self._check_login(user)
        self.check_free(name, user)
        self._people.add(user, name)
        self.mutes.came(user)
        user.entered_at = user.last_active = self.seconds()
        self.stats.entered(user.dialect)
        self.watches.came(user.identity)

    def _check_login(self, user: User) -> None:
        if user.account is None or not user.credential:
            return
        account = self.claims.accounts.find(user.account)
        if account is None or account.credential != user.credential:
            raise Refused(
                Why.LOGIN_FAILED,
                f"The account {user.account} was removed, or has another password, since you logged in to it.",
                user.account,
            )

    def rename(self, user: User, name: Name) -> None:
        """Give somebody another name and tell everybody who shares a room."""
        if user.name == name:
            return
        check_renaming(user)
        self.check_free(name, user)
        before = user.identity
        self._people.rename(user, name)
        places: Places = {}
        msgid, now = self.journal.stamp()
        self._record_everywhere(user, Renamed(msgid, now, before, name.shown, places), places)
        self.departed.add(before, now)
        if fold(before.name) != name.folded:
            self.watches.went(before.name)
            self.watches.came(user.identity)

    def quit(self, user: User, reason: str) -> None:
        """Forget somebody, and tell everybody who shared a room. Calling it again does nothing."""
        if user.name is None:
            return
        self.mutes.went(user)
        self._people.remove(user)
        memberships = list(user.memberships.values())
        for membership in memberships:
            membership.end()
        places: Places = {}
        msgid, now = self.journal.stamp()
        event = Quit(msgid, now, user.identity, reason, places)
        for membership in memberships:
            places[membership.room.folded] = membership.room.log.end
        for membership in memberships:
            room = membership.room
            self.journal.record(event, room.log)
            self.delivery.dirty(room, urgent=False)
            self._rooms.close_if_empty(room, self.stopping)
        user.memberships.clear()
        self.stats.gone(user.dialect)
        self.departed.add(user.identity, now)
        self.watches.clear(user.reader)
        self.metadata.forget(user.reader)
        self.watches.went(user.identity.name)
        if user.account is None:
            self.history.forget(person_key(user))

    def set_away(self, user: User, reason: str | None) -> None:
        """Go away with a reason, or come back with None."""
        if user.away == reason:
            return
        user.away = reason
        places: Places = {}
        msgid, now = self.journal.stamp()
        shown = reason and heard(user, user.memberships, reason, AWAY)
        self._record_everywhere(user, AwayChanged(msgid, now, user.identity, shown, places), places)

    def set_modes(self, user: User, letters: set[str]) -> None:
        """Give somebody these user modes, and no others; who has gone meanwhile gets none."""
        self._people.set_modes(user, letters)

    def change_identity(
        self,
        user: User,
        *,
        account: str | bool | None = False,
        realname: str | None = None,
        username: str | None = None,
        host: str | None = None,
    ) -> None:
        """Change what others see of a person besides the name; `account=None` logs out."""
        before = user.identity
        if not isinstance(account, bool):
            user.account = account
            self.mutes.logged_in(user)
        user.realname = user.realname if realname is None else realname
        user.username = user.username if username is None else username
        user.host = user.host if host is None else host
        user.refresh()
        if user.identity != before and user.name is not None:
            places: Places = {}
            msgid, now = self.journal.stamp()
            self._people.account_changed(user, before.account)
            self._record_everywhere(user, IdentityChanged(msgid, now, before, user.identity, places), places)

    def _record_everywhere(self, user: User, event: PersonEvent, places: Places) -> None:
        for room in user.memberships:
            places[room.folded] = room.log.end
        for room in user.memberships:
            self.journal.record(event, room.log)
            self.delivery.dirty(room, urgent=False)
        user.reader.tell(event)
        self.watches.changed(user, event)

    # rooms

    def room(self, name: str) -> Room:
        """The room with this name, whatever its case."""
        return self._rooms.find(name)

    def membership(self, user: User, room: Room) -> Membership:
        """Somebody's membership of a room, or `Refused`."""
        membership = user.memberships.get(room)
        if membership is None:
            raise Refused(Why.NOT_IN_ROOM, f"You are not in {room.name}. /join {room.name} first.", room.name)
        return membership

    def room_changed(self, room: Room) -> None:
        """Keep what a room is; to be called after any change of its topic, modes or founder."""
        self._rooms.changed(room)

    def join(self, user: User, name: RoomName, key: str = "", modes: str = "") -> Membership:
        """Go into a room, which is made if need be, with the rights `modes`; `key` opens one that is locked."""
        room = self.rooms.get(name.folded)
        if room is not None and room in user.memberships:
            raise Refused(Why.ALREADY_IN_ROOM, f"You are in {room.name} already.", room.name)
        if len(user.memberships) >= ROOMS_AT_MOST:
            raise Refused(
                Why.TOO_MANY_ROOMS,
                f"You are in {ROOMS_AT_MOST} rooms, which is the limit: /part one.",
                name.shown,
            )
        if room is None:
            room = self._rooms.open(name)
        try:
            check_join(user, room, key)
        except Refused:
            self._rooms.close_if_empty(room, self.stopping)
            raise
        founded = not room.members and not room.permanent
        msgid, now = self.journal.stamp()
        event = Joined(msgid, now, user.identity, room.name)
        position = self.journal.record(event, room.log)
        membership = Membership(user, room, position + 1)
        membership.modes = modes
        makes_it_theirs = founded and room.founder is None
        if makes_it_theirs:
            self._rooms.give(room, user.account)
        if "o" not in modes and (makes_it_theirs or founded_by(user, room)):
            membership.modes = "o" + modes
        if user.invitations is not None:
            user.invitations.pop(room, None)
        room.enter(membership)
        user.memberships[room] = membership
        user.reader.entered(membership, event)
        self._follow_up(membership)
        if user.metadata:
            self.metadata.introduce(user, room)
        self.delivery.dirty(room, urgent=False)
        return membership

    def _follow_up(self, membership: Membership) -> None:
        # What the others cannot see from somebody's coming in: the rights of a founder, and being away.
        user, room = membership.user, membership.room
        if len(room.members) > 1 and membership.modes:
            msgid, now = self.journal.stamp()
            names = (user.shown,) * len(membership.modes)
            self.journal.record(
                ModeChanged(msgid, now, self.server, room.name, (f"+{membership.modes}", *names)), room.log
            )
        if user.away is not None:
            msgid, now = self.journal.stamp()
            places: Places = {room.folded: room.log.end}
            self.journal.record(
                AwayChanged(msgid, now, user.identity, heard(user, (room,), user.away, AWAY), places),
                room.log,
            )

    def join_lobby(self, user: User) -> Membership:
        """Go where everybody starts."""
        return self.join(user, RoomName(self.lobby.name, self.lobby.folded))

    def part(self, user: User, room: Room, reason: str = "") -> None:
        """Leave a room."""
        membership = self.membership(user, room)
        msgid, now = self.journal.stamp()
        self.expel(membership, Left(msgid, now, user.identity, room.name, heard(user, (room,), reason)))

    def expel(self, membership: Membership, event: Left | Kicked) -> None:
        """End a membership with the event that says why; its member is told."""
        room = membership.room
        membership.end()
        del membership.user.memberships[room]
        self.journal.record(event, room.log)
        self.delivery.dirty(room, urgent=isinstance(event, Kicked))
        membership.user.reader.left(membership, event)
        self._rooms.close_if_empty(room, self.stopping)

    def happened(self, room: Room, event: RoomEvent) -> None:
        """Something happened in a room: everybody there gets it, except its author."""
        self.journal.record(event, room.log)
        self.delivery.dirty(room)

    # speech

    def say(
        self,
        user: User,
        room: Room,
        text: str,
        kind: Speech = Said,
        tags: ClientTags = NO_TAGS,
        receipt: Receipt | None = None,
        repeat: str | None = None,
    ) -> Said | Acted | Noticed:
        """Say something in a room. `receipt` is called when it is safe on disk; `repeat` is a `repeat_key`."""
        if room.guarded or room not in user.memberships:
            check_speech(user, room, text)
        msgid, now = self.journal.stamp()
        event = kind(msgid, now, user.identity, room.name, text, tags)
        user.last_active = self.seconds()
        self.stats.messages.add()
        self.journal.record(event, room.log, receipt, repeat)
        self.delivery.dirty(room)
        return event

    def tag(self, user: User, room: Room, tags: ClientTags) -> Tagged:
        """Send client tags without text to a room (TAGMSG). They are told, not kept."""
        check_speech(user, room)
        msgid, now = self.journal.stamp()
        event = Tagged(msgid, now, user.identity, room.name, tags)
        self.journal.record(event, room.log)
        self.delivery.dirty(room)
        return event

    def whisper(
        self,
        user: User,
        target: User,
        text: str,
        kind: type[Said | Acted | Noticed | Tagged] = Said,
        tags: ClientTags = NO_TAGS,
        receipt: Receipt | None = None,
    ) -> Whispered:
        """Send a private message. Raises `Refused` if the recipient's connection cannot take it now."""
        msgid, now = self.journal.stamp()
        event = Whispered(msgid, now, user.identity, target.identity, text, kind, tags)
        if user.name is not None and user.name.folded not in target.ignored:
            if not target.reader.tell(event):
                raise Refused(
                    Why.NOT_DELIVERED,
                    f"{target.shown}'s connection does not keep up: your message was not delivered. Try again later.",
                    target.shown,
                )
            if kind is not Tagged:
                target.correspondent = user.shown
            self.history.whispered(event)
        if kind is not Tagged:
            user.last_active = self.seconds()
            self.stats.private_messages.add()
        self.journal.keep(event, receipt or _nobody_waits)
        return event


def _nobody_waits(stored: bool) -> None:
    """The receipt of a message whose author gets no acknowledgement."""
