"""Exports and imports of the panel: done in the background, once, in the name of whoever asked, and seen by nobody else."""

import csv
import io
import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from admin.background import Background
from admin.commands import OPERATOR
from admin.imports.canned import CannedReplies
from db.engine import Database
from db.models import CannedReply, Contact, HistoryEvent, KnowledgeEntry, PanelTask, Revision, Staff
from db.models.panel_task import CANCELLED, DONE, FAILED, QUEUED, RUNNING
from db.settings import Settings
from domain.folding import fold
from tests.admin.conftest import LAN, MINH, Ask, Browser, contact_of
from usecases import outbox, staff, tasks

Sheet = list[list[Any]]
CANNED = ["Tên gợi nhớ", "Nội dung tiếng Việt", "Nội dung tiếng Anh"]
HEADER = ["Mã mục", "Ngôn ngữ", "Lĩnh vực", "Câu hỏi", "Câu trả lời", "Nguồn", "Mức chắc chắn", "Đúng đến ngày", "Xem lại trước"]


class Bench:
    """A worker that is told when to work, and the pauses that it made. `until` pauses it says that the process stops."""

    def __init__(self, panel: Flask, settings: Settings) -> None:
        self.pauses: list[float] = []
        self.until: int | None = None
        self.background = Background(settings, pause=self._pause)
        panel.extensions["background"] = self.background

    def _pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return self.until is not None and len(self.pauses) >= self.until

    def work(self) -> int:
        return self.background.work_off()


@pytest.fixture
def bench(panel: Flask, settings: Settings) -> Bench:
    return Bench(panel, settings)


def number(answer: TestResponse) -> int:
    """The task that an answer leads to."""
    assert answer.status_code == 303, answer.text[:3000]
    return int(answer.location.rsplit("/", 1)[-1])


def task(database: Database, key: int) -> PanelTask:
    with database.read() as session:
        return session.get_one(PanelTask, key)


def export(browser: Browser, bench: Bench, name: str, form: str = "xlsx", **filters: str) -> Sheet:
    """The rows of an export, from the button to the file."""
    key = number(browser.post(f"/exports/{name}", form=form, **filters))
    bench.work()
    answer = browser.get(f"/tasks/{key}/file")
    assert answer.status_code == 200, browser.get(f"/tasks/{key}").text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if form == "csv":
        return [list(row) for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))]
    return [list(row) for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True)]


def workbook(rows: Sheet) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def upload(browser: Browser, name: str, content: bytes, file_name: str = "tệp của tôi.xlsx") -> TestResponse:
    return browser.post(f"/imports/{name}", file=(io.BytesIO(content), file_name))


def checked(browser: Browser, bench: Bench, name: str, rows: Sheet) -> int:
    key = number(upload(browser, name, workbook(rows)))
    bench.work()
    return key


def imported(browser: Browser, bench: Bench, key: int) -> int:
    made = number(browser.post(f"/tasks/{key}/apply"))
    bench.work()
    return made


def counts(database: Database, key: int) -> tuple[int, ...]:
    """New, changed, unchanged, wrong."""
    result = task(database, key).result or {}
    return tuple(result[name] for name in ("new", "changed", "unchanged", "wrong"))


def replies(database: Database) -> dict[str, tuple[str, str]]:
    with database.read() as session:
        return {row.title: (row.text_vi, row.text_en) for row in session.scalars(select(CannedReply))}


def many(database: Database, number_of: int, now: datetime) -> None:
    with database.write() as session:
        session.add_all(
            Contact(
                channel="telegram",
                account="main",
                chat_id=5_000 + n,
                display_name=f"Người thứ {n}",
                language="vi",
                first_seen_at=now,
                last_seen_at=now,
            )
            for n in range(number_of)
        )


# exports


def test_an_export_is_a_workbook_that_opens_right(bench: Bench, lan: Browser, ask: Ask, database: Database, now: datetime) -> None:
    ask(name='=HYPERLINK("http://evil.example")')
    head, row = export(lan, bench, "contacts")
    assert head == ["Số", "Tên", "Kênh", "Ngôn ngữ", "Đến lần đầu", "Tin gần nhất", "Không gửi được từ"]
    assert row[1:] == [
        '\'=HYPERLINK("http://evil.example")',
        "Chat web",
        "Tiếng Việt",
        datetime(2026, 11, 23, 9),
        datetime(2026, 11, 23, 9),
        None,
    ]
    with database.read() as session:
        note = session.scalars(select(HistoryEvent).where(HistoryEvent.act == "exported")).one()
    assert (note.noun, note.who) == ("contacts", "Nguyễn Thị Lan")
    assert note.after == {"rows": 1, "filters": {}, "form": "xlsx", "task": int(note.key)}


