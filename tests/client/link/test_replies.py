"""Batches and labelled answers."""

import pytest

from chat.client.link.replies import MAX_OPEN_BATCHES, Batch, Item, ReplyAssembler, refusal, sentence
from chat.wire import Message, parse


def feed(replies: ReplyAssembler, *lines: str) -> list[Item]:
    return [item for line in lines for item in replies.feed(parse(line.encode()))]


def test_messages_outside_of_batches_come_at_once() -> None:
    assert [
        item.command
        for item in feed(ReplyAssembler(), "PING 1", "@batch=unknown PING 2")
        if isinstance(item, Message)
    ] == [
        "PING",
        "PING",
    ]


def test_a_batch_comes_when_it_is_complete() -> None:
    replies = ReplyAssembler()
    assert feed(replies, "BATCH +a chathistory #x", "@batch=a PRIVMSG #x 1", "@batch=a PRIVMSG #x 2") == []
    [batch] = feed(replies, "BATCH -a")
    assert isinstance(batch, Batch)
    assert (batch.kind, batch.params) == ("chathistory", ("#x",))
    assert [message.params[1] for message in batch.messages()] == ["1", "2"]


def test_batches_inside_batches() -> None:
    lines = [
        "BATCH +o labeled-response",
        "@batch=o BATCH +i chathistory #x",
        "@batch=i PRIVMSG #x 1",
        "@batch=o BATCH -i",
    ]
    replies = ReplyAssembler()
    assert feed(replies, *lines) == []
    [outer] = feed(replies, "BATCH -o")
    assert isinstance(outer, Batch)
    [inner] = outer.items
    assert isinstance(inner, Batch)
    assert inner.kind == "chathistory"


def test_answers_go_to_who_asked() -> None:
    replies = ReplyAssembler()
    answers: list[list[Item]] = []
    for label in ("1", "2", "3"):
        replies.expect(label, lambda items: answers.append(items) or [])  # type: ignore[func-returns-value]
    assert (
        feed(
            replies,
            "@label=1 PONG x",
            "@label=2 BATCH +a labeled-response",
            "@batch=a 311 x",
            "@batch=a 318 x",
        )
        == []
    )
    assert len(answers) == 1
    assert feed(replies, "BATCH -a") == []
    assert [len(items) for items in answers] == [1, 2]
    replies.forget("3")
    assert len(feed(replies, "@label=3 ACK", "@label=1 PONG again")) == 2


def test_what_an_answer_gives_back_goes_the_usual_way() -> None:
    replies = ReplyAssembler()
    replies.expect("1", lambda items: items[1:])
    [rest] = feed(replies, "@label=1 BATCH +a labeled-response", "@batch=a A x", "@batch=a B x", "BATCH -a")
    assert isinstance(rest, Message)
    assert rest.command == "B"


def test_open_batches_are_bounded() -> None:
    replies = ReplyAssembler()
    for number in range(MAX_OPEN_BATCHES):
        feed(replies, f"BATCH +{number} x")
    assert len(feed(replies, "BATCH +more x", "@batch=more PRIVMSG #x 1")) == 1


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (":s 401 me ghost :No such nick", "ghost: No such nick."),
        (":s 464 me :Wrong!", "Wrong!"),
        (":s FAIL JOIN CODE #x :Not now", "Not now."),
        (":s 311 me x", None),
        (":s PRIVMSG me 401", None),
        (":s 401", None),
    ],
)
def test_refusals(line: str, text: str | None) -> None:
    assert refusal(parse(line.encode())) == text


def test_sentences_get_their_full_stop() -> None:
    assert [sentence("Yes"), sentence("Yes."), sentence("Really? ")] == ["Yes.", "Yes.", "Really?"]
