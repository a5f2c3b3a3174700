"""The launcher's program: what its buttons do, from start to end."""

from __future__ import annotations

import signal
import tkinter as tk
import webbrowser
from pathlib import Path
from typing import Any

from twisted.internet.threads import deferToThread
from twisted.logger import Logger
from twisted.python.failure import Failure

from chat.client.gui.overlay import Question
from chat.client.gui.placement import place
from chat.client.gui.preferences import Kept, config_folder, read_launcher
from chat.client.gui.theme import Theme, prepare_process
from chat.client.launcher import commandlines
from chat.client.launcher.children import Child, ChildState
from chat.client.launcher.output import without_token
from chat.client.launcher.panel import MOODS, Panel
from chat.client.launcher.ports import BadPort, why_not
from chat.runtime.monotonic import count_monotonically

PREFERENCES = "launcher.json"
TEXT_SIZE = 11
USUAL = (1060, 660)
SMALLEST = (820, 560)
"""Sizes of the window, in pixels of an ordinary screen."""
MAX_CLIENTS = 50
"""Clients started from here at once."""
REFRESH_SECONDS = 0.05


class LauncherProgram:
    """One panel, and what it started."""

    log = Logger()

    def __init__(self, reactor: Any, root: tk.Tk, path: Path, data: str | None) -> None:
        self._reactor = reactor
        self._data = data
        self._refreshing: Any = None
        self._ending = False
        self._after_start: list[tuple[list[str], bool]] = []
        self.root = root
        self.kept = Kept(path, read_launcher)
        chosen = self.kept.chosen
        self.theme = Theme(root, chosen.theme, TEXT_SIZE)
        self.server = Child(reactor, commandlines.SERVER_PATTERNS, "ready")
        self.relay = Child(reactor, commandlines.RELAY_PATTERNS, "ready")
        self.clients: list[Child] = []
        self._notes = {"server": self.kept.problem, "relay": "", "clients": ""}
        self.panel = Panel(root, self.theme, chosen, self.server, self.relay)
        self.panel.pack(fill="both", expand=True)
        panel = self.panel
        self.server_button = panel.server_card.button("Start Server", self.toggle_server, "Accent.TButton")
        self.logs_button = panel.server_card.button("View Web Logs", self.view_logs)
        self.window_button = panel.clients_card.button("Start Client (GUI)", self.start_window)
        self.terminal_button = panel.clients_card.button("Start Client (Terminal)", self.start_terminal)
        self.relay_button = panel.relay_card.button("Start Relay", self.toggle_relay)
        panel.theme_button.configure(command=self.toggle_theme)
        self.server.changed = self.relay.changed = self.changed
        root.title("Chat – control panel")
        px = self.theme.px
        place(root, chosen.geometry, (px(SMALLEST[0]), px(SMALLEST[1])), (px(USUAL[0]), px(USUAL[1])))
        root.protocol("WM_DELETE_WINDOW", self.close)
        root.bind("<Control-q>", lambda event: self.close())
        root.bind("<Control-d>", lambda event: self.toggle_theme())
        root.bind("<Control-C>", lambda event: self.copy_report())
        for key, button in (
            ("s", self.server_button),
            ("l", self.logs_button),
            ("g", self.window_button),
            ("t", self.terminal_button),
            ("r", self.relay_button),
        ):
            root.bind(f"<Alt-{key}>", lambda event, button=button: button.invoke())  # type: ignore[misc]
            button.configure(underline=button.cget("text").lower().rfind(key))
        self.theme.watch(self.panel, self.changed)
        self.server_button.focus_set()

    # what is shown

    def changed(self) -> None:
        """Something is not what it was: show it soon, with whatever else changes until then."""
        if self._refreshing is None and not self._ending:
            self._refreshing = self._reactor.callLater(REFRESH_SECONDS, self.refresh)

    def refresh(self) -> None:
        """Show everything as it is."""
        self._refreshing = None
        panel, chosen = self.panel, self.kept.chosen
        for output in panel.outputs.values():
            output.sync()
        running = self.server.state is ChildState.RUNNING
        about = (
            f"People come in at port {chosen.chat_port}: nc localhost {chosen.chat_port}" if running else ""
        )
        self._show_child(panel.server_card, self.server, self._notes["server"], about)
        about = (
            f"People come in at port {chosen.relay_port} as well"
            if self.relay.state is ChildState.RUNNING
            else ""
        )
        self._show_child(panel.relay_card, self.relay, self._notes["relay"], about)
        self._label(self.server_button, self.server, "Server")
        self._label(self.relay_button, self.relay, "Relay")
        self.server_button.configure(style="TButton" if self.server.active else "Accent.TButton")
        self.window_button.configure(style="Accent.TButton" if running and not self.clients else "TButton")
        self.logs_button.configure(
            state="normal" if "monitor" in self.server.found and running else "disabled"
        )
        panel.lock(("chat_port", "web_port"), self.server.active)
        panel.lock(("relay_port",), self.relay.active)
        panel.lock(("inner_port",), self.server.active or self.relay.active)
        count = len(self.clients)
        note = self._notes["clients"]
        panel.clients_card.show(
            "good" if count else "faint",
            f"{count} running" if count else "None running",
            note,
            wrong=bool(note),
        )
        if self._after_start and not self.server.active:
            self._after_start.clear()
        elif running:
            waiting, self._after_start = self._after_start, []
            for argv, in_window in waiting:
                self._start_client(argv, in_window)

    @staticmethod
    def _label(button: Any, child: Child, what: str) -> None:
        text = f"{'Stop' if child.active else 'Start'} {what}"
        button.configure(
            text=text,
            underline=text.index(what) if what == "Relay" else 0,
            state="disabled" if child.state is ChildState.STOPPING else "normal",
        )

    def _show_child(self, card: Any, child: Child, note: str, about: str) -> None:
        mood, state = MOODS[child.state]
        wrong = note or (child.sentence if child.state is ChildState.FAILED else "")
        card.show(mood, state, wrong or about, wrong=bool(wrong))

    def _note(self, part: str, sentence: str) -> None:
        self._notes[part] = sentence
        self.changed()

    # the buttons

    def toggle_server(self) -> None:
        """Start or stop the server."""
        self._notes["server"] = ""
        self.panel.select("Server")
        if self.server.active:
            self.server.stop()
        else:
            self.start_server()

    def start_server(self) -> bool:
        """Start the server, if its ports are free; whether it was."""
        ports = self._ports("server")
        if ports is None:
            return False
        wrong = (
            why_not(ports["chat_port"])
            or why_not(ports["web_port"], "127.0.0.1")
            or why_not(ports["inner_port"], "127.0.0.1")
        )
        if wrong:
            self._note("server", wrong)
            return False
        argv = commandlines.server(ports["chat_port"], ports["web_port"], ports["inner_port"], self._data)
        self.server.start(argv, commandlines.environment())
        return True

    def toggle_relay(self) -> None:
        """Start or stop the relay."""
        self._notes["relay"] = ""
        self.panel.select("Relay")
        if self.relay.active:
            self.relay.stop()
            return
        ports = self._ports("relay")
        if ports is None:
            return
        wrong = why_not(ports["relay_port"])
        if wrong:
            self._note("relay", wrong)
        else:
            self.relay.start(
                commandlines.relay(ports["relay_port"], ports["inner_port"]), commandlines.environment()
            )

    def _ports(self, part: str) -> dict[str, int] | None:
        try:
            ports = self.panel.read_ports()
        except BadPort as bad:
            self._note(part, str(bad))
            return None
        self.kept.change(**ports)
        return ports

    def view_logs(self) -> None:
        """Open the monitor's page, with its token."""
        address = self.server.found["monitor"][1]

        def opened(worked: bool) -> None:
            if not worked:
                self.root.clipboard_clear()
                self.root.clipboard_append(address)
                self._note(
                    "server",
                    "No browser was found. The page's address is on the clipboard: paste it into one.",
                )

        deferToThread(webbrowser.open, address).addCallbacks(opened, lambda failure: opened(False))

    def start_window(self) -> None:
        """Start a client with a window."""
        ports = self._ports("clients")
        if ports is not None:
            self._want_client(commandlines.window(ports["chat_port"]), True)

    def start_terminal(self) -> None:
        """Start a client in a terminal."""
        ports = self._ports("clients")
        if ports is None:
            return
        command = commandlines.terminal(ports["chat_port"])
        argv = commandlines.in_terminal(command)
        if argv is None:
            self._note("clients", commandlines.NO_TERMINAL.format(command=" ".join(["python", *command[1:]])))
        else:
            self._want_client(argv, False)

    def _want_client(self, argv: list[str], in_window: bool) -> None:
        self._notes["clients"] = ""
        if self.server.active:
            if self.server.state is ChildState.RUNNING:
                self._start_client(argv, in_window)
            else:
                self._after_start.append((argv, in_window))
            return

        def both() -> None:
            if self.start_server():
                self._after_start.append((argv, in_window))

        Question(
            self.root,
            self.theme,
            "Start the server too?",
            "No server runs here yet, so that nobody could be met.",
            "Start both",
            "Not now",
            both,
        )

    def _start_client(self, argv: list[str], in_window: bool) -> None:
        if len(self.clients) >= MAX_CLIENTS:
            self._note("clients", f"{MAX_CLIENTS} clients run already: close some first.")
            return
        client = Child(self._reactor, {}, "")
        self.clients.append(client)
        client.changed = lambda: self._client_changed(client)
        client.start(argv, commandlines.environment())

    def _client_changed(self, client: Child) -> None:
        if not client.active and client in self.clients:
            self.clients.remove(client)
            if client.state is ChildState.FAILED:
                self._notes["clients"] = f"A client ended: {client.sentence}"
        self.changed()

    def toggle_theme(self) -> None:
        """Light or dark."""
        self.theme.use("light" if self.theme.name == "dark" else "dark", TEXT_SIZE)
        self.kept.change(theme=self.theme.name)

    def copy_report(self) -> None:
        """Ctrl-Shift-C: states, and what was said, to be pasted where somebody can help."""
        self.root.clipboard_clear()
        self.root.clipboard_append(self.report())

    def report(self) -> str:
        """Everything that the panel shows, as text; without the monitor's token."""
        chosen = self.kept.chosen
        lines = [
            f"server on port {chosen.chat_port}: {self.server.state.value}. {self.server.sentence}",
            f"web logs on port {chosen.web_port}",
            f"relay on port {chosen.relay_port}: {self.relay.state.value}. {self.relay.sentence}",
            f"{len(self.clients)} clients",
            *(note for note in self._notes.values() if note),
        ]
        for name, child in (("server", self.server), ("relay", self.relay)):
            lines += ["", f"--- the {name}", *map(without_token, child.lines)]
        return "\n".join(lines)

    # the end

    def running(self) -> list[str]:
        """What was started and still runs, in words."""
        found = [
            name for name, child in (("the server", self.server), ("the relay", self.relay)) if child.active
        ]
        count = len(self.clients)
        if count:
            found.append(f"{count} client{'s' if count > 1 else ''}")
        return found

    def close(self) -> None:
        """End the program; ask, if something runs."""
        found = self.running()
        if not found:
            self.end()
            return
        what = found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"
        Question(
            self.root,
            self.theme,
            "End everything?",
            f"Closing the panel ends {what}, which it started.",
            "End and close",
            "Keep running",
            self.end,
        )

    def end(self) -> None:
        """End what was started, clients first and the server last, then the panel."""
        if self._ending:
            return
        self.kept.change(geometry=self.root.geometry())
        waiting = [*self.clients, self.relay, self.server]

        def next_one() -> None:
            if waiting:
                waiting.pop(0).stop(next_one)
            else:
                self._gone()

        next_one()

    def _gone(self) -> None:
        if self._ending:
            return
        self._ending = True
        from twisted.internet import tksupport

        if self._refreshing is not None:
            self._refreshing.cancel()
        tksupport.uninstall()
        self.root.destroy()
        self._reactor.stop()

    def failed(self, kind: type[BaseException], value: BaseException, trace: Any) -> None:
        """Something in a button's function went wrong: it is logged, and the panel stays."""
        self.log.failure("The panel failed", failure=Failure(value, kind, trace))
        self._note("server", f"Something went wrong in this panel: {value}")


def run(data: str | None) -> int:
    """Run the panel until it is closed; returns the exit status."""
    prepare_process()
    root = tk.Tk(className="Chat-launcher")
    from twisted.internet import reactor, tksupport

    running: Any = reactor
    count_monotonically(running)
    program = LauncherProgram(running, root, config_folder() / PREFERENCES, data)
    root.report_callback_exception = program.failed
    tksupport.install(root)

    def take_signals() -> None:
        # After the reactor has put in its own handlers, one of which tells when a child has ended.
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda number, frame: running.callFromThread(program.end))

    running.callLater(0, take_signals)
    running.run()
    return 0
