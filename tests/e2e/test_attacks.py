"""Some of the attacks, for a few seconds and with a few honest people: what they lose, and not how long they wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.attacks import report
from tests.attacks.__main__ import main
from tests.attacks.measure import QUICK, measure
from tests.attacks.table import ATTACKS

pytestmark = pytest.mark.e2e

SIZES = replace(QUICK, honest=20, before=1.0, attack=3.0, after=1.0)
MEMORY_MOST = 200 * 1024
"""KB by which the server may grow meanwhile: what the sockets of a thousand attackers hold, and no list without end."""


@pytest.mark.parametrize("name", ["flood", "nick-50-rooms-48", "bans", "guesses-here", "batches", "endless"])
def test_nobody_who_is_honest_loses_anything(name: str) -> None:
    outcome = measure(ATTACKS[name], SIZES)
    print(f"\n{report.row(outcome)} {outcome.told}")
    assert report.wrong(outcome) == []
    assert outcome.felt["during"].said > 0
    assert outcome.memory[1] - outcome.memory[0] < MEMORY_MOST
    assert outcome.logged < 1 << 20, "an attack does not fill the log"


def test_what_is_put_off_and_refused_is_counted() -> None:
    assert measure(ATTACKS["nick-50-rooms-48"], SIZES).counted["chat_commands_waited_total"] > 0
    assert measure(ATTACKS["churn"], SIZES).counted["chat_connections_refused_total"] > 0


def test_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ATTACKS)
    with pytest.raises(SystemExit):
        main(["no-such-attack"])
    assert "no-such-attack" in capsys.readouterr().err
