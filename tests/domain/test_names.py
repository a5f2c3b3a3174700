"""Names: each rule with what breaks it and what is just inside, and the keys under which names are one."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.names import (
    NICKLEN,
    RESERVED,
    ROOMLEN,
    Name,
    NameRefused,
    RoomName,
    RoomRefused,
    check_name,
    check_room,
    fold,
    room_from_typed,
    skeleton,
)
from chat.domain.unicode_data import ALLOWED, CONFUSABLES

any_text = st.text(st.characters(), max_size=40)
# Texts of characters that names may hold, so that more than the first rule is tried.
allowed_points = [
    chr(point)
    for runs in ALLOWED.values()
    for run in runs.split()
    for point in {int(part, 16) for part in run.split("-")}
]
likely_names = st.text(st.sampled_from(allowed_points), max_size=6) | st.text(
    "aбВ中あ한ßİſKé\u0301\u0345", max_size=6
)


class TestFold:
    @given(st.text(st.characters(max_codepoint=127)))
    def test_ascii_is_lower_cased_and_nothing_else(self, text: str) -> None:
        assert fold(text) == text.lower()

    def test_ascii_punctuation_has_no_case(self) -> None:
        assert fold("[]\\~") == "[]\\~"
        assert fold("{}|^") != fold("[]\\~")

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Straße", "STRASSE"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Владимир", "ВЛАДИМИР"),
            ("\u212a", "k"),
            ("ﬁ", "fi"),
            ("Ａｂ", "ab"),
            ("e\u0301", "É"),
        ],
    )
    def test_the_same_name(self, one: str, other: str) -> None:
        assert fold(one) == fold(other)

    @given(any_text | likely_names)
    def test_twice_is_as_good_as_once(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @given(any_text | likely_names)
    def test_normal_forms_fold_alike(self, text: str) -> None:
        assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


class TestSkeleton:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("аре", "ape"),  # Cyrillic
            ("АРЕ", "APE"),
            ("Ροο", "Poo"),  # Greek rho and omicrons
            ("bil1", "bill"),
            ("BiIl", "Bill"),
            ("R0bert", "Robert"),
            ("modern", "modem"),
            ("bob|", "bobl"),
            ("alı", "ali"),
            ("é", "e\u0301"),
        ],
    )
    def test_look_alikes(self, one: str, other: str) -> None:
        assert skeleton(one) == skeleton(other)

    @pytest.mark.parametrize(("one", "other"), [("bob", "rob"), ("дед", "deд"), ("a", "à"), ("жук", "zhuk")])
    def test_no_look_alikes(self, one: str, other: str) -> None:
        assert skeleton(one) != skeleton(other)

    @given(st.text(st.characters(max_codepoint=127), max_size=20))
    def test_ascii_gives_the_same_on_either_path(self, text: str) -> None:
        # A letter that is in no table sends the text along the general path.
        assert skeleton(text + "文")[:-1] == skeleton(text)

    @given(likely_names)
    def test_normal_forms_look_alike(self, text: str) -> None:
        assert skeleton(unicodedata.normalize("NFC", text)) == skeleton(unicodedata.normalize("NFD", text))


class TestNames:
    @pytest.mark.parametrize(
        "text",
        [
            "bob",
            "B",
            "x" * 32,
            "[away]",
            "bob|laptop",
            "a^b_c`d{e}f\\g",
            "bob-2",
            "2bob",
            "O'Brien",
            "bob~home",
            "c#",
            "Владимир",
            "дед-77",
            "système",
            "Ωμέγα",
            "田中",
            "田中taro",
            "すずきスズキ鈴木",
            "김bob",
            "สมชาย",
            "שלום",
            "محمد",
            "محمد٣",
            "नाम",
            "é" * 32,
        ],
    )
    def test_accepted_as_written(self, text: str) -> None:
        assert check_name(text).shown == text

    def test_three_keys(self) -> None:
        assert check_name("Bill") == Name("Bill", "bill", "bill")
        assert check_name("Аре") == Name("Аре", "аре", "ape")

    def test_shown_composed(self) -> None:
        assert check_name("Rene\u0301").shown == "Ren\u00e9"
        assert check_name("e\u0301" * 32).shown == "\u00e9" * 32

    @pytest.mark.parametrize(
        ("text", "rule", "sentence"),
        [
            ("", "empty", "may not be empty"),
            ("x" * 33, "long", "at most 32 characters, not 33"),
            ("é" * 33, "long", "at most 32 characters, not 33"),
            ("x" * 100_000, "long", "at most 32 characters"),
            ("a b", "space", "may not contain spaces"),
            ("a\u00a0b", "space", "spaces"),
            ("a\u3000b", "space", "spaces"),
            ("a\tb", "space", "spaces"),
            *((f"a{sign}b", "character", f"'{sign}'") for sign in ',*?.!@:"<>;'),
            ("*", "character", "'*'"),
            ("a\x00b", "control", "control"),
            ("a\x1bb", "control", "control"),
            ("a\x7fb", "control", "control"),
            ("a\x9bb", "control", "control"),
            ("a\ud800b", "control", "control"),
            ("a\u200bb", "invisible", "invisible"),
            ("a\u200db", "invisible", "invisible"),
            ("a\u202eb", "invisible", "invisible"),
            ("a\u2066b", "invisible", "invisible"),
            ("a\xadb", "invisible", "invisible"),
            ("a\ufeffb", "invisible", "invisible"),
            ("a\u3164b", "invisible", "invisible"),
            ("a\ufe0fb", "invisible", "invisible"),
            ("a\u034fb", "invisible", "invisible"),
            ("a\ue000b", "invisible", "invisible"),
            *((f"{sign}bob", "first", f"start with '{sign}'") for sign in "#~&%+-$/"),
            ("@bob", "character", "'@'"),
            ("1234", "digits", "digits only"),
            ("٣٤", "digits", "digits only"),
            ("😀", "character", "'😀'"),
            ("bob😀", "character", "'😀' (only letters and digits in everyday use)"),
            ("ﬁn", "character", "'ﬁ'"),
            ("Ａｂ", "character", "'Ａ'"),
            ("ᚠᚢ", "character", "'ᚠ'"),
            ("ǰ", "character", "'ǰ'"),
            ("a\ufffdb", "character", "'\ufffd'"),
            ("\u0301a", "mark", "start with a combining mark"),
            ("a" + "\u0300\u0301\u0302\u0303\u0304", "mark", "more than 4 combining marks"),
            ("bobдед", "script", "mix letters"),
            ("pаypal", "script", "mix letters"),
            ("Ωbob", "script", "mix letters"),
            ("дед中", "script", "mix letters"),
            ("あ한", "script", "mix letters"),
            ("bobあ한", "script", "mix letters"),
            ("ब3४", "script", "mix digits"),
        ],
    )
    def test_refused_with_the_rule(self, text: str, rule: str, sentence: str) -> None:
        with pytest.raises(NameRefused) as caught:
            check_name(text)
        assert caught.value.rule == rule
        assert sentence in str(caught.value)
        assert str(caught.value).startswith(("a name may ", "'"))
        assert isinstance(caught.value, ValueError)

    @pytest.mark.parametrize("text", [*sorted(RESERVED), "SERVER", "Admin", "NickServ"])
    def test_reserved(self, text: str) -> None:
        with pytest.raises(NameRefused, match="reserved") as caught:
            check_name(text)
        assert caught.value.rule == "reserved"

    @pytest.mark.parametrize("text", ["adrnin", "systern", "saslserv", "ChanServ"])
    def test_what_looks_reserved(self, text: str) -> None:
        with pytest.raises(NameRefused, match=f"'{text}' is reserved, or looks like"):
            check_name(text)

    @given(any_text | likely_names)
    def test_any_text_is_a_safe_name_or_refused(self, text: str) -> None:
        try:
            name = check_name(text)
        except NameRefused:
            return
        assert 1 <= len(name.shown) <= NICKLEN
        assert unicodedata.is_normalized("NFC", name.shown)
        assert not set(name.shown) & set(" ,*?.!@:\r\n\0")
        assert name.shown[0] not in "#~&@%+-:$"
        assert name.shown.isprintable()
        assert check_name(name.shown) == name

    # The dotless i is a letter of its own, though its capital is I: only the skeleton joins the two.
    @given(likely_names.filter(lambda text: "ı" not in text))
    def test_another_case_is_the_same_name_or_none(self, text: str) -> None:
        try:
            name, other = check_name(text), check_name(text.upper())
        except NameRefused:
            return
        assert name.folded == other.folded


class TestRooms:
    @pytest.mark.parametrize(
        "text",
        ["#dev", "##dev", "#C++", "#чат", "#😀", "#what?", "#a.b*", "#5", "#" + "x" * 63, "#" + "é" * 31],
    )
    def test_accepted_as_written(self, text: str) -> None:
        assert check_room(text).shown == text

    def test_keys(self) -> None:
        assert check_room("#Dev") == RoomName("#Dev", "#dev")
        assert check_room("#Cafe\u0301") == RoomName("#Café", "#café")

    @pytest.mark.parametrize(
        ("text", "rule", "sentence"),
        [
            ("", "prefix", "starts with '#'"),
            ("dev", "prefix", "starts with '#'"),
            ("&dev", "prefix", "starts with '#'"),
            ("#", "empty", "something after the '#'"),
            ("#" + "x" * 64, "long", "at most 64 bytes, not 65"),
            ("#" + "é" * 32, "long", "at most 64 bytes, not 65"),
            ("#" + "x" * 100_000, "long", "at most 64 bytes"),
            ("#a b", "space", "spaces"),
            ("#a\u2003b", "space", "spaces"),
            ("#a,b", "character", "','"),
            ("#a:b", "character", "':'"),
            ("#a\x07b", "control", "control"),
            ("#a\x1bb", "control", "control"),
            ("#a\x00b", "control", "control"),
            ("#a\ud800b", "control", "control"),
            ("#a\u200bb", "invisible", "invisible"),
            ("#a\u202eb", "invisible", "invisible"),
            ("#\u2764\ufe0f", "invisible", "invisible"),
        ],
    )
    def test_refused_with_the_rule(self, text: str, rule: str, sentence: str) -> None:
        with pytest.raises(RoomRefused) as caught:
            check_room(text)
        assert caught.value.rule == rule
        assert sentence in str(caught.value)
        assert str(caught.value).startswith("a room's name")
        assert isinstance(caught.value, ValueError)

    @given(any_text.map(lambda text: "#" + text))
    def test_any_text_is_a_safe_room_or_refused(self, text: str) -> None:
        try:
            room = check_room(text)
        except RoomRefused:
            return
        assert len(room.shown.encode()) <= ROOMLEN
        assert not set(room.shown) & set(" ,\a\r\n\0")
        assert check_room(room.shown) == room

    @pytest.mark.parametrize(
        ("typed", "room"),
        [("dev", "#dev"), ("#dev", "#dev"), (" dev ", "#dev"), ("##dev", "##dev"), ("", "#")],
    )
    def test_as_people_type_it(self, typed: str, room: str) -> None:
        assert room_from_typed(typed) == room


class TestTables:
    def test_runs_are_in_order_and_apart(self) -> None:
        runs = sorted(
            [int(part, 16) for part in (*run.split("-"), run.split("-")[-1])][:2]
            for points in ALLOWED.values()
            for run in points.split()
        )
        for (first, last), (following, _) in pairwise(runs):
            assert first <= last < following

    def test_prototypes_are_final(self) -> None:
        pairs = dict(pair.split("=") for pair in CONFUSABLES.split())
        for point, like in pairs.items():
            assert point not in like.split("+")
            assert not set(like.split("+")) & set(pairs)

    def test_nothing_is_younger_than_the_oldest_python(self) -> None:
        # Unassigned on one Python and assigned on the next would make different keys.
        assert all(unicodedata.category(character) != "Cn" for character in allowed_points)