def test_an_export_in_the_readers_language_and_as_csv(bench: Bench, lan: Browser, ask: Ask) -> None:
    ask(name="Mệ Gái")
    lan.post("/account/language", language="en")
    head, row = export(lan, bench, "contacts", "csv")
    assert (head[1], row[1:4]) == ("Name", ["Mệ Gái", "Web chat", "Tiếng Việt"])


def test_an_export_holds_what_the_filters_choose_and_all_of_it(
    bench: Bench, lan: Browser, ask: Ask, database: Database, now: datetime
) -> None:
    ask(name="Đặng Mè Xửng")
    many(database, 2100, now)
    assert len(export(lan, bench, "contacts")) == 1 + 2101, "over several pages"
    assert len(export(lan, bench, "contacts", channel="telegram")) == 1 + 2100
    assert [row[1] for row in export(lan, bench, "contacts", search="dang XUNG")[1:]] == ["Đặng Mè Xửng"]
    with database.read() as session:
        noted = session.scalars(select(HistoryEvent.after).where(HistoryEvent.act == "exported").order_by(HistoryEvent.id)).all()
    assert [note and (note["rows"], note["filters"]) for note in noted][1:] == [
        (2100, {"channel": "telegram"}),
        (1, {"search": "dang XUNG"}),
    ]


@pytest.mark.parametrize("fields", [{"form": "pdf"}, {}, {"form": "xlsx", "channel": "' OR 1=1"}])
def test_nonsense_is_a_bad_request_and_begins_nothing(bench: Bench, lan: Browser, database: Database, fields: dict[str, str]) -> None:
    answer = lan.post("/exports/contacts", **fields)
    assert answer.status_code == 400
    assert "<h1" in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count(PanelTask.id))) == 0


def test_ten_thousand_characters_arrive_whole(bench: Bench, lan: Browser, ask: Ask) -> None:
    ask("Cân " + "ữ" * 9_996)
    (row,) = export(lan, bench, "enquiries")[1:]
    assert (len(row[4]), row[4][-1]) == (10_000, "ữ")
    assert (row[2], row[3], row[6]) == ("Chờ nhận", "Kho kiến thức chưa có câu trả lời", "Chat web")


@pytest.fixture
def viewer(panel: Flask, database: Database, hashed: str, now: datetime, signed_in: Callable[[str], Browser]) -> Browser:
    with database.write() as session:
        staff.add(session, "xem@chuan.example", "Người xem", ["viewer"], hashed, by=OPERATOR, now=now).must_change_password = False
    return signed_in("xem@chuan.example")


@pytest.fixture
def specialist(panel: Flask, database: Database, hashed: str, now: datetime, signed_in: Callable[[str], Browser]) -> Browser:
    with database.write() as session:
        staff.add(session, "do@chuan.example", "Đo lường", ["metrology"], hashed, by=OPERATOR, now=now).must_change_password = False
    return signed_in("do@chuan.example")


def test_a_viewer_gets_no_names_and_no_numbers_of_people(bench: Bench, viewer: Browser, ask: Ask) -> None:
    ask("Gọi em 0905 123 456", name="Mệ Gái")
    (row,) = export(viewer, bench, "enquiries")[1:]
    assert (row[4], row[5]) == ("Gọi em ‹số điện thoại …456›", "(không được xem)")
    assert viewer.post("/exports/contacts", page="/tasks/", form="xlsx").status_code == 403


def test_a_specialist_gets_the_rows_that_are_theirs(bench: Bench, specialist: Browser, ask: Ask, database: Database) -> None:
    ask("Của người khác?", chat_id=1)
    with database.write() as session:
        mine = contact_of(database, ask("Của tôi?", chat_id=2)).id
        person = session.scalars(select(Staff.id).where(Staff.email == "do@chuan.example")).one()
        from db.models import Enquiry

        session.execute(update(Enquiry).where(Enquiry.contact_id == mine).values(assigned_to_id=person))
    assert [row[4] for row in export(specialist, bench, "enquiries")[1:]] == ["Của tôi?"]


