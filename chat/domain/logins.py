"""Logging in and out, registering, and what follows from it: the door through which every dialect changes accounts.

Methods that need a password answer through a `Done`. What they change, they change before they answer; if the session
has ended meanwhile, they change nothing of the chat.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from chat.domain.accounts import Account, Accounts, Answer, Done, Proof, login_failed
from chat.domain.bans import refusal
from chat.domain.certificates import certificate_unknown, check_fingerprint
from chat.domain.directory import Directory
from chat.domain.events import NO_TAGS, Acted, ClientTags, Identity, Noticed, Said, Whispered
from chat.domain.forgetting import account_changed, end_sessions, forget_account
from chat.domain.journal import Receipt
from chat.domain.limits import AttemptLimit, address_key
from chat.domain.mailbox import Mailbox
from chat.domain.names import Name, fold
from chat.domain.person import Person
from chat.domain.presence import account_and_device
from chat.domain.refused import Refused, Why
from chat.domain.session import Session

REGISTRATIONS = 10
"""Accounts made from one address within `REGISTRATION_WINDOW`: a class of pupils, but no flood of names."""
REGISTRATION_WINDOW = 3600.0


class Logins:
    """Accounts as people use them."""

    def __init__(self, directory: Directory, accounts: Accounts, mailbox: Mailbox) -> None:
        self._directory = directory
        self.accounts = accounts
        self.mailbox = mailbox
        self._delivering: set[str] = set()
        self._registrations = AttemptLimit(REGISTRATIONS, REGISTRATION_WINDOW)

    def register(self, session: Session, name: Name, password: str, done: Done[Account]) -> None:
        """Make an account with this name for somebody, and log in. The name must be free, or theirs already."""
        done = self._counted(done)
        person = session.person
        holder = self._directory.people.get(name.folded)
        if person.account is not None:
            done(Refused(Why.LOGGED_IN, f"You are logged in as {person.account}: /logout first.", name.shown))
        elif holder is not None and holder is not person:
            done(Refused(Why.NAME_TAKEN, f"The name {name.shown} is taken", name.shown))
        elif wait := self._wait_to_register(session):
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
            self.accounts.register(name, password, self._then_log_in(session, done))

    def _counted(self, done: Done[Account]) -> Done[Account]:
        def answered(answer: Answer[Account]) -> None:
            if isinstance(answer, Refused):
                self._directory.stats.refuse(answer)
            done(answer)

        return answered

    def _wait_to_register(self, session: Session) -> float:
        key = address_key(session.address)
        return 0.0 if key is None else self._registrations.attempt(key, self._directory.seconds())

    def log_in(self, session: Session, name: str, password: str, done: Done[Account]) -> None:
        """Log in, with or without a name as yet (SASL). `name` may be `ACCOUNT@DEVICE`."""
        name, device = account_and_device(name)
        session.device = device or session.device
        self.authenticate(session, name, password, self._then_log_in(session, done))

    def authenticate(self, session: Session, name: str, password: str, done: Done[Account]) -> None:
        """Check a password for somebody; besides the refusals of `Accounts.authenticate`, SERVER_BANNED.

        That an account is banned, and why, is told only who knows its password.
        """
        self.accounts.authenticate(name, password, session.address, self._unless_banned(self._counted(done)))

    def _unless_banned(self, done: Done[Account]) -> Done[Account]:
        def answered(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused):
                ban = self._directory.bans.of_account(answer.name, self._directory.clock())
                answer = answer if ban is None else refusal(ban)
            done(answer)

        return answered

    def find_proof(self, session: Session, name: str, done: Done[Proof]) -> None:
        """What checks a proof of somebody's password, for dialects in which it need not be said (SCRAM)."""
        self.accounts.find_proof(name, session.address, done)

    def prove(self, session: Session, proof: Proof, done: Done[Account]) -> None:
        """Log in who has proved their password. Refused: LOGIN_FAILED, SERVER_BANNED."""
        answered = self._unless_banned(self._counted(self._then_log_in(session, done)))
        try:
            account = self.accounts.proved(proof, session.address)
        except Refused as refused:
            answered(refused)
        else:
            answered(account)

    def log_in_by_certificate(
        self, session: Session, name: str, fingerprint: str, done: Done[Account]
    ) -> None:
        """Log in who has shown a certificate; `name` (folded) is the account that they mean, "" for any.

        Refused: LOGIN_FAILED, SERVER_BANNED, STORAGE.
        """
        answered = self._unless_banned(self._counted(self._then_log_in(session, done)))

        def found(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused) and name not in ("", answer.folded):
                answer = certificate_unknown()
            answered(answer)

        self.accounts.find_certificate(fingerprint, found)

    def certificates(self, session: Session, done: Done[list[str]]) -> None:
        """The certificates that open the account of whoever is logged in here. Refused: NOT_LOGGED_IN, STORAGE."""
        try:
            account = self._account_of(session.person)
        except Refused as refused:
            done(refused)
        else:
            self.accounts.certificates(account, done)

    def add_certificate(self, session: Session, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open the account of whoever is logged in here; besides the refusals of
        `Accounts.add_certificate`, NOT_LOGGED_IN and NO_SUCH_CERTIFICATE (it is no fingerprint).
        """
        self._change_certificates(self.accounts.add_certificate, session, fingerprint, done)

    def drop_certificate(self, session: Session, fingerprint: str, done: Done[Account]) -> None:
        """Let a certificate open the account of whoever is logged in here no more; refused as `add_certificate` is."""
        self._change_certificates(self.accounts.drop_certificate, session, fingerprint, done)

    def _change_certificates(
        self,
        change: Callable[[Account, str, Done[Account]], None],
        session: Session,
        fingerprint: str,
        done: Done[Account],
    ) -> None:
        try:
            account, plain = self._account_of(session.person), check_fingerprint(fingerprint)
        except Refused as refused:
            done(refused)
        else:
            change(account, plain, done)

    def _then_log_in(self, session: Session, done: Done[Account]) -> Done[Account]:
        def answered(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused) and session.alive:
                known = self.accounts.find(answer.name)
                if known is None or known.credential != answer.credential:
                    # An account that was given up while its password was checked is nobody's.
                    answer = login_failed(answer.name)
                else:
                    session.credential = answer.credential
                    try:
                        self._directory.log_in(session, answer.name)
                    except Refused as refused:
                        answer = refused
            done(answer)

        return answered

    def take_name(self, session: Session, account: Account, name: Name) -> None:
        """Somebody who just logged in gets the account's name. Raises `Refused`.

        For dialects in which logging in means "this is who I am"; in IRC, a client asks for its name with NICK.
        """
        person = session.person
        if person.name is None:
            self._directory.enter(session, name)
        elif person.name.folded != account.folded and len(person.sessions) == 1:
            self._directory.rename(session, name)

    def log_out(self, session: Session) -> None:
        """Be a guest again. Refused: NOT_LOGGED_IN; LOGGED_IN, for one of several devices, which share one name."""
        person = session.person
        if person.account is None:
            raise Refused(Why.NOT_LOGGED_IN, "You are not logged in.")
        if len(person.sessions) > 1:
            raise Refused(
                Why.LOGGED_IN,
                f"You are here on {len(person.sessions)} devices with one name. /exit ends this one; /devices lists "
                "them, and /devices drop NUMBER ends another.",
            )
        self._directory.change_identity(session, account=None)

    def _account_of(self, person: Person) -> Account:
        account = self.accounts.find(person.account) if person.account else None
        if account is None:
            raise Refused(
                Why.NOT_LOGGED_IN, "You are not logged in. /login NAME logs in, /register makes an account."
            )
        return account

    def set_password(self, session: Session, password: str, done: Done[Account]) -> None:
        """Change the password of whoever is logged in here. Whatever else the old one has opened is shut."""
        try:
            account = self._account_of(session.person)
        except Refused as refused:
            done(refused)
            return

        def changed(answer: Answer[Account]) -> None:
            if not isinstance(answer, Refused):
                session.credential = answer.credential
                sentence = "The password of your account was changed: log in with the new one."
                end_sessions(self._directory, answer, sentence, session)
            done(answer)

        self.accounts.set_password(account, password, changed)

    def unregister(self, session: Session, password: str, done: Done[Account]) -> None:
        """Forget the account of whoever is logged in here, who has to say its password once more."""
        try:
            account = self._account_of(session.person)
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
                self.account_gone(account, session)
            done(answer)

        self.accounts.authenticate(account.name, password, session.address, checked)

    def account_gone(self, account: Account, by: Session | None = None) -> None:
        """An account was removed, perhaps by somebody who is here; see `chat.domain.forgetting`."""
        forget_account(self._directory, self.mailbox, account, by)

    def account_changed(self, before: Account, after: Account) -> None:
        """An account was changed from outside; see `chat.domain.forgetting`."""
        if before.created != after.created:
            self.account_gone(before)
        else:
            account_changed(self._directory, before, after)

    def connected(self, account: Account) -> Person | None:
        """Who is logged in to this account, by whatever name, if any of their devices is here."""
        person = self._directory.present(account.name)
        return person if person is not None and person.sessions else None

    # private messages for those who are not here

    def leave_message(
        self,
        session: Session,
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
        event = Whispered(msgid, now, session.identity, recipient, text, kind, tags)
        self.mailbox.keep(account, event, receipt or (lambda stored: None), repeat)
        session.last_active = self._directory.seconds()
        self._directory.tell_others(session, event)
        self._directory.stats.private_messages.add()
        return event

    def deliver(self, session: Session, then: Callable[[], None] | None = None) -> None:
        """Hand somebody who is logged in and has a name the messages that waited, and call `then`.

        To be called once they are welcomed.
        """
        person = session.person
        account = self.accounts.find(person.account) if person.account else None
        then = then or (lambda: None)
        if account is None or account.folded in self._delivering or not self.mailbox.waiting(account):
            # When two devices come at the same time, both get what one of them asked for.
            then()
            return
        self._delivering.add(account.folded)

        def fetched(answer: Answer[list[Whispered]]) -> None:
            self._delivering.discard(account.folded)
            owns = person.account is not None and self.accounts.find(person.account) == account
            if isinstance(answer, Refused) or not owns or not person.sessions:
                then()
                return
            handed = []
            for event in answer:
                event = event._replace(recipient=person.identity)
                if fold(event.author.name) not in person.ignored:
                    if not person.tell(event):
                        break
                    person.correspondent = event.author.name
                    self._directory.history.whispered(event)
                handed.append(event)
            if handed:
                self.mailbox.delivered(account, handed)
            then()

        self.mailbox.fetch(account, fetched)
