"""What holds for all tests: those in tests/e2e are marked so and, with CI=true, not skipped; no timer outlives one."""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def no_skip(report: pytest.TestReport | pytest.CollectReport, what: str) -> None:
    """Turn the report of a skip into one of a failure when CI=true: there, every tool is to be installed."""
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI") == "true":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{what} was skipped, which CI does not allow. {why}"


@pytest.fixture(autouse=True)
def no_timers_left() -> Iterator[None]:
    """Autobahn's timers run on the program's one reactor: none may go off in a later test that runs it."""
    yield
    reactor = sys.modules.get("twisted.internet.reactor")
    if reactor is not None:
        for call in reactor.getDelayedCalls():
            call.cancel()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in tests/e2e, before -m selects by marks."""
    for item in items:
        if item.path.is_relative_to(E2E):
            item.add_marker(pytest.mark.e2e)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """An end-to-end test that skips itself."""
    report = yield
    if item.get_closest_marker("e2e") is not None:
        no_skip(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A whole end-to-end module that skips itself, as with pytest.importorskip."""
    report = yield
    if collector.path.is_relative_to(E2E):
        no_skip(report, collector.nodeid)
    return report
