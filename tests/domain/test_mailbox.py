"""Private messages for accounts that are not here."""

import pytest

from chat.domain.accounts import Account
from chat.domain.events import Identity, Whispered
from chat.domain.mailbox import MAILBOX_EACH, MAILBOX_GUESTS, MAILBOX_MESSAGES, NoMailbox
from chat.domain.refused import Refused, Why
from tests.domain.doubles import MemoryMailbox

BOB = Account("Bob", "bob", "bob")


def letter(number: int, account: str | None = None, host: str = "h") -> Whispered:
    """A message with a number."""
    author = Identity(1, "ann", "u", host, account)
    return Whispered(f"{number:028x}", 1.0, author, Identity(0, "Bob", "", ""), "x")


def put(mailbox: MemoryMailbox, count: int, **author: str) -> int:
    """Keep so many messages of one author; return how many were taken."""
    for number in range(count):
        try:
            mailbox.keep(BOB, letter(number, **author), lambda stored: None)
        except Refused:
            return number
    return count


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
    for number in range(MAILBOX_MESSAGES // MAILBOX_EACH):
        assert put(mailbox, MAILBOX_EACH, account=f"friend{number}") == MAILBOX_EACH
    assert put(mailbox, 1, account="latecomer") == 0
    assert mailbox.waiting(BOB) == MAILBOX_MESSAGES


def test_nobody_fills_a_mailbox_alone() -> None:
    mailbox = MemoryMailbox()
    assert put(mailbox, MAILBOX_MESSAGES, account="eve") == MAILBOX_EACH
    assert put(mailbox, MAILBOX_MESSAGES, host="one") == MAILBOX_EACH, "a guest, under whatever name"
    assert put(mailbox, MAILBOX_MESSAGES, host="two") == MAILBOX_EACH
    assert put(mailbox, MAILBOX_MESSAGES, host="three") == MAILBOX_GUESTS - 2 * MAILBOX_EACH
    assert put(mailbox, 1, host="four") == 0, "all guests together leave room for people with an account"
    assert put(mailbox, 1, account="friend") == 1
    mailbox.delivered(BOB, [letter(0, host="one")])
    assert put(mailbox, MAILBOX_MESSAGES, host="one") == 1, "what was fetched makes room"


def test_an_account_that_is_gone_leaves_nothing_to_the_next_of_its_name() -> None:
    mailbox = MemoryMailbox()
    put(mailbox, 5, account="friend")
    mailbox.forget(BOB)
    assert mailbox.waiting(BOB) == 0
    fetched: list[object] = []
    mailbox.fetch(BOB, fetched.append)
    assert fetched == [[]]


def test_no_mailbox_keeps_nothing() -> None:
    mailbox = NoMailbox()
    with pytest.raises(Refused) as caught:
        mailbox.keep(BOB, letter(1), lambda stored: None)
    assert caught.value.why is Why.NO_SUCH_USER
    assert mailbox.waiting(BOB) == 0
    fetched: list[object] = []
    mailbox.fetch(BOB, fetched.append)
    assert fetched == [[]]
