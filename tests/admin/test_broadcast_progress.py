"""A broadcast after it is written: the last check, a second person, what an officer sees while it goes, and what they may do about it."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.access import COMMUNICATIONS, VIEWER
from db.engine import Database
from db.models import Broadcast, Contact, Enquiry, InboundMessage, OutboundMessage, Staff
from db.models.outbound_message import FAILED, SENT, UNKNOWN
from domain.audiences import Audience
from domain.broadcasts import Content
from tests import broadcasts as its
from tests.admin.conftest import ADMIN, PASSWORD, Browser, of_role
from tests.browser import OpenContext, sideways, until, violations
from usecases import broadcast_sending, broadcasts, topics

TITLE = "Mức phí mới"


def field(page: str, name: str, form: str = "") -> str:
    """The hidden field of a form on a page."""
    part = page.split(f'action="{form}"', 1)[1] if form else page
    return part.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


@pytest.fixture
def writer(hire: Callable[..., int]) -> int:
    return hire(COMMUNICATIONS, name="Lê Thị Hạnh")


@pytest.fixture
def officer(signed_in: Callable[[str], Browser], writer: int) -> Browser:
    return signed_in(of_role(COMMUNICATIONS))


def written(database: Database, by: int, now: datetime, number: int = 3, **more: object) -> int:
    """A draft on barcodes for so many people who want it."""
    with database.write() as session:
        its.people(session, number, now, first=session.scalar(select(func.count(Contact.id))) + 1)
        return broadcasts.create(session, its.draft(**more), by=session.get_one(Staff, by), now=now).id


def row_of(database: Database, key: int) -> Broadcast:
    with database.read() as session:
        return session.get_one(Broadcast, key)


def act(browser: Browser, key: int, what: str, **fields: object) -> tuple[int, str]:
    """Press the button of a form on the page as it stands: status and page of the answer, or of where it leads."""
    page = browser.client.get(f"/broadcast_progress/?id={key}", follow_redirects=True).text
    hidden = {name: field(page, name, f"/broadcast_progress/{what}") for name in ("id", "token")}
    if what in {"submit", "approve"}:
        hidden["digest"] = field(page, "digest", f"/broadcast_progress/{what}")
    if "typed" in fields and what == "cancel":
        hidden["shown"] = field(page, "shown", "/broadcast_progress/cancel")
    answer = browser.post(f"/broadcast_progress/{what}", **hidden | fields)
    return answer.status_code, browser.client.get(answer.location, follow_redirects=True).text if answer.location else answer.text


def test_the_last_check_says_who_when_and_what_and_few_people_need_no_second_person(
    officer: Browser, writer: int, database: Database, now: datetime
) -> None:
    key = written(database, writer, now, audience=Audience(languages=("vi",)), scheduled_at=now + timedelta(days=2, hours=8))
    page = officer.get(f"/broadcast_progress/check?id={key}").text
    for said in (
        "<strong>3</strong> người nhận: Telegram 3",
        "Chỉ gửi người đã chọn nhận tin về “",
        "Tiếng Việt</li>",
        "Bắt đầu lúc 17:00, 25/11/2026.",
        "chỉ gửi tin từ 07:30 đến 20:00",
        "xong khoảng 17:01, 25/11/2026",
        "Telegram: không mất phí theo tin",
        "Chưa xác nhận",
        "Kính gửi ‹tên người nhận› – ‹tên doanh nghiệp›: <strong>mức phí mới</strong>",
        "tài khoản chat của cán bộ (0 tài khoản)",
        row_of(database, key).digest[:12],
    ):
        assert said in page, said
    status, after = act(officer, key, "submit")
    assert (status, row_of(database, key).status) == (303, "scheduled")
    assert "Bắt đầu gửi lúc 17:00, 25/11/2026." in after
    assert officer.get(f"/broadcast_progress/check?id={key}").location.endswith(f"/broadcast_progress/?id={key}")
    at_once = written(database, writer, now)
    assert act(officer, at_once, "submit")[0] == 303
    assert row_of(database, at_once).status == "scheduled"
    # what stops it is said, with the way to mend it, and there is no button
    content = Content({"vi": "Kính gửi {{name}}", "en": ""})
    broken = written(database, writer, now, content=content, scheduled_at=now - timedelta(hours=1), window=("21:00", "22:00"))
    page = officer.get(f"/broadcast_progress/check?id={broken}").text
    assert "Thời điểm gửi đã qua" in page
    assert "Khung giờ gửi không trùng" in page
    assert "Thiếu nội dung tiếng Anh" in page
    assert f'href="/broadcasts/edit/?id={broken}"' in page
    assert 'action="/broadcast_progress/submit"' not in page


def test_many_people_are_typed_and_approved_by_another_as_shown(
    officer: Browser, admin: Browser, writer: int, database: Database, now: datetime
) -> None:
    key = written(database, writer, now, 501)
    status, page = act(officer, key, "submit", typed="510")
    assert (status, row_of(database, key).status) == (422, "draft")
    assert 'value="510"' in page
    assert "Mời gõ đúng số người nhận: 501" in page
    assert act(officer, key, "submit", typed="501")[0] == 303
    page = officer.client.get(f"/broadcast_progress/?id={key}", follow_redirects=True).text
    assert "cần người thứ hai duyệt. Nhờ một trong các anh/chị: Quản trị" in page
    assert 'action="/broadcast_progress/approve"' not in page
    token = field(page, "token", "/broadcast_progress/cancel")
    digest = row_of(database, key).digest
    assert officer.post("/broadcast_progress/approve", id=key, token=token, digest=digest).status_code == 422
    assert f">{TITLE}</a>" in admin.get("/").text
    status, page = act(admin, key, "send_back", reason=" ")
    assert status == 422
    assert act(admin, key, "send_back", reason="Thiếu ngày áp dụng")[0] == 303
    page = officer.get(f"/broadcast_progress/check?id={key}").text
    assert "Thiếu ngày áp dụng" in page
    with database.write() as session:
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail")).all()
        assert [one.staff_id for one in mails if "Thiếu ngày áp dụng" in one.payload["text"]] == [writer]
        assert any("đang chờ người thứ hai duyệt" in one.payload["text"] for one in mails)
    assert act(officer, key, "submit", typed="501")[0] == 303
    page = admin.get(f"/broadcast_progress/check?id={key}").text
    with database.write() as session:  # an edit after the page was opened
        its_new = broadcasts.edit(session, key, its.draft(title="Khác"), by=session.get_one(Staff, writer), now=now)
        broadcasts.submit(session, key, digest=its_new.digest, typed=501, now=now)
    hidden = {name: field(page, name, "/broadcast_progress/approve") for name in ("id", "token", "digest")}
    assert admin.post("/broadcast_progress/approve", **hidden).status_code == 303
    assert row_of(database, key).status == "submitted"
    assert act(admin, key, "approve")[0] == 303
    assert row_of(database, key).status == "scheduled"


@pytest.fixture
def sending(database: Database, writer: int, panel: Flask, now: datetime) -> int:
    """One that is half through: of ten people six were told, one blocked us, of one nobody knows, one refused, one waits."""
    with database.write() as session:
        ids = its.people(session, 10, now)
        officer = session.get_one(Staff, writer)
        key = its.let_go(session, now, officer, officer).id
        its.plan(session, key, now)
        topics.choose(session, session.get_one(Contact, ids[0]), "barcodes", wanted=False, now=now)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(broadcast_sending, "CHUNK", 8)
            broadcast_sending.feed(session, key, its.ACCOUNT, trial=False, now=now)
        fates = iter([FAILED, UNKNOWN, *[SENT] * 6])
        for row in its.deliver(session, now, lambda _row: next(fates)):
            row.reason = {FAILED: "403: Forbidden: bot was blocked by the user", UNKNOWN: "TimedOut: no answer"}.get(row.state)
        broadcast_sending.settle(session, key, now)
        topics.choose(session, session.get_one(Contact, ids[5]), "barcodes", wanted=False, now=now, broadcast_id=key)
        return key


def test_progress_is_told_in_numbers_and_words_and_every_reason_with_what_it_means(
    officer: Browser, signed_in: Callable[[str], Browser], hire: Callable[..., int], sending: int, database: Database
) -> None:
    page = officer.get(f"/broadcast_progress/?id={sending}").text
    numbers = dict(zip(("sent", "failed", "unknown", "skipped", "left"), (6, 1, 1, 1, 1), strict=True))
    for name, number in numbers.items():
        assert f'swatch {name}"></span>' in page
        assert f"<dd>{number}</dd>" in page.split(f'swatch {name}"></span>', 1)[1][:80], name
    for said in ("Người nhận đã chặn", "Không biết đã đến hay chưa", "không bao giờ được gửi lại", "Đã từ chối chủ đề này"):
        assert said in page, said
    assert "1 người bấm ngừng nhận chủ đề ngay trong tin này. Bằng 16,7" in page
    live = officer.client.get(f"/broadcast_progress/live?id={sending}")
    assert 'data-status="sending"' in live.text
    blocked = officer.get(f"/broadcast_progress/recipients?id={sending}&state=failed&reason=blocked").text
    assert "403: Forbidden" in blocked
    assert blocked.count("<tr>") == 2
    hire(VIEWER)
    viewer = signed_in(of_role(VIEWER))
    listed = viewer.get(f"/broadcast_progress/recipients?id={sending}").text
    assert "(được ẩn)" in listed
    assert "Người 3" not in listed
    assert viewer.post("/broadcast_progress/pause", id=sending).status_code == 403


def test_it_is_paused_with_a_reason_resumed_and_cancelled_once(officer: Browser, sending: int, database: Database) -> None:
    assert act(officer, sending, "pause", reason="")[0] == 422
    page = officer.get(f"/broadcast_progress/?id={sending}").text
    hidden = {name: field(page, name, "/broadcast_progress/pause") for name in ("id", "token")}
    for _ in range(2):
        assert officer.post("/broadcast_progress/pause", **hidden, reason="Sai ngày họp").status_code == 303
    page = officer.get(f"/broadcast_progress/?id={sending}").text
    assert "Lý do tạm dừng: Sai ngày họp" in page
    assert "trạng thái “Tạm dừng”" not in page, "the second click is the first one again"
    assert act(officer, sending, "resume")[0] == 303
    assert officer.post("/broadcast_progress/resume", id=sending, token="another").status_code == 303
    assert "trạng thái “Đang gửi”" in officer.get(f"/broadcast_progress/?id={sending}").text
    with database.write() as session:
        row = session.get_one(Broadcast, sending)
        row.total += 600  # many
    assert act(officer, sending, "cancel", typed="6")[0] == 422
    assert row_of(database, sending).status == "sending"
    assert act(officer, sending, "cancel", typed="610")[0] == 303
    assert row_of(database, sending).status == "cancelled"


def test_replies_stand_beside_their_broadcast_and_in_their_conversation(
    officer: Browser, lan: Browser, sending: int, database: Database, ask: Callable[..., str], now: datetime
) -> None:
    reference = ask("Mức phí mới áp dụng từ ngày nào? Gọi 0905 123 456", chat_id=99, name="Bà Ba")
    with database.write() as session:
        enquiry = session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()
        message = session.scalars(select(InboundMessage).where(InboundMessage.contact_id == enquiry.contact_id)).one()
        message.broadcast_id, message.enquiry_id = sending, enquiry.id
    page = officer.get(f"/broadcast_progress/replies?id={sending}").text
    assert "áp dụng từ ngày nào" in page
    assert "0905 123 456" not in page, "who does not answer enquiries sees no phone numbers"
    assert reference not in page
    assert f"sau tin: {TITLE}" in lan.get(f"/inbox/{reference}").text


def test_the_list_that_leaves_the_office_names_nobody(admin: Browser, panel: Flask, sending: int) -> None:
    begun = admin.post("/exports/broadcast_progress", id=sending, form="csv")
    panel.extensions["background"].work_off()
    text = admin.get(f"{begun.location}/file").data.decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    assert header == ["Mã người nhận", "Kênh", "Tình trạng", "Lý do", "Lúc"]
    assert sorted(line[2] for line in lines) == sorted(["Chờ gửi", "Không gửi", "Không gửi được", "Không rõ đã đến", *["Đã gửi"] * 6])
    assert [line[3] for line in lines if line[2] == "Không gửi được"] == ["Người nhận đã chặn hoặc tài khoản không còn"]
    assert len({line[0] for line in lines}) == 10
    assert "Người 3" not in text
    # what went wrong in a broadcast is its own business: it does not stand among the messages to send again
    assert ">2</span> <span>tin đi bị kẹt" not in admin.get("/").text
    assert "bot was blocked" not in admin.get("/outbox/").text


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the page asks the same of both
async def test_the_page_keeps_itself_up_to_date_and_its_buttons_too(
    sending: int, database: Database, now: datetime, address: str, open_context: OpenContext
) -> None:
    from playwright.async_api import expect

    page = await (await open_context("phone")).new_page()
    await page.goto(f"{address}/broadcast_progress/?id={sending}")
    await page.fill("input[name=email]", ADMIN)
    await page.fill("input[name=password]", PASSWORD)
    await page.press("input[name=password]", "Enter")
    await until(page, "document.querySelector('.tally dd')?.textContent == '6'")
    assert await sideways(page) == 0
    assert await violations(page) == []
    with database.write() as session:
        its.feed(session, sending, now)
        its.deliver(session, now)
        broadcast_sending.settle(session, sending, now)
    await expect(page.get_by_role("button", name="Sao chép thành tin mới")).to_be_visible()
    await expect(page.locator("details", has_text="Tạm dừng")).to_have_count(0)
    assert await page.text_content(".tally dd") == "7"
    assert "Đã gửi xong" in await page.text_content("#sending")
    assert page.url.endswith(f"/broadcast_progress/?id={sending}")
