"""Everybody who has a name: by name, by what the name looks like, by account, and by user modes."""

from __future__ import annotations

from chat.domain.names import Name, fold
from chat.domain.refused import Refused, Why
from chat.domain.user import User


class People:
    """The names in use, and who has them. Names that belong to people who are not here are `Claims`."""

    __slots__ = ("_exotic", "named", "sessions", "with_modes")

    def __init__(self) -> None:
        self.named: dict[str, User] = {}
        """Folded name -> who has it."""
        self.sessions: dict[str, dict[User, None]] = {}
        """Folded account -> everybody with a name who is logged in to it."""
        self.with_modes: dict[User, None] = {}
        """Everybody with a name who has user modes."""
        self._exotic: dict[str, User] = {}

    def find(self, name: str) -> User:
        """The person with this name, whatever its case."""
        user = self.named.get(fold(name))
        if user is None:
            raise Refused(Why.NO_SUCH_USER, f"No such user: {name}", name)
        return user

    def check_free(self, name: Name, mine: User | None) -> None:
        """Raise `Refused` if somebody else has this name, or one that looks the same."""
        if self.named.get(name.folded, mine) is not mine:
            raise Refused(Why.NAME_TAKEN, f"The name {name.shown} is taken", name.shown)
        twin = self._look_alike(name, mine)
        if twin is not None:
            raise Refused(
                Why.NAME_TAKEN, f"The name {name.shown} is taken: it looks like {twin.shown}", name.shown
            )

    def _look_alike(self, name: Name, mine: User | None) -> User | None:
        # ASCII names that resemble each other (bill, bi11) live side by side; a name in another script that
        # looks like one that is here does not, and the other way round.
        twin = self._exotic.get(name.skeleton)
        if twin is not None and twin is not mine:
            return twin
        if name.shown.isascii():
            return None
        for user in self.named.values():
            if user is not mine and user.name is not None and user.name.skeleton == name.skeleton:
                return user
        return None

    def add(self, user: User, name: Name) -> None:
        """Somebody is here under this name, which is free, and with the account that they have."""
        self._name(user, name)
        self._count_session(user)

    def rename(self, user: User, name: Name) -> None:
        """Somebody has this name, which is free, in place of another."""
        self._unname(user)
        self._name(user, name)

    def remove(self, user: User) -> None:
        """Somebody is here no more."""
        self._unname(user)
        user.name = None
        self.with_modes.pop(user, None)
        self._discount_session(user, user.account)

    def account_changed(self, user: User, before: str | None) -> None:
        """Somebody who is here has another account than before, or none."""
        self._discount_session(user, before)
        self._count_session(user)

    def _name(self, user: User, name: Name) -> None:
        user.name = name
        user.refresh()
        self.named[name.folded] = user
        if not name.shown.isascii():
            self._exotic[name.skeleton] = user

    def _unname(self, user: User) -> None:
        name = user.name
        if name is not None:
            del self.named[name.folded]
            if not name.shown.isascii():
                self._exotic.pop(name.skeleton, None)

    def _count_session(self, user: User) -> None:
        if user.account is not None:
            self.sessions.setdefault(fold(user.account), {})[user] = None

    def _discount_session(self, user: User, account: str | None) -> None:
        sessions = self.sessions.get(fold(account)) if account else None
        if account and sessions is not None:
            sessions.pop(user, None)
            if not sessions:
                del self.sessions[fold(account)]

    def set_modes(self, user: User, letters: set[str]) -> None:
        """Give somebody these user modes, and no others; who has gone meanwhile gets none."""
        if user.name is None:
            return
        user.modes = "".join(sorted(letters))
        if "o" not in letters:
            user.operator_by = None
        if letters:
            self.with_modes[user] = None
        else:
            self.with_modes.pop(user, None)
