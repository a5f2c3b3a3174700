"""The page's files, read once from the package or from a checkout."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from chat.listening.endpoints import CannotStart

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""What is served; other files in the folder are not."""

REQUIRED = ("index.html", "signin.html")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    type: str

    @property
    def etag(self) -> str:
        """Changes with the content (RFC 9110 section 8.8.3)."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:24]}"'


def folder() -> Traversable:
    """Where the static files are: in the installed package, or at the top of a checkout."""
    installed = files("chat") / "static"
    return installed if installed.is_dir() else Path(__file__).parent.parent.parent / "static"


def load(where: Traversable | None = None) -> dict[str, Asset]:
    """The files by name. Raises `CannotStart` if the page is not among them."""
    where = where or folder()
    found: dict[str, Asset] = {}
    if where.is_dir():
        for file in where.iterdir():
            kind = TYPES.get(Path(file.name).suffix)
            if kind is not None and file.is_file():
                found[file.name] = Asset(file.read_bytes(), kind)
    for name in REQUIRED:
        if name not in found:
            raise CannotStart(
                f"The monitor's page is missing ({where}/{name}); install the package again, "
                "or start with --web off."
            )
    return found
