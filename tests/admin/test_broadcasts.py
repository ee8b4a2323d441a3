"""Broadcasts in the panel: nothing typed is lost, what is wrong stands beside its field, and everybody looks before anything is sent."""

import hashlib
import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.access import COMMUNICATIONS, VIEWER
from db.engine import Database
from db.models import (
    Broadcast,
    BroadcastRecipient,
    BroadcastVersion,
    MessageTemplate,
    MessageTemplateVersion,
    Organisation,
    OrganisationContact,
    OutboundMessage,
    Staff,
    StaffContact,
    StoredFile,
)
from db.models.broadcast import DRAFT, SCHEDULED, SENDING
from domain.broadcasts import Content
from tests import broadcasts, pictures
from tests.admin.conftest import ADMIN, LAN, Browser, of_role
from usecases import broadcast_previews, message_templates
from usecases import broadcasts as usecase

FIELDS = {
    "title": "Mức phí mới",
    "topic": "barcodes",
    "vi": "Kính gửi {{name}}[[ – {{firm}}]]: <b>phí mới</b>",
    "en": "Dear {{name}}: fees",
}


@pytest.fixture
def officer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    """Somebody who writes broadcasts and nothing else."""
    hire(COMMUNICATIONS, name="Hoàng Thị Thư")
    return signed_in(of_role(COMMUNICATIONS))


def a_draft(database: Database, now: datetime, **more: Any) -> int:
    with database.write() as session:
        by = session.scalars(select(Staff).where(Staff.email == ADMIN)).one()
        return usecase.create(session, broadcasts.draft(**more), by=by, now=now).id


def save(browser: Browser, key: int | None, **fields: Any) -> TestResponse:
    """Send the form as it was opened, with some fields typed anew."""
    page = f"/broadcasts/edit/?id={key}" if key else "/broadcasts/new/"
    opened = field(browser.get(page).text, "opened") if key else ""
    known = {"id": key, "opened": opened} if key else {}
    return browser.post(page.split("?")[0], page=page, **known, **FIELDS | fields)


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    return found[1] if found else ""


def button(kind: str = "link", link: str = "", service: str = "", vi: str = "", en: str = "") -> dict[str, str]:
    typed = {"kind": kind, "link": link, "service": service, "class": "", "vi": vi, "en": en}
    return {f"buttons_{part}": value for part, value in typed.items()}


def test_a_draft_keeps_all_that_was_typed_and_says_beside_each_field_what_is_missing(
    officer: Browser, database: Database, now: datetime
) -> None:
    with database.write() as session:
        broadcasts.people(session, 2, now)
    photo = pictures.phone_photo()
    picture = (io.BytesIO(photo), "bang-phi.jpg")
    refused = save(
        officer, None, title=" ", vi="Số thuế {{tax_code}}", file=picture, urgent_reason="Hỏng hệ thống", **button(vi="Bảng phí")
    )
    assert refused.status_code == 422
    assert "Số thuế {{tax_code}}" in refused.text
    assert "chưa đánh dấu “Tin khẩn”" in refused.text
    kept = field(refused.text, "file_kept")
    answer = save(officer, None, vi="Số thuế {{tax_code}}", en="", file_kept=kept, **button(link="x", vi="Bảng phí"))
    assert (answer.status_code, answer.location) == (303, "/broadcasts/edit/?id=1")
    page = officer.get(answer.location).text
    wrong = ("Chỗ điền “tax_code”", "Thiếu nội dung tiếng Anh", "Nút thứ 1 chưa có chữ", "Liên kết không dùng được: x")
    for sentence in (*wrong, "bang-phi.jpg"):
        assert sentence in page
    assert save(officer, 1, file_kept=kept, **button("service", service="person", vi="Hỏi", en="Ask")).status_code == 303
    assert "chỗ phải sửa" not in officer.get(answer.location).text
    assert officer.get("/broadcasts/1/picture").mimetype == "image/jpeg"
    with database.read() as session:
        content = usecase.content_of(session, session.get_one(Broadcast, 1))
        assert content.file is not None
        assert (content.file.name, content.buttons[0].target) == ("bang-phi.jpg", "person")
        assert session.get_one(StoredFile, content.file.sha256).media_type == "image/jpeg"
        assert content.file.sha256 != hashlib.sha256(photo).hexdigest()  # the copy, which does not say where it was taken


