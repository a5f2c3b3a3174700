"""The window's program: Tk on Twisted's reactor, the connection, the preferences, from start to end."""

from __future__ import annotations

import signal
import time
import tkinter as tk
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.logger import Logger

from chat.client.desk.arguments import default_name
from chat.client.gui import keyring
from chat.client.gui.overlay import Question, SecretQuestion
from chat.client.gui.placement import place
from chat.client.gui.preferences import Account, Kept, config_folder, read_window
from chat.client.gui.theme import Theme, prepare_process
from chat.client.link.connection import Connection
from chat.client.link.endpoints import parse_address
from chat.client.link.events import ConnectionState, Needed, StateChanged
from chat.client.window import views
from chat.client.window.actions import Actions
from chat.client.window.appearance import Appearance
from chat.client.window.connect import ConnectDialog, Passwords, read_rooms
from chat.client.window.desk import WindowDesk
from chat.client.window.frame import ChatFrame
from chat.runtime.monotonic import count_monotonically

PREFERENCES = "window.json"
SMALLEST = (480, 360)
USUAL = (1120, 720)
"""Sizes of the window, in pixels of an ordinary screen."""
FIELDS: dict[Needed | None, str] = {
    Needed.NAME: "name",
    Needed.PASSWORD: "password",
    Needed.SERVER_PASSWORD: "server_password",
}
"""In which field of the connect dialog what is needed can be given."""
GOODBYE_SECONDS = 2.0
"""How long a server may take to say goodbye before the window goes all the same."""


