"""The files of a page, read once from the package or from a checkout."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
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


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    body: bytes
    type: str

    @property
    def digest(self) -> str:
        """Names the content, and no other."""
        return hashlib.sha256(self.body).hexdigest()[:24]

    @property
    def etag(self) -> str:
        """Changes with the content (RFC 9110 section 8.8.3)."""
        return f'"{self.digest}"'


def folder(page: str) -> Traversable:
    """Where a page's static files are: in the installed package, or at the top of a checkout."""
    installed = files("chat") / "static" / page
    return installed if installed.is_dir() else Path(__file__).parent.parent.parent / "static" / page


def load(where: Traversable, required: Collection[str], instead: str) -> dict[str, Asset]:
    """The files of a folder by name.

    Raises `CannotStart` if one that the page cannot do without is missing; `instead` says what the operator can do
    but install the package again.
    """
    found: dict[str, Asset] = {}
    if where.is_dir():
        for file in where.iterdir():
            kind = TYPES.get(Path(file.name).suffix)
            if kind is not None and file.is_file():
                found[file.name] = Asset(file.read_bytes(), kind)
    for name in required:
        if name not in found:
            raise CannotStart(f"A page is missing ({where}/{name}); install the package again, or {instead}.")
    return found
