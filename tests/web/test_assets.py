from __future__ import annotations

import re
from pathlib import Path

import pytest

from chat.listening.endpoints import CannotStart
from chat.monitor.site import PAGES
from chat.web.assets import Asset, folder, load
from chat.web.page import REQUIRED

EVERY_PAGE = {"chat": REQUIRED, "monitor": PAGES}


def files_of(page: str) -> dict[str, Asset]:
    return load(folder(page), EVERY_PAGE[page], "do without")


def write_page(where: Path) -> None:
    for name in ("index.html", "page.js"):
        (where / name).write_text("let it = be;")


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_the_page_is_found(page: str) -> None:
    found = files_of(page)
    assert {"index.html", f"{page}.css", f"{page}.js", "favicon.svg"} <= set(found)
    assert found[f"{page}.js"].type == "text/javascript; charset=utf-8"


def test_only_known_kinds_of_files_are_served(tmp_path: Path) -> None:
    write_page(tmp_path)
    (tmp_path / "notes.txt").write_text("secret")
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "folder.js").mkdir()
    assert sorted(load(tmp_path, ["index.html"], "")) == ["index.html", "page.js"]


def test_the_etag_is_the_contents_own(tmp_path: Path) -> None:
    write_page(tmp_path)
    before = load(tmp_path, [], "")["page.js"].etag
    assert load(tmp_path, [], "")["page.js"].etag == before
    (tmp_path / "page.js").write_text("other")
    assert load(tmp_path, [], "")["page.js"].etag != before


def test_a_missing_file_is_told_with_what_to_do(tmp_path: Path) -> None:
    write_page(tmp_path)
    with pytest.raises(CannotStart, match=r"page is missing .*signin\.html.*start with --web off"):
        load(tmp_path, PAGES, "start with --web off")


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="page is missing"):
        load(tmp_path / "nothing", PAGES, "")


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_the_page_names_nothing_elsewhere_and_has_nothing_inline(page: str) -> None:
    for name, asset in files_of(page).items():
        text = asset.body.decode()
        urls = set(re.findall(r"https?://[^\s\"'`)]+", text))
        assert urls <= {"http://www.w3.org/2000/svg", "https://modern.ircdocs.horse/formatting.html"}, name
        assert not re.search(r"\son[a-z]+=\"|\sstyle=\"|<style|innerHTML|insertAdjacentHTML|eval\(", text), (
            name
        )
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script, name


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_whatever_the_page_asks_for_is_there(page: str) -> None:
    found = files_of(page)
    for name, asset in found.items():
        text = asset.body.decode()
        named = re.findall(r"(?:src|href)=\"(?:/|v/VERSION/)([^\"]+)\"", text)
        named += re.findall(r"from \"\./([^\"]+)\"", text)
        named += re.findall(r"new Worker\(\"/([^\"]+)\"", text)
        assert set(named) <= set(found), name