def test_rights_that_were_taken_before_the_worker_came_are_gone(bench: Bench, lan: Browser, database: Database) -> None:
    keys = [number(lan.post("/exports/contacts", form="xlsx")), number(lan.post("/exports/knowledge", form="csv"))]
    with database.write() as session:
        person = session.scalars(select(Staff).where(Staff.email == LAN)).one()
        staff.set_roles(session, person, ["viewer"], by=OPERATOR, now=person.created_at)
    bench.work()
    assert [task(database, key).state for key in keys] == [FAILED, FAILED], "and those that were given meanwhile don't count"
    assert [(task(database, key).result or {})["refusal"]["key"] for key in keys] == ["error.rights_taken"] * 2


def test_a_closed_account_gets_nothing(bench: Bench, lan: Browser, database: Database) -> None:
    key = number(lan.post("/exports/contacts", form="xlsx"))
    with database.write() as session:
        session.execute(update(Staff).where(Staff.email == LAN).values(active=False))
    bench.work()
    assert task(database, key).state == FAILED


def test_the_outbox_and_the_knowledge_by_their_filters(
    bench: Bench, admin: Browser, ask: Ask, database: Database, little_known: None, now: datetime
) -> None:
    contact = contact_of(database, ask())
    with database.write() as session:
        row = outbox.send(session, session.merge(contact), "sendMessage", {"text": "Chào"}, kind="reply", now=now)
        row.state, row.reason = "failed", "Bad Gateway"
        failed = row.id
    assert [row[0] for row in export(admin, bench, "outbox", state="stuck")[1:]] == [failed]
    assert len(export(admin, bench, "outbox")) > 2
    drafts = export(admin, bench, "knowledge", status="draft")[1:]
    assert [row[9] for row in drafts] == ["Nháp"]
    assert len(export(admin, bench, "knowledge", search="thong TU 21/2014")) > 1
    assert len(export(admin, bench, "knowledge", review="due")) == 1


def test_a_page_shows_how_far_it_is_and_then_the_file(bench: Bench, lan: Browser, database: Database, now: datetime) -> None:
    many(database, 1500, now)
    key = number(lan.post("/exports/contacts", form="xlsx"))
    assert "Đang chờ đến lượt" in lan.get(f"/tasks/{key}").text
    assert lan.get(f"/tasks/{key}/state").json == {"state": QUEUED, "done": 0, "total": None, "sentence": "Đang chờ đến lượt"}
    assert lan.get(f"/tasks/{key}/file").status_code == 404
    with database.write() as session:
        session.execute(update(PanelTask).where(PanelTask.id == key).values(state=RUNNING, done=1000, total=1500, beat_at=now))
    assert (lan.get(f"/tasks/{key}/state").json or {})["sentence"] == "Đã xử lý 1.000 trên 1.500 dòng"
    with database.write() as session:
        session.execute(update(PanelTask).where(PanelTask.id == key).values(beat_at=now - timedelta(minutes=2)))
    bench.work()
    page = lan.get(f"/tasks/{key}").text
    assert "Đã xuất 1.500 dòng" in page
    assert "nguoi-lien-he-2026-11-23-0901.xlsx" in page
    assert task(database, key).done == task(database, key).total == 1500


def test_only_the_person_who_asked_and_administrators_see_a_task(
    bench: Bench, lan: Browser, admin: Browser, signed_in: Callable[[str], Browser]
) -> None:
    key = number(lan.post("/exports/contacts", form="xlsx"))
    bench.work()
    minh = signed_in(MINH)
    for address in (f"/tasks/{key}", f"/tasks/{key}/state", f"/tasks/{key}/file"):
        assert [person.get(address).status_code for person in (lan, admin, minh)] == [200, 200, 404]
    assert minh.post(f"/tasks/{key}/cancel").status_code == 404
    assert f"/tasks/{key}" in lan.get("/tasks/").text
    assert f"/tasks/{key}" in admin.get("/tasks/").text
    assert f"/tasks/{key}" not in minh.get("/tasks/").text


@pytest.mark.parametrize("key", ["0", "999999", "x", "1e5", "9" * 30, "-1"])
def test_a_task_that_is_none(lan: Browser, key: str) -> None:
    assert lan.get(f"/tasks/{key}").status_code == 404


def test_a_file_is_forgotten_after_a_week(bench: Bench, lan: Browser, database: Database, settings: Settings) -> None:
    key = number(lan.post("/exports/contacts", form="xlsx"))
    bench.work()
    stored = [path for path in (settings.data_dir / "tasks").rglob("*") if path.is_file()]
    assert len(stored) == 1
    finished = task(database, key).finished_at
    assert finished is not None
    with time_machine.travel(finished + timedelta(days=6, hours=23)):
        assert bench.background.forget() == 0
    with time_machine.travel(finished + timedelta(days=7, minutes=1)):
        assert bench.background.forget() == 1
    assert not stored[0].exists()
    assert lan.get(f"/tasks/{key}").status_code == 404


