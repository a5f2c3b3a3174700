"""What the fields of the connect dialog may hold."""

import pytest

from chat.client.gui.preferences import Account
from chat.client.window.connect import BadField, read_account, read_rooms


def test_fields_become_an_account() -> None:
    found = read_account(" chat.test:4000 ", " zoe ", "lobby, #kitchen lobby", False, "")
    assert found == Account("chat.test:4000", "zoe", ("#lobby", "#kitchen"))
    assert read_account("chat.test:56458", "zoe", "", False, "").address == "chat.test"
    assert read_account("chat.test:6697", "zoe", "", True, " z ") == Account(
        "chat.test", "zoe", (), True, "z"
    )
    assert read_account("[::1]:4000", "zoe", "", False, "").address == "[::1]:4000"


@pytest.mark.parametrize(
    ("address", "name", "field"),
    [
        ("", "zoe", "address"),
        ("a:b:c d", "zoe", "address"),
        ("h:0", "zoe", "address"),
        ("h", " ", "name"),
        ("h", "a b", "name"),
    ],
)
def test_what_cannot_be_is_told_with_its_field(address: str, name: str, field: str) -> None:
    with pytest.raises(BadField) as told:
        read_account(address, name, "", False, "")
    assert told.value.field == field
    assert str(told.value).endswith((".", "?"))


def test_rooms_are_read_as_people_type_them() -> None:
    assert read_rooms("") == ()
    assert read_rooms("a, b ,&local,#c") == ("#a", "#b", "&local", "#c")
