"""Backups of a data folder, taken and put back while a server uses it, through SQLite's backup API."""

from __future__ import annotations

import io
import sqlite3
import tarfile
import tempfile
import time
from pathlib import Path

from chat.storage.folder import write_secret
from chat.storage.schema import DATABASE, MIGRATIONS, Unusable, connect, migrate, version_of

KEYS = ("cloak.key", "mail.key")
"""What a data folder holds beside its database, and a backup has to have."""
KEY_BYTES_AT_MOST = 1024


def back_up(folder: Path, target: Path) -> int:
    """Write everything in a data folder into one file (tar), readable by its owner alone; return its size in bytes.

    Raises `Unusable` with a sentence.
    """
    database = folder / DATABASE
    if not database.exists():
        raise Unusable(
            f"There is no database in {folder}: nothing to back up. Is --data the server's folder?"
        )
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".backup-") as scratch:
        copy = Path(scratch) / DATABASE
        source = connect(database, read_only=True)
        try:
            destination = sqlite3.connect(copy)
            try:
                # In one portion, which with the write-ahead log keeps nobody from writing meanwhile; between several,
                # each change by the server would make it begin anew.
                source.backup(destination, pages=-1)
                # One file, without a log beside it.
                destination.execute("PRAGMA journal_mode = DELETE")
            finally:
                destination.close()
        finally:
            source.close()
        whole = Path(scratch) / "whole"
        whole.touch(mode=0o600)
        with tarfile.open(whole, "w") as archive:
            archive.add(copy, DATABASE)
            for name in KEYS:
                if (folder / name).exists():
                    archive.add(folder / name, name)
        size = whole.stat().st_size
        whole.replace(target)
    return size


def restore(folder: Path, source: Path, server_runs: bool) -> None:
    """Put a backup back; a running server goes on with what was restored. Raises `Unusable` with a sentence."""
    try:
        with tarfile.open(source) as archive, tempfile.TemporaryDirectory(dir=folder) as scratch:
            members = {member.name: member for member in archive.getmembers() if member.isfile()}
            if DATABASE not in members:
                raise Unusable(f"{source} is no backup of a chat server: it holds no {DATABASE}.")
            keys = {name: _bytes(archive, members[name]) for name in KEYS if name in members}
            if server_runs:
                _refuse_other_keys(folder, keys)
            copy = Path(scratch) / DATABASE
            with archive.extractfile(members[DATABASE]) or io.BytesIO() as data, copy.open("wb") as file:
                while chunk := data.read(1 << 20):
                    file.write(chunk)
            _put_back(copy, folder / DATABASE)
            for name, key in keys.items():
                write_secret(folder / name, key, replace=True)
    except tarfile.TarError:
        raise Unusable(f"{source} is no backup of a chat server: it is not a tar file.") from None


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    if member.size > KEY_BYTES_AT_MOST:
        raise Unusable(f"{member.name} in the backup is far too long to be a key.")
    file = archive.extractfile(member)
    return b"" if file is None else file.read()


def _refuse_other_keys(folder: Path, keys: dict[str, bytes]) -> None:
    for name, key in keys.items():
        if (folder / name).exists() and (folder / name).read_bytes() != key:
            raise Unusable(
                f"The backup has another {name} than the running server: stop the server, and restore then."
            )


def _put_back(copy: Path, database: Path) -> None:
    source = sqlite3.connect(copy)
    try:
        _check(source)
        if database.exists():
            try:
                destination = connect(database)
            except sqlite3.DatabaseError:
                # What is there is damaged: that is why somebody restores.
                _set_aside(database)
                destination = connect(database)
        else:
            destination = connect(database)
        try:
            # In one portion: a server that runs sees either what was there or what is restored.
            source.backup(destination, pages=-1)
            migrate(destination)
        finally:
            destination.close()
    finally:
        source.close()


def _check(source: sqlite3.Connection) -> None:
    try:
        newer = version_of(source) > len(MIGRATIONS)
        whole = newer or source.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        newer = whole = False
    if newer:
        raise Unusable("The backup was made by a newer release than this one. Install that one first.")
    if not whole:
        raise Unusable("The backup is damaged. Nothing was changed.")


def _set_aside(database: Path) -> None:
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for suffix in ("", "-wal", "-shm"):
        path = database.with_name(database.name + suffix)
        if path.exists():
            path.replace(path.with_name(f"{path.name}.damaged-{stamp}"))