def test_what_a_dead_process_left_is_swept_away(bench: Bench, lan: Browser, now: datetime) -> None:
    files = bench.background.files
    half = files.scratch()
    half.write_text("Mệ Gái, 0905 123 456")
    digest = files.adopt(half)
    other = files.scratch()
    assert bench.background.forget() == 0
    with time_machine.travel(datetime.fromtimestamp(other.stat().st_mtime, now.tzinfo) + timedelta(days=8, minutes=1)):
        assert bench.background.forget() == 2
    assert not other.exists()
    assert not files.path(digest).exists()


def test_a_check_that_is_taken_over_counts_each_row_once(bench: Bench, lan: Browser, database: Database, now: datetime) -> None:
    key = number(upload(lan, "canned", workbook(some_replies(30))))
    with database.write() as session:
        session.execute(update(PanelTask).where(PanelTask.id == key).values(state=RUNNING, done=20, beat_at=now - timedelta(hours=1)))
    bench.work()
    assert (task(database, key).done, counts(database, key)) == (30, (30, 0, 0, 0))


def test_a_task_is_cancelled_in_the_middle_and_leaves_no_file(
    bench: Bench, lan: Browser, database: Database, settings: Settings, now: datetime
) -> None:
    many(database, 3000, now)
    key = number(lan.post("/exports/contacts", form="xlsx"))

    def pause(seconds: float) -> bool:
        lan.post(f"/tasks/{key}/cancel")
        return False

    bench.background._pause = pause
    bench.work()
    assert task(database, key).state == CANCELLED
    assert [path for path in (settings.data_dir / "tasks").rglob("*") if path.is_file()] == []
    assert "Tác vụ đã bị hủy" in lan.get(f"/tasks/{key}").text
    assert lan.post(f"/tasks/{key}/cancel").status_code == 303


def test_a_fault_is_an_incident_for_the_person_and_a_trace_in_the_log(
    bench: Bench, lan: Browser, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_arguments: object, **_options: object) -> int:
        raise KeyError("dữ liệu của ai đó")

    monkeypatch.setattr("admin.exporting.write", broken)
    key = number(lan.post("/exports/contacts", form="xlsx"))
    bench.work()
    incident = task(database, key).incident
    assert incident
    page = lan.get(f"/tasks/{key}").text
    assert incident in page
    assert "dữ liệu của ai đó" not in page
    (record,) = (record for record in caplog.records if record.message == "task.incident")
    assert (record.levelno, record.incident, record.exc_info is not None) == (logging.ERROR, incident, True)


def test_a_database_that_is_away_for_a_moment_costs_a_minute_and_nothing_else(
    bench: Bench, lan: Browser, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object, **_options: object) -> int:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    key = number(lan.post("/exports/contacts", form="xlsx"))
    with monkeypatch.context() as patch:
        patch.setattr("admin.exporting.write", away)
        assert bench.work() == 1
    assert task(database, key).state == RUNNING
    assert bench.work() == 0, "it still has a beat"
    with time_machine.travel(task(database, key).beat_at + timedelta(minutes=2)):
        assert bench.work() == 1
    assert task(database, key).state == DONE


def test_six_tasks_of_one_person_are_one_too_many(bench: Bench, lan: Browser) -> None:
    for _ in range(tasks.OPEN_AT_MOST):
        number(lan.post("/exports/contacts", form="xlsx"))
    refused = lan.post("/exports/contacts", page="/tasks/", form="xlsx")
    assert refused.status_code == 303
    assert "5 tác vụ chưa xong" in lan.get(refused.location).text


def test_a_list_begins_an_export_with_its_filters(panel: Flask) -> None:
    with panel.test_request_context("/contacts/?channel=web&search=m%C3%A8&page=3"):
        from flask import render_template_string

        from admin.access import Person, acting_for

        with acting_for(Person(1, frozenset({"enquiries"}))):
            shown = render_template_string(
                '{% import "panel/exporting.html" as exporting with context %}{{ exporting.buttons("contacts") }}'
            )
    assert 'action="/exports/contacts"' in shown
    assert '<input type="hidden" name="channel" value="web">' in shown
    assert '<input type="hidden" name="search" value="mè">' in shown
    assert "page" not in shown


# imports


