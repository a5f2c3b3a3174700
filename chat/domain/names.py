"""What a name of a person or a room may be, and the keys under which two names count as one.

Three keys for a person's name: as shown, folded (the same name in another case), and its skeleton (what
looks the same). Sources: UTS #39, "Unicode Security Mechanisms" (identifier status, restriction level,
skeleton), and Modern IRC, "Clients" and "Channels", for what the protocol itself cannot carry.

The look-alikes come from UTS #39's own tables, reduced to what a name may hold and generated into
`chat.domain.unicode_data`. No library is used: `confusable_homoglyphs` (last release January 2024) has the
older data of Unicode 15.1 in 950 KB of JSON, no skeleton, and asks whether one text could be mistaken for
another alphabet; `confusables` (last release March 2021) builds search patterns, not keys.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

from chat.domain.unicode_data import ALLOWED, CONFUSABLES

__all__ = [
    "NICKLEN",
    "RESERVED",
    "ROOMLEN",
    "Name",
    "NameRefused",
    "RoomName",
    "RoomRefused",
    "check_name",
    "check_room",
    "fold",
    "room_from_typed",
    "skeleton",
]

NICKLEN = 32
"""Characters of a name, NFC: announced as NICKLEN. What Ergo takes; at most 128 bytes of a 512-byte line.
"""

ROOMLEN = 64
"""Bytes of a room's name, with its ``#``: announced as CHANNELLEN."""

MARKS = 4
"""Combining marks in a row, so that no name climbs into its neighbours' lines (UTS #39, section 5.4)."""

_SERVICES = (
    "nick",
    "chan",
    "hist",
    "auth",
    "bot",
    "host",
    "help",
    "info",
    "memo",
    "oper",
    "sasl",
    "group",
    "stat",
)
RESERVED = frozenset({"server", "admin", "system", "services", *(f"{kind}serv" for kind in _SERVICES)})
"""Folded names that pass for the server itself, or for the services to which people send passwords."""

# The protocol's own signs (separators, masks, source syntax), and what frames a name on a screen.
_FORBIDDEN = frozenset(' ,*?.!@:"<>;')
# Channel and status prefixes, server masks ("$"), commands ("/").
_FORBIDDEN_FIRST = frozenset("#~&@%+-$/")

# What most people are called: none of the rules but the reserved names needs looking at.
_PLAIN = re.compile(rf"[A-Za-z\[\]\\`_^{{|}}][A-Za-z0-9\[\]\\`_^{{|}}-]{{0,{NICKLEN - 1}}}")


class NameRefused(ValueError):
    """A name that nobody may have; the text is the rest of a sentence: "a name may not contain spaces".

    `rule` is one of: empty, long, space, character, control, invisible, first, mark, digits, script,
    reserved.
    """

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(text)
        self.rule = rule


class RoomRefused(ValueError):
    """A room name that cannot be; the text is the rest of a sentence, as in `NameRefused`.

    `rule` is one of: prefix, empty, long, space, character, control, invisible.
    """

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(text)
        self.rule = rule


class Name(NamedTuple):
    """A person's name under its three keys. `folded` is the identity.

    Equal skeletons with different `folded` mean that people can take one name for the other. Between two
    names of ASCII letters this catches honest people too ("modem" and "modern"): compare skeletons where at
    least one name is not ASCII, or where names are given to accounts.
    """

    shown: str
    folded: str
    skeleton: str


class RoomName(NamedTuple):
    """A room's name as shown, ``#`` included, and its identity."""

    shown: str
    folded: str


