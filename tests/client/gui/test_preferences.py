"""What windows remember."""

import json
from pathlib import Path

from chat.client.gui.preferences import (
    MAX_FILE,
    MAX_RECENT,
    Account,
    Kept,
    LauncherPreferences,
    WindowPreferences,
    load,
    read_launcher,
    read_window,
    save,
)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "window.json"
    account = Account("chat.test", "zoe", ("#lobby", "#kitchen"), tls=True, account="zoe")
    preferences = WindowPreferences(theme="dark", text_size=14, bell=False).with_account(account)
    assert save(path, preferences)
    assert load(path)[1] == ""
    assert read_window(load(path)[0]) == preferences


def test_without_a_file_everything_is_as_usual(tmp_path: Path) -> None:
    assert read_window(load(tmp_path / "none.json")[0]) == WindowPreferences()
    assert read_launcher(load(tmp_path / "none.json")[0]) == LauncherPreferences()


def test_a_broken_file_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    for text in ("{", "[]", "\0", '"text"', "null", "[" * 60_000, '{"a": "' + "x" * MAX_FILE + '"}'):
        path.write_text(text)
        found, problem = load(path)
        assert found == {}
        assert str(path) in problem
        assert Kept(path, read_window).problem == problem


def test_values_that_make_no_sense_are_as_usual() -> None:
    found = read_window(
        {"theme": "pink", "text_size": 4, "bell": "no", "recent": [1, {}, {"address": "a"}], "more": 1}
    )
    assert found == WindowPreferences(recent=(Account("a", rooms=()),))
    assert (
        read_launcher({"chat_port": 0, "web_port": "x", "relay_port": 70_000, "theme": 1})
        == LauncherPreferences()
    )


def test_a_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not save(tmp_path / "file" / "window.json", WindowPreferences())


def test_the_latest_place_comes_first_and_once() -> None:
    preferences = WindowPreferences()
    for number in range(MAX_RECENT + 3):
        preferences = preferences.with_account(Account(f"host{number}"))
    preferences = preferences.with_account(Account("host5", "ann"))
    assert preferences.recent[0] == Account("host5", "ann")
    assert len({account.address for account in preferences.recent}) == len(preferences.recent) == MAX_RECENT


def test_a_change_is_kept_at_once(tmp_path: Path) -> None:
    path = tmp_path / "launcher.json"
    Kept(path, read_launcher).change(chat_port=4000)
    assert json.loads(path.read_text())["chat_port"] == 4000
    assert Kept(path, read_launcher).chosen.chat_port == 4000


def test_no_password_is_ever_kept() -> None:
    assert not {
        name for name in WindowPreferences.__annotations__ | Account.__annotations__ if "password" in name
    }
