"""Telnet out of a stream of bytes: commands and negotiations are answered and never show up as text.

RFC 854 (commands), RFC 855 (options), RFC 860 (timing mark). Everything is refused, as RFC 854 asks of a program
that knows no option, except what this side has offered itself (echo, so that a password stays unseen).
"""

from __future__ import annotations

from twisted.conch.telnet import AYT, DO, DONT, ECHO, IAC, SB, SE, WILL, WONT

SUBNEGOTIATION_BYTES = 512
"""Longest subnegotiation that is waited for: ten times a common one; past it the rest is text again."""

FIRST_COMMAND = b"\xec"
"""The lowest byte that means something after IAC (RFC 1184, EOF)."""

IAC_NUMBER = IAC[0]
"""The byte with which everything of telnet begins, as a number: so it is found in bytes seven times as fast."""
_NEGOTIATE = frozenset((WILL, WONT, DO, DONT))


class TelnetFilter:
    """Takes bytes as they come, in any pieces, and gives back the text in them and what to answer."""

    __slots__ = ("_after_return", "_command", "_offered", "_skipped", "_state")

    def __init__(self) -> None:
        self._state = "text"
        self._command = b""
        self._skipped = 0
        self._after_return = False
        self._offered: set[bytes] = set()

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Return the text in `data`, and the bytes to send back ("" mostly)."""
        text = bytearray()
        answers = bytearray()
        position = 0
        while position < len(data):
            if self._state == "text":
                command = data.find(IAC, position)
                if command < 0:
                    text += data[position:]
                    break
                text += data[position:command]
                position = command + 1
                self._state = "command"
                continue
            byte = data[position : position + 1]
            position += 1
            getattr(self, "_in_" + self._state)(byte, text, answers)
        return self._with_line_ends(bytes(text)), bytes(answers)

    def _with_line_ends(self, text: bytes) -> bytes:
        # A return key is CR NUL where the client is in character mode (RFC 854, "the Telnet printer").
        if self._after_return and text.startswith(b"\0"):
            text = b"\n" + text[1:]
        if text:
            self._after_return = text.endswith(b"\r")
        return text.replace(b"\r\0", b"\r\n")

    def offer_echo(self, yes: bool) -> bytes:
        """What to send so that the person's own typing is not shown (True), or is shown again (False)."""
        if yes:
            self._offered.add(ECHO)
            return IAC + WILL + ECHO
        self._offered.discard(ECHO)
        return IAC + WONT + ECHO

    def _in_command(self, byte: bytes, text: bytearray, answers: bytearray) -> None:
        self._state = "text"
        if byte == IAC:
            text += byte
        elif byte < FIRST_COMMAND:
            # Not telnet, but a byte that is no UTF-8: it costs nobody the line end or letter that follows it.
            text += IAC + byte
        elif byte in _NEGOTIATE:
            self._command = byte
            self._state = "option"
        elif byte == SB:
            self._skipped = 0
            self._state = "subnegotiation"
        elif byte == AYT:
            answers += b"[yes]\r\n"

    def _in_option(self, byte: bytes, text: bytearray, answers: bytearray) -> None:
        self._state = "text"
        if self._command == DO and byte not in self._offered:
            answers += IAC + WONT + byte
        elif self._command == WILL:
            answers += IAC + DONT + byte

    def _in_subnegotiation(self, byte: bytes, text: bytearray, answers: bytearray) -> None:
        self._skipped += 1
        if self._skipped > SUBNEGOTIATION_BYTES:
            self._state = "text"
        elif byte == IAC:
            self._state = "subnegotiation_command"

    def _in_subnegotiation_command(self, byte: bytes, text: bytearray, answers: bytearray) -> None:
        self._skipped += 1
        self._state = "text" if byte == SE else "subnegotiation"
