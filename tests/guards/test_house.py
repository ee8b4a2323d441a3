"""The shape of the house: arrows, lists, locks, migrations."""

import re
import subprocess
import sys
from pathlib import Path

from sqlalchemy import inspect

from bot.conversations import CONVERSATIONS
from bot.jobs import JOBS
from db import migrate
from db.base import Base
from db.engine import Database
from db.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_arrows_between_the_rooms_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_migrations_go_up_down_and_up_again_and_equal_the_models(database: Database) -> None:
    assert migrate.is_current(database)
    migrate.downgrade(database)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate.upgrade(database)
    assert migrate.differences(database) == []
    assert set(inspect(database.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_there_is_one_newest_migration() -> None:
    assert len(migrate.heads()) == 1


def test_every_conversation_and_job_stands_in_its_list_once() -> None:
    files = {path.stem for path in (ROOT / "bot" / "conversations").glob("*.py")} - {"__init__"}
    assert {conversation.__name__.rsplit(".", 1)[-1] for conversation in CONVERSATIONS} == files
    assert len({job.name for job in JOBS}) == len(JOBS)


def test_a_job_may_run_twice(database: Database, now) -> None:
    for job in JOBS:
        with database.write() as session:
            first = job.run(session, now)
            assert (first, job.run(session, now)) == (0, 0)


def test_the_lock_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 100


def test_the_readme_lists_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{name.upper()}` \|(.*)$", readme, re.MULTILINE)
        assert row, f"{name.upper()} is not in the README"
        assert field.description in row.group(1), f"the README says something else of {name.upper()}"


def test_no_path_or_package_host_of_a_machine_is_in_the_tree() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".html", ".js", ".css", ".txt", ".cfg", ".ini", ".po", ""} and path.is_file():
            text = path.read_text("utf-8", errors="ignore")
            assert not re.search(r"(^|[\s\"'=(])/(work|farm)/[a-z]", text), name
