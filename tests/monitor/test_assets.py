from __future__ import annotations

import re
from pathlib import Path

import pytest

from chat.listening.endpoints import CannotStart
from chat.monitor import assets
from tests.monitor.support import write_page


def test_the_page_is_found() -> None:
    found = assets.load()
    assert {"index.html", "signin.html", "monitor.css", "monitor.js", "favicon.svg"} <= set(found)
    assert found["monitor.js"].type == "text/javascript; charset=utf-8"


def test_only_known_kinds_of_files_are_served(tmp_path: Path) -> None:
    write_page(tmp_path)
    (tmp_path / "notes.txt").write_text("secret")
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "folder.js").mkdir()
    assert sorted(assets.load(tmp_path)) == ["index.html", "monitor.js", "signin.html"]


def test_the_etag_is_the_contents_own(tmp_path: Path) -> None:
    write_page(tmp_path)
    before = assets.load(tmp_path)["monitor.js"].etag
    assert assets.load(tmp_path)["monitor.js"].etag == before
    (tmp_path / "monitor.js").write_text("other")
    assert assets.load(tmp_path)["monitor.js"].etag != before


@pytest.mark.parametrize("missing", assets.REQUIRED)
def test_a_missing_page_is_told(tmp_path: Path, missing: str) -> None:
    write_page(tmp_path)
    (tmp_path / missing).unlink()
    with pytest.raises(CannotStart, match=f"page is missing .*{missing}"):
        assets.load(tmp_path)


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="page is missing"):
        assets.load(tmp_path / "nothing")


def test_the_page_names_nothing_elsewhere_and_has_nothing_inline() -> None:
    for name, asset in assets.load().items():
        text = asset.body.decode()
        urls = set(re.findall(r"https?://[^\s\"'`)]+", text))
        assert urls <= {"http://www.w3.org/2000/svg"}, name
        assert not re.search(r"\son[a-z]+=\"|\sstyle=\"|<style|innerHTML|insertAdjacentHTML|eval\(", text), (
            name
        )
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script, name


def test_whatever_the_page_asks_for_is_there() -> None:
    found = assets.load()
    for name, asset in found.items():
        text = asset.body.decode()
        named = re.findall(r"(?:src|href)=\"/([^\"]+)\"", text)
        named += re.findall(r"from \"\./([^\"]+)\"", text)
        named += re.findall(r"new Worker\(\"/([^\"]+)\"", text)
        assert set(named) <= set(found), name