def test_canned_replies_are_shown_first_and_then_imported(bench: Bench, lan: Browser, database: Database, now: datetime) -> None:
    with database.write() as session:
        session.add_all(
            [
                CannedReply(title="Chào hỏi", text_vi="Chào anh/chị", updated_at=now),
                CannedReply(title="Giờ làm việc", text_vi="Từ 7 giờ 30", updated_at=now),
                CannedReply(title="Cũ", text_vi="Đã bỏ", updated_at=now, deleted_at=now),
            ]
        )
    rows: Sheet = [
        ["Ghi chú", *CANNED],
        ["", "Chào hỏi", "Chào {citizen}", "Hello"],
        ["", "giờ LÀM việc", "Từ 7 giờ 30", ""],
        ["", "Cũ", "Nay dùng lại", None],
        ["", "", "Không tên", ""],
        ["", "Sai chỗ", "Chào {nguoi}", ""],
        ["", "Dài", "x" * 10_001, ""],
        ["", "CHÀO HỎI", "Lần nữa", ""],
        ["", "'=1", "=1+1", ""],
        ["", "Thừa", "a", "", "ngoài cột"],
    ]
    key = checked(lan, bench, "canned", rows)
    assert counts(database, key) == (2, 2, 0, 5)
    assert len(replies(database)) == 3, "nothing is written yet"
    page = lan.get(f"/tasks/{key}").text
    for sentence in (
        "Tên gợi nhớ: Cần điền ô này.",
        "Nội dung tiếng Việt: không có chỗ điền {nguoi}. Chỉ dùng: {citizen}, {reference}, {officer}, {office}, {due}.",
        "Nội dung tiếng Việt: dài 10001 ký tự, tối đa 10000.",
        "Trùng với dòng 2.",
        "Có ô nằm ngoài các cột có tên.",
        "Các cột này không dùng đến: Ghi chú.",
        "Nhập 4 dòng",
    ):
        assert sentence in page, sentence
    assert "Dòng 5" in page

    wrong = load_workbook(io.BytesIO(lan.get(f"/tasks/{key}/file").data)).active
    assert [row[0] for row in wrong.iter_rows(min_row=2, values_only=True)] == [5, 6, 7, 8, 10]
    assert [cell.value for cell in wrong[1]] == ["Dòng", "Ghi chú", *CANNED, "Vì sao sai"]
    assert [cell.value for cell in wrong[3]][2:] == [
        "Sai chỗ",
        "Chào {nguoi}",
        None,
        "Nội dung tiếng Việt: không có chỗ điền {nguoi}. Chỉ dùng: {citizen}, {reference}, {officer}, {office}, {due}.",
    ]

    made = imported(lan, bench, key)
    assert counts(database, made) == (2, 2, 0, 5)
    with database.read() as session:
        there = {
            row.title: (row.text_vi, row.text_en) for row in session.scalars(select(CannedReply).where(CannedReply.deleted_at.is_(None)))
        }
        acts = session.execute(
            select(HistoryEvent.act, func.count()).where(HistoryEvent.noun == "canned_replies").group_by(HistoryEvent.act)
        ).all()
        note = session.scalars(select(HistoryEvent).where(HistoryEvent.act == "imported")).one()
        found = session.scalars(select(CannedReply.folded).where(CannedReply.title == "Chào hỏi")).one()
    assert there == {
        "Chào hỏi": ("Chào {citizen}", "Hello"),
        "giờ LÀM việc": ("Từ 7 giờ 30", ""),
        "Cũ": ("Nay dùng lại", ""),
        "=1": ("=1+1", ""),
    }
    assert dict(acts) == {"created": 2, "changed": 2, "imported": 1}
    assert (note.noun, note.who, note.after) == (
        "canned_replies",
        "Nguyễn Thị Lan",
        {"rows": {"new": 2, "changed": 2, "unchanged": 0, "wrong": 5}, "file": "tệp của tôi.xlsx", "task": made},
    )
    assert found == fold("Chào hỏi Chào {citizen} Hello"), "found without diacritics at once"
    assert "Đã nhập xong" in lan.get(f"/tasks/{made}").text


def test_a_button_that_is_pressed_twice_imports_once(bench: Bench, lan: Browser, database: Database) -> None:
    key = checked(lan, bench, "canned", [CANNED, ["Một", "1", ""]])
    first = number(lan.post(f"/tasks/{key}/apply"))
    assert number(lan.post(f"/tasks/{key}/apply")) == first
    bench.work()
    assert counts(database, first) == (1, 0, 0, 0)
    assert "Tệp này đã được nhập" in lan.get(f"/tasks/{key}").text
    again = checked(lan, bench, "canned", [CANNED, ["Một", "1", ""]])
    assert counts(database, again) == (0, 0, 1, 0)
    assert "Không có dòng nào để thêm hoặc thay đổi" in lan.get(f"/tasks/{again}").text