def test_only_a_file_that_was_uploaded_here_goes_out_and_none_that_a_platform_refuses(
    officer: Browser, database: Database, now: datetime
) -> None:
    with database.write() as session:
        session.add(StoredFile(sha256="a" * 64, size=9, media_type="image/png", stored_at=now))
    forged = '{"sha256":"' + "a" * 64 + '","name":"cccd.png","media_type":"image/png"}'
    assert save(officer, None, file_kept=forged).status_code == 303
    program = save(officer, None, file=(io.BytesIO(b"MZ\x90" * 90), "phi.exe"))
    assert program.status_code == 422
    assert "phi.exe" in program.text
    with database.read() as session:
        assert [usecase.content_of(session, one).file for one in session.scalars(select(Broadcast))] == [None]


def test_nobody_overwrites_another_nor_changes_what_is_under_way(officer: Browser, database: Database, now: datetime) -> None:
    key = a_draft(database, now)
    opened = field(officer.get(f"/broadcasts/edit/?id={key}").text, "opened")
    assert save(officer, key, en="Dear all: {{name}}").status_code == 303
    late = officer.post("/broadcasts/edit/", page=f"/broadcasts/edit/?id={key}", id=key, opened=opened, **FIELDS | {"en": "Mine"})
    assert late.status_code == 409
    assert "Dear all: {{name}}" in late.text
    assert "Mine" in late.text
    opened = field(officer.get(f"/broadcasts/edit/?id={key}").text, "opened")
    with database.write() as session:
        session.get_one(Broadcast, key).status = SENDING
    running = officer.post("/broadcasts/edit/", id=key, opened=opened, **FIELDS | {"en": "Dear all: {{name}}", "vi": "Bản sửa"})
    assert running.status_code == 409
    assert "Bản sửa" in running.text
    assert 'action="/broadcasts/new/"' in running.text  # saving it makes another one
    page = officer.get(f"/broadcasts/edit/?id={key}").text
    assert "hủy tin ở trang tiến độ" in page
    assert "textarea" not in page
    copied = officer.post(f"/broadcasts/{key}/copy")
    assert officer.get(copied.location).text.count("textarea") > 1
    with database.read() as session:
        assert [one.status for one in session.scalars(select(Broadcast).order_by(Broadcast.id))] == [SENDING, DRAFT]


def test_a_draft_goes_into_the_bin_and_back_but_nothing_that_was_handed_in(officer: Browser, database: Database, now: datetime) -> None:
    key, handed_in = a_draft(database, now), a_draft(database, now, title="Mời họp")
    with database.write() as session:
        session.get_one(Broadcast, handed_in).status = SCHEDULED
    assert officer.post("/broadcasts/delete/", id=key).location == "/broadcasts/"
    assert officer.get(f"/broadcasts/edit/?id={key}").status_code == 404
    assert "Mức phí mới" not in officer.get("/broadcasts/").text
    assert "Mức phí mới" in officer.get("/broadcasts/?bin=1").text
    officer.post("/broadcasts/restore/", id=key)
    officer.post("/broadcasts/delete/", id=handed_in)
    page = officer.get("/broadcasts/").text
    assert "Mức phí mới" in page
    assert f"/broadcast_progress/?id={handed_in}" in page
    assert "Mời họp" not in officer.get("/broadcasts/?state=draft").text


def test_a_template_keeps_its_versions_and_broadcasts_begin_from_it(officer: Browser, database: Database) -> None:
    save(officer, None, act="template", template_name="Phí mã vạch")
    taken = save(officer, None, act="template", template_name="Phí mã vạch", vi="Bản khác")
    assert taken.status_code == 422
    assert "Bản khác" in taken.text
    assert "Đã có mục khác tên “Phí mã vạch”" in taken.text
    address = "/message_templates/edit/?id=1"
    for text in (FIELDS["vi"], "Bản thứ hai"):  # as it was makes no version
        known = FIELDS | {"id": 1, "name": "Phí mã vạch", "opened": field(officer.get(address).text, "opened"), "vi": text}
        assert officer.post("/message_templates/edit/", page=address, **known).status_code == 303
    assert "Phiên bản 2: Hoàng Thị Thư" in officer.get(address).text
    earlier = officer.get(address + "&version=1").text
    assert "Đây là nội dung của phiên bản 1" in earlier
    begun = officer.post("/message_templates/1/begin")
    assert "Bản thứ hai" in officer.get(begun.location).text
    with database.read() as session:
        assert session.scalars(select(MessageTemplate.name)).all() == ["Phí mã vạch"]
        assert len(session.scalars(select(MessageTemplateVersion)).all()) == 2
        assert message_templates.content_of(session, session.get_one(MessageTemplate, 1), 1).texts["vi"] == FIELDS["vi"]
        assert [one.title for one in session.scalars(select(Broadcast).order_by(Broadcast.id))] == ["Mức phí mới", "Phí mã vạch"]


