"""What is said of the outcome of an attack."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.attacks import report
from tests.attacks.flood import header
from tests.attacks.honest import Felt, People, percentile
from tests.attacks.measure import Outcome

CALM = Felt(said=40, lost=0, twice=0, p50=0.5, p99=2.0, slowest=3.0, acknowledged_p99=9.0)
FINE = Outcome(
    name="flood",
    felt={"before": CALM, "during": CALM, "after": CALM},
    thrown_out=0,
    memory=(60_000, 90_000, 80_000, 61_000),
    busy=(0.01, 0.5),
    logged=0,
    kept=0,
    tracebacks=0,
    alive=True,
    counted={},
    told="100 connected",
)


def test_nothing_is_wrong_with_what_is_fine() -> None:
    assert report.wrong(FINE) == []
    assert report.missed(FINE) == []


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (replace(FINE, felt={**FINE.felt, "after": replace(CALM, lost=3)}), "3 deliveries were lost"),
        (replace(FINE, felt={**FINE.felt, "during": replace(CALM, twice=1)}), "1 deliveries came twice"),
        (replace(FINE, thrown_out=2), "2 honest people were thrown out"),
        (replace(FINE, tracebacks=1), "tracebacks"),
        (replace(FINE, alive=False), "has ended"),
    ],
)
def test_whatever_is_wrong_is_said(outcome: Outcome, words: str) -> None:
    (sentence,) = report.wrong(outcome)
    assert words in sentence


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (replace(FINE, felt={**FINE.felt, "during": replace(CALM, p99=100.1)}), "p99 is 100.1 ms"),
        (replace(FINE, memory=(60_000, 0, 0, 90_000)), "memory is 87 MB later, 58 before"),
    ],
)
def test_bounds_that_are_missed_are_said(outcome: Outcome, words: str) -> None:
    (sentence,) = report.missed(outcome)
    assert words in sentence


def test_an_outcome_is_kept_and_read_again() -> None:
    again = Outcome.from_dict(json.loads(json.dumps(FINE.as_dict())))
    assert again == FINE
    assert report.table([again]) == report.table([FINE])


def test_every_row_of_the_table_has_as_many_cells_as_the_head() -> None:
    assert len({line.count("|") for line in report.table([FINE]).splitlines()}) == 1


def test_what_is_lost_comes_late_or_comes_twice_is_noticed() -> None:
    people = People(count=30)
    people.mark("during")
    texts = [people.says() for _ in range(3)]
    for text in texts[:2]:
        for _ in range(2):
            people.hears(f":bob PRIVMSG #h0 :{text}".encode(), 10**18)
    people.hears(f"<bob> {texts[0]}".encode(), 10**18)
    people.hears(f"@label=x1 :bob PRIVMSG #h0 :{texts[0]}".encode(), 10**18)
    people.hears(b":bob PRIVMSG #h0 :nothing of ours", 0)
    felt = people.phase.felt(listeners=2)
    assert (felt.said, felt.lost, felt.twice) == (3, 2, 1)
    assert felt.p99 > 0
    assert felt.acknowledged_p99 > 0


def test_percentiles() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 3
    assert percentile([float(n) for n in range(100)], 0.99) == 99


def test_connections_share_an_address_and_no_two_addresses_are_the_same() -> None:
    sources = [header(number, 10).split()[2] for number in range(2000)]
    assert len(set(sources)) == 200
    assert sources[0] == sources[9] != sources[10]