def test_nobody_imports_for_somebody_else(bench: Bench, lan: Browser, admin: Browser) -> None:
    key = checked(lan, bench, "canned", [CANNED, ["Một", "1", ""]])
    assert admin.get(f"/tasks/{key}").status_code == 200
    assert admin.post(f"/tasks/{key}/apply").status_code == 409
    assert lan.post(f"/tasks/{number(lan.post('/exports/contacts', form='xlsx'))}/apply").status_code == 409


def some_replies(number_of: int) -> Sheet:
    return [CANNED, *([f"Mẫu {n}", f"Nội dung {n}", ""] for n in range(number_of))]


class Killed(BaseException):
    """What no handler catches: the process is gone."""


@pytest.mark.parametrize("at", [1, 30, 149])
def test_an_import_that_is_killed_goes_on_without_doubling(
    bench: Bench, lan: Browser, database: Database, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    rows = some_replies(150)
    rows[20][1] = "{nguoi}"  # a wrong row before the break
    key = checked(lan, bench, "canned", rows)
    made = number(lan.post(f"/tasks/{key}/apply"))
    create = CannedReplies.create

    def dying(self: CannedReplies, session: Session, values: dict[str, Any], now: datetime) -> CannedReply:
        if values["title"] == f"Mẫu {at}":
            raise Killed
        return create(self, session, values, now)

    with monkeypatch.context() as patch:
        patch.setattr(CannedReplies, "create", dying)
        with pytest.raises(Killed):
            bench.work()
    broken = task(database, made)
    assert broken.state == RUNNING
    assert len(replies(database)) == sum((broken.result or {}).get(name, 0) for name in ("new",)), "what is counted is what is there"
    assert broken.done <= at
    with database.write() as session:
        session.execute(update(PanelTask).where(PanelTask.id == made).values(beat_at=PanelTask.created_at))
    with time_machine.travel(broken.created_at + timedelta(minutes=5)):
        assert bench.work() == 1
    assert counts(database, made) == (149, 0, 0, 1)
    assert task(database, made).done == 150
    with database.read() as session:
        titles = session.scalars(select(CannedReply.title)).all()
    assert sorted(titles) == sorted({f"Mẫu {n}" for n in range(150)} - {"Mẫu 19"})


def test_an_orderly_stop_puts_the_task_back_and_the_next_process_goes_on_at_once(bench: Bench, lan: Browser, database: Database) -> None:
    key = checked(lan, bench, "canned", some_replies(150))
    made = number(lan.post(f"/tasks/{key}/apply"))
    bench.until = len(bench.pauses) + 2
    assert bench.background._take_one(database)
    assert task(database, made).state == QUEUED
    assert 0 < task(database, made).done < 150
    bench.until = None
    bench.work()
    assert (counts(database, made), len(replies(database))) == ((150, 0, 0, 0), 150)


def test_a_cancelled_import_says_what_stays(bench: Bench, lan: Browser, database: Database) -> None:
    key = checked(lan, bench, "canned", some_replies(150))
    made = number(lan.post(f"/tasks/{key}/apply"))

    def pause(seconds: float) -> bool:
        lan.post(f"/tasks/{made}/cancel")
        return False

    bench.background._pause = pause
    bench.work()
    there = len(replies(database))
    assert 0 < there < 150
    assert f"{there} dòng đã ghi trước đó vẫn còn" in lan.get(f"/tasks/{made}").text


def test_the_counter_gets_a_turn_after_every_transaction(bench: Bench, lan: Browser, database: Database) -> None:
    key = checked(lan, bench, "canned", some_replies(400))
    bench.pauses.clear()
    imported(lan, bench, key)
    assert len(bench.pauses) >= 2
    assert min(bench.pauses) >= 0.02


KNOWN = "slug"


def entry(database: Database, key: int) -> KnowledgeEntry:
    with database.read() as session:
        return session.get_one(KnowledgeEntry, key)


def revision(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(Revision.number).where(Revision.name == "knowledge")).one()


def test_knowledge_comes_as_drafts_and_edits_wait_in_ones_hands(bench: Bench, lan: Browser, database: Database, little_known: None) -> None:
    published, draft = entry(database, 1), entry(database, 8)
    assert (published.status, draft.status) == ("published", "draft")
    before = revision(database)
    rows: Sheet = [
        HEADER,
        [None, "vi", "Tập huấn", "Học phí lớp ISO 9001?", "Miễn phí.", "Thông báo 12/TB", "CHAC chan", date(2026, 11, 1), date(2027, 5, 1)],
        [None, "English", "training courses", "Is the ISO 9001 class free?", "", "", "low", "01/11/2026", None],
        [published.slug, "Tiếng Việt", published.topic, published.question, "Câu trả lời khác.", published.source, "medium", None, None],
        [draft.slug, draft.language, draft.topic, draft.question + " Sửa?", draft.answer, draft.source, draft.certainty, None, None],
        [None, "Tiếng Lào", "không có", "", "", "", "chắc lắm", "hôm qua", None],
        ["Mã Sai", "vi", "tbt", "Câu gì?", "", "", "low", None, None],
    ]
    rows[2][2] = "tap-huan"
    key = checked(lan, bench, "knowledge", rows)
    page = lan.get(f"/tasks/{key}").text
    assert counts(database, key) == (2, 2, 0, 2), page
    for sentence in (
        "Ngôn ngữ: “Tiếng Lào” không có trong danh sách: Tiếng Việt, English.",
        "Câu hỏi: Cần điền ô này.",
        "Mã mục chỉ gồm chữ thường",
        "Không phải ngày hợp lệ",
    ):
        assert sentence in page, sentence
    made = imported(lan, bench, key)
    assert counts(database, made) == (2, 2, 0, 2)
    assert revision(database) == before + 1, "the search is built again once"
    with database.read() as session:
        person = session.scalars(select(Staff.id).where(Staff.email == LAN)).one()
        new = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.question == "Học phí lớp ISO 9001?")).one()
        english = session.scalars(select(KnowledgeEntry).where(KnowledgeEntry.question.startswith("Is the ISO"))).one()
    assert (new.status, new.slug, new.certainty, new.as_of, new.review_by) == (
        "draft",
        "hoc-phi-lop-iso-9001",
        "high",
        date(2026, 11, 1),
        date(2027, 5, 1),
    )
    assert (english.language, english.status, english.review_by) == ("en", "draft", date(2027, 11, 1))
    assert (new.proposed_by_id, new.proposed_at) == (person, None)
    after = entry(database, 1)
    assert (after.status, after.answer) == ("published", published.answer), "citizens read what was approved"
    assert after.proposal is not None
    assert (after.proposal["answer"], after.proposed_by_id, after.proposed_at) == ("Câu trả lời khác.", person, None)
    assert entry(database, 8).question == draft.question + " Sửa?"
    assert "Nháp" in lan.get(f"/knowledge/?search={new.slug}").text


