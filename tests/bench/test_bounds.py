"""The bounds as data, and verdicts."""

import pytest

from tests.bench.bounds import BOUNDS, Bound, Other, Verdict, check
from tests.bench.figures import FIGURES, Key, Results
from tests.bench.scenarios import SCENARIOS, Sizes
from tests.bench.test_figures import key, measured

FASTER = Bound(
    "fast", "regimes", "idle 20/s", 1000, "deliveries per CPU second", 7, True, Other(("ngircd", "inspircd"))
)
NEAR = Bound("near", "regimes", "idle 20/s", 1000, "p99 ms", 10, other=Other(("floor",)), how="difference")
SMALL = Bound("small", "memory", "login", 10_000, "KB a connection", 6)
GROWTH = Bound("growth", "growth", "idle 5/s", 10_000, "us a delivery", 1.3, other=Other(users=1000))


def only(results: Results, bound: Bound) -> Verdict:
    (verdict,) = check(results, ["chat plain"], [bound.scenario], [bound])
    return verdict


@pytest.mark.parametrize(("delivered", "kept"), [(700, True), (699, False)])
def test_at_least_so_many_times_the_better_peer(delivered: float, kept: bool) -> None:
    peers = [measured(key("ngircd"), delivered=100), measured(key("inspircd"), delivered=90)]
    verdict = only(Results([measured(key(), delivered=delivered), *peers]), FASTER)
    assert verdict.measured == delivered / 100
    assert verdict.kept is kept


@pytest.mark.parametrize(("us", "kept"), [(15_000, True), (15_001, False)])
def test_at_most_so_much_more(us: float, kept: bool) -> None:
    verdict = only(Results([measured(key(), p99_us=us), measured(key("floor"), p99_us=5000)]), NEAR)
    assert verdict.measured == pytest.approx(us / 1000 - 5)
    assert verdict.kept is kept


@pytest.mark.parametrize(("kb", "kept"), [(60_000, True), (60_010, False)])
def test_an_absolute_bound(kb: float, kept: bool) -> None:
    of = Key("memory", "login", "chat plain", 10_000)
    assert only(Results([measured(of, resident_grown_kb=kb)]), SMALL).kept is kept


def test_a_server_against_itself_with_fewer_people() -> None:
    small, big = (Key("growth", "idle 5/s", "chat plain", users) for users in (1000, 10_000))
    verdict = only(Results([measured(small, delivered=1000), measured(big, delivered=800)]), GROWTH)
    assert verdict.measured == pytest.approx(1.25)
    assert verdict.kept


def test_the_median_round_decides() -> None:
    rounds = [measured(key(), number, p99_us=us) for number, us in enumerate((1000, 99_000, 2000))]
    floors = [measured(key("floor"), number, p99_us=0) for number in range(3)]
    assert only(Results([*rounds, *floors]), NEAR).measured == 2


def test_what_could_not_be_measured_is_not_kept() -> None:
    verdict = only(Results([measured(key(), delivered=1000)]), FASTER)
    assert verdict.measured is None
    assert not verdict.kept


def test_only_the_scenarios_asked_for_and_servers_that_took_part() -> None:
    results = Results([measured(key())])
    assert check(results, ["chat plain"], ["memory"]) == []
    assert check(results, ["chat irc"], ["regimes"]) == []


def test_every_bound_names_what_the_benchmark_measures() -> None:
    sizes = Sizes()
    for bound in BOUNDS:
        assert bound.scenario in SCENARIOS
        assert bound.figure in FIGURES
        assert bound.users in (sizes.few, sizes.full_room, sizes.crowd, sizes.big)
        assert bound.how in ("ratio", "difference")