class WindowProgram:
    """One window and its connection."""

    log = Logger()

    def __init__(self, reactor: Any, root: tk.Tk, path: Path) -> None:
        self._reactor = reactor
        self.root = root
        self.ended = False
        """Whether the window is gone."""
        self._account = Account()
        self._dialog: ConnectDialog | None = None
        self.kept = Kept(path, read_window)
        chosen = self.kept.chosen
        self.theme = Theme(root, chosen.theme, chosen.text_size)
        self.desk = WindowDesk(self.leave, time.time)
        self.connection = Connection(reactor, self.desk.happened)
        self.desk.attach(self.connection)
        self.frame = ChatFrame(
            root, self.theme, self.desk, with_people=chosen.people, with_rooms=chosen.rooms
        )
        appearance = Appearance(self.theme, self.frame, self.kept)
        self.actions = Actions(root, self.theme, self.frame, appearance, lambda: self.leave(""))
        self.desk.comings = chosen.comings
        self.desk.changed = self.frame.changed
        self.desk.bell = appearance.bell
        self.desk.ask = self._ask
        self.desk.ask_secret = self._ask_secret
        self._keyring = False
        """Whether there is a keyring on this desktop."""
        self._keep = False
        """Whether the person wants the password to be kept there."""
        self._kept = ("", "")
        """Account and password that are kept, or were asked about."""
        self._secret: tuple[str, Callable[[str], None]] | None = None
        """What is asked for as soon as the conversations are shown."""
        root.bind("<FocusIn>", lambda event: self._attend())
        root.bind("<FocusOut>", lambda event: self._attend())
        self.desk.state_changed = self._state_changed
        self.frame.shown = self._shown
        root.protocol("WM_DELETE_WINDOW", self.actions.quit)
        px = self.theme.px
        place(root, chosen.geometry, (px(SMALLEST[0]), px(SMALLEST[1])), (px(USUAL[0]), px(USUAL[1])))

    def _attend(self) -> None:
        # With the keyboard elsewhere the window may still be seen, but nobody can tell.
        attended = self.root.focus_displayof() is not None
        if attended != self.desk.pages.attended:
            self.desk.pages.attend(attended)
            self.frame.changed()

    def _ask(self, question: str, agreed: Callable[[], None]) -> None:
        Question(self.root, self.theme, "Just to be sure", question, "Yes", "No", agreed)

    def _ask_secret(self, question: str, answered: Callable[[str], None]) -> None:
        if self._dialog is not None:
            self._secret = question, answered
        else:
            SecretQuestion(self.root, self.theme, question, answered)

    def _shown(self) -> None:
        if self._dialog is None:
            self.root.title(views.window_title(self.desk))

    # connecting

    def ask(self, first: Account, sentence: str = "", field: str = "") -> None:
        """Show the connect dialog."""
        if self._dialog is None:
            self.frame.pack_forget()
            self._dialog = ConnectDialog(self.root, self.theme, self.kept.chosen.recent, first)
            self._dialog.connect = self.connect
            self._dialog.cancel = self._cancel
            self._dialog.knows_password = self._knows_password
            if self._keyring:
                self._dialog.offer_keyring()
            self._dialog.pack(fill="both", expand=True)
            # What is not on the screen yet gets the keyboard only later, and would lose what is typed until then.
            self.root.update_idletasks()
        self._dialog.tell(sentence, field)

    def _find_keyring(self, there: bool) -> None:
        self._keyring = there
        if there and self._dialog is not None:
            self._dialog.offer_keyring()

    def _knows_password(self, account: Account) -> bool:
        return self._keyring or self._same(account)

    def _keep_password(self) -> None:
        """Keep the password that has just opened an account, or ask whether to."""
        connection, server = self.connection, self._account.address
        account, password = connection.account, connection.password
        if not self._keyring or not account or not password or (account, password) == self._kept:
            return
        self._kept = account, password

        def keep() -> None:
            deferToThread(keyring.keep, server, account, password)

        if self._keep:
            keep()
        else:
            question = f"Keep the password of {account} in this desktop's keyring?"
            Question(self.root, self.theme, "Remember the password?", question, "Keep it", "Not now", keep)

    def _same(self, account: Account) -> bool:
        """Whether this is where we were just now, with the same login."""
        address = *parse_address(account.address, account.tls), account.tls
        return self.connection.address == address and (self.connection.account or "") == account.account

    def connect(self, account: Account, passwords: Passwords) -> None:
        """Connect there as that; where we have just been, with the login and the rooms' keys that there were."""
        same = self._same(account)
        self._account, self._keep = account, passwords.keep
        if account.account and not passwords.account and not same:
            found = deferToThread(keyring.find, account.address, account.account)
            found.addCallback(self._found_password, account, passwords)
            return
        if same and not passwords.account:
            for room in set(self.connection.wanted_rooms) - set(account.rooms):
                self.connection.part(room)
            for room in account.rooms:
                if room not in self.connection.wanted_rooms:
                    self.connection.join(room)
            if account.name != self.connection.wanted_name:
                self.connection.rename(account.name)
            if passwords.server:
                self.connection.give_server_password(passwords.server)
            self.connection.connect_again()
            return
        host, port = parse_address(account.address, account.tls)
        self.connection.connect(
            host,
            port,
            name=account.name,
            tls=account.tls,
            account=account.account or None,
            password=passwords.account or None,
            server_password=passwords.server or None,
            rooms=account.rooms,
        )

    def _found_password(self, password: str, account: Account, passwords: Passwords) -> None:
        if self.ended or self._account is not account:
            return
        if password:
            self._kept = account.account, password
            self.connect(account, passwords._replace(account=password))
        elif self._dialog is not None:
            self._dialog.tell("The account needs its password.", "password")

    def _cancel(self) -> None:
        self.connection.disconnect()

    def _remember(self) -> None:
        """Keep who and where we are: the name that we want, not one that stands in for it."""
        connection = self.connection
        rooms = connection.wanted_rooms
        here = self.desk.place
        first = [room for room in rooms if connection.fold(room) == connection.fold(here)] if here else []
        self._account = replace(
            self._account,
            name=connection.wanted_name or self._account.name,
            account=connection.account or "",
            # The one that is looked at comes first, and is looked at again.
            rooms=tuple(dict.fromkeys((*first, *rooms))) or self._account.rooms,
        )

    def show(self) -> None:
        """Show the conversations."""
        if self._dialog is not None:
            self._dialog.destroy()
            self._dialog = None
        self.frame.pack(fill="both", expand=True)
        self.root.update_idletasks()
        self.frame.entry.text.focus_set()
        self.frame.changed()
        if self._secret is not None:
            (question, answered), self._secret = self._secret, None
            SecretQuestion(self.root, self.theme, question, answered)

    def _state_changed(self, event: StateChanged) -> None:
        # The connection is in the middle of something: what follows may start it anew.
        self._reactor.callLater(0, self._settle, event)

    def _settle(self, event: StateChanged) -> None:
        if self.ended:
            return
        match event.state:
            case ConnectionState.ONLINE:
                if self._dialog is not None:
                    self.show()
                    self._keep_password()
                self._remember()
                self.kept.put(self.kept.chosen.with_account(self._account))
            case ConnectionState.WAITING if (
                self._dialog is not None and self.connection.state is ConnectionState.WAITING
            ):
                # At the dialog the person decides when to try again.
                self.connection.disconnect()
                self._dialog.tell(event.sentence)
            case ConnectionState.ENDED:
                self._remember()
                self.ask(self._account, event.sentence, FIELDS.get(event.needed, ""))
        self.frame.changed()

    # the end

    def leave(self, reason: str) -> None:
        """Say goodbye, remember, and end the program."""
        if self.ended:
            return
        self.ended = True
        preferences = replace(self.kept.chosen, geometry=self.root.geometry())
        if self.connection.rooms:
            self._remember()
            preferences = preferences.with_account(self._account)
        self.kept.put(preferences)
        self.root.withdraw()
        done = self.connection.disconnect(reason)
        done.addTimeout(GOODBYE_SECONDS, self._reactor).addErrback(lambda failure: None)
        done.addBoth(lambda _: self._end())

    def _end(self) -> None:
        from twisted.internet import tksupport

        tksupport.uninstall()
        self.root.destroy()
        self._reactor.stop()

    def failed(self, kind: type[BaseException], value: BaseException, trace: Any) -> None:
        """Something in a key's or button's function went wrong: it is logged, and the window stays."""
        from twisted.python.failure import Failure

        self.log.failure("The window failed", failure=Failure(value, kind, trace))
        self.desk.note(f"Something went wrong here: {value}", error=True)


def run(address: str | None, name: str | None, rooms: list[str] | None, tls: bool) -> int:
    """Run the window until it is closed; returns the exit status."""
    prepare_process()
    root = tk.Tk(className="Chat")
    from twisted.internet import reactor, tksupport

    running: Any = reactor
    count_monotonically(running)
    program = WindowProgram(running, root, config_folder() / PREFERENCES)
    root.report_callback_exception = program.failed
    recent = program.kept.chosen.recent
    if address is not None:
        first = next(
            (a for a in recent if a.address == address), Account(address, recent[0].name if recent else "")
        )
    else:
        first = recent[0] if recent else Account()
    first = replace(
        first,
        name=name or first.name or default_name(),
        tls=tls or first.tls,
        rooms=read_rooms(" ".join(rooms)) if rooms else first.rooms,
    )

    def start() -> None:
        program.ask(first, program.kept.problem)
        deferToThread(keyring.available).addCallback(program._find_keyring)
        if name is not None:
            program.connect(first, Passwords())
        LoopingCall(lambda: None if program.ended else program.frame.tick()).start(1.0)

    tksupport.install(root)
    running.callWhenRunning(start)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda number, frame: running.callFromThread(program.leave, ""))
    running.run(installSignalHandlers=False)
    return 0
