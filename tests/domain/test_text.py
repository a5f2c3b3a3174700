"""Text for terminals: what vanishes, what stays, and that cutting never breaks a character."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.domain.text import TAB_WIDTH, printable, strip_formatting, within_bytes

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
GERMANY = "\U0001f1e9\U0001f1ea"
CONTROLS = "\x1b[]0;31mPX^_\\\x07\x9b\x9c\x9d\x90\t\r\n"
FORMATS = "\u200c\u200d\u202e\ud800\U0001f3f4\U000e0067\U000e007f"
any_text = st.text(st.characters()) | st.text(st.sampled_from("ab é" + CONTROLS + FORMATS))


class TestPrintable:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "plain ASCII text: ~ all of it!",
            "žluťoučký kůň, Ελλάδα, 田中さん, 한국어",
            "non\u00a0breaking and\u3000wide",
            FAMILY,
            "\u2764\ufe0f",
            SCOTLAND,
            "نامه\u200cای",
            "क\u094d\u200dष",
            "שלום\u200f!",
            "\ue0b0 private",
            "\U0001fae8 younger than some Pythons",
            "e\u0301",
        ],
    )
    def test_what_is_harmless_stays(self, text: str) -> None:
        assert printable(text) == text

    @pytest.mark.parametrize(
        ("text", "safe"),
        [
            ("\x1b[31mred\x1b[0m", "red"),
            ("\x1b[38;2;1;2;3mred", "red"),
            ("\x1b[?1049hall", "all"),
            ("\x1b[2 qcursor", "cursor"),
            ("\x9b31mred", "red"),
            ("cut \x1b[31", "cut "),
            ("\x1b]0;title\x07text", "text"),
            ("\x1b]0;title\x1b\\text", "text"),
            ("\x1b]0;title\x9ctext", "text"),
            ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
            ("never \x1b]52;c;ends", "never "),
            ("\x9d0;title\x07text", "text"),
            ("\x9d0;title\x9ctext", "text"),
            ("\x9d0;title \x9d1;x\x07text", "0;title text"),
            ("\x1bPdevice\x1b\\text", "text"),
            ("\x1b_application\x07text", "text"),
            ("\x1b^private\x1b\\text", "text"),
            ("\x1bXstring\x1b\\text", "text"),
            ("\x1bcreset", "reset"),
            ("\x1b(0graphics", "graphics"),
            ("\x1b\x1b[31mred", "red"),
            ("end\x1b", "end"),
            ("\x1bé", "é"),
            # A quotation mark decoded wrongly twice over is no control string.
            ("â\x80\x9d said â\x80\x9c", "â said â"),
            ("bell\x07 back\x08 del\x7f nul\x00 c1\x85", "bell back del nul c1 "),
            ("a\tb", "a" + " " * TAB_WIDTH + "b"),
            ("a\nb\r\nc\rd\ve\ff\u2028g\u2029h", "a b c d e f g h"),
            ("a\u202eb\u202c\u2066c\u2069", "abc"),
            ("a\u200bb\u2060c\ufeffd\xade\ufff9f\u180eg\u206ah", "abcdefgh"),
            ("\U000e0001a\U000e0041\U000e0042", "a"),
            ("\U0001f3f4\U000e0067x", "\U0001f3f4x"),
            ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
            ("a\u200db\u200c", "ab"),
            ("é\u200d", "é"),
            ("\u200dé", "é"),
            ("é\u200d\u200c\u200dé", "é\u200dé"),
        ],
    )
    def test_what_could_disturb_goes(self, text: str, safe: str) -> None:
        assert printable(text) == safe

    @given(any_text)
    def test_nothing_dangerous_is_left(self, text: str) -> None:
        safe = printable(text)
        assert not any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in safe)
        assert not set(safe) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff")
        safe.encode()

    @given(any_text)
    def test_twice_is_as_good_as_once(self, text: str) -> None:
        assert printable(printable(text)) == printable(text)

    @given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
    def test_letters_digits_and_signs_are_never_touched(self, text: str) -> None:
        assert printable(text) == text


class TestFormatting:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("plain", "plain"),
            ("\x02bold\x02 \x1ditalic\x0f \x1funderlined", "bold italic underlined"),
            ("\x1estruck \x11mono\x11 \x16reverse", "struck mono reverse"),
            ("\x0304red\x03", "red"),
            ("\x034,12both", "both"),
            ("\x03041 is text", "1 is text"),
            ("\x034,text", ",text"),
            ("\x03,5", ",5"),
            ("\x034,123", "3"),
            ("\x04ff0000red", "red"),
            ("\x04FF0000,00ff00both", "both"),
            ("\x04ff00short", "ff00short"),
            ("\x03٣", "٣"),
            ("kept\x1b\x07", "kept\x1b\x07"),
        ],
    )
    def test_codes_go_with_their_digits(self, text: str, plain: str) -> None:
        assert strip_formatting(text) == plain

    def test_before_printable_no_digit_is_left(self) -> None:
        assert printable(strip_formatting("\x0304,01x\x03")) == "x"


class TestWithinBytes:
    @pytest.mark.parametrize(
        ("text", "limit", "cut"),
        [
            ("hello", 5, "hello"),
            ("hello", 4, "hell"),
            ("hello", 0, ""),
            ("hello", -1, ""),
            ("", 0, ""),
            ("é", 1, ""),
            ("aé", 2, "a"),
            ("aé", 3, "aé"),
            ("ab\u0301c", 2, "a"),
            ("ab\u0301c", 4, "ab\u0301"),
            ("x\u2764\ufe0f", 4, "x"),
            ("x" + FAMILY, len(FAMILY.encode()), "x"),
            ("x\U0001f44d\U0001f3fd", 5, "x"),
            ("x" + SCOTLAND, 8, "x"),
            ("x" + GERMANY, 5, "x"),
            (GERMANY + GERMANY, 12, GERMANY),
            (GERMANY + GERMANY, 8, GERMANY),
            ("क\u093f", 3, "क"),
            # A base with more marks than the limit holds has to be cut somewhere.
            ("e" + "\u0301" * 10, 5, "e\u0301\u0301"),
            ("a\ud800b", 3, "a"),
            ("a\ud800b", 4, "a\ud800"),
        ],
    )
    def test_cuts(self, text: str, limit: int, cut: str) -> None:
        assert within_bytes(text, limit) == cut

    @given(st.text(st.characters()), st.integers(0, 60))
    def test_a_start_that_fits(self, text: str, limit: int) -> None:
        cut = within_bytes(text, limit)
        assert text.startswith(cut)
        assert len(cut.encode("utf-8", "surrogatepass")) <= limit

    @given(st.text("abcé田"), st.integers(0, 60))
    def test_nothing_that_fits_is_given_away(self, text: str, limit: int) -> None:
        cut = within_bytes(text, limit)
        assert cut == text or len(text[: len(cut) + 1].encode()) > limit