def test_what_somebody_else_has_in_hand_is_not_written_over(
    bench: Bench, lan: Browser, signed_in: Callable[[str], Browser], database: Database, little_known: None
) -> None:
    kept = entry(database, 1)
    row = [kept.slug, kept.language, kept.topic, kept.question, "Của Lan.", kept.source, kept.certainty, None, None]
    imported(lan, bench, checked(lan, bench, "knowledge", [HEADER, row]))
    minh = signed_in(MINH)
    key = checked(minh, bench, "knowledge", [HEADER, [*row[:4], "Của Minh.", *row[5:]]])
    assert counts(database, key) == (0, 0, 0, 1)
    assert "đang có bản sửa" in minh.get(f"/tasks/{key}").text
    assert (entry(database, 1).proposal or {})["answer"] == "Của Lan."


def test_what_was_exported_and_not_touched_changes_nothing(bench: Bench, lan: Browser, database: Database, little_known: None) -> None:
    with database.write() as session:
        session.get_one(KnowledgeEntry, 2).answer = "- gạch đầu dòng\n=1+1"
        session.get_one(KnowledgeEntry, 3).as_of = date(1886, 1, 2)
    rows = export(lan, bench, "knowledge")
    key = checked(lan, bench, "knowledge", rows)
    assert counts(database, key) == (0, 0, len(rows) - 1, 0), lan.get(f"/tasks/{key}").text
    lines = export(lan, bench, "knowledge", "csv")
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(lines)
    key = number(upload(lan, "knowledge", out.getvalue().encode("utf-16"), "x.csv"))
    bench.work()
    assert counts(database, key) == (0, 0, len(rows) - 1, 0), lan.get(f"/tasks/{key}").text


