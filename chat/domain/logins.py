"""Logging in and out, registering, and what follows from it: the door through which every dialect changes accounts.

Methods that need a password answer through a `Done`. What they change, they change before they answer; if the person
has gone meanwhile, they change nothing of the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from chat.domain.accounts import Account, Accounts, Answer, Done
from chat.domain.bans import refusal
from chat.domain.directory import Directory
from chat.domain.events import NO_TAGS, Acted, ClientTags, Identity, Noticed, Said, Whispered
from chat.domain.forgetting import account_changed, end_sessions, forget_account
from chat.domain.journal import Receipt
from chat.domain.limits import AttemptLimit, address_key
from chat.domain.mailbox import Mailbox
from chat.domain.names import Name, fold
from chat.domain.refused import Refused, Why
from chat.domain.user import User

REGISTRATIONS = 10
"""Accounts made from one address within `REGISTRATION_WINDOW`: a class of pupils, but no flood of names."""
REGISTRATION_WINDOW = 3600.0


class Logins:
    """Accounts as people use them."""

    def __init__(self, directory: Directory, accounts: Accounts, mailbox: Mailbox) -> None:
        self._directory = directory
        self.accounts = accounts
        self.mailbox = mailbox
        self._registrations = AttemptLimit(REGISTRATIONS, REGISTRATION_WINDOW)

    def register(self, user: User, name: Name, password: str, done: Done[Account]) -> None:
        """Make an account with this name for somebody, and log in. The name must be free, or theirs already."""
        done = self._counted(done)
        holder = self._directory.users.get(name.folded)
        if user.account is not None:
            done(Refused(Why.LOGGED_IN, f"You are logged in as {user.account}: /logout first.", name.shown))
        elif holder is not None and holder is not user:
            done(Refused(Why.NAME_TAKEN, f"The name {name.shown} is taken", name.shown))
        elif wait := self._wait_to_register(user):
            minutes = ceil(wait / 60)
            done(
                Refused(
                    Why.LIMIT,
                    f"Too many accounts were made from your address. Try again in {minutes} minutes.",
                )
            )
        elif ban := self._directory.bans.of_account(name.folded, self._directory.clock()):
            # One that was banned and given up is not to be made anew.
            done(refusal(ban))
        else:
            self.accounts.register(name, password, self._then_log_in(user, done))

    def _counted(self, done: Done[Account]) -> Done[Account]:
        def answered(answer: Answer[Account]) -> None:
            if isinstance(answer, Refused):
                self._directory.stats.refuse(answer)
            done(answer)

        return answered

    def _wait_to_register(self, user: User) -> float:
        key = address_key(user.address)
        return 0.0 if key is None else self._registrations.attempt(key, self._directory.seconds())

    def log_in(self, user: User, name: str, password: str, done: Done[Account]) -> None:
        """Log in, with or without a name as yet (SASL)."""
        self.authenticate(user, name, password, self._then_log_in(user, done))

    def authenticate(self, user: User, name: str, password: str, done: Done[Account]) -> None:
        """Check a password for somebody; besides the refusals of `Accounts.authenticate`, SERVER_BANNED.

        That an account is banned, and why, is told only who knows its password.
        """
        done = self._counted(done)

        def answered(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused):
                ban = self._directory.bans.of_account(answer.name, self._directory.clock())
                answer = answer if ban is None else refusal(ban)
            done(answer)

        self.accounts.authenticate(name, password, user.address, answered)

    def _then_log_in(self, user: User, done: Done[Account]) -> Done[Account]:
        def answered(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused) and not user.gone:
                user.credential = answer.credential
                self._directory.change_identity(user, account=answer.name)
            done(answer)

        return answered

    def take_name(self, user: User, account: Account, name: Name) -> None:
        """Somebody who just logged in gets the account's name, from a ghost if need be. Raises `Refused`.

        For dialects in which logging in means "this is who I am"; in IRC, a client asks for its name with NICK.
        """
        if user.name is None:
            self._directory.enter(user, name)
        elif user.name.folded != account.folded:
            self._directory.rename(user, name)

    def log_out(self, user: User) -> None:
        """Be a guest again. Refused: NOT_LOGGED_IN."""
        if user.account is None:
            raise Refused(Why.NOT_LOGGED_IN, "You are not logged in.")
        self._directory.change_identity(user, account=None)

    def _account_of(self, user: User) -> Account:
        account = self.accounts.find(user.account) if user.account else None
        if account is None:
            raise Refused(
                Why.NOT_LOGGED_IN, "You are not logged in. /login NAME logs in, /register makes an account."
            )
        return account

    def set_password(self, user: User, password: str, done: Done[Account]) -> None:
        """Change the password of whoever is logged in here. Whatever else the old one has opened is shut."""
        try:
            account = self._account_of(user)
        except Refused as refused:
            done(refused)
            return

        def changed(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused):
                user.credential = answer.credential
                sentence = "The password of your account was changed: log in with the new one."
                end_sessions(self._directory, answer, sentence, user)
            done(answer)

        self.accounts.set_password(account, password, changed)

    def unregister(self, user: User, password: str, done: Done[Account]) -> None:
        """Forget the account of whoever is logged in here, who has to say its password once more."""
        try:
            account = self._account_of(user)
        except Refused as refused:
            done(refused)
            return

        def checked(answer: Answer[Account]) -> None:
            if isinstance(answer, Refused):
                done(answer)
            else:
                self.accounts.remove(account, removed)

        def removed(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused):
                self.account_gone(account, user)
            done(answer)

        self.accounts.authenticate(account.name, password, user.address, checked)

    def account_gone(self, account: Account, keep: User | None = None) -> None:
        """An account was removed; see `chat.domain.forgetting`. Who gave it up (`keep`) is a guest."""
        forget_account(self._directory, self.mailbox, account, keep)

    def account_changed(self, before: Account, after: Account) -> None:
        """An account was changed from outside; see `chat.domain.forgetting`."""
        if before.created != after.created:
            self.account_gone(before)
        else:
            account_changed(self._directory, before, after)

    def present(self, account: Account) -> User | None:
        """Somebody who is logged in with this account, by whatever name."""
        return next(iter(self._directory.sessions.get(account.folded, ())), None)

    # private messages for those who are not here

    def leave_message(
        self,
        user: User,
        account: Account,
        text: str,
        kind: type[Said | Acted | Noticed] = Said,
        tags: ClientTags = NO_TAGS,
        receipt: Receipt | None = None,
        repeat: str | None = None,
    ) -> Whispered:
        """Keep a private message for an account that is not here. Refused: MAILBOX_FULL, NO_SUCH_USER.

        `repeat` is a `repeat_key`.
        """
        msgid, now = self._directory.journal.stamp()
        recipient = Identity(0, account.name, "", "", account.name)
        event = Whispered(msgid, now, user.identity, recipient, text, kind, tags)
        self.mailbox.keep(account, event, receipt or (lambda stored: None), repeat)
        user.last_active = self._directory.seconds()
        self._directory.stats.private_messages.add()
        return event

    def deliver(self, user: User, then: Callable[[], None] | None = None) -> None:
        """Hand somebody who is logged in and has a name the messages that waited, and call `then`.

        To be called once they are welcomed.
        """
        account = self.accounts.find(user.account) if user.account else None
        then = then or (lambda: None)
        if account is None or not self.mailbox.waiting(account):
            then()
            return

        def fetched(answer: Answer[list[Whispered]]) -> None:
            owns = user.account is not None and self.accounts.find(user.account) == account
            if isinstance(answer, Refused) or user.gone or not owns:
                then()
                return
            handed = []
            for event in answer:
                event = event._replace(recipient=user.identity)
                if fold(event.author.name) not in user.ignored:
                    if not user.reader.tell(event):
                        break
                    user.correspondent = event.author.name
                    self._directory.history.whispered(event)
                handed.append(event)
            self.mailbox.delivered(account, handed)
            then()

        self.mailbox.fetch(account, fetched)
