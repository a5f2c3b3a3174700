"""The database file: its tables, its version and the steps from one version to the next."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from chat.domain.searching import Wanted, searchable

DATABASE = "chat.db"
"""Name of the file in the data folder."""
LOCK = "server.lock"
"""Name of the file beside it that a running server holds."""
BUSY_SECONDS = 5.0
"""How long a connection waits for another process (`chat admin`) that is writing."""
CHECKPOINT_PAGES = 4000
"""Pages of 4 KB in the write-ahead log before they are moved into the database: 16 MB, a second of the highest rate."""

# In `events`, `place` is a row of `places`, `author` one of `authors`: events are many, rooms and people few.
# An `id` is never used again, because the index of words goes by it. `text` is what was said, or the reason, topic
# or new name, as `chat.storage.rows` has it.
_FIRST = """
CREATE TABLE places (
    id INTEGER PRIMARY KEY,
    folded TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    folded TEXT NOT NULL,
    name TEXT NOT NULL,
    username TEXT NOT NULL,
    host TEXT NOT NULL,
    account TEXT NOT NULL,
    bot INTEGER NOT NULL,
    UNIQUE (folded, name, username, host, account, bot)
) STRICT;
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place INTEGER NOT NULL,
    msgid TEXT NOT NULL,
    kind INTEGER NOT NULL,
    time REAL NOT NULL,
    author INTEGER NOT NULL,
    text TEXT NOT NULL,
    extra TEXT,
    repeat TEXT
) STRICT;
CREATE UNIQUE INDEX events_of_place ON events (place, msgid);
CREATE INDEX events_repeatable ON events (id) WHERE repeat IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (
    text, content = 'events', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE progress (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE rooms (
    folded TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    created REAL NOT NULL,
    used REAL NOT NULL,
    founder TEXT,
    topic TEXT,
    topic_author TEXT,
    topic_time REAL,
    settings TEXT NOT NULL
) STRICT;
CREATE TABLE accounts (
    folded TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    skeleton TEXT NOT NULL UNIQUE,
    password TEXT NOT NULL,
    operator INTEGER NOT NULL,
    created REAL NOT NULL
) STRICT;
CREATE TABLE markers (
    account TEXT NOT NULL,
    target TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (account, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE mail (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    msgid TEXT NOT NULL UNIQUE,
    time REAL NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX mail_of_account ON mail (account);
"""

# The key under which a repetition of a kept private message is recognised.
_REPEATED_MAIL = "ALTER TABLE mail ADD COLUMN repeat TEXT;"

# Who is kept out of the server; `until` is NULL for good.
_BANS = """
CREATE TABLE bans (
    key TEXT PRIMARY KEY,
    what TEXT NOT NULL,
    is_account INTEGER NOT NULL,
    reason TEXT NOT NULL,
    set_by TEXT NOT NULL,
    since REAL NOT NULL,
    until REAL
) STRICT;
"""

# Whose share of a mailbox a kept message takes, as a keyed hash.
_SHARES_OF_MAIL = "ALTER TABLE mail ADD COLUMN author TEXT NOT NULL DEFAULT '';"

# Who people with accounts are while they are not here; `state` is JSON, see `chat.storage.presences`.
_PRESENCES = """
CREATE TABLE presences (
    account TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    stays INTEGER NOT NULL,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

# The index of words as `chat.domain.searching` has them; it is filled anew, in small steps while the server runs. What
# it holds is not the events' text, so it keeps no reference to it. All that the tokenizer has to do is to split at
# spaces: beside letters and digits there are only symbols, each of which stands alone.
_WORDS_OF_ALL_SCRIPTS = """
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (text, content = '', tokenize = "ascii tokenchars '$+<=>^`|~'");
DELETE FROM progress WHERE name = 'indexed';
"""

# What checks a proof of the password (SCRAM), beside its hash; NULL until its owner logs in again. And certificates
# that open accounts, by their SHA-256.
_PROOFS = """
ALTER TABLE accounts ADD COLUMN scram TEXT;
CREATE TABLE certificates (
    fingerprint TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    added REAL NOT NULL
) STRICT;
CREATE INDEX certificates_of_account ON certificates (account);
"""

# What was said, as opposed to who came and went: a page of it is found without a look at anything else. (Measured: the
# last page before 750,000 joins in 0.3 instead of 340 ms.) The kinds are those of `chat.storage.rows.LAST_SPEECH`.
_SPEECH = "CREATE INDEX speech_of_place ON events (place, msgid) WHERE kind <= 2;"

MIGRATIONS: tuple[str, ...] = (
    _FIRST,
    _REPEATED_MAIL,
    _BANS,
    _SHARES_OF_MAIL,
    _PRESENCES,
    _WORDS_OF_ALL_SCRIPTS,
    _PROOFS,
    _SPEECH,
)
"""What makes each version out of the one before; the first makes version 1 out of an empty file."""


class Unusable(Exception):
    """The database cannot be used as it is; the text is a sentence for the operator."""


class Missing(OSError):
    """The database was taken away from under the server. What is written to a deleted file is stored nowhere."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is gone: put it back, or stop the server and start it anew")


def file_at(path: Path) -> tuple[int, int]:
    """Which file is at a path, by device and number. Raises `Missing` if there is none."""
    try:
        found = path.stat()
    except OSError:
        raise Missing(path) from None
    return found.st_dev, found.st_ino


def connect(path: Path, read_only: bool = False) -> sqlite3.Connection:
    """A connection for one thread, in which transactions are begun by hand. Raises `sqlite3.Error`."""
    if read_only:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
    else:
        if not path.exists():
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
            # With the write-ahead log, FULL is what makes a commit survive a power failure (NORMAL does not).
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            # What is deleted is overwritten: a message that was taken back is in no free page either.
            connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.create_function("searchable", 1, searchable, deterministic=True)
        connection.create_function("contains", 3, _contains, deterministic=True)
        # A damaged or foreign file is found out here, and not in the middle of something.
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _contains(text: str, words: str, beginning: int) -> bool:
    return Wanted(words, bool(beginning)).is_in(searchable(text))


def version_of(connection: sqlite3.Connection) -> int:
    """The version of a database, 0 for an empty one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(version: int, known: int) -> None:
    """Raise `Unusable` for a database of a newer version than this program knows."""
    if version > known:
        raise Unusable(
            f"The database has version {version}, and this program knows versions up to {known}: "
            "it was used by a newer release. Install that one, or choose another folder with --data."
        )


def migrate(connection: sqlite3.Connection, migrations: tuple[str, ...] = MIGRATIONS) -> None:
    """Bring a database to the version that this program knows, each step in a transaction of its own.

    Raises `Unusable` for a database of a newer version.
    """
    version = version_of(connection)
    check_version(version, len(migrations))
    for number, script in enumerate(migrations[version:], version + 1):
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def prepare(path: Path) -> None:
    """Make or bring up to date the database at `path`; raises `Unusable` with a sentence."""
    try:
        connection = connect(path)
        try:
            migrate(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unusable(path, error) from None
    except OSError as error:
        raise Unusable(f"The database {path} cannot be opened: {error.strerror}.") from None


def check_database(path: Path) -> None:
    """Raise `Unusable` if the database at `path` could not be used; one that is not there yet will be made.

    Nothing is changed, and a server may be using it.
    """
    if not path.exists():
        return
    try:
        connection = connect(path, read_only=True)
        try:
            check_version(version_of(connection), len(MIGRATIONS))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unusable(path, error) from None


def unusable(path: Path, error: sqlite3.Error) -> Unusable:
    """What the operator is told of an error that a database makes when it is opened."""
    return Unusable(_sentence(path, error))


def _sentence(path: Path, error: sqlite3.Error) -> str:
    """What an operator is told whose database cannot be used."""
    code = getattr(error, "sqlite_errorname", "") or ""
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return (
            f"The database {path} is damaged ({error}). Put a backup in its place with "
            "`python -m chat admin restore`, or move the file away to start with an empty history."
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"The database {path} is in use by another program, which does not let go of it. End that one first."
    if code.startswith("SQLITE_FULL"):
        return f"The disk with the database {path} is full. Make room on it."
    if code.startswith("SQLITE_READONLY"):
        return (
            f"The database {path} cannot be written: give its owner the right to, or choose another --data."
        )
    return f"The database {path} cannot be used: {error}."
