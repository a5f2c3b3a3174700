"""How the window looks and sounds: what a person changes of it is there at once, and kept for the next time."""

from __future__ import annotations

from chat.client.gui.preferences import TEXT_SIZES, Kept, WindowPreferences
from chat.client.gui.theme import Theme
from chat.client.window.frame import ChatFrame


class Appearance:
    """Theme, size of text, who is here, bell. `kept` is where the choices are kept."""

    def __init__(self, theme: Theme, frame: ChatFrame, kept: Kept[WindowPreferences]) -> None:
        self.theme = theme
        self._frame = frame
        self._kept = kept

    @property
    def with_people(self) -> bool:
        """Whether it is shown who is here."""
        return self._frame.with_people

    def toggle_people(self) -> None:
        """Show or hide who is here."""
        self._frame.searching = False
        self._frame.with_people = not self._frame.with_people
        self._kept.change(people=self._frame.with_people)
        self._frame.refresh()

    def toggle_rooms(self) -> None:
        """Show or hide the list of rooms."""
        if self._frame.toggle_rooms():
            self._kept.change(rooms=self._frame.with_rooms)

    def toggle_theme(self) -> None:
        """Light or dark."""
        self.use_theme("light" if self.theme.name == "dark" else "dark")

    def use_theme(self, name: str) -> None:
        """Light or dark, from here on."""
        self.theme.use(name, self.theme.text_size)
        self._kept.change(theme=name)

    def _resize(self, by: int) -> None:
        at = TEXT_SIZES.index(self.theme.text_size) + by
        self.use_size(TEXT_SIZES[min(max(at, 0), len(TEXT_SIZES) - 1)])

    def use_size(self, size: int) -> None:
        """A size of text, in points."""
        self.theme.use(self.theme.name, size)
        self._kept.change(text_size=size)

    def larger(self) -> None:
        """Larger text."""
        self._resize(1)

    def smaller(self) -> None:
        """Smaller text."""
        self._resize(-1)

    def usual_size(self) -> None:
        """Text as it was at first."""
        self.use_size(WindowPreferences().text_size)

    @property
    def comings(self) -> bool:
        """Whether it is shown who comes and goes."""
        return self._frame.desk.comings

    def show_comings(self, on: bool) -> None:
        """Whether to show who comes and goes, from here on."""
        self._frame.desk.comings = on
        self._kept.change(comings=on)

    @property
    def rings(self) -> bool:
        """Whether the bell rings."""
        return self._kept.chosen.bell

    def bell(self) -> None:
        """Somebody means us."""
        if self.rings:
            self._frame.bell()

    def set_bell(self, on: bool) -> None:
        """Whether to ring."""
        self._kept.change(bell=on)
