"""The engine: SQLite (WAL, foreign keys, full sync, `BEGIN IMMEDIATE`) or PostgreSQL through psycopg, and the two kinds of session.

A writing session takes SQLite's write lock at once, so that it never fails half-way for want of it; a reading session is deferred and
cannot write. On PostgreSQL both are ordinary READ COMMITTED transactions.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

BUSY_SECONDS = 15
"""How long a writer waits for another process's lock on SQLite before it is told that the database is locked."""


def normal_url(url: str) -> str:
    """The URL with the driver that we use: `postgres://` and `postgresql://` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def engine_options(url: str) -> dict[str, Any]:
    """Options of `create_engine` for a URL; the caller also calls `configure`."""
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"isolation_level": None, "check_same_thread": False, "timeout": BUSY_SECONDS}}
    return {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 10, "connect_args": {"connect_timeout": 5}}


def configure(engine: Engine) -> Engine:
    """Give a SQLite engine its pragmas and its BEGIN; leave PostgreSQL as it is."""
    if engine.dialect.name != "sqlite":
        return engine

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def is_passing_fault(fault: BaseException) -> bool:
    """Whether a database fault may cure itself: locked, unreachable, disk full, deadlock. Anything else is a defect of our own."""
    return isinstance(fault, OperationalError) or (isinstance(fault, DBAPIError) and fault.connection_invalidated)


class Database:
    """One engine and its sessions, for the bot, jobs and commands. Threads may share it."""

    def __init__(self, url: str) -> None:
        self.url = normal_url(url)
        self.engine = configure(create_engine(self.url, **engine_options(self.url)))
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(reading=True), autoflush=False, expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def session(self) -> Session:
        """A writing session; the caller begins, commits and closes."""
        return self._sessions()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that is committed at the end, or rolled back whole."""
        with self.session() as session, session.begin():
            yield session
            session.flush()
            announce(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A snapshot for reading; what is changed in it is thrown away."""
        with self._readers() as session:
            yield session
            session.expunge_all()  # what was read stays readable after the snapshot
            session.rollback()

    def close(self) -> None:
        self.engine.dispose()


SIGNALS = "signals"
"""Name of the PostgreSQL channel, and of the set in `session.info`."""


def signal(session: Session, name: str) -> None:
    """Wake whoever waits for `name` once this transaction is committed: `outbox`, `web:<chat id>`, `knowledge`."""
    session.info.setdefault(SIGNALS, set()).add(name)


def announce(session: Session) -> set[str]:
    """Put the gathered signals into the transaction (PostgreSQL delivers them at its commit) and return them."""
    names: set[str] = session.info.pop(SIGNALS, set())
    if names and session.get_bind().dialect.name == "postgresql":
        for name in sorted(names):
            session.execute(text("SELECT pg_notify(:channel, :name)"), {"channel": SIGNALS, "name": name})
    return names
