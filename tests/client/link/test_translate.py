"""Messages as events."""

import pytest

from chat.client.link.events import Event, Invited, Joined, Kind, Left, Quit, Renamed, Said, TopicChanged
from chat.client.link.features import Features
from chat.client.link.translate import happened, mentions
from chat.wire import parse

NOW = 100.0


def event(line: str) -> Event | None:
    features = Features()
    features.support(["STATUSMSG=@"])
    return happened(parse(line.encode()), features, "bob", NOW, ("#x",))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (":ann!a@h PRIVMSG #x :hi", Said("#x", "ann", "hi", Kind.SAY, NOW)),
        (":ann!a@h PRIVMSG #x :hi Bob!", Said("#x", "ann", "hi Bob!", Kind.SAY, NOW, mention=True)),
        (":ann!a@h PRIVMSG @#x :ops", Said("#x", "ann", "ops", Kind.SAY, NOW)),
        (":ann!a@h PRIVMSG bob :psst", Said("ann", "ann", "psst", Kind.SAY, NOW, private=True, mention=True)),
        (":BOB!a@h PRIVMSG ann :psst", Said("ann", "BOB", "psst", Kind.SAY, NOW, private=True, own=True)),
        (":ann!a@h NOTICE #x :note", Said("#x", "ann", "note", Kind.NOTICE, NOW)),
        (":ann!a@h PRIVMSG #x :\x01ACTION waves\x01", Said("#x", "ann", "waves", Kind.ACT, NOW)),
        (":ann!a@h PRIVMSG #x :\x01ACTION waves", Said("#x", "ann", "waves", Kind.ACT, NOW)),
        (":ann!a@h PRIVMSG bob :\x01VERSION\x01", None),
        (":ann!a@h NOTICE bob :\x01VERSION x\x01", None),
        (
            "@time=1970-01-01T00:00:05.000Z;msgid=m :a!b@c PRIVMSG #x y",
            Said("#x", "a", "y", Kind.SAY, 5.0, msgid="m"),
        ),
        ("@time=nonsense :a!b@c PRIVMSG #x y", Said("#x", "a", "y", Kind.SAY, NOW)),
        (":ann!a@h JOIN #x", Joined("#x", "ann", NOW)),
        (":bob!a@h JOIN #x account :Real", Joined("#x", "bob", NOW, own=True)),
        (":ann!a@h PART #x :bye", Left("#x", "ann", NOW, "bye")),
        (":op!o@h KICK #x bob :out", Left("#x", "bob", NOW, "out", "op", own=True)),
        (":ann!a@h QUIT", Quit("ann", ("#x",), NOW)),
        (":ann!a@h NICK anna", Renamed("ann", "anna", ("#x",), NOW)),
        (":ann!a@h TOPIC #x :new", TopicChanged("#x", "new", "ann", NOW)),
        (":ann!a@h INVITE bob #y", Invited("#y", "ann", NOW)),
        (":ann!a@h TAGMSG #x", None),
        (":ann!a@h PRIVMSG #x", None),
        (":ann!a@h JOIN", None),
    ],
)
def test_events(line: str, expected: Event | None) -> None:
    assert event(line) == expected


@pytest.mark.parametrize("text", ["bob", "hey BOB, look", "(bob)", "bob:", "@bob"])
def test_mentions(text: str) -> None:
    assert mentions(text, "bob")


@pytest.mark.parametrize("text", ["bobby", "kabob", "bo b", ""])
def test_what_is_no_mention(text: str) -> None:
    assert not mentions(text, "bob")


def test_names_with_signs_are_found_as_they_are() -> None:
    assert mentions("hi [x]^!", "[x]^")
    assert not mentions("anything", "")
