"""What a window remembers from one start to the next, in a file that people may edit. Never a password."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import platformdirs
from twisted.logger import Logger

MAX_FILE = 256 * 1024
"""Bytes of a preferences file that are read: far more than is ever written."""
MAX_RECENT = 8
"""Servers that the connect dialog offers."""
MAX_ROOMS = 200
"""Rooms remembered for one server: more than servers let anybody into."""
TEXT_SIZES = (8, 9, 10, 11, 12, 13, 14, 16, 18, 20, 24)
"""Sizes of text that can be chosen, in points."""
THEMES = ("light", "dark")

log = Logger()


@dataclass(frozen=True)
class Account:
    """A server, and who we are there."""

    address: str = "localhost:56458"
    name: str = ""
    rooms: tuple[str, ...] = ("#lobby",)
    tls: bool = False
    account: str = ""


@dataclass(frozen=True)
class WindowPreferences:
    """What the chat window remembers."""

    theme: str = "light"
    text_size: int = 11
    bell: bool = True
    people: bool = True
    rooms: bool = True
    comings: bool = True
    geometry: str = ""
    """Size and place of the window as Tk writes them, ``""`` before there was one."""
    recent: tuple[Account, ...] = field(default_factory=tuple)
    """Where the person was, latest first."""

    def with_account(self, account: Account) -> WindowPreferences:
        """These, with the newest place to connect to."""
        others = [known for known in self.recent if known.address != account.address]
        kept = replace(account, rooms=account.rooms[:MAX_ROOMS])
        return replace(self, recent=(kept, *others)[:MAX_RECENT])


@dataclass(frozen=True)
class LauncherPreferences:
    """What the launcher remembers; ports from 1 to 65535."""

    theme: str = "light"
    geometry: str = ""
    chat_port: int = 56458
    web_port: int = 8080
    relay_port: int = 56459
    inner_port: int = 56460


def config_folder() -> Path:
    """The per-user folder for settings."""
    return Path(platformdirs.user_config_dir("twistd-chat"))


def load(path: Path) -> tuple[dict[str, Any], str]:
    """What a preferences file holds, and a sentence if that cannot be understood; nothing if there is no file."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise ValueError(f"it has more than {MAX_FILE // 1024} KB")
        found = json.loads(data)
        if not isinstance(found, dict):
            raise ValueError("it holds no preferences")
    except FileNotFoundError:
        return {}, ""
    except (OSError, ValueError, RecursionError) as error:
        return {}, f"{path} cannot be read ({error}): everything is as usual."
    return found, ""


def save(path: Path, preferences: WindowPreferences | LauncherPreferences) -> bool:
    """Write preferences, whole or not at all; whether that worked."""
    beside = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside.write_text(json.dumps(asdict(preferences), indent=2) + "\n", encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        log.warn("{path} cannot be written: {why}", path=str(path), why=error.strerror)
        return False
    return True


def _known(kind: type[Any], found: dict[str, Any]) -> dict[str, Any]:
    """The values that are of the type that the field's default has."""
    usual = kind()
    values = {}
    for row in fields(kind):
        value = found.get(row.name)
        default = getattr(usual, row.name)
        if isinstance(default, tuple):
            continue
        if type(value) is type(default):
            values[row.name] = value
    return values


def _account(found: Any) -> Account | None:
    if not isinstance(found, dict) or not isinstance(found.get("address"), str):
        return None
    rooms = found.get("rooms")
    names = [room for room in rooms if isinstance(room, str)] if isinstance(rooms, list) else []
    return replace(Account(**_known(Account, found)), rooms=tuple(names[:MAX_ROOMS]))


def read_window(found: dict[str, Any]) -> WindowPreferences:
    """The window's preferences out of a file; what makes no sense there is as usual."""
    values = _known(WindowPreferences, found)
    recent = found.get("recent")
    accounts = [_account(item) for item in recent] if isinstance(recent, list) else []
    preferences = WindowPreferences(**values, recent=tuple(a for a in accounts if a)[:MAX_RECENT])
    if preferences.theme not in THEMES:
        preferences = replace(preferences, theme=THEMES[0])
    if preferences.text_size not in TEXT_SIZES:
        preferences = replace(preferences, text_size=WindowPreferences().text_size)
    return preferences


def read_launcher(found: dict[str, Any]) -> LauncherPreferences:
    """The launcher's preferences out of a file; what makes no sense there is as usual."""
    preferences = LauncherPreferences(**_known(LauncherPreferences, found))
    usual = LauncherPreferences()
    for name in ("chat_port", "web_port", "relay_port", "inner_port"):
        if not 0 < getattr(preferences, name) < 65_536:
            preferences = replace(preferences, **{name: getattr(usual, name)})
    return preferences if preferences.theme in THEMES else replace(preferences, theme=usual.theme)


P = TypeVar("P", WindowPreferences, LauncherPreferences)


class Kept(Generic[P]):
    """Preferences in use, and the file that they are kept in."""

    def __init__(self, path: Path, read: Callable[[dict[str, Any]], P]) -> None:
        self._path = path
        found, self.problem = load(path)
        """Why they are not those of the file, as a sentence; ``""`` if they are."""
        self.chosen: P = read(found)
        """The preferences."""

    def change(self, **changes: Any) -> None:
        """Change some, and keep all."""
        self.put(replace(self.chosen, **changes))

    def put(self, preferences: P) -> None:
        """Use these, and keep them."""
        self.chosen = preferences
        save(self._path, preferences)
