"""What a server offers."""

from chat.client.link.features import HISTORY_PAGE, Features
from chat.wire import MAX_LINE_BYTES


def test_asks_only_for_what_is_offered_and_useful() -> None:
    features = Features()
    features.offer("batch sasl=PLAIN,EXTERNAL unknown/cap server-time")
    assert features.wanted() == ["batch", "sasl", "server-time"]
    assert features.wanted(["sasl"]) == ["batch", "server-time"]
    features.acknowledge("batch server-time")
    assert features.wanted() == ["sasl"]
    features.acknowledge("-batch")
    assert "batch" not in features.enabled
    features.withdraw("server-time")
    assert not features.enabled


def test_labels_need_batches_and_tags() -> None:
    features = Features()
    features.acknowledge("labeled-response batch")
    assert not features.labels
    features.acknowledge("message-tags")
    assert features.labels
    assert not features.repeats
    features.support(["REPEAT=900"])
    assert features.repeats


def test_defaults_where_a_server_says_nothing() -> None:
    features = Features()
    assert features.is_room("#x")
    assert features.is_room("&x")
    assert not features.is_room("x")
    assert not features.is_room("")
    assert features.line_bytes == MAX_LINE_BYTES
    assert features.history_page == HISTORY_PAGE
    assert features.prefixes == {"o": "@", "v": "+"}


def test_tokens() -> None:
    features = Features()
    features.support(
        ["CHANTYPES=#", "PREFIX=(qov)~@+", "CHATHISTORY=20", "NICKLEN=12", "STATUSMSG=@+", "LINELEN=2048"]
    )
    assert not features.is_room("&x")
    assert features.prefixes == {"q": "~", "o": "@", "v": "+"}
    assert features.history_page == 20
    assert features.name_length == 12
    assert features.line_bytes == 2048
    assert features.room_of("@#ops") == "#ops"
    assert features.room_of("+bob") == "+bob"
    features.support(["-CHATHISTORY", "CHANTYPES="])
    assert features.history_page == HISTORY_PAGE
    assert not features.is_room("#x")


def test_nonsense_in_tokens_leaves_the_defaults() -> None:
    features = Features()
    features.support(["CHATHISTORY=many", "LINELEN=-5", "NICKLEN=", "PREFIX=", "CHANMODES=b"])
    assert features.history_page == HISTORY_PAGE
    assert features.line_bytes == MAX_LINE_BYTES
    assert features.name_length > 8
    assert features.prefixes == {}
    assert features.modes_with_argument == ("b", "")


def test_casemappings() -> None:
    features = Features()
    assert features.fold("Bob[]") == "bob[]"
    assert features.fold("Bob{}") != features.fold("Bob[]")
    features.support(["CASEMAPPING=rfc1459"])
    assert features.fold("Bob{}") == features.fold("Bob[]")
