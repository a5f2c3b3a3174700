"""Responses: labels, batches, and what waits for its receipt."""

import pytest

from chat.network.irc.responses import Echo, Response, with_tag

ONE = b":s 1 a :b\r\n"


def finished(label: str, *parts: bytes) -> bytes:
    response = Response(label)
    response.parts.extend(parts)
    response.open = False
    assert response.complete
    return response.data("s")


def test_without_a_label_parts_are_joined() -> None:
    assert finished("", ONE, ONE) == ONE + ONE


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((), b"@label=x :s ACK\r\n"),
        ((b"",), b"@label=x :s ACK\r\n"),
        ((ONE,), b"@label=x :s 1 a :b\r\n"),
        ((b"@time=t " + ONE,), b"@label=x;time=t :s 1 a :b\r\n"),
    ],
)
def test_one_line_or_none_carries_the_label(parts: tuple[bytes, ...], answer: bytes) -> None:
    assert finished("x", *parts) == answer


def test_several_lines_are_a_batch() -> None:
    lines = finished("x", ONE, b"@time=t " + ONE).split(b"\r\n")
    reference = lines[0].split(b"+")[1].split(b" ")[0]
    assert lines == [
        b"@label=x :s BATCH +" + reference + b" labeled-response",
        b"@batch=" + reference + b" :s 1 a :b",
        b"@batch=" + reference + b";time=t :s 1 a :b",
        b":s BATCH -" + reference,
        b"",
    ]


def test_a_batch_carries_the_label_itself() -> None:
    batch = b"@time=t :s BATCH +7 chathistory #a\r\n@batch=7 " + ONE + b":s BATCH -7\r\n"
    assert finished("x", batch) == b"@label=x;" + batch[1:]


def test_a_batch_among_other_lines_is_put_into_one() -> None:
    batch = b":s BATCH +7 chathistory #a\r\n@batch=7 " + ONE + b":s BATCH -7\r\n"
    lines = finished("x", ONE, batch).split(b"\r\n")
    outer = lines[0].split(b"+")[1].split(b" ")[0]
    assert [line.split(b" ")[0] for line in lines[1:5]] == [b"@batch=" + outer] * 2 + [
        b"@batch=7",
        b"@batch=" + outer,
    ]


def test_labels_are_escaped() -> None:
    assert finished("a;b c", ONE).startswith(b"@label=a\\:b\\sc ")


def test_tags_are_added_to_each_line() -> None:
    assert with_tag(ONE + b"@x " + ONE, b"k=v") == b"@k=v " + ONE + b"@k=v;x " + ONE


@pytest.mark.parametrize("receipt_first", [True, False])
@pytest.mark.parametrize(("safe", "line"), [(True, b"echo"), (False, b"failed")])
def test_an_echo_needs_its_receipt(receipt_first: bool, safe: bool, line: bytes) -> None:
    response = Response("")
    done: list[bool] = []
    echo = Echo(response, lambda: done.append(response.complete))
    response.parts.append(b"later")
    response.open = False
    if receipt_first:
        echo.stored(safe)
    assert not response.complete
    echo.says(b"echo", b"failed")
    if not receipt_first:
        assert not response.complete
        echo.stored(safe)
    assert done == [True]
    assert response.data("s") == line + b"later"


def test_a_refused_message_has_no_echo() -> None:
    response = Response("")
    Echo(response, lambda: None).dropped()
    response.open = False
    assert response.complete
    assert response.data("s") == b""
