"""The file that twistd writes its log to, opened again when somebody else has moved it away (logrotate)."""

from __future__ import annotations

from twisted.logger import ILogObserver, textFileLogObserver
from twisted.python.logfile import LogFile


class ReopenedLog:
    """A log file as twistd has it by itself, of which a handle is kept."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: LogFile | None = None

    def observer(self) -> ILogObserver:
        """Open the file, and return what writes to it: a factory for `twistd --logger`."""
        self._file = LogFile.fromFullPath(self._path)
        return textFileLogObserver(self._file)

    def reopen(self) -> None:
        """Go on in a file of the same name, which is a new one if the old one was renamed."""
        if self._file is not None:
            self._file.reopen()