def test_the_same_question_many_times_gets_a_name_each(bench: Bench, lan: Browser, database: Database, little_known: None) -> None:
    rows = [[None, "vi", "tbt", f"Câu hỏi?{'!' * n}", "", "", "low", None, None] for n in range(4)]
    imported(lan, bench, checked(lan, bench, "knowledge", [HEADER, *rows]))
    with database.read() as session:
        slugs = session.scalars(select(KnowledgeEntry.slug).where(KnowledgeEntry.question.startswith("Câu hỏi?"))).all()
    assert sorted(slugs) == ["cau-hoi", "cau-hoi-2", "cau-hoi-3", "cau-hoi-4"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (workbook([["Tên", "Giá"], ["a", 1]]), "thiếu hoặc lặp lại cột: Tên gợi nhớ, Nội dung tiếng Việt. Các cột đọc được: Tên, Giá"),
        (workbook([[*CANNED, "TITLE"], ["a", "b"]]), "thiếu hoặc lặp lại cột: Tên gợi nhớ."),
        (workbook([[None]]), "Dòng đầu tiên phải là tên các cột"),
        (workbook([CANNED, ["a", "b", ""]])[:-200], "Tệp bị hỏng"),
        ("Tên gợi nhớ,Nội dung tiếng Việt\r\n".encode("cp1258", "replace"), "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "đặt mật khẩu"),
        (workbook([CANNED, *(["a", str(n), ""] for n in range(4))]), "hơn 3 dòng"),
    ],
    ids=["columns", "twice", "empty", "torn", "encoding", "locked", "long"],
)
def test_a_file_that_cannot_be_read_is_told_why(
    bench: Bench, lan: Browser, database: Database, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    from dataclasses import replace

    from admin.imports import IMPORTS

    monkeypatch.setitem(IMPORTS, "canned", replace(IMPORTS["canned"], most=3))
    key = number(upload(lan, "canned", content))
    bench.work()
    assert task(database, key).state == FAILED
    page = lan.get(f"/tasks/{key}").text
    assert sentence in page
    assert "Chọn tệp khác" in page


def test_a_file_is_chosen_and_not_too_large(bench: Bench, lan: Browser, panel: Flask, database: Database) -> None:
    nothing = lan.post("/imports/canned")
    assert (nothing.status_code, "Hãy chọn tệp cần nhập" in nothing.text) == (422, True)
    empty = upload(lan, "canned", b"")
    assert (empty.status_code, "trống" in empty.text) == (422, True)
    panel.extensions["settings"] = panel.extensions["settings"].model_copy(update={"max_file_mb": 0})
    large = upload(lan, "canned", b"x" * 100)
    assert (large.status_code, "lớn hơn" in large.text) == (422, True)
    with database.read() as session:
        assert session.scalar(select(func.count(PanelTask.id))) == 0
    assert [path for path in bench.background.files.folder.rglob("*") if path.is_file()] == []


def test_the_template_is_what_an_import_takes(bench: Bench, lan: Browser, database: Database) -> None:
    for name in ("canned", "knowledge"):
        page = lan.get(f"/imports/{name}")
        assert page.status_code == 200
        content = lan.get(f"/imports/{name}?template=xlsx").data
        key = number(upload(lan, name, content))
        bench.work()
        assert (task(database, key).state, counts(database, key)) == (DONE, (0, 0, 0, 0))


def test_the_pages_are_ours(bench: Bench, lan: Browser, database: Database) -> None:
    key = checked(lan, bench, "canned", [CANNED, ["Một", "1", ""], ["", "<script>alert(1)</script>", ""]])
    for address in ("/tasks/", f"/tasks/{key}", "/imports/canned", "/imports/knowledge"):
        answer = lan.get(address)
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1
        assert " style=" not in answer.text
        assert "<script>" not in answer.text
        assert "panel." not in answer.text.replace("panel.css", "").replace("panel.js", ""), "a key without its sentence"
    lan.post("/account/language", language="en")
    assert "Wrong rows" in lan.get(f"/tasks/{key}").text


def test_a_process_works_by_itself_until_it_is_stopped(panel: Flask, settings: Settings, lan: Browser, database: Database) -> None:
    background = Background(settings)
    panel.extensions["background"] = background
    key = number(lan.post("/exports/contacts", form="csv"))
    background.start()
    try:
        for _ in range(600):
            if task(database, key).state == DONE:
                break
            background._stopping.wait(0.05)
    finally:
        background.stop()
    assert task(database, key).state == DONE
    assert background._thread is not None
    assert not background._thread.is_alive()
