"""The arithmetic from answers to medians and ratios."""

import pytest

from tests.bench.figures import FIGURES, Key, Measurement, Results, Values, complaints, parse_answer

IDLE = "idle 20/s"


def key(server: str = "chat plain", phase: str = IDLE, users: int = 1000, scenario: str = "regimes") -> Key:
    return Key(scenario, phase, server, users)


def values(**more: float) -> Values:
    """What an answer holds if everything went well, with `more` in its place."""
    counted = ("sent", "expected", "delivered", "repeated", "own", "damaged", "joins", "dead")
    good = dict.fromkeys((*counted, "waited", "p50_us", "p99_us", "max_us"), 0.0)
    return {**good, "cpu": 1.0, "seconds": 2.0, **more}


def measured(of: Key, number: int = 0, **more: float) -> Measurement:
    return Measurement(of, number, values(**more))


def test_an_answer_is_pairs_of_names_and_numbers() -> None:
    assert parse_answer("sent=12 cpu=0.25 dead=0\n") == {"sent": 12, "cpu": 0.25, "dead": 0}


@pytest.mark.parametrize("line", ["", "\n", "sent", "sent=12 cpu", "sent=many"])
def test_what_is_no_answer_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_answer(line)


@pytest.mark.parametrize(
    ("figure", "given", "expected"),
    [
        ("deliveries per CPU second", {"delivered": 3000, "cpu": 1.5}, 2000),
        ("us a delivery", {"delivered": 3000, "cpu": 0.03}, 10),
        ("p99 ms", {"p99_us": 1500}, 1.5),
        ("CPU ms a login", {"cpu": 0.5}, 0.5),
        ("CPU ms a second", {"cpu": 0.5, "seconds": 5}, 100),
        ("KB a connection", {"resident_grown_kb": 6500}, 6.5),
        ("waited %", {"cpu": 3, "waited": 1}, 25),
        ("lost", {"expected": 10, "delivered": 7}, 3),
        ("wrong", {"repeated": 1, "own": 2, "damaged": 4}, 7),
        ("joins missing", {"joins": 499_499}, 1),
        ("unexplained", {"owed": 100, "delivered": 60, "told_missed": 30}, 10),
    ],
)
def test_figures(figure: str, given: Values, expected: float) -> None:
    assert FIGURES[figure](values(**given), 1000) == pytest.approx(expected)


@pytest.mark.parametrize("figure", ["deliveries per CPU second", "us a delivery"])
def test_no_figure_without_work(figure: str) -> None:
    assert FIGURES[figure](values(delivered=0, cpu=0), 1000) is None


def test_medians_are_of_all_rounds() -> None:
    results = Results(measured(key(), number, p99_us=us) for number, us in enumerate((9000, 1000, 2000)))
    assert results.median(key(), "p99 ms") == 2


def test_a_failed_round_has_no_figures() -> None:
    results = Results([measured(key(), 0, p99_us=1000), Measurement(key(), 1, {}, "it fell over")])
    assert results.rounds(key(), "p99 ms") == {0: 1}
    assert results.median(key("floor"), "p99 ms") is None


def test_ratios_are_taken_within_a_round() -> None:
    """On a machine that is ten times slower in the second round, both sides are: the ratio stays."""
    results = Results(
        [
            measured(key(), 0, p99_us=2000),
            measured(key("floor"), 0, p99_us=1000),
            measured(key(), 1, p99_us=20_000),
            measured(key("floor"), 1, p99_us=10_000),
        ]
    )
    assert results.ratio("p99 ms", key(), [key("floor")]) == 2


def test_a_round_that_one_side_lacks_is_left_out() -> None:
    results = Results([measured(key(), 0, p99_us=2000), measured(key(), 1, p99_us=6000)])
    results.add(measured(key("floor"), 1, p99_us=2000))
    assert results.ratio("p99 ms", key(), [key("floor")]) == 3
    assert results.ratio("p99 ms", key(), [key("ngircd")]) is None


def test_the_better_of_several_is_the_measure() -> None:
    results = Results(
        [
            measured(key(), 0, delivered=700),
            measured(key("ngircd"), 0, delivered=100),
            measured(key("inspircd"), 0, delivered=70),
        ]
    )
    peers = [key("ngircd"), key("inspircd")]
    assert results.ratio("deliveries per CPU second", key(), peers) == 7


def test_measurements_survive_being_written_down() -> None:
    before = measured(key(), 2, delivered=5)
    assert Measurement.from_dict(before.as_dict()) == before


def test_keys_come_in_the_order_of_the_run_and_once() -> None:
    results = Results([measured(key("floor")), measured(key()), measured(key("floor"), 1)])
    assert results.measured() == [key("floor"), key()]


def test_nothing_to_complain_about() -> None:
    assert complaints(Results([measured(key(), expected=10, delivered=10)])) == []


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({"expected": 10, "delivered": 9}, "1 lost"),
        ({"repeated": 3}, "3 wrong"),
        ({"dead": 2}, "2 dead"),
        ({"owed": 10, "told_missed": 2, "delivered": 7}, "1 missing without a notice"),
    ],
)
def test_complaints(more: Values, word: str) -> None:
    (found,) = complaints(Results([Measurement(key(), 0, values(**more))]))
    assert word in found
    assert "chat plain" in found
    assert "round 1" in found


def test_readers_who_were_told_of_their_gap_lost_nothing() -> None:
    told = measured(key(), owed=10, told_missed=4, delivered=6, expected=0)
    assert complaints(Results([told])) == []


def test_a_server_that_failed_is_a_complaint() -> None:
    (found,) = complaints(Results([Measurement(key("ngircd"), 0, {}, "ngircd does not run: no such file")]))
    assert "no such file" in found