def fold(text: str) -> str:
    """The key under which `text` is the same whatever its case and its compatibility forms.

    For ASCII it is lower-casing, as CASEMAPPING=ascii announces; beyond, NFKC with full case folding
    (Unicode, section 3.13, "compatibility caseless match"). Folding twice changes nothing.
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", text.casefold())


def skeleton(text: str) -> str:
    """The key under which look-alikes are the same (UTS #39, section 4), case-folded at the end.

    It is a key for comparing, never to be shown, and it does more than people expect: ``1`` and ``I`` are
    ``l``, ``0`` is ``o``, ``m`` is ``rn``. Capitals are judged as they are written, because "BiIl"
    resembles "Bill" and "biil" does not; so two spellings of one name can have two skeletons. The table
    knows the characters that `check_name` accepts.
    """
    if text.isascii():
        return text.translate(_ascii_looks()).lower()
    looks = unicodedata.normalize("NFD", text).translate(_looks())
    return unicodedata.normalize("NFD", looks.casefold())


@cache
def _looks() -> dict[int, str]:
    table = {}
    for pair in CONFUSABLES.split():
        point, _, like = pair.partition("=")
        table[int(point, 16)] = "".join(chr(int(part, 16)) for part in like.split("+"))
    return table


@cache
def _ascii_looks() -> dict[int, str]:
    return {point: like for point, like in _looks().items() if point < 128}


class _Scripts(NamedTuple):
    """Which script each allowed character belongs to, as parallel lists over the runs of code points."""

    starts: list[int]
    ends: list[int]
    scripts: list[frozenset[str] | None]

    def find(self, character: str) -> frozenset[str] | None:
        """The character's scripts, None for those common to all.

        Raises LookupError if it is not allowed.
        """
        index = bisect_right(self.starts, ord(character)) - 1
        if index < 0 or ord(character) > self.ends[index]:
            raise LookupError(character)
        return self.scripts[index]


# Writing systems that use several scripts (UTS #39, section 5.1, "augmented script set"). Bopomofo has no
# part in it, because its letters are not allowed (their identifier type is "limited use").
_SYSTEMS = {"Hani": ("Jpan", "Kore"), "Hira": ("Jpan",), "Kana": ("Jpan",), "Hang": ("Kore",)}
_WITH_LATIN = frozenset({"Hani", "Jpan", "Kore"})


@cache
def _scripts() -> _Scripts:
    runs = []
    for names, points in ALLOWED.items():
        scripts: frozenset[str] | None = None
        if names not in ("Zyyy", "Zinh"):
            found = set(names.split())
            scripts = frozenset(found.union(*(_SYSTEMS.get(name, ()) for name in found)))
        for run in points.split():
            first, _, last = run.partition("-")
            runs.append((int(first, 16), int(last or first, 16), scripts))
    runs.sort(key=lambda run: run[0])
    return _Scripts([run[0] for run in runs], [run[1] for run in runs], [run[2] for run in runs])


def check_name(text: str) -> Name:
    """`text` as a person's name under its keys, NFC, or NameRefused with the rule that it breaks.

    Beyond ASCII a character must have the identifier status "allowed" (UTS #39, section 3.1). So there are
    no emoji in names: they are no identifier characters, differ by invisible selectors and joiners, and are
    drawn alike. Scripts may be mixed as the level "highly restrictive" has it (section 5.2): one script, or
    Latin with the scripts of Chinese, Japanese or Korean. Names made of digits alone could be taken for
    numbers.
    """
    if _PLAIN.fullmatch(text):
        shown = text
    else:
        # Nothing that is allowed shrinks to a quarter when composed: so much work is not worth doing.
        if len(text) > 4 * NICKLEN:
            raise NameRefused("long", f"a name may have at most {NICKLEN} characters")
        shown = unicodedata.normalize("NFC", text)
        if not shown:
            raise NameRefused("empty", "a name may not be empty")
        if len(shown) > NICKLEN:
            raise NameRefused("long", f"a name may have at most {NICKLEN} characters, not {len(shown)}")
        _check_characters(shown)
        if shown[0] in _FORBIDDEN_FIRST:
            raise NameRefused("first", f"a name may not start with '{shown[0]}'")
        if all(character.isdigit() for character in shown):
            raise NameRefused("digits", "a name may not consist of digits only")
        if not shown.isascii():
            _check_marks(shown)
            _check_scripts(shown)
    name = Name(shown, fold(shown), skeleton(shown))
    if name.folded in RESERVED or looks_like(name, RESERVED) or _is_service(name):
        raise NameRefused("reserved", f"'{shown}' is reserved, or looks like a reserved name")
    return name


def looks_like(name: Name, names: frozenset[str]) -> bool:
    """Whether people could take a name for one of `names`, also with signs around it that nobody minds: `server_`."""
    looks = _looks_of(names)
    return name.skeleton in looks or name.skeleton.strip(_SIGNS) in looks


_SIGNS = "_-^`|[]{}\\'"
_NO_LETTERS = re.compile(r"[\W\d_]")


@cache
def _looks_of(names: frozenset[str]) -> frozenset[str]:
    return frozenset(skeleton(name) for name in names)


def _bare(skeleton_of_name: str) -> str:
    # To who sends it a password, N1ck-Serv2 is NickServ as well.
    return _NO_LETTERS.sub("", skeleton_of_name.replace("l", "i"))


@cache
def _bare_services() -> frozenset[str]:
    return frozenset(
        _bare(skeleton(f"{kind}serv{end}")) for kind in _SERVICES for end in ("", "er", "ice", "ices")
    )


def _is_service(name: Name) -> bool:
    return (
        "serv" in name.skeleton.replace("-", "").replace("_", "") and _bare(name.skeleton) in _bare_services()
    )


def _check_characters(shown: str) -> None:
    for character in shown:
        if character.isspace():
            raise NameRefused("space", "a name may not contain spaces")
        if (unseen := _unseen(character)) is not None:
            raise NameRefused(unseen, f"a name may not contain {unseen} characters")
        if character in _FORBIDDEN:
            raise NameRefused("character", f"a name may not contain '{character}'")
        if character > "~":
            try:
                _scripts().find(character)
            except LookupError:
                raise NameRefused(
                    "character",
                    f"a name may not contain '{character}' (only letters and digits in everyday use)",
                ) from None


# Default ignorable characters that are neither controls nor of the category Cf: fillers, joiners, selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)


def _unseen(character: str) -> str | None:
    """What makes a character impossible to see, "control" or "invisible"; None if it can be seen."""
    category = unicodedata.category(character)
    if category in ("Cc", "Cs"):
        return "control"
    if category in ("Cf", "Co") or _INVISIBLE.match(character):
        return "invisible"
    return None


def _check_marks(shown: str) -> None:
    row = 0
    for index, character in enumerate(unicodedata.normalize("NFD", shown)):
        row = row + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if row and index == 0:
            raise NameRefused("mark", "a name may not start with a combining mark")
        if row > MARKS:
            raise NameRefused("mark", f"a name may not have more than {MARKS} combining marks in a row")


def _check_scripts(shown: str) -> None:
    one: frozenset[str] | None = None
    beside_latin: frozenset[str] = _WITH_LATIN
    for character in shown:
        scripts = _scripts().find(character) if character > "~" or character.isalpha() else None
        if scripts is not None:
            one = scripts if one is None else one & scripts
            if "Latn" not in scripts:
                beside_latin &= scripts
    if one is not None and not one and not beside_latin:
        raise NameRefused("script", "a name may not mix letters of different scripts")
    zeros = {ord(character) - unicodedata.decimal(character) for character in shown if character.isdecimal()}
    if len(zeros) > 1:
        raise NameRefused("script", "a name may not mix digits of different scripts")


# A comma separates rooms in a list; a colon is RFC 2812's sign for a channel mask.
_ROOM_FORBIDDEN = frozenset(",:")


def check_room(text: str) -> RoomName:
    """`text`, which starts with ``#``, as a room's name, NFC, or RoomRefused with the rule that it breaks.

    Rooms are looser than people, since nobody impersonates a room: any script, punctuation and emoji go,
    what cannot be seen does not. At most `ROOMLEN` bytes of UTF-8.
    """
    if not text.startswith("#"):
        raise RoomRefused("prefix", "a room's name starts with '#'")
    # Composing never takes a text below a third of its bytes.
    if len(text) > 3 * ROOMLEN:
        raise RoomRefused("long", f"a room's name may have at most {ROOMLEN} bytes")
    shown = unicodedata.normalize("NFC", text)
    if len(shown) == 1:
        raise RoomRefused("empty", "a room's name needs something after the '#'")
    for character in shown:
        if character.isspace():
            raise RoomRefused("space", "a room's name may not contain spaces")
        if (unseen := _unseen(character)) is not None:
            raise RoomRefused(unseen, f"a room's name may not contain {unseen} characters")
        if character in _ROOM_FORBIDDEN:
            raise RoomRefused("character", f"a room's name may not contain '{character}'")
    if (size := len(shown.encode())) > ROOMLEN:
        raise RoomRefused("long", f"a room's name may have at most {ROOMLEN} bytes, not {size}")
    return RoomName(shown, fold(shown))


def room_from_typed(text: str) -> str:
    """What a person means who types ``dev`` or ``#dev``: the room's name with its ``#``, not checked."""
    text = text.strip()
    return text if text.startswith("#") else f"#{text}"
