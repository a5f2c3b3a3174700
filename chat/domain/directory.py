"""Everybody and every room: claim a name, join, say, whisper, rename, leave.

The one door through which a dialect changes anything. Each method does its whole work or raises `Refused`; what
happens reaches people through room logs (`Delivery.dirty`) or, for one person alone, `Reader.tell`. An author's own
events are stepped over in the logs and told to the author directly.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any, Protocol

from chat.domain.accounts import Accounts, NoAccounts, person_key
from chat.domain.bans import BANS_AT_MOST, BanKeeper, Bans, MemoryBans
from chat.domain.claims import Claims
from chat.domain.events import (
    NO_TAGS,
    Acted,
    AwayChanged,
    ClientTags,
    Event,
    Identity,
    IdentityChanged,
    Joined,
    Kicked,
    Left,
    LogEvent,
    ModeChanged,
    Noticed,
    PersonEvent,
    Places,
    Quit,
    Renamed,
    RoomEvent,
    Said,
    Tagged,
    TopicChanged,
    Whispered,
)
from chat.domain.history import History
from chat.domain.journal import Journal, Receipt
from chat.domain.memory_history import MemoryHistory
from chat.domain.metadata import Metadata
from chat.domain.mode_lines import read
from chat.domain.mutes import MUTES_AT_MOST, Mutes
from chat.domain.names import Name, NameRefused, RoomName, check_name, fold, looks_like
from chat.domain.people import People
from chat.domain.person import Person
from chat.domain.presence import DEVICES_AT_MOST, MemoryPresences, Place, Presence, Presences
from chat.domain.readers import Cursor
from chat.domain.refused import Refused, Why
from chat.domain.registry import MemoryRegistry, Registry
from chat.domain.repeats import Repeats
from chat.domain.rights import (
    RANKS,
    check_join,
    check_not_banned,
    check_renaming,
    check_speech,
    founded_by,
    heard,
    may_see,
    no_such_room,
)
from chat.domain.room import Member, Room, Topic
from chat.domain.rooms import Rooms
from chat.domain.session import Session, State
from chat.domain.stats import Bounded, Stats
from chat.domain.text import AWAY_BYTES, REALNAME_BYTES, REASON_BYTES, one_line
from chat.domain.watches import Watches
from chat.domain.whowas import NAMES_AT_MOST, Whowas

ROOMS_AT_MOST = 50
"""Rooms one person may be in: Ergo's and InspIRCd's order of magnitude; bounds what a quit has to write."""
TEXT_BYTES = 4096
"""Longest text of one event: four plain lines, or one IRCv3 multiline message."""

NODE_BITS = 28
SESSION_BITS = 32
"""A session's number: bits that a process draws when it starts, and bits that it counts. Together they are fewer than
61: such integers are their own hash in CPython."""

SESSIONS_AT_MOST = 16
"""Devices one person may be here with at the same time."""
LINGER_SECONDS = 120.0
"""How long somebody with an account is waited for whose last connection dropped: a change of network takes less."""
NOT_CONNECTED = "Not connected"
"""What others read of somebody who is away because none of their devices is connected."""

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
        presences: Presences | None = None,
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
        self.claims = Claims(NoAccounts() if accounts is None else accounts)
        self.registry: Registry = MemoryRegistry() if registry is None else registry
        self.bans = Bans(MemoryBans() if bans is None else bans)
        self.presences: Presences = MemoryPresences() if presences is None else presences
        self.mutes = Mutes(seconds)
        self.departed = Whowas()
        self.watches = Watches()
        self.metadata = Metadata(self.room_changed)
        journal.apply = self.apply
        self._appliers: dict[type, Callable[[Any, Any], None]] = {
            Said: self._apply_to_room,
            Acted: self._apply_to_room,
            Noticed: self._apply_to_room,
            Tagged: self._apply_to_room,
            Joined: self._apply_joined,
            Left: self._apply_gone,
            Kicked: self._apply_gone,
            TopicChanged: self._apply_topic,
            ModeChanged: self._apply_modes,
            Quit: self._apply_quit,
            Renamed: self._apply_renamed,
            AwayChanged: self._apply_away,
            IdentityChanged: self._apply_identity,
        }
        self._people = People()
        self.people = self._people.named
        self.accounts = self._people.accounts
        self.with_modes = self._people.with_modes
        self._rooms = Rooms(self.registry, journal, clock)
        self.rooms = self._rooms.named
        self.history: History = MemoryHistory(
            lambda room: self.rooms[room].log if room in self.rooms else None
        )
        self.repeats = Repeats(clock, seconds)
        self._lingering: dict[Person, tuple[float, str]] = {}
        """Who has no session any more: until when they are waited for, and why the last one ended."""
        self.stopping = False
        """Whether the server goes down, as `stop` said."""
        self._sessions = secrets.randbits(NODE_BITS) << SESSION_BITS
        self.stats.bounded += (
            Bounded("bans", self.bans.__len__, BANS_AT_MOST),
            Bounded("mutes", self.mutes.__len__, MUTES_AT_MOST),
            Bounded("names of the past", self.departed.__len__, NAMES_AT_MOST),
        )
        self.lobby = self._rooms.open(RoomName(lobby, fold(lobby)), permanent=True)

    # people

    def new_session(self) -> int:
        """A number for a session that no other has, here or in another process: `Session.number`."""
        self._sessions += 1
        return self._sessions

    def find(self, name: str) -> Person:
        """The person with this name, whatever its case."""
        return self._people.find(name)

    def check_free(self, name: Name, mine: Person | None = None) -> None:
        """Raise `Refused` if somebody else has or owns this name, or one that looks the same.

        A guest who still has a name that belongs to an account makes way for whoever is logged in to it.
        """
        if name.folded == fold(self.server.name) or looks_like(name, frozenset((self.server.name,))):
            raise Refused(
                Why.NAME_TAKEN,
                f"The name {name.shown} is taken: it is, or looks like, the server's",
                name.shown,
            )
        account = None if mine is None else mine.account
        self.claims.check(name, account)
        holder = self.people.get(name.folded)
        if holder not in (None, mine) and holder.account is None and account is not None:
            owner = self.claims.accounts.owner(name)
            if owner is not None and owner.folded == fold(account):
                self._make_way(holder)
        self._people.check_free(name, mine)

    def _make_way(self, guest: Person) -> None:
        for number in count(1):
            name = check_name(f"guest{number}")
            if name.folded not in self.people and self.claims.accounts.owner(name) is None:
                self.rename(next(iter(guest.sessions)), name)
                return

    def enter(self, session: Session, name: Name) -> None:
        """Give whoever is connected a name, by which others know them from here on.

        Who is logged in to an account that is here becomes one more session of that person, whatever the name. When
        they have been welcomed, `arrive` is to be called. Raises `Refused`.
        """
        person = session.person
        if not session.alive:
            raise Refused(Why.ENDED, "The connection is about to be closed.")
        self.bans.check(session, self.clock())
        self._check_login(session)
        here = self.present(person.account)
        if here is not None:
            self._attach(session, here)
        else:
            if self.max_users and len(self.people) >= self.max_users:
                raise Refused(
                    Why.SERVER_FULL, f"The server is full ({self.max_users} people). Try again later."
                )
            self.check_free(name, person)
            self._people.add(person, name)
            self.mutes.came(person)
            person.entered_at = self.seconds()
            self.stats.came()
            self.watches.came(person.identity)
            self._recall(person)
        self._note_device(session)
        session.state = State.HERE
        session.last_active = self.seconds()
        self.stats.attached(session.dialect)

    def _check_login(self, session: Session) -> None:
        account = session.person.account
        if account is None or not session.credential:
            return
        known = self.claims.accounts.find(account)
        if known is None or known.credential != session.credential:
            raise Refused(
                Why.LOGIN_FAILED,
                f"The account {account} was removed, or has another password, since you logged in to it.",
                account,
            )

    def present(self, account: str | None) -> Person | None:
        """The person who is logged in to an account, with or without a connection at the moment."""
        return None if account is None else self.accounts.get(fold(account))

    def log_in(self, session: Session, account: str) -> None:
        """A session has shown that an account is its person's. Raises `Refused`.

        If somebody else is that person already, the session becomes one more of theirs; whoever was a guest brings the
        rooms of this connection along.
        """
        before = session.person
        person = self.present(account)
        if session.state is not State.HERE or person is None or person is before:
            if (
                before.account is not None
                and len(before.sessions) > 1
                and fold(before.account) != fold(account)
            ):
                raise _logged_in_already(before.account)
            self.change_identity(session, account=account)
            if session.state is State.HERE:
                self._recall(before)
                self._note_device(session)
                self._go_back(session, before)
                self.remember(before)
            return
        if before.account is not None:
            raise _logged_in_already(before.account)
        self._check_devices(person)
        was, rooms = session.identity, list(before.rooms)
        self.quit(before, f"Logged in as {person.shown}")
        self._attach(session, person)
        self._note_device(session)
        session.reader.became(was, rooms)
        self.arrive(session)
        for room in rooms:
            # What keeps the account out keeps it out on this device, too.
            with suppress(Refused):
                self.join(session, RoomName(room.name, room.folded))

    def _check_devices(self, person: Person) -> None:
        if len(person.sessions) >= SESSIONS_AT_MOST:
            raise Refused(
                Why.LIMIT,
                f"{person.shown} is here on {SESSIONS_AT_MOST} devices, which is the limit. On one of them, /devices "
                "lists them and /devices drop NUMBER ends one.",
            )

    def _attach(self, session: Session, person: Person) -> None:
        self._check_devices(person)
        self._lingering.pop(person, None)
        session.person.detach(session)
        person.attach(session)
        self.mutes.came(person)
        self._consider_away(session)

    def arrive(self, session: Session) -> None:
        """A session that was just welcomed is shown the rooms in which its person is, or was when last here."""
        person = session.person
        if len(person.sessions) == 1:
            session.arriving = True
            self._go_back(session, person)
            session.arriving = False
        for room in person.rooms:
            if room not in session.cursors:
                self._begin_reading(session, room, room.log.end)
        if person.ignored:
            session.reader.ignoring_changed()
        if person.rooms:
            session.reader.arrived()

    # what outlives connections

    def _recall(self, person: Person) -> None:
        """Somebody with an account is here, and is who they were."""
        presence = self._presence(person)
        if presence is not None:
            person.stays = presence.stays
            person.ignored |= frozenset(presence.ignored)
            person.devices = dict(presence.devices)
            person.replay = presence.replay if person.replay is None else person.replay

    def _presence(self, person: Person) -> Presence | None:
        return None if person.account is None else self.presences.find(fold(person.account))

    def _note_device(self, session: Session) -> None:
        """A device is here, or about to go: it has everything up to now."""
        devices = session.person.devices
        if session.state is not State.HERE or session.missed_since is None:
            session.missed_since = devices.get(session.device)
        devices.pop(session.device, None)
        devices[session.device] = self.journal.stamp()[0]
        if len(devices) > DEVICES_AT_MOST:
            del devices[next(iter(devices))]

    def _go_back(self, session: Session | None, person: Person) -> None:
        """Go into the rooms in which somebody was, with the rights that they had if these are the same rooms."""
        presence = self._presence(person)
        author = person.identity if session is None else session.identity
        for place in () if presence is None else presence.places:
            name = RoomName(place.room, fold(place.room))
            room = self.rooms.get(name.folded)
            if len(person.rooms) >= ROOMS_AT_MOST or (room is not None and room in person.rooms):
                continue
            try:
                room = room or self._rooms.open(name)
                same = room.created == place.created
                if same:
                    check_not_banned(person, room)
                else:
                    check_join(person, room, "")
            except Refused:
                if room is not None:
                    self._rooms.close_if_empty(room, self.stopping)
                continue
            self._come_in(person, author, room, place.modes if same else "")

    def remember(self, person: Person) -> None:
        """Keep who somebody is; to be called after a change of their rooms, their rights there, or whom they ignore."""
        if person.account is None or person.name is None or self.stopping:
            return
        places = [Place(room.name, member.modes, room.created) for room, member in person.rooms.items()]
        self.presences.save(
            fold(person.account),
            Presence(
                person.shown,
                person.username,
                person.realname,
                person.host,
                person.stays,
                tuple(places),
                tuple(sorted(person.ignored)),
                tuple(person.devices.items()),
                person.replay,
            ),
        )

    def stay(self, person: Person, yes: bool) -> None:
        """Whether somebody is here without a connection, too. Refused: NEEDS_ACCOUNT."""
        if person.account is None:
            raise Refused(
                Why.NEEDS_ACCOUNT,
                "Only who has an account can stay: /register makes one, /login NAME logs in.",
            )
        person.stays = yes
        self.remember(person)

    def bring_back(self) -> None:
        """The server starts: those who stay are here again."""
        for folded in list(self.presences.staying()):
            account, presence = self.claims.accounts.find(folded), self.presences.find(folded)
            if account is None or presence is None or self.bans.of_account(folded, self.clock()) is not None:
                continue
            person = Person(self.new_session(), presence.host, self.seconds())
            person.username, person.realname, person.account = (
                presence.username,
                presence.realname,
                account.name,
            )
            person.away = NOT_CONNECTED
            try:
                name = check_name(presence.name)
                self.check_free(name, person)
            except (NameRefused, Refused):
                continue
            self._people.add(person, name)
            self.stats.came()
            self._recall(person)
            self._go_back(None, person)

    def leave(self, session: Session, reason: str, farewell: bool = False) -> None:
        """A session ends: give back everything that it took. Calling it again does nothing.

        Others see that somebody without an account has quit when the only session ends. Somebody with an account is
        waited for, for `LINGER_SECONDS` after the last one, unless it ended with a `farewell`.
        """
        if not session.alive:
            return
        here = session.state is State.HERE
        if session.state is not State.CONNECTED:
            self.watches.clear(session.reader)
            self.metadata.forget(session.reader)
        session.state = State.LEAVING
        person = session.person
        if here and person.account is not None:
            self._note_device(session)
            self.remember(person)
        last = here and len(person.sessions) == 1
        if last and (person.account is None or self.stopping or (farewell and not person.stays)):
            self.quit(person, reason)
        for cursor in list(session.cursors.values()):
            cursor.end()
        person.detach(session)
        if here:
            self.stats.detached(session.dialect)
        if person.name is not None:
            if not person.sessions and not person.stays:
                self._lingering[person] = self.seconds() + LINGER_SECONDS, reason
            self._consider_away(session)

    def stop(self) -> None:
        """The server goes down: nobody is shown any more who leaves, and rooms are kept although everybody does."""
        self.stopping = True
        for person in self.people.values():
            for session in person.sessions:
                for cursor in list(session.cursors.values()):
                    cursor.end()

    @staticmethod
    def tell_others(session: Session, event: Event) -> None:
        """Tell the other devices of the same person something that this one did."""
        for other in session.person.sessions:
            if other is not session:
                other.reader.tell(event)

    def expire(self) -> None:
        """Those have quit for whom was waited long enough; to be called every few seconds."""
        now = self.seconds()
        for person, (until, reason) in list(self._lingering.items()):
            if until > now:
                break
            self.quit(person, reason)

    def rename(self, session: Session, name: Name) -> None:
        """Give somebody another name and tell everybody who shares a room."""
        person = session.person
        if person.name == name:
            return
        check_renaming(person)
        self.check_free(name, person)
        msgid, now = self.journal.stamp()
        self.journal.record(Renamed(msgid, now, session.identity, name.shown, _places(person)))

    def quit(self, person: Person, reason: str) -> None:
        """Forget somebody, and tell everybody who shared a room. Calling it again does nothing."""
        if person.name is None:
            return
        reason = one_line(reason, REASON_BYTES)
        msgid, now = self.journal.stamp()
        self.journal.record(Quit(msgid, now, person.identity, reason, _places(person)))

    def disconnect(self, person: Person, reason: str, sentence: str) -> None:
        """Put somebody out: others see `reason`, and each of their devices gets the `sentence`."""
        sessions = list(person.sessions)
        self.quit(person, reason)
        for session in sessions:
            session.reader.disconnect(sentence)

    def set_away(self, session: Session, reason: str | None) -> None:
        """A device goes away with a reason, or comes back with None. A person is away when all devices are.

        Raises `Refused` for a reason that is too long.
        """
        if reason is not None and len(reason.encode()) > AWAY_BYTES:
            raise Refused(Why.TOO_LONG, f"An away message may have {AWAY_BYTES} bytes; shorten it.")
        reason = one_line(reason or "", AWAY_BYTES) or None
        session.away = reason
        if session.person.name is None:
            session.person.away = reason
        else:
            self._consider_away(session)

    def _consider_away(self, session: Session) -> None:
        """Tell others if somebody is away, or back, because this session is."""
        person = session.person
        sessions = person.sessions
        reason: str | None
        if not sessions:
            reason = session.away or NOT_CONNECTED
        elif any(other.away is None for other in sessions):
            reason = None
        else:
            reason = session.away if session in sessions and session.away else person.away or session.away
        if reason == person.away:
            return
        reason = reason and heard(person, person.rooms, reason, AWAY)
        msgid, now = self.journal.stamp()
        self.journal.record(AwayChanged(msgid, now, session.identity, reason, _places(person)))

    def set_modes(self, person: Person, letters: set[str]) -> None:
        """Give somebody these user modes, and no others; who has gone meanwhile gets none."""
        self._people.set_modes(person, letters)

    def change_identity(
        self,
        session: Session,
        *,
        account: str | bool | None = False,
        realname: str | None = None,
        username: str | None = None,
        host: str | None = None,
    ) -> None:
        """Change what others see of a person besides the name; `account=None` logs out."""
        person = session.person
        before = session.identity
        after = before._replace(
            account=before.account if isinstance(account, bool) else account,
            realname=person.realname if realname is None else one_line(realname, REALNAME_BYTES),
            username=person.username if username is None else username,
            host=person.host if host is None else host,
        )
        if person.name is None:
            person.be(after)
            self.mutes.logged_in(person)
        elif after != before:
            msgid, now = self.journal.stamp()
            self.journal.record(IdentityChanged(msgid, now, before, after, _places(person)))

    # rooms

    def room(self, name: str, seen_by: Person | None = None) -> Room:
        """The room with this name, whatever its case. Raises `Refused`, also for one that `seen_by` may not know of."""
        room = self._rooms.find(name)
        if seen_by is not None and not may_see(seen_by, room):
            raise no_such_room(name)
        return room

    def member(self, person: Person, room: Room) -> Member:
        """Somebody's membership of a room, or `Refused`."""
        member = person.rooms.get(room)
        if member is None:
            raise Refused(Why.NOT_IN_ROOM, f"You are not in {room.name}. /join {room.name} first.", room.name)
        return member

    def room_changed(self, room: Room) -> None:
        """Keep what a room is; to be called after any change of its topic, modes or founder."""
        self._rooms.changed(room)

    def join(self, session: Session, name: RoomName, key: str = "", modes: str = "") -> None:
        """Go into a room, which is made if need be, with the rights `modes`; `key` opens one that is locked."""
        person = session.person
        room = self.rooms.get(name.folded)
        if room is not None and room in person.rooms:
            raise Refused(Why.ALREADY_IN_ROOM, f"You are in {room.name} already.", room.name)
        if len(person.rooms) >= ROOMS_AT_MOST:
            raise Refused(
                Why.TOO_MANY_ROOMS,
                f"You are in {ROOMS_AT_MOST} rooms, which is the limit: /part one.",
                name.shown,
            )
        if room is None:
            room = self._rooms.open(name)
        try:
            check_join(person, room, key)
        except Refused:
            self._rooms.close_if_empty(room, self.stopping)
            raise
        self._come_in(person, session.identity, room, modes)

    def _come_in(self, person: Person, author: Identity, room: Room, modes: str = "") -> None:
        msgid, now = self.journal.stamp()
        self.journal.record(Joined(msgid, now, author, room.name, modes), room)
        member = person.rooms.get(room)
        if member is not None:
            self._follow_up(member, author)

    @staticmethod
    def _begin_reading(session: Session, room: Room, position: int) -> None:
        cursor = session.cursors[room] = Cursor(session, room, position)
        room.readers.add(cursor)

    def _follow_up(self, member: Member, author: Identity) -> None:
        # What the others cannot see from somebody's coming in: the rights of a founder, and being away.
        person, room = member.person, member.room
        if len(room.members) > 1 and member.modes:
            msgid, now = self.journal.stamp()
            change = (f"+{member.modes}", *(person.shown,) * len(member.modes))
            self.journal.record(ModeChanged(msgid, now, self.server, room.name, change), room)
        if person.away is not None:
            msgid, now = self.journal.stamp()
            shown = heard(person, (room,), person.away, AWAY)
            self.journal.record(AwayChanged(msgid, now, author, shown, {room.folded: 0}))

    def join_lobby(self, session: Session) -> None:
        """Go where everybody starts."""
        self.join(session, RoomName(self.lobby.name, self.lobby.folded))

    def part(self, session: Session, room: Room, reason: str = "") -> None:
        """Leave a room."""
        self.member(session.person, room)
        msgid, now = self.journal.stamp()
        reason = heard(session.person, (room,), one_line(reason, REASON_BYTES))
        self.happened(room, Left(msgid, now, session.identity, room.name, reason))

    def _take_out(self, person: Person, room: Room) -> None:
        for session in person.sessions:
            if room in session.cursors:
                session.cursors[room].end()
        del room.members[person]
        del person.rooms[room]

    def happened(self, room: Room, event: RoomEvent) -> None:
        """Something was decided upon that happens in a room: it is recorded, and then applied."""
        self.journal.record(event, room)

    # speech

    def say(
        self,
        session: Session,
        room: Room,
        text: str,
        kind: Speech = Said,
        tags: ClientTags = NO_TAGS,
        receipt: Receipt | None = None,
        repeat: str | None = None,
    ) -> Said | Acted | Noticed:
        """Say something in a room. `receipt` is called when it is safe on disk; `repeat` is a `repeat_key`."""
        person = session.person
        if room.guarded or room not in person.rooms:
            check_speech(person, room, text)
        msgid, now = self.journal.stamp()
        event = kind(msgid, now, session.identity, room.name, text, tags)
        session.last_active = self.seconds()
        self.stats.messages.add()
        self.journal.record(event, room, receipt, repeat)
        return event

    def tag(self, session: Session, room: Room, tags: ClientTags) -> Tagged:
        """Send client tags without text to a room (TAGMSG). They are told, not kept."""
        check_speech(session.person, room)
        msgid, now = self.journal.stamp()
        event = Tagged(msgid, now, session.identity, room.name, tags)
        self.journal.record(event, room)
        return event

    def whisper(
        self,
        session: Session,
        target: Person,
        text: str,
        kind: type[Said | Acted | Noticed | Tagged] = Said,
        tags: ClientTags = NO_TAGS,
        receipt: Receipt | None = None,
    ) -> Whispered:
        """Send a private message. Raises `Refused` if no device of the recipient can take it now."""
        author = session.person
        msgid, now = self.journal.stamp()
        event = Whispered(msgid, now, session.identity, target.identity, text, kind, tags)
        if author.name is not None and author.name.folded not in target.ignored:
            if not target.tell(event):
                raise Refused(
                    Why.NOT_DELIVERED,
                    f"{target.shown}'s connection does not keep up: your message was not delivered. Try again later.",
                    target.shown,
                )
            if kind is not Tagged:
                target.correspondent = author.shown
            self.history.whispered(event)
        if target is not author:
            self.tell_others(session, event)
        if kind is not Tagged:
            session.last_active = self.seconds()
            self.stats.private_messages.add()
        self.journal.keep(event, receipt or _nobody_waits)
        return event

    # what was recorded is applied, here and wherever else the journal is read

    def apply(self, event: LogEvent, room: Room | None = None) -> None:
        """Do what a recorded event says.

        What this does follows from the state and the event alone, not from a clock or from who decided, so that
        whoever applies the same events in the same order is in the same state. Besides, the sessions that are here
        are told, and what is remembered of accounts is kept.
        """
        if room is None and (name := getattr(event, "room", None)) is not None:
            room = self.rooms.get(fold(name))
        self._appliers[type(event)](event, room)

    def _apply_to_room(self, event: RoomEvent, room: Room) -> None:
        room.log.append(event)
        self.delivery.dirty(room)

    def _apply_joined(self, event: Joined, room: Room | None) -> None:
        person = self._who(event.author)
        if person is None:
            return
        if room is None:
            room = self._rooms.open(RoomName(event.room, fold(event.room)))
        if room in person.rooms:
            return
        founded = not room.members and not room.permanent and room.founder is None
        position = room.log.append(event)
        member = Member(person, room, event.time)
        member.modes = event.modes
        if founded:
            self._rooms.give(room, person.account)
        if "o" not in event.modes and (founded or founded_by(person, room)):
            member.modes = "o" + event.modes
        if person.invitations is not None:
            person.invitations.pop(room.folded, None)
        room.members[person] = person.rooms[room] = member
        shown = [session for session in person.sessions if not session.arriving]
        for session in shown:
            self._begin_reading(session, room, position + 1)
        for session in shown:
            session.reader.entered(session.cursors[room], event)
        if person.metadata:
            self.metadata.introduce(person, room)
        self.remember(person)
        self.delivery.dirty(room, urgent=False)

    def _apply_gone(self, event: Left | Kicked, room: Room | None) -> None:
        person = self._who(event.target if isinstance(event, Kicked) else event.author)
        if person is None or room is None or room not in person.rooms:
            return
        self._take_out(person, room)
        room.log.append(event)
        self.remember(person)
        self.delivery.dirty(room, urgent=isinstance(event, Kicked))
        for session in person.sessions:
            session.reader.left(room, event)
        self._rooms.close_if_empty(room, self.stopping)

    def _apply_topic(self, event: TopicChanged, room: Room | None) -> None:
        if room is not None:
            room.topic = Topic(event.topic, event.author, event.time) if event.topic else None
            self.room_changed(room)
            self._apply_to_room(event, room)

    def _apply_modes(self, event: ModeChanged, room: Room | None) -> None:
        if room is None:
            return
        for change in read(list(event.change)):
            if change.letter not in RANKS:
                room.change(*change, event.author.mask, event.time)
                continue
            target = self.people.get(fold(change.argument or ""))
            member = None if target is None else target.rooms.get(room)
            if member is not None and change.add != (change.letter in member.modes):
                modes = set(member.modes) ^ {change.letter}
                member.modes = "".join(letter for letter in RANKS if letter in modes)
                self.remember(member.person)
        self.room_changed(room)
        self._apply_to_room(event, room)

    def _apply_quit(self, event: Quit, _: None) -> None:
        person = self._who(event.author)
        if person is None:
            return
        self.mutes.went(person)
        self._lingering.pop(person, None)
        self._people.remove(person)
        self.stats.gone()
        rooms = list(person.rooms)
        for room in rooms:
            self._take_out(person, room)
        self._append_everywhere(event)
        for room in rooms:
            self._rooms.close_if_empty(room, self.stopping)
        self.departed.add(person.identity, event.time)
        self.watches.went(person.identity.name)
        if person.account is None:
            self.history.forget(person_key(person))

    def _apply_renamed(self, event: Renamed, _: None) -> None:
        person = self._who(event.author)
        if person is None:
            return
        name = check_name(event.name)
        if self.people.get(name.folded, person) is not person:
            # Somebody was quicker, on another machine.
            return
        before = person.identity
        self._people.rename(person, name)
        self._changed(person, event)
        self.departed.add(before, event.time)
        self.remember(person)
        if fold(before.name) != name.folded:
            self.watches.went(before.name)
            self.watches.came(person.identity)

    def _apply_away(self, event: AwayChanged, _: None) -> None:
        person = self._who(event.author)
        if person is not None and person.away != event.reason:
            person.away = event.reason
            self._changed(person, event)
        else:
            self._append_everywhere(event)

    def _apply_identity(self, event: IdentityChanged, _: None) -> None:
        person = self._who(event.author)
        if person is None:
            return
        before = person.account
        person.be(event.after)
        self.mutes.logged_in(person)
        self._people.account_changed(person, before)
        self._changed(person, event)

    def _who(self, author: Identity) -> Person | None:
        """Whoever has this name at this point in the order of events."""
        return self.people.get(fold(author.name))

    def _append_everywhere(self, event: PersonEvent) -> None:
        for folded in event.places:
            room = self.rooms.get(folded)
            if room is not None:
                event.places[folded] = room.log.append(event)
                self.delivery.dirty(room, urgent=False)

    def _changed(self, person: Person, event: PersonEvent) -> None:
        """Tell of a change of somebody: others through their rooms, whoever did it directly."""
        self._append_everywhere(event)
        for session in person.sessions:
            # The other devices get it through their rooms, if they are in any.
            if session.number == event.author.session or not person.rooms:
                session.reader.tell(event)
        self.watches.changed(person, event)


def _places(person: Person) -> Places:
    """Where an event of a person stands; the positions are known when it is applied."""
    return dict.fromkeys([room.folded for room in person.rooms], 0)


def _logged_in_already(account: str) -> Refused:
    return Refused(Why.LOGGED_IN, f"You are logged in as {account}: /logout first.")


def _nobody_waits(stored: bool) -> None:
    """The receipt of a message whose author gets no acknowledgement."""
