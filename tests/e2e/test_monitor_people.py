"""The people on the monitor's page: what an operator's buttons offer, and that they are in reach on a phone."""

from contextlib import ExitStack
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from .test_monitor import Monitor, line, picture, watched

pytestmark = pytest.mark.e2e

PHONE = ViewportSize(width=390, height=844)
SMALL_PHONE = ViewportSize(width=360, height=740)


def start(ends: ExitStack, tmp_path: Path, *options: str) -> Monitor:
    """A monitor with invented people."""
    monitor = Monitor(tmp_path / "monitor", *options)
    ends.callback(monitor.end)
    return monitor


def mute_bob(page: Page) -> None:
    """Ask for it on the page, and see that it was done."""
    page.get_by_role("button", name="Mute bob", exact=True).click(force=True)
    page.get_by_role("dialog").get_by_role("button", name="Mute", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_who_is_muted_can_be_unmuted(chromium: Browser, ends: ExitStack, tmp_path: Path) -> None:
    with chromium.new_context() as context:
        page = watched(context.new_page(), start(ends, tmp_path))
        bob = page.locator("#people-rows tr", has_text="bob")
        expect(bob.get_by_role("button")).to_have_text(["Mute", "Kick", "Ban"])
        mute_bob(page)
        # In the same moment as the answer: the next list of people comes seconds later.
        assert bob.get_by_role("button").all_inner_texts() == ["Unmute", "Kick", "Ban"]
        expect(bob.locator(".tag", has_text="muted")).to_be_visible()

        bob.get_by_role("button", name="Unmute bob").click(force=True)
        expect(page.get_by_role("dialog")).to_contain_text("Unmute bob?")
        page.get_by_role("dialog").get_by_role("button", name="Unmute", exact=True).click()
        expect(page.locator("#toast")).to_have_text("bob may speak again.")
        assert bob.get_by_role("button").all_inner_texts() == ["Mute", "Kick", "Ban"]
        expect(bob.locator(".tag", has_text="muted")).to_have_count(0)
        expect(line(page, "ended the mute of bob")).to_be_visible()


def test_the_list_from_the_server_says_who_is_muted(
    chromium: Browser, ends: ExitStack, tmp_path: Path
) -> None:
    monitor = start(ends, tmp_path)
    with chromium.new_context() as context, chromium.new_context() as elsewhere:
        page, other = watched(context.new_page(), monitor), watched(elsewhere.new_page(), monitor)
        mute_bob(other)
        expect(page.get_by_role("button", name="Unmute bob", exact=True)).to_have_count(1)


@pytest.mark.parametrize("size", [PHONE, SMALL_PHONE], ids=["390", "360"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_button_is_in_reach_on_a_phone(
    chromium: Browser, ends: ExitStack, tmp_path: Path, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    monitor = start(ends, tmp_path, "--busy")
    phone = chromium.new_context(has_touch=True, is_mobile=True, viewport=size, color_scheme=scheme)
    with phone as context:
        page = watched(context.new_page(), monitor)
        mute_bob(page)
        # What is inside a row has to lie within the card, whole.
        cut: list[str] = page.evaluate(
            """() => {
                 const card = document.querySelector(".people .scroll").getBoundingClientRect();
                 const parts = "#people-head th:not(.acts), #people-rows td, #people-rows button";
                 return [...document.querySelectorAll(parts)]
                   .filter((e) => {
                     const box = e.getBoundingClientRect();
                     return box.width === 0 || box.left < card.left || box.right > card.right + 0.5
                       || e.scrollWidth > e.clientWidth + 1;
                   })
                   .map((e) => e.outerHTML);
               }"""
        )
        assert cut == []
        page.locator(".people").scroll_into_view_if_needed()
        picture(page, f"monitor-phone-{size['width']}-{scheme}", tmp_path)
        page.get_by_role("button", name="Ban carol", exact=True).tap()
        expect(page.get_by_role("dialog")).to_contain_text("Ban carol?")
