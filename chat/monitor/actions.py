"""What an operator asks for from the page: read, checked, and done.

The frame's fields, beside `type` and `id`:

- `announce`: `text`
- `kick`: `name`, `reason`
- `mute`: `name`, `minutes` (0 ends the mute), `reason`
- `ban`: `name`, `minutes` (null: for good), `reason`
"""

from __future__ import annotations

from typing import Any

from chat.monitor.escaping import visible
from chat.monitor.interfaces import ActionRefused, Actions

MAX_TEXT = 400
"""Characters of an announcement or reason: with its frame it fits an IRC line in most scripts."""

MAX_NAME = 64
"""Twice the longest name."""

MAX_MINUTES = 24 * 60
"""A day; keeping somebody out for longer is a ban."""

MAX_BAN_MINUTES = 365 * MAX_MINUTES
"""A year; whoever means longer means for good."""


def perform(actions: Actions, frame: dict[str, Any], by: str) -> str:
    """Do what `frame` asks for and return a sentence that says what was done.

    `by` is where the page is open: it stands in the log and in the list of bans. Raises `ActionRefused`.
    """
    by = f"the operator at {by}"
    match frame.get("action"):
        case "announce":
            text = _line(frame, "text", MAX_TEXT)
            if not text:
                raise ActionRefused("There is nothing to announce: type a text.")
            actions.announce(text, by)
            return "Announced to everybody."
        case "kick":
            name, reason = _name(frame), _line(frame, "reason", MAX_TEXT)
            actions.kick(name, reason, by)
            return f"{name} was disconnected."
        case "mute":
            name, reason = _name(frame), _line(frame, "reason", MAX_TEXT)
            minutes = _minutes(frame)
            actions.mute(name, minutes * 60.0, reason, by)
            if minutes == 0:
                return f"{name} may speak again."
            return f"{name} is muted for {minutes} minute{'' if minutes == 1 else 's'}."
        case "ban":
            name, reason = _name(frame), _line(frame, "reason", MAX_TEXT)
            good = "minutes" in frame and frame["minutes"] is None
            length = None if good else _minutes(frame, 1, MAX_BAN_MINUTES) * 60.0
            return actions.ban(name, length, reason, by)
    raise ActionRefused("The server does not know this action; reload the page.")


def _line(frame: dict[str, Any], field: str, limit: int) -> str:
    text = frame.get(field, "")
    if not isinstance(text, str):
        raise ActionRefused("The page sent something that is not a text; reload it.")
    text = " ".join(text.split())
    if len(text) > limit:
        raise ActionRefused(f"That is too long: {len(text)} characters, at most {limit} are possible.")
    if visible(text) != text:
        raise ActionRefused("The text holds a control character; type it again without.")
    return text


def _name(frame: dict[str, Any]) -> str:
    name = _line(frame, "name", MAX_NAME)
    if not name:
        raise ActionRefused("No name was given.")
    return name


def _minutes(frame: dict[str, Any], least: int = 0, most: int = MAX_MINUTES) -> int:
    minutes = frame.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not least <= minutes <= most:
        raise ActionRefused(f"Give the minutes as a whole number from {least} to {most}.")
    return minutes
