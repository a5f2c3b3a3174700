"""What the domain answers when something may not be done."""

from chat.domain.refused import Refused, Why


def test_it_carries_a_reason_a_sentence_and_what_it_is_about() -> None:
    refused = Refused(Why.NO_SUCH_USER, "No such user: x", "x")
    assert (refused.why, refused.sentence, refused.subject) == (Why.NO_SUCH_USER, "No such user: x", "x")
    assert str(refused) == "No such user: x"
    assert Refused(Why.LIMIT, "Too much.").subject == ""
