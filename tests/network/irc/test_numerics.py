"""The table of numerics."""

import pytest

from chat.network.irc import numerics
from chat.network.irc.numerics import Numeric, Parameters


@pytest.mark.parametrize("argument", ["", ":colon", "two words"])
def test_no_argument_shifts_the_parameters(argument: str) -> None:
    assert Numeric("401", "{} {} :gone, {}").text((argument, "b", argument)) == f"* b :gone, {argument}"


def test_what_the_server_put_together_stays() -> None:
    assert Numeric("005", "{} :are supported").text((Parameters("A B"),)) == "A B :are supported"


def test_each_row_has_a_code_of_three_digits_and_no_two_are_the_same() -> None:
    rows = {name: row for name, row in vars(numerics).items() if isinstance(row, Numeric)}
    codes = [row.code for row in rows.values()]
    assert all(len(code) == 3 and code.isdigit() for code in codes)
    assert len(set(codes)) == len(codes)
