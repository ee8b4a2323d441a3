"""Migrations as functions: bring a database to a revision, or say where it stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import db.models  # noqa: F401 - fills the metadata
from db.base import Base
from db.engine import Database

_LOCK = 4_836_201
"""Key of the advisory lock that lets only one `prepare` migrate at a time on PostgreSQL."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    """One transaction. On SQLite a table is changed by building it anew, which foreign keys forbid: they are checked at the end instead."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
        with connection.begin():
            yield connection
            if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise RuntimeError(f"the migration leaves rows whose foreign keys point nowhere: {broken[:5]}")
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA foreign_keys=ON")


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the missing migrations; safe to run again."""
    with _migrating(database) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str = "base") -> None:
    """Take migrations back, for tests and for a release that is withdrawn."""
    with _migrating(database) as connection:
        command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest migration."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def heads() -> list[str]:
    """The newest migrations; more than one means that two were written side by side."""
    return list(ScriptDirectory.from_config(_config()).get_heads())


def differences(database: Database) -> list[Any]:
    """What the migrated database and the models do not agree on."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))
