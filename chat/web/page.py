"""The people's page: its files under names that change with them, gzipped, and what the browser must keep to.

The page is `/`, its files are below `/v/VERSION/`, where VERSION names the content of all of them together: a browser
keeps them for good, and never mixes the files of two versions. The page itself is asked for anew each time. It refers
to everything relatively, so that it works below a path of a reverse proxy too. `/version` is how a page that has been
open for long finds out that there is a newer one.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from importlib.resources.abc import Traversable

from twisted.web import http
from twisted.web.error import UnsupportedMethod
from twisted.web.iweb import IRequest
from twisted.web.resource import IResource, Resource
from twisted.web.server import Request

from chat.web.assets import Asset, folder, load

REQUIRED = ("index.html", "chat.js")
"""The files without which there is no page."""

VERSION = b"VERSION"
"""What stands in the page for the version of its files."""

FOR_GOOD = b"public, max-age=31536000, immutable"
"""A year is what RFC 9111 and browsers take for "for ever"."""

GZIP_FROM = 512
"""Bytes from which on gzip is worth its header."""

POLICY = b"; ".join(
    [
        b"default-src 'none'",
        b"script-src 'self'",
        b"style-src 'self'",
        b"img-src 'self'",
        b"connect-src 'self'",
        b"base-uri 'none'",
        b"form-action 'none'",
        b"frame-ancestors 'none'",
    ]
)
"""Content Security Policy: nothing from elsewhere, nothing inline, in no frame (W3C CSP Level 3)."""

HEADERS = {
    b"Content-Security-Policy": POLICY,
    b"X-Content-Type-Options": b"nosniff",
    b"X-Frame-Options": b"DENY",
    b"Referrer-Policy": b"no-referrer",
    b"Cross-Origin-Opener-Policy": b"same-origin",
    b"Cross-Origin-Resource-Policy": b"same-origin",
}
"""On every answer of the page and its files."""

_ENCODING = re.compile(r"\s*([^\s;,]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")


def takes_gzip(header: str) -> bool:
    """Whether somebody who sent this `Accept-Encoding` takes gzip (RFC 9110 section 12.5.3)."""
    for part in header.split(","):
        found = _ENCODING.fullmatch(part)
        if found is not None and found[1].lower() in ("gzip", "*"):
            return found[2] is None or found[2].strip("0.") != ""
    return False


class _File(Resource):
    """One file, plain and gzipped."""

    isLeaf = False

    def __init__(self, asset: Asset, cache: bytes) -> None:
        super().__init__()
        self._asset = asset
        self._cache = cache
        packed = gzip.compress(asset.body, mtime=0) if len(asset.body) >= GZIP_FROM else asset.body
        self._packed = packed if len(packed) < len(asset.body) else None

    def getChild(self, path: bytes, request: IRequest) -> IResource:
        return _Nothing()

    def render_GET(self, request: Request) -> bytes:
        """The file, or that it is the one that the browser has."""
        _set_headers(request)
        request.setHeader(b"content-type", self._asset.type.encode("ascii"))
        request.setHeader(b"cache-control", self._cache)
        body, tag = self._asset.body, self._asset.digest
        if self._packed is not None:
            request.setHeader(b"vary", b"accept-encoding")
            if takes_gzip((request.getHeader(b"accept-encoding") or b"").decode("latin-1")):
                # Another representation has another tag (RFC 9110 section 8.8.3.3).
                body, tag = self._packed, f"{tag}-gzip"
                request.setHeader(b"content-encoding", b"gzip")
        if request.setETag(f'"{tag}"'.encode("ascii")) is http.CACHED:
            return b""
        return body

    def render(self, request: Request) -> bytes | int:
        """Answer, or say in a sentence which methods there are."""
        try:
            answer: bytes | int = super().render(request)
        except UnsupportedMethod as error:
            request.setHeader(b"allow", b", ".join(sorted(error.allowedMethods)))
            return _sentence(request, 405, "This method is not for this address.")
        return answer


class _Nothing(Resource):
    """What is not there: the files of another version, above all."""

    isLeaf = True

    def render(self, request: Request) -> bytes:
        """404 in a sentence."""
        request.setHeader(b"cache-control", b"no-store")
        return _sentence(request, 404, "There is nothing here; the chat is at its own address.")


class _Folder(Resource):
    """Where something is below, and nothing else."""

    def getChild(self, path: bytes, request: IRequest) -> IResource:
        return _Nothing()

    def render(self, request: Request) -> bytes:
        """404 in a sentence."""
        return _Nothing().render(request)


def page_resource(where: Traversable | None = None) -> Resource:
    """The page with everything below it, to be mounted wherever the site wants it: its addresses are relative.

    `where`: the folder of the files; None takes the package's own. Raises `CannotStart` if the page is not among them.
    `/irc`, where the page connects to, is the site's own.
    """
    assets = load(where or folder("chat"), REQUIRED, "tell the chat to serve no page")
    version = _version(assets)
    page = assets["index.html"]
    root = _Folder()
    root.putChild(
        b"", _File(Asset(page.body.replace(VERSION, version.encode("ascii")), page.type), b"no-cache")
    )
    root.putChild(b"version", _File(Asset(version.encode("ascii"), "text/plain; charset=utf-8"), b"no-store"))
    versions, files = _Folder(), _Folder()
    root.putChild(b"v", versions)
    versions.putChild(version.encode("ascii"), files)
    for name, asset in assets.items():
        if not name.endswith(".html"):
            files.putChild(name.encode("ascii"), _File(asset, FOR_GOOD))
    return root


def _version(assets: dict[str, Asset]) -> str:
    every = "".join(f"{name} {assets[name].digest}\n" for name in sorted(assets))
    return hashlib.sha256(every.encode()).hexdigest()[:12]


def _set_headers(request: Request) -> None:
    for name, value in HEADERS.items():
        request.responseHeaders.setRawHeaders(name, [value])


def _sentence(request: Request, code: int, sentence: str) -> bytes:
    _set_headers(request)
    request.setResponseCode(code)
    request.setHeader(b"content-type", b"text/plain; charset=utf-8")
    return sentence.encode("utf-8") + b"\n"
