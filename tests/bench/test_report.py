"""Tables and lines."""

from tests.bench.bounds import BOUNDS, Verdict
from tests.bench.figures import Key, Measurement, Results
from tests.bench.report import line, machine, medians, ratios, table, verdicts
from tests.bench.test_figures import key, measured


def test_columns_line_up() -> None:
    rows = table([["name", "n"], ["a", "1000"]]).splitlines()
    assert rows == ["name     n", "a     1000"]


def test_a_line_tells_figures_or_failure() -> None:
    told = line(measured(key(), delivered=1_000_000, expected=1_000_000))
    assert "1,000,000 deliveries per CPU second" in told
    assert "0 lost" in told
    assert "FAILED: no answer" in line(Measurement(key(), 0, {}, "no answer"))


def test_the_floor_has_no_joins() -> None:
    login = Key("login", "login", "floor", 1000)
    assert "joins missing" not in line(measured(login, resident_grown_kb=1))


def test_medians_have_a_row_for_each_server() -> None:
    text = medians(Results([measured(key("ngircd"), delivered=2), measured(key("floor"), delivered=4)]))
    assert "regimes, idle 20/s, 1,000 people" in text
    assert [row.split()[0] for row in text.splitlines()[1:]] == ["floor", "ngircd"]


def test_medians_of_what_always_failed() -> None:
    text = medians(Results([Measurement(key("ngircd"), 0, {}, "gone")]))
    assert set(text.splitlines()[1].split()) == {"ngircd", "-"}


def test_ratios_are_of_ours_to_the_others() -> None:
    results = Results([measured(key(), delivered=10), measured(key("floor"), delivered=5)])
    header, row = ratios(results, ["chat plain"]).splitlines()
    assert header.split()[-1] == "times"
    assert row.split()[-1] == "2.00"
    assert "floor" in row


def test_no_ratios_without_ours() -> None:
    assert ratios(Results([measured(key("floor"), delivered=5)]), []) == ""


def test_verdicts_are_told_in_words() -> None:
    bound = BOUNDS[0]
    text = verdicts([Verdict(bound, "chat irc", limit) for limit in (bound.limit, bound.limit - 0.01, None)])
    assert [row.split()[-1] for row in text.splitlines()[1:]] == ["kept", "MISSED", "MEASURED"]
    assert ">= 7" in text


def test_a_machine_is_described_by_what_is_known_of_it() -> None:
    assert machine({"cpu": "", "python": "3.11.2 (/usr/bin/python3)"}) == "python 3.11.2 (/usr/bin/python3)"
