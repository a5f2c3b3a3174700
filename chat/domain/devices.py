"""The devices with which somebody is here, as they see them themselves: listed, and ended one by one."""

from __future__ import annotations

from chat.domain.directory import Directory
from chat.domain.refused import Refused, Why
from chat.domain.session import Session
from chat.domain.wording import duration


def listed(directory: Directory, session: Session) -> list[str]:
    """A line for each device of a session's person, with the number by which it can be dropped."""
    now = directory.seconds()
    lines = []
    for number, other in enumerate(session.person.sessions, 1):
        name = f" ({other.device})" if other.device else ""
        mine = ", this one" if other is session else ""
        lines.append(
            f"{number}  {other.dialect}{name} from {other.address}, here for {duration(now - other.since)}, "
            f"idle for {duration(now - other.last_active)}{mine}"
        )
    return lines


def drop(directory: Directory, session: Session, number: str) -> str:
    """End one of the devices; returns a sentence for whoever did it. Raises `Refused`."""
    sessions = list(session.person.sessions)
    if not number.isascii() or not number.isdecimal() or not 0 < int(number[:9]) <= len(sessions):
        raise Refused(Why.NO_SUCH_DEVICE, f"There is no device {number}: /devices lists them.", number)
    other = sessions[int(number[:9]) - 1]
    if other is session:
        raise Refused(Why.NO_SUCH_DEVICE, "This is the device that you use: /exit ends it.", number)
    directory.leave(other, "Dropped", farewell=True)
    other.reader.disconnect("You ended this connection from another device.")
    return f"Device {number} is disconnected. To keep it from coming back, change your password: /password."
