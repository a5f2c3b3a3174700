"""Private messages for accounts that are not here."""

import pytest

from chat.domain.accounts import Account
from chat.domain.events import Identity, Whispered
from chat.domain.mailbox import MAILBOX_MESSAGES, NoMailbox
from chat.domain.refused import Refused, Why
from tests.domain.doubles import MemoryMailbox

BOB = Account("Bob", "bob", "bob")


def letter(number: int) -> Whispered:
    """A message with a number."""
    return Whispered(f"{number:028x}", 1.0, Identity(1, "ann", "u", "h"), Identity(0, "Bob", "", ""), "x")


def test_messages_stay_until_they_are_delivered() -> None:
    mailbox = MemoryMailbox()
    receipts: list[bool] = []
    for number in range(3):
        mailbox.keep(BOB, letter(number), receipts.append)
    assert receipts == [True] * 3
    fetched: list[object] = []
    mailbox.fetch(BOB, fetched.append)
    assert fetched == [[letter(0), letter(1), letter(2)]]
    mailbox.delivered(BOB, [letter(0), letter(1)])
    assert mailbox.waiting(BOB) == 1
    mailbox.delivered(Account("Eve", "eve", "eve"), [letter(2)])
    assert mailbox.waiting(BOB) == 1


def test_a_full_mailbox_refuses() -> None:
    mailbox = MemoryMailbox()
    for number in range(MAILBOX_MESSAGES):
        mailbox.keep(BOB, letter(number), lambda stored: None)
    with pytest.raises(Refused) as caught:
        mailbox.keep(BOB, letter(999), lambda stored: None)
    assert caught.value.why is Why.MAILBOX_FULL
    assert mailbox.waiting(BOB) == MAILBOX_MESSAGES


def test_no_mailbox_keeps_nothing() -> None:
    mailbox = NoMailbox()
    with pytest.raises(Refused) as caught:
        mailbox.keep(BOB, letter(1), lambda stored: None)
    assert caught.value.why is Why.NO_SUCH_USER
    assert mailbox.waiting(BOB) == 0
    fetched: list[object] = []
    mailbox.fetch(BOB, fetched.append)
    assert fetched == [[]]
