"""What every test may use: both engines, migrated and filled with the starter content, a fixed clock, settings in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from bot import logs
from db.engine import Database
from db.migrate import upgrade
from db.settings import Settings
from domain.worktime import ZONE
from locales.compile import compile_catalogues
from tests.browser import browser, open_context, pytest_collection_modifyitems, pytest_terminal_summary  # noqa: F401
from tests.postgres import Postgres, running_postgres
from usecases import starter

if TYPE_CHECKING:
    from tests.live import Live

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
"""A Monday morning in working hours."""


def pytest_configure(config: pytest.Config) -> None:
    logs.set_up("WARNING")
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("noisy", deadline=None, suppress_health_check=slow)  # no test measures time
    hypothesis.settings.load_profile("noisy")
    if not hasattr(config, "workerinput"):
        compile_catalogues()


def _prepare(url: str) -> None:
    database = Database(url)
    upgrade(database)
    with database.write() as session:
        starter.lay_down(session, NOW)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "chuan.db"
    _prepare(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A server a worker: one that is shared would stop with the first worker that is done. Endurance is measured on one that syncs."""
    with running_postgres(hasty=not any(item.get_closest_marker("endure") for item in request.session.items)) as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    name = postgres.create()
    _prepare(postgres.url(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, migrated, with the starter content."""
    if request.param == "sqlite":
        path = tmp_path / "chuan.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        database_url=database_url,
        data_dir=tmp_path / "var",
        secret_key="tests-only-secret-key-0123456789",
        admin_email="admin@chuan.example",
        admin_password="mật khẩu thử nghiệm 2026",
    )


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
async def live(settings: Settings) -> AsyncIterator[Live]:
    """The counter, serving on loopback."""
    from tests.live import Live  # aiogram takes seconds to import: only where it is used

    served = await Live(settings).start()
    yield served
    await served.stop()
