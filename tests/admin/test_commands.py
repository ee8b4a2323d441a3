from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from admin import create_app
from admin.access import ROLES, TRAINING, VIEWER
from admin.commands import OPERATOR
from db.engine import Database
from db.models import HistoryEvent, KnowledgeEntry, Staff, StaffRole
from db.settings import Settings
from tests.admin.conftest import ADMIN, LAN, Browser
from tests.admin.phone import set_up
from usecases import staff

FIRST_PASSWORD = "/account/first-password"
OWN = "bốn con vịt qua cầu tre"


def found(session: Session, email: str) -> Staff:
    return session.scalars(select(Staff).where(Staff.email == email)).one()


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
    assert browser.get("/outbox/").location == FIRST_PASSWORD
    assert browser.post(FIRST_PASSWORD, page=FIRST_PASSWORD, new=OWN, again=OWN).location == "/"
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
    assert browser.post(FIRST_PASSWORD, page=FIRST_PASSWORD, new=OWN, again=OWN).location == "/"
    assert browser.get("/outbox/").status_code == 403


def test_a_given_password_that_is_weak_is_to_be_changed_first(tmp_path: Path) -> None:
    settings = empty(tmp_path, admin_password="chuẩn 2026")
    create_app(settings).test_cli_runner().invoke(args=["prepare"])
    browser = Browser(create_app(settings).test_client())
    assert browser.sign_in("chi@example.vn", "chuẩn 2026").status_code == 302
    assert browser.get("/").location == FIRST_PASSWORD


def test_somebody_may_have_several_roles(panel: Flask, database: Database) -> None:
    arguments = ["staff", "create", "hoa@chuan.example", "--name", "Lê Hoa", "--role", TRAINING, "--role", VIEWER]
    assert panel.test_cli_runner().invoke(args=arguments).exit_code == 0
    assert panel.test_cli_runner().invoke(args=[*arguments[:-1], "đầu bếp"]).exit_code == 2
    with database.read() as session:
        assert staff.roles_of(session, found(session, "hoa@chuan.example")) == {TRAINING, VIEWER}
        told = [(note.act, note.noun, note.who) for note in session.scalars(select(HistoryEvent).order_by(HistoryEvent.id.desc()).limit(2))]
    assert told == [("changed", "staff_roles", OPERATOR.name), ("created", "staff", OPERATOR.name)]


def test_who_lost_the_phone_gets_in_again_by_the_operators_hand(panel: Flask, lan: Browser, outsider: Browser, database: Database) -> None:
    set_up(lan)
    assert outsider.sign_in(LAN).location.startswith("/tf-validate")
    result = panel.test_cli_runner().invoke(args=["staff", "reset-2fa", LAN.upper()])
    assert result.exit_code == 0, result.output
    assert lan.get("/").status_code == 302
    assert outsider.sign_in(LAN).location == "/"
    with database.read() as session:
        acts = [
            note.act
            for note in session.scalars(select(HistoryEvent).where(HistoryEvent.who == OPERATOR.name, HistoryEvent.noun == "staff"))
        ]
    assert acts[-2:] == ["cut_off", "changed"] or acts[-2:] == ["changed", "cut_off"]


def test_an_account_is_closed_at_once_but_not_the_last_administrators(panel: Flask, lan: Browser, database: Database) -> None:
    runner = panel.test_cli_runner()
    assert runner.invoke(args=["staff", "disable", LAN]).exit_code == 0
    assert lan.get("/").status_code == 302
    assert runner.invoke(args=["staff", "disable", LAN]).exit_code == 0, "may be run again"
    refused = runner.invoke(args=["staff", "disable", ADMIN])
    assert refused.exit_code == 1
    assert "quản trị" in refused.output
    unknown = runner.invoke(args=["staff", "disable", "ai@chuan.example"])
    assert unknown.exit_code == 1
    assert "không có tài khoản" in unknown.output
    with database.read() as session:
        assert (found(session, LAN).active, found(session, ADMIN).active) == (False, True)
        changed = session.scalars(select(HistoryEvent).where(HistoryEvent.who == OPERATOR.name, HistoryEvent.after.is_not(None))).all()
    assert {"active": False} in [note.after for note in changed]


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
