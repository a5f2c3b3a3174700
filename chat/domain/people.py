"""Everybody who has a name: by name, by what the name looks like, by account, and by user modes."""

from __future__ import annotations

from chat.domain.names import Name, fold
from chat.domain.person import Person
from chat.domain.refused import Refused, Why


class People:
    """The names in use, and who has them. Names that belong to people who are not here are `Claims`."""

    __slots__ = ("_exotic", "accounts", "named", "with_modes")

    def __init__(self) -> None:
        self.named: dict[str, Person] = {}
        """Folded name -> who has it."""
        self.accounts: dict[str, Person] = {}
        """Folded account -> who is logged in to it."""
        self.with_modes: dict[Person, None] = {}
        """Everybody with a name who has user modes."""
        self._exotic: dict[str, Person] = {}

    def find(self, name: str) -> Person:
        """The person with this name, whatever its case."""
        person = self.named.get(fold(name))
        if person is None:
            raise Refused(Why.NO_SUCH_USER, f"No such user: {name}", name)
        return person

    def check_free(self, name: Name, mine: Person | None) -> None:
        """Raise `Refused` if somebody else has this name, or one that looks the same."""
        if self.named.get(name.folded, mine) is not mine:
            raise Refused(Why.NAME_TAKEN, f"The name {name.shown} is taken", name.shown)
        twin = self._look_alike(name, mine)
        if twin is not None:
            raise Refused(
                Why.NAME_TAKEN, f"The name {name.shown} is taken: it looks like {twin.shown}", name.shown
            )

    def _look_alike(self, name: Name, mine: Person | None) -> Person | None:
        # ASCII names that resemble each other (bill, bi11) live side by side; a name in another script that
        # looks like one that is here does not, and the other way round.
        twin = self._exotic.get(name.skeleton)
        if twin is not None and twin is not mine:
            return twin
        if name.shown.isascii():
            return None
        for person in self.named.values():
            if person is not mine and person.name is not None and person.name.skeleton == name.skeleton:
                return person
        return None

    def add(self, person: Person, name: Name) -> None:
        """Somebody is here under this name, which is free, and with their account, in which nobody else is."""
        self._name(person, name)
        if person.account is not None:
            self.accounts[fold(person.account)] = person

    def rename(self, person: Person, name: Name) -> None:
        """Somebody has this name, which is free, in place of another."""
        self._unname(person)
        self._name(person, name)

    def remove(self, person: Person) -> None:
        """Somebody is here no more."""
        self._unname(person)
        person.name = None
        self.with_modes.pop(person, None)
        if person.account is not None:
            del self.accounts[fold(person.account)]

    def account_changed(self, person: Person, before: str | None) -> None:
        """Somebody who is here has another account than before, in which nobody else is, or none."""
        if before is not None:
            del self.accounts[fold(before)]
        if person.account is not None:
            self.accounts[fold(person.account)] = person

    def _name(self, person: Person, name: Name) -> None:
        person.name = name
        person.refresh()
        self.named[name.folded] = person
        if not name.shown.isascii():
            self._exotic[name.skeleton] = person

    def _unname(self, person: Person) -> None:
        name = person.name
        if name is not None:
            del self.named[name.folded]
            if not name.shown.isascii():
                self._exotic.pop(name.skeleton, None)

    def set_modes(self, person: Person, letters: set[str]) -> None:
        """Give somebody these user modes, and no others; who has gone meanwhile gets none."""
        if person.name is None:
            return
        person.modes = "".join(sorted(letters))
        if "o" not in letters:
            person.operator_by = None
        if letters:
            self.with_modes[person] = None
        else:
            self.with_modes.pop(person, None)
