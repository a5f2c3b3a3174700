"""What operators of the server do to all of it."""

from chat.domain.events import Announced
from chat.domain.operating import announce, kill, promote, wallops
from chat.domain.refused import Why
from chat.domain.rights import is_operator
from tests.domain.hall import Hall, told


def test_only_operators_may(hall: Hall) -> None:
    ann, bob = hall.person("ann"), hall.person("bob")
    assert hall.why(kill, hall.directory, ann, bob, "") is Why.NEEDS_OPERATOR
    assert hall.why(announce, hall.directory, ann, "x") is Why.NEEDS_OPERATOR
    assert hall.why(wallops, hall.directory, ann, "x") is Why.NEEDS_OPERATOR
    promote(ann)
    promote(ann)
    assert is_operator(ann)
    assert ann.modes == "o"
    kill(hall.directory, ann, bob, "spam")
    assert bob.reader.ended == "Killed by ann: spam"  # type: ignore[attr-defined]
    assert "bob" not in hall.directory.users


def test_who_hears_what(hall: Hall) -> None:
    ann, bob, eve = (hall.person(name) for name in ("ann", "bob", "eve"))
    promote(ann)
    eve.modes = "w"
    wallops(hall.directory, ann, "to some")
    announce(hall.directory, ann, "to all")

    def heard(user: object) -> list[tuple[str, str]]:
        return [(event.author.name, event.text) for event in told(user) if isinstance(event, Announced)]  # type: ignore[arg-type]

    assert heard(bob) == [("chat", "to all")]
    assert heard(eve) == [("ann", "to some"), ("chat", "to all")]
