from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin import create_app
from admin.access import ROLES
from db.engine import Database
from db.models import KnowledgeEntry, Staff, StaffRole
from db.settings import Settings
from tests.admin.conftest import Browser


def empty(tmp_path: Path, **more: object) -> Settings:
    return Settings(_env_file=None, **{"data_dir": tmp_path / "new", "admin_email": "chi@example.vn", "admin_password": ""} | more)


def test_prepare_makes_everything_and_prints_the_password_once(tmp_path: Path) -> None:
    settings = empty(tmp_path)
    runner = create_app(settings).test_cli_runner()
    first = runner.invoke(args=["prepare"])
    assert first.exit_code == 0, first.output
    assert "http://localhost:8080/chat" in first.output
    password = next(line.strip() for line in first.output.splitlines() if line.startswith("    ") and line.count("-") == 3)
    second = runner.invoke(args=["prepare"])
    assert second.exit_code == 0
    assert password not in second.output
    database = Database(settings.database)
    with database.read() as session:
        assert session.scalar(select(func.count(KnowledgeEntry.id))) > 200
        (person,) = session.scalars(select(Staff))
        assert password not in (person.password or "")
        assert set(session.scalars(select(StaffRole.name))) == set(ROLES)
    database.close()
    browser = Browser(create_app(settings).test_client())
    assert browser.sign_in("chi@example.vn", password).status_code == 302
    assert browser.get("/outbox/").status_code == 200


def test_a_given_password_is_used_and_not_printed(tmp_path: Path) -> None:
    settings = empty(tmp_path, admin_password="mật khẩu tự đặt 2026")
    output = create_app(settings).test_cli_runner().invoke(args=["prepare"]).output
    assert "mật khẩu tự đặt" not in output
    assert Browser(create_app(settings).test_client()).sign_in("chi@example.vn", "mật khẩu tự đặt 2026").status_code == 302


def test_staff_are_created_once(tmp_path: Path) -> None:
    settings = empty(tmp_path)
    runner = create_app(settings).test_cli_runner()
    runner.invoke(args=["prepare"])
    made = runner.invoke(args=["staff", "create", "Lan@example.vn", "--name", "Nguyễn Thị Lan"])
    assert made.exit_code == 0, made.output
    assert runner.invoke(args=["staff", "create", "lan@EXAMPLE.vn", "--name", "Lan"]).exit_code == 1
    assert runner.invoke(args=["staff", "create", "lan", "--name", "Lan"]).exit_code == 1
    password = next(line.strip() for line in made.output.splitlines() if line.startswith("    ") and line.count("-") == 3)
    browser = Browser(create_app(settings).test_client())
    assert browser.sign_in("lan@example.vn", password).status_code == 302
    assert browser.get("/outbox/").status_code == 403


def test_settings_that_cannot_work_are_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from admin.__main__ import main

    monkeypatch.setenv("ADMIN_PORT", "không phải số")
    assert main() == 2
    assert "ADMIN_PORT" in capsys.readouterr().err


def test_a_database_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    settings = empty(tmp_path, database_url="postgresql://nobody@127.0.0.1:1/none")
    result = create_app(settings).test_cli_runner().invoke(args=["prepare"])
    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output