def test_a_preview_shows_real_recipients_in_both_languages_and_no_names_to_whoever_may_not_see_them(
    officer: Browser, hire: Callable[..., int], signed_in: Callable[[str], Browser], database: Database, now: datetime
) -> None:
    with database.write() as session:
        keys = broadcasts.people(session, 6, now)
        for number in (1, 2, 3, 4):
            firm = Organisation(name=f"Trà Huế {number}", tax_code=f"330010000{number}", created_at=now, changed_at=now)
            session.add(firm)
            session.flush()
            link = {"organisation_id": firm.id, "contact_id": keys[number], "status": "confirmed", "since": now}
            session.add(OrganisationContact(**link))
    key = a_draft(database, now)
    page = officer.get(f"/broadcasts/{key}/preview").text
    assert [name in page for name in ("Người 1", "Người 2", "Người 3", "Người 4")] == [True, True, True, False]
    assert "Kính gửi Người 2 – Trà Huế 1: <strong>mức phí mới</strong>" in page
    assert "Dear Người 2 – Trà Huế 1: <strong>new fees</strong>" in page
    assert "Ngừng nhận tin: Mã số mã vạch" in page
    assert "Kính gửi Người 1: <strong>" in officer.get(f"/broadcasts/{key}/preview?who=2").text  # one without a firm
    hire(VIEWER)
    seen = signed_in(of_role(VIEWER)).get(f"/broadcasts/{key}/preview").text
    assert "Kính gửi (được ẩn) – (được ẩn)" in seen
    assert "Người 2" not in seen
    broken = a_draft(database, now, title="Hỏng", content=Content({"vi": "<b>x", "en": "{{nobody}}"}))
    assert "Không có chỗ điền tên là “nobody”" in officer.get(f"/broadcasts/{broken}/preview").text
    plain = broadcast_previews.bubble(
        {"text": "<b>Phí</b>", "reply_markup": {"inline_keyboard": [[{"text": "Xem"}], [{"text": "Hỏi"}]]}}, is_marked=False, has_file=False
    )
    assert plain.text == "Phí\n1. Xem\n2. Hỏi"  # a channel without markup and buttons


def test_a_test_goes_to_the_chats_of_a_colleague_marked_and_counts_for_nothing(officer: Browser, database: Database, now: datetime) -> None:
    key = a_draft(database, now)
    with database.write() as session:
        lan, boss = (session.scalars(select(Staff).where(Staff.email == email)).one().id for email in (LAN, ADMIN))
        (contact,) = broadcasts.people(session, 1, now, topic=None)
        session.add(StaffContact(contact_id=contact, staff_id=lan, since=now))
    assert "Quản trị (chưa liên kết chat)" in officer.get(f"/broadcasts/{key}/preview").text
    officer.post(f"/broadcasts/{key}/test", staff=boss)
    assert "mở “Tài khoản”" in officer.get(f"/broadcasts/{key}/preview").text
    officer.post(f"/broadcasts/{key}/test", staff=lan)
    assert "2 tin thử tới Nguyễn Thị Lan" in officer.get(f"/broadcasts/{key}/preview").text
    with database.read() as session:
        vietnamese, english = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id))
        assert vietnamese.payload["text"].startswith("[THỬ] Kính gửi Người 1")
        assert english.payload["text"].startswith("[THỬ] Dear Người 1")
        assert vietnamese.payload["reply_markup"]["inline_keyboard"][-1][0]["callback_data"] == "topic:barcodes:0:0"
        assert (vietnamese.kind, vietnamese.broadcast_id) == ("notice", None)
        assert session.scalars(select(BroadcastRecipient)).all() == []
        assert session.get_one(Broadcast, key).status == DRAFT
        assert len(session.scalars(select(BroadcastVersion)).all()) == 1
