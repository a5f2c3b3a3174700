"""Questions to servers with labels and without."""

import pytest
from twisted.internet.defer import Deferred

from chat.client.link.events import Joined, Said
from chat.client.link.queries import ANSWER_SECONDS, QueryFailed, Whois, search_attributes
from tests.client.talking import ALL_CAPS, Script, Talker


@pytest.fixture(params=["", ALL_CAPS], ids=["bare", "labels"])
def caps(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def talker() -> Talker:
    return Talker().connect("bob")


@pytest.fixture
def script(talker: Talker, caps: str) -> Script:
    script = Script(talker).welcome(caps, "CHANTYPES=#")
    talker.events.clear()
    return script


def outcome(deferred: Deferred) -> list:  # type: ignore[type-arg]
    found: list = []  # type: ignore[type-arg]
    deferred.addCallbacks(found.append, lambda failure: found.append(failure.value))
    return found


def answer(script: Script, *lines: str) -> str:
    """Answer the last question; returns it without its label."""
    question = script.sent()[-1]
    label = question.partition("label=")[2].partition(" ")[0]
    if label:
        script.say(f"@label={label} :s BATCH +r labeled-response")
        script.say(*(f"@batch=r{';' + line[1:] if line.startswith('@') else ' ' + line}" for line in lines))
        script.say(":s BATCH -r")
        return question.partition(" ")[2]
    script.say(*lines)
    return question


def test_whois(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.whois("ann"))
    asked = answer(
        script,
        ":s 311 bob Ann a host * :Ann A",
        ":s 319 bob Ann :@#x #y",
        ":s 312 bob Ann srv :server",
        ":s 330 bob Ann anna :is logged in as",
        ":s 317 bob Ann 12 1000 :idle",
        ":s 301 bob Ann :lunch",
        ":s 671 bob Ann :is using a secure connection",
        ":s 318 bob Ann :End",
    )
    assert asked == "WHOIS ann ann"
    assert found == [
        Whois(
            "Ann",
            "a@host",
            "Ann A",
            "anna",
            ("@#x", "#y"),
            "lunch",
            12.0,
            1000.0,
            ("is using a secure connection",),
        )
    ]
    assert talker.events == []


def test_whois_of_nobody(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.whois("ghost"))
    answer(script, ":s 401 bob ghost :No such nick", ":s 318 bob ghost :End")
    assert [str(failure) for failure in found] == ["ghost: No such nick."]


def test_rooms(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.list_rooms())
    answer(script, ":s 321 bob x", ":s 322 bob #a 1 :", ":s 322 bob #b 7 :topic", ":s 323 bob :End")
    assert [(room.name, room.people, room.topic) for room in found[0]] == [("#b", 7, "topic"), ("#a", 1, "")]


def test_stats(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.stats())
    answer(script, ":s 242 bob :Server Up 1 day", ":s 249 bob :users online: 2", ":s 219 bob u :End")
    assert found == [["Server Up 1 day", "users online: 2"]]


def test_a_command_that_the_server_does_not_know(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.stats())
    answer(script, ":s 421 bob STATS :Unknown command")
    assert [str(failure) for failure in found] == ["STATS: Unknown command."]


def test_what_happens_meanwhile_goes_its_usual_way(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.list_rooms())
    script.say(":bob!b@h JOIN #x")
    assert [event.place for event in talker.told(Joined)] == ["#x"]
    assert found == []


def test_no_answer(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.list_rooms())
    for _ in range(int(ANSWER_SECONDS / 10)):
        talker.clock.advance(10)
        script.pong()
    assert [type(failure) for failure in found] == [QueryFailed]


def test_a_lost_connection(talker: Talker, script: Script) -> None:
    found = outcome(talker.connection.list_rooms())
    script.lose()
    assert "lost" in str(found[0])
    assert "not connected" in str(outcome(talker.connection.stats())[0])


@pytest.mark.parametrize("caps", [ALL_CAPS])
def test_history(talker: Talker, script: Script, caps: str) -> None:
    found = outcome(talker.connection.history("#x", "m9", 500))
    asked = script.sent()[-1]
    assert asked.endswith("CHATHISTORY BEFORE #x msgid=m9 100")
    label = asked.partition("label=")[2].partition(" ")[0]
    script.say(
        f"@label={label} :s BATCH +h chathistory #x",
        "@batch=h;msgid=m1;time=1970-01-01T00:00:01.000Z :ann!a@h PRIVMSG #x :one",
        "@batch=h;time=1970-01-01T00:00:02.000Z :ann!a@h JOIN #x",
        ":s BATCH -h",
    )
    said, joined = found[0]
    assert isinstance(said, Said)
    assert (said.text, said.history, joined.history) == ("one", True, True)
    assert talker.events == []


@pytest.mark.parametrize("caps", [ALL_CAPS])
def test_history_before_a_time(talker: Talker, script: Script, caps: str) -> None:
    found = outcome(talker.connection.history("ann", 5.0))
    assert script.sent()[-1].endswith("CHATHISTORY BEFORE ann timestamp=1970-01-01T00:00:05.000Z 50")
    assert found == []


@pytest.mark.parametrize("caps", [ALL_CAPS])
def test_history_that_is_refused(talker: Talker, script: Script, caps: str) -> None:
    found = outcome(talker.connection.history("#x"))
    label = script.sent()[-1].partition("label=")[2].partition(" ")[0]
    script.say(f"@label={label} :s FAIL CHATHISTORY INVALID_TARGET LATEST #x :Not there")
    assert [str(failure) for failure in found] == ["Not there."]


@pytest.mark.parametrize("caps", [ALL_CAPS])
def test_search(talker: Talker, script: Script, caps: str) -> None:
    found = outcome(talker.connection.search("blue from:ann", "#x"))
    asked = script.sent()[-1]
    assert asked.endswith(r"SEARCH in=#x;from=ann;text=blue")
    label = asked.partition("label=")[2].partition(" ")[0]
    script.say(
        f"@label={label} :s BATCH +h soju.im/search",
        "@batch=h;time=1970-01-01T00:00:02.000Z :ann!a@h PRIVMSG #x :blue two",
        "@batch=h;time=1970-01-01T00:00:01.000Z :ann!a@h PRIVMSG #x :blue one",
        ":s BATCH -h",
    )
    assert [said.text for said in found[0]] == ["blue one", "blue two"]


@pytest.mark.parametrize("caps", [""])
def test_servers_that_have_neither(talker: Talker, script: Script, caps: str) -> None:
    assert "no history" in str(outcome(talker.connection.history("#x"))[0])
    assert "cannot search" in str(outcome(talker.connection.search("x"))[0])


def test_what_people_type_to_search() -> None:
    assert search_attributes("two words FROM:ann http://x", "") == r"from=ann;text=two\swords\shttp://x"
    assert (
        search_attributes("after:2026-11-01T12:00:00+00:00", "#x") == "in=#x;after=2026-11-01T12:00:00.000Z"
    )
    for words in ("", "after:yesterday", "in:#x"):
        with pytest.raises(QueryFailed):
            search_attributes(words, "")
