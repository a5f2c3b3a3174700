"""The people's page as it is served, without a browser."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.web.resource import Resource
from twisted.web.server import Site

from chat.listening.endpoints import CannotStart
from chat.web.page import POLICY, page_resource, takes_gzip

SCRIPT = "let it = be;" + " " * 600


@dataclass
class Answer:
    code: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text('<script src="v/VERSION/chat.js"></script>')
    (tmp_path / "chat.js").write_text(SCRIPT)
    (tmp_path / "icon.svg").write_text("<svg/>")
    return tmp_path


def ask(root: Resource, path: str, method: str = "GET", **headers: str) -> Answer:
    site = Site(root, reactor=Clock())
    wire = StringTransport()
    channel = site.buildProtocol(None)
    channel.makeConnection(wire)
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    channel.dataReceived("\r\n".join([f"{method} {path} HTTP/1.1", "Host: chat", *lines, "", ""]).encode())
    head, _, body = wire.value().partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    pairs = (field.split(": ", 1) for field in fields)
    return Answer(int(first.split()[1]), {name.lower(): value for name, value in pairs}, body)


def version(root: Resource) -> str:
    return ask(root, "/version").body.decode()


def test_the_page_names_its_files_by_their_version(files: Path) -> None:
    root = page_resource(files)
    page = ask(root, "/")
    assert page.headers["cache-control"] == "no-cache"
    assert page.body.decode() == f'<script src="v/{version(root)}/chat.js"></script>'
    script = ask(root, f"/v/{version(root)}/chat.js")
    assert script.body.decode() == SCRIPT
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script.headers["cache-control"]


def test_another_content_is_another_version(files: Path) -> None:
    before = version(page_resource(files))
    (files / "icon.svg").write_text("<svg></svg>")
    after = page_resource(files)
    assert version(after) != before
    assert ask(after, f"/v/{before}/chat.js").code == 404


def test_the_version_is_never_kept(files: Path) -> None:
    assert ask(page_resource(files), "/version").headers["cache-control"] == "no-store"


def test_files_are_packed_for_those_who_take_that(files: Path) -> None:
    root = page_resource(files)
    path = f"/v/{version(root)}/chat.js"
    packed = ask(root, path, Accept_Encoding="br, gzip;q=0.8")
    plain = ask(root, path)
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body).decode() == SCRIPT
    assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "content-encoding" not in ask(root, f"/v/{version(root)}/icon.svg", Accept_Encoding="gzip").headers


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("*", True),
        ("GZIP;q=1", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0", False),
        ("", False),
        ("br", False),
    ],
)
def test_who_takes_gzip(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes


def test_what_the_browser_has_is_not_sent_again(files: Path) -> None:
    root = page_resource(files)
    tag = ask(root, "/").headers["etag"]
    again = ask(root, "/", If_None_Match=tag)
    assert (again.code, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/", "/version", "/nothing", "/v/other/chat.js"])
def test_every_answer_carries_the_policy(files: Path, path: str) -> None:
    headers = ask(page_resource(files), path).headers
    assert headers["content-security-policy"] == POLICY.decode()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    "path", ["/index.html", "/chat.js", "/v", "/v/", "/v/../chat.js", "/version/more", "/%2e%2e/setup.cfg"]
)
def test_there_is_nothing_else(files: Path, path: str) -> None:
    assert ask(page_resource(files), path).code == 404


def test_other_methods_are_refused_in_a_sentence(files: Path) -> None:
    answer = ask(page_resource(files), "/", "PUT", Content_Length="0")
    assert (answer.code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.body == b"This method is not for this address.\n"
    assert ask(page_resource(files), "/", "HEAD").body == b""


def test_it_works_below_a_path(files: Path) -> None:
    outer, page = Resource(), page_resource(files)
    outer.putChild(b"talk", page)
    assert "v/" in ask(outer, "/talk/").body.decode()
    assert ask(outer, f"/talk/v/{version(page)}/chat.js").code == 200


def test_the_pages_own_addresses_are_all_relative() -> None:
    page = ask(page_resource(), "/").body.decode()
    assert not re.search(r"(?:src|href)=\"/", page)


def test_a_missing_page_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="page is missing"):
        page_resource(tmp_path)


def test_the_first_load_is_small() -> None:
    root = page_resource()
    page = ask(root, "/", Accept_Encoding="gzip")
    files = Path(__file__).parents[2] / "static" / "chat"
    sizes = [
        len(ask(root, f"/v/{version(root)}/{file.name}", Accept_Encoding="gzip").body)
        for file in files.iterdir()
        if file.suffix != ".html"
    ]
    assert len(page.body) + sum(sizes) < 100_000
