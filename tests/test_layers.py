"""Imports run only downwards, and the domain knows nothing of the network: what keeps the house in order."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
PACKAGE = TOP / "chat"

FLOORS: list[tuple[str, ...]] = [
    ("__main__",),
    ("service", "client.launcher", "deploy"),
    ("reconfiguring",),
    (
        "chat_server",
        "motd",
        "data_folder",
        "options",
        "client.terminal",
        "client.window",
        "monitor",
        "relay",
        "web",
    ),
    ("client.gui",),
    ("client.desk",),
    ("client.link", "network"),
    ("storage",),
    ("commands",),
    ("listening", "domain"),
    ("configuration", "wire", "slash", "runtime"),
]
"""From the top down: a module imports its own floor and those below. The longest name that fits counts."""
REACTORS = ("service", "__main__", "client.", "listening.endpoints", "relay.service")
"""Where the program's one reactor may be touched; everything else is given it."""


@cache
def modules() -> list[tuple[str, frozenset[str]]]:
    """Every module of the package: its name without `chat.`, and what it imports."""
    return [
        (
            ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"),
            frozenset(imported(ast.parse(path.read_text(encoding="utf-8"), str(path)))),
        )
        for path in sorted(PACKAGE.rglob("*.py"))
    ]


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports while the program runs (not for the type checker alone)."""
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def floor(name: str) -> int | None:
    """The floor of a module, counted from the top; None for the packages that only hold others."""
    best: tuple[int, int] | None = None
    for number, names in enumerate(FLOORS):
        for candidate in names:
            fits = name == candidate or name.startswith(f"{candidate}.")
            if fits and (best is None or len(candidate) > best[0]):
                best = (len(candidate), number)
    return None if best is None else best[1]


def test_every_module_has_its_floor() -> None:
    lost = [name for name, _ in modules() if floor(name) is None]
    assert set(lost) <= {"__init__", "client"}


def test_imports_run_only_downwards() -> None:
    upwards = []
    for name, imports in modules():
        for other in sorted(imports):
            if not other.startswith("chat."):
                continue
            target = other.removeprefix("chat.")
            here, there = floor(name), floor(target)
            if here is not None and there is not None and there < here:
                upwards.append(f"{name} imports {target}")
    assert upwards == []


def test_no_imports_run_in_a_circle() -> None:
    # The faces of packages, which may name what stands in them, are no part of it.
    names = {name for name, _ in modules() if not (PACKAGE / name.replace(".", "/")).is_dir()}
    graph = {
        name: {other.removeprefix("chat.") for other in imports} & names
        for name, imports in modules()
        if name in names
    }
    circle: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_imports_for_the_type_checker_hide_no_circles() -> None:
    # Who is where, with which connection, and how far it has read: each knows the others; nothing else does.
    hidden = [
        str(path.relative_to(PACKAGE))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "TYPE_CHECKING" in path.read_text(encoding="utf-8")
    ]
    assert hidden == ["domain/person.py", "domain/readers.py", "domain/room.py", "domain/session.py"]


def test_client_and_server_know_nothing_of_each_other() -> None:
    for name, imports in modules():
        if name.startswith("client."):
            assert not [m for m in imports if m.startswith(("chat.network", "chat.storage", "chat.service"))]
        elif not name.startswith("__main__"):
            assert not [m for m in imports if m.startswith("chat.client")], name


def test_only_entry_points_touch_the_global_reactor() -> None:
    touching = [
        name
        for name, imports in modules()
        if "twisted.internet.reactor" in imports and not name.startswith(REACTORS)
    ]
    assert touching == []


@pytest.mark.parametrize("module", ["chat.domain", "chat.commands", "chat.wire"])
def test_the_domain_runs_without_a_network(module: str) -> None:
    program = f"""
import importlib, pkgutil, sys
package = importlib.import_module({module!r})
for found in pkgutil.walk_packages(getattr(package, "__path__", []), {module!r} + "."):
    importlib.import_module(found.name)
loaded = [name for name in sys.modules if name.startswith("twisted.internet")]
print(len([name for name in sys.modules if name.startswith({module!r})]), loaded)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=TOP, check=False
    )
    assert done.stderr == ""
    count, _, loaded = done.stdout.partition(" ")
    assert int(count) >= 1
    assert loaded.strip() == "[]"


def test_the_test_can_fail() -> None:
    tree = ast.parse("from chat.network import listener\nif TYPE_CHECKING:\n    import chat.service\n")
    assert sorted(set(imported(tree))) == ["chat.network", "chat.network.listener"]
    here, there = floor("domain.room"), floor("network.listener")
    assert here is not None
    assert there is not None
    assert there < here
    assert floor("commands.past") == floor("commands") != floor("client.link")
    assert floor("client.window.frame") == floor("client.window")
