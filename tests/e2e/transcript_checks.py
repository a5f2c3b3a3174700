"""What test_transcript.py runs in a process of its own: `python -m tests.e2e.transcript_checks`, with a display."""

import random
import tkinter as tk

from chat.client.desk.pages import Line, Page, Sort
from chat.client.gui.theme import Theme
from chat.client.link.events import Delivery, Kind, Outgoing, Said
from chat.client.window.transcript import Transcript

START = 1_800_000_000.0


def content(transcript: Transcript) -> tuple[str, list[tuple[str, str, str]]]:
    """All text, and where which style begins and ends."""
    transcript.update()
    dump = transcript.text.dump("1.0", "end", tag=True)
    return transcript.text.get("1.0", "end"), sorted((kind, name, index) for kind, name, index in dump)


def check_drawing_bit_by_bit_is_the_same_as_at_once(root: tk.Tk, seed: int) -> None:
    chance = random.Random(seed)
    theme = Theme(root, "light", 11)
    page = Page("#lobby", "#lobby")
    transcript = Transcript(root, theme, page, lambda: "zoe")
    transcript.pack(fill="both", expand=True)
    # A page that is full soon.
    page.lines = type(page.lines)(maxlen=40)
    now = START
    earlier = START
    for _ in range(200):
        now += chance.choice((1.0, 30.0, 400.0))
        match chance.randrange(7):
            case 0 | 1:
                author = chance.choice(("ann", "ben"))
                page.add(
                    Line(Sort.SAY, "zoe: https://example.org/x", now, author, mention=chance.random() < 0.5)
                )
            case 2:
                message = Outgoing("#lobby", "mine", Kind.SAY, now)
                page.add(Line(Sort.SAY, "mine", now, "zoe", own=True, message=message))
            case 3:
                waiting = [line for line in page.lines if line.message is not None]
                if waiting:
                    chosen = chance.choice(waiting).message
                    assert chosen is not None
                    chosen.state = chance.choice((Delivery.ACKNOWLEDGED, Delivery.FAILED))
                    chosen.sentence = "Nobody is there."
            case 4:
                page.came_or_went(chance.choice((Sort.CAME, Sort.WENT)), chance.choice("abc"), now)
            case 5:
                earlier -= 100
                room = 40 - len(page.lines)
                if room:
                    page.lines.appendleft(Line(Sort.SAY, "older", earlier, "ann", history=True))
            case 6:
                page.marker = page.lines[-1] if page.lines and chance.random() < 0.7 else None
        if chance.random() < 0.7:
            transcript.sync()
    transcript.sync()
    fresh = Transcript(root, theme, page, lambda: "zoe")
    fresh.sync()
    assert content(transcript) == content(fresh)


def check_a_message_is_found_by_its_id_or_by_when_it_was_said(root: tk.Tk) -> None:
    page = Page("#lobby", "#lobby")
    for number in range(100):
        page.add(
            Line(Sort.SAY, f"text {number}", START + number, "ann", msgid=f"id{number}" if number % 2 else "")
        )
    transcript = Transcript(root, Theme(root, "dark", 11), page, lambda: "zoe")
    transcript.pack(fill="both", expand=True)
    transcript.sync()
    root.update()
    for number in (1, 2, 99):
        msgid = f"id{number}" if number % 2 else ""
        assert transcript.find(Said("#lobby", "ann", "", Kind.SAY, START + number, msgid=msgid))
        assert transcript.text.get(*transcript.text.tag_nextrange("flash", "1.0")).endswith(
            f"text {number}\n"
        )
        transcript.text.tag_remove("flash", "1.0", "end")
    assert not transcript.find(Said("#lobby", "ann", "", Kind.SAY, START, msgid="id1000"))


def check_it_follows_the_end_until_somebody_looks_up(root: tk.Tk) -> None:
    page = Page("#lobby", "#lobby")
    transcript = Transcript(root, Theme(root, "light", 11), page, lambda: "zoe")
    transcript.pack(fill="both", expand=True)

    def more(count: int) -> None:
        for number in range(count):
            page.add(Line(Sort.SAY, f"text {number}", START + number, "ann"))
        transcript.sync()
        root.update()

    more(200)
    assert transcript.text.bbox("end-2c") is not None
    transcript.scroll_pages(-2)
    more(10)
    assert transcript.text.bbox("end-2c") is None
    transcript.bottom()
    more(10)
    assert transcript.text.bbox("end-2c") is not None


def main() -> None:
    """Run all checks; an assertion that fails ends the process with its traceback."""
    root = tk.Tk()
    root.geometry("600x400")
    for seed in range(3):
        check_drawing_bit_by_bit_is_the_same_as_at_once(root, seed)
    for check in (
        check_a_message_is_found_by_its_id_or_by_when_it_was_said,
        check_it_follows_the_end_until_somebody_looks_up,
    ):
        for child in root.winfo_children():
            child.destroy()
        check(root)
    print("all checks passed")


if __name__ == "__main__":
    main()
