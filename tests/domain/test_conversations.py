"""Private conversations and read markers in memory."""

from chat.domain.conversations import MARKERS_EACH, Conversations, Markers
from chat.domain.events import Identity, Tagged, Whispered
from chat.domain.history import Conversation

ANN = Identity(1, "Ann", "u", "h")
BOB = Identity(2, "bob", "u", "h", "Bob")


def whisper(number: int, author: Identity = ANN, recipient: Identity = BOB) -> Whispered:
    """A private message with a number."""
    return Whispered(f"{number:028x}", float(number), author, recipient, str(number))


def ids(conversations: Conversations, owner: str, partner: str) -> list[str]:
    """The texts of a conversation."""
    return [event.text for event in conversations.events(Conversation(owner, partner))]


def test_each_side_has_its_own_copy_under_its_own_key() -> None:
    conversations = Conversations()
    conversations.add(whisper(1))
    conversations.add(whisper(2, BOB, ANN))
    assert ids(conversations, "*1", "bob") == ["1", "2"]
    assert ids(conversations, "bob", "ann") == ["1", "2"]
    assert ids(conversations, "*3", "bob") == []
    conversations.forget("*1")
    assert ids(conversations, "*1", "bob") == []
    assert ids(conversations, "bob", "ann") == ["1", "2"]
    assert [(row.name, row.time) for row in conversations.newest("bob")] == [("Ann", 2.0)]
    assert conversations.newest("*1") == []


def test_a_message_to_oneself_is_kept_once() -> None:
    conversations = Conversations()
    conversations.add(whisper(1, ANN, ANN))
    assert ids(conversations, "*1", "ann") == ["1"]


def test_typing_is_not_kept() -> None:
    conversations = Conversations()
    conversations.add(whisper(1)._replace(kind=Tagged, tags={"+typing": "active"}))
    assert ids(conversations, "*1", "bob") == []


def test_both_bounds_drop_the_oldest() -> None:
    conversations = Conversations(each=3, in_all=8)
    for number in range(5):
        conversations.add(whisper(number))
    assert ids(conversations, "*1", "bob") == ["2", "3", "4"]
    for session in (3, 4):
        conversations.add(whisper(9, ANN._replace(session=session, name=f"n{session}")))
    assert sum(len(ids(conversations, owner, "bob")) for owner in ("*1", "*3", "*4")) <= 8
    assert ids(conversations, "*4", "bob") == ["9"]


def test_a_message_is_removed_on_both_sides() -> None:
    conversations = Conversations()
    for number in (1, 2):
        conversations.add(whisper(number))
    removed = conversations.remove(Conversation("*1", "bob"), whisper(1).msgid)
    assert removed == whisper(1)
    assert ids(conversations, "*1", "bob") == ids(conversations, "bob", "ann") == ["2"]
    assert conversations.remove(Conversation("*1", "bob"), whisper(1).msgid) is None
    assert conversations.remove(Conversation("*9", "bob"), whisper(2).msgid) is None


def test_who_has_taken_back_everything_has_no_conversation_that_breaks() -> None:
    conversations = Conversations()
    conversations.add(whisper(1))
    conversations.remove(Conversation("*1", "bob"), whisper(1).msgid)
    assert conversations.newest("*1") == []
    assert conversations.newest("bob") == []


def test_markers_move_on_and_are_bounded() -> None:
    markers = Markers()
    assert markers.get("ann", "#a") is None
    assert markers.put("ann", "#a", 5.0) == 5.0
    assert markers.put("ann", "#a", 3.0) == 5.0
    for number in range(MARKERS_EACH):
        markers.put("ann", f"#{number}", 1.0)
    assert markers.get("ann", "#a") is None
    assert markers.get("ann", "#0") == 1.0
    markers.forget("ann")
    assert markers.get("ann", "#0") is None
