"""Whom a message is for, as officers choose it: what is counted and why, who is shown by name, filters and lists that are kept."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from admin.access import COMMUNICATIONS, VIEWER
from db.engine import Database
from db.models import Contact, HistoryEvent, Organisation, OrganisationContact, RecipientList, RecipientListEntry, SavedAudience
from tests import broadcasts
from tests.admin.conftest import PASSWORD, Browser, csrf, of_role
from tests.admin.test_browser import check
from tests.browser import ARGUMENTS, SIZES, chromium
from tests.training import a_class, a_wish
from usecases import sign_up

Hire = Callable[..., int]
SignIn = Callable[[str], Browser]
CODES = ("0100233488", "0300588569", "0100109106", "0101248141")
"""Of the four firms below, in order. The last of them nobody is confirmed to speak for."""
THUAN_HOA = "Phường Thuận Hóa"


@pytest.fixture
def people(database: Database, now: datetime) -> list[int]:
    """Four firms with one person each on Telegram, three in Thuận Hóa; the first two want to hear of barcodes. The last only claims
    the firm, but signed up for a class with a phone number."""
    with database.write() as session:
        keys = [*broadcasts.people(session, 2, now), *broadcasts.people(session, 2, now, topic=None, first=3)]
        for number, (key, code) in enumerate(zip(keys, CODES, strict=True)):
            commune = THUAN_HOA if number < 3 else "Phường Phú Xuân"
            firm = Organisation(tax_code=code, name=f"Cơ sở {number + 1}", commune=commune, created_at=now, changed_at=now)
            session.add(firm)
            session.flush()
            status = "confirmed" if number < 3 else "claimed"
            session.add(OrganisationContact(organisation_id=firm.id, contact_id=key, status=status, since=now))
        wish = a_wish("Trần Văn An", token="an", phone="0905333444")
        sign_up.sign_up(
            session, a_class(session, now).id, wish, contact=session.get_one(Contact, keys[3]), source="chat", waits=False, now=now
        )
        return keys


@pytest.fixture
def writer(hire: Hire, signed_in: SignIn) -> Browser:
    """Somebody of communications."""
    hire(COMMUNICATIONS)
    return signed_in(of_role(COMMUNICATIONS))


@pytest.fixture
def viewer(hire: Hire, signed_in: SignIn) -> Browser:
    hire(VIEWER)
    return signed_in(of_role(VIEWER))


def test_the_count_says_how_many_fit_and_how_many_of_them_want_it(people: list[int], writer: Browser, viewer: Browser) -> None:
    def count(browser: Browser = writer, **chosen: Any) -> str:
        return browser.post("/audiences/count", part="yes", **{f"audience-{name}": value for name, value in chosen.items()} | more).text

    more: dict[str, str] = {}
    assert "3 người hợp bộ lọc" in count(communes=THUAN_HOA)
    more = {"topic": "barcodes"}
    said = count(communes=THUAN_HOA)
    assert "2 người sẽ nhận được" in said
    assert "hợp với 3 người; chỉ gửi cho ai đã chọn nhận tin về “Mã số mã vạch”" in said
    assert "Người 1" in said
    assert "Cơ sở 1" in said
    assert "Cơ sở 2" not in count(communes=THUAN_HOA, without_communes=THUAN_HOA)
    assert "Người 1" not in count(viewer, communes=THUAN_HOA)  # counts are for everybody, names are not
    assert "2 người sẽ nhận được" in count(viewer, communes=THUAN_HOA)
    assert "chưa ai chọn nhận tin" in count(communes="Phường Phú Xuân")
    more = {"topic": "barcodes", "urgent_reason": "Thu hồi"}
    assert "3 người sẽ nhận được" in count(communes=THUAN_HOA)
    more = {"topic": "service"}
    assert "phải nêu rõ lớp hoặc loại hồ sơ" in count(communes=THUAN_HOA)
    wrong = writer.post("/audiences/count", **{"audience-hs_codes": "1905, bánh"})
    assert (wrong.status_code, "ghi chưa đúng" in wrong.text) == (422, True)


def test_a_kept_audience_is_begun_from_changed_and_taken_back(
    people: list[int], writer: Browser, viewer: Browser, database: Database
) -> None:
    fields = {"audience-communes": THUAN_HOA, "audience-hs_codes": "19.05 0901", "audience-seen_within_days": "90"}
    bad = writer.post("/audiences/new/", name="", **fields | {"audience-hs_codes": "19.05 bánh"})
    assert bad.status_code == 422
    assert "“bánh” không phải mã HS" in bad.text
    assert f'value="{THUAN_HOA}" checked' in bad.text
    assert writer.post("/audiences/new/", name="Thuận Hóa", **fields).status_code == 303
    with database.read() as session:
        kept = session.scalars(select(SavedAudience)).one()
        assert kept.audience == {"communes": [THUAN_HOA], "hs_codes": ["0901", "1905"], "seen_within_days": 90}
    assert "90 ngày" in viewer.get("/audiences/").text
    taken = writer.post("/audiences/new/", name="Thuận Hóa")
    assert (taken.status_code, "Đã có mục khác tên" in taken.text) == (422, True)

    begun = writer.post("/audiences/new/", name="Phú Xuân", **{"audience-saved": kept.id, "audience-use": "yes"}).text
    assert f'value="{THUAN_HOA}" checked' in begun
    assert 'value="Phú Xuân"' in begun  # what was typed is not lost
    assert 'value="0901, 1905"' in writer.post("/audiences/fields", **{"audience-saved": kept.id}).text

    from_a_message = {"audience-name": "Thuận Hóa", "title": "Mức phí mới", "part": "yes"} | fields
    answer = writer.post("/audiences/keep", **from_a_message)
    assert (answer.status_code, "Đã có mục khác tên" in answer.json["said"]) == (422, True)
    assert writer.post("/audiences/keep", **from_a_message | {"audience-name": "Từ tin"}).json == {"said": "Đã lưu: Từ tin."}
    assert "Từ tin" in viewer.get("/audiences/").text

    page = writer.get(f"/audiences/edit/?id={kept.id}").text
    assert viewer.post("/audiences/edit/", id=kept.id, name="Khác").status_code == 403
    opened = page.split('name="opened"')[1].split('value="')[1].split('"')[0]
    assert writer.post("/audiences/edit/", id=kept.id, name="Thuận Hóa 2", opened=opened, **fields).status_code == 303
    late = writer.post("/audiences/edit/", id=kept.id, name="Thuận Hóa 3", opened=opened, **fields)
    assert (late.status_code, "Thuận Hóa 2" in late.text, 'value="Thuận Hóa 3"' in late.text) == (409, True, True)
    assert writer.post("/audiences/delete/", id=kept.id).status_code == 303
    assert "Thuận Hóa 2</option>" not in writer.get("/audiences/new/").text
    assert writer.post("/audiences/restore/", id=kept.id).status_code == 303


def sheet(*rows: tuple[object, ...]) -> bytes:
    """A workbook with these rows."""
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def send(browser: Browser, url: str, content: bytes | None = None, **fields: object) -> Any:
    """Hand in the form of a list, with a workbook or without."""
    given = {"kind": "tax_code", "mode": "add", "csrf_token": csrf(browser.get(url).text)} | fields
    file = {"file": (io.BytesIO(content), "danh-sach.xlsx")} if content else {}
    return browser.client.post(url, data=given | file, content_type="multipart/form-data", buffered=True)


def box(page: str) -> str:
    """What stands in the box for rows."""
    return page.split("<textarea", 2)[-1].split(">", 1)[1].split("</textarea>")[0].removeprefix("\r\n").removeprefix("\n")


def hidden(page: str) -> str:
    return page.split('name="looked_at" value="')[1].split('"')[0]


def test_rows_that_are_wrong_or_doubled_stop_a_list_and_are_named_as_excel_numbers_them(
    people: list[int], writer: Browser, database: Database
) -> None:
    rows = [
        ("Danh sách cơ sở",),
        (),
        ("STT", "Tên", "Mã số thuế", "Điện thoại"),
        (1, "Cơ sở 1", CODES[0], None),
        (2, "Cơ sở 2", 300588569, None),  # Excel dropped the 0
        (3, "Sai", "0100233489", None),
        (4, "Trùng", CODES[0], None),
        (5, "Trống", None, None),
        (6, "An", None, "0905 333 444"),
    ]
    answer = send(writer, "/recipient_lists/new/", sheet(*rows), name="Quý IV", act="check")
    assert answer.status_code == 422
    for said in ("3 dòng sai hoặc trùng", "Dòng 6", "Dòng 7", "Trùng với dòng 4", "Dòng 8", "không có mã số thuế hay số điện thoại"):
        assert said in answer.text, said
    assert 'value="Quý IV"' in answer.text
    again = box(answer.text).split("\n")
    assert again[4].split("\t")[2] == "300588569"
    mended = "\n".join(line for number, line in enumerate(again, 1) if number not in {6, 7, 8})
    looked = send(writer, "/recipient_lists/new/", name="Quý IV", text=mended, act="check").text
    assert "3 dòng tìm được người nhận: 3 người" in looked
    with database.read() as session:
        assert session.scalars(select(RecipientList)).all() == []  # nothing before somebody says so


def test_a_list_is_saved_as_it_was_looked_at_and_rows_of_nobody_are_left_out_only_when_somebody_says_so(
    people: list[int], writer: Browser, viewer: Browser, database: Database
) -> None:
    text = f"{CODES[0]}\n{CODES[3]}\n{CODES[1]}"  # nobody is confirmed for the fourth firm
    looked = send(writer, "/recipient_lists/new/", name="Quý IV", text=text, act="check").text
    assert "1 dòng chưa tìm được ai" in looked
    facts = {"name": "Quý IV", "text": text, "act": "save", "looked_at": hidden(looked)}
    assert "Xin đánh dấu đồng ý bỏ qua" in send(writer, "/recipient_lists/new/", **facts).text
    other = send(writer, "/recipient_lists/new/", **facts | {"leave_out": "y", "text": CODES[2]})
    assert (other.status_code, "đã khác với lần kiểm tra" in other.text) == (422, True)
    missing = writer.post("/recipient_lists/missing", text=text, kind="tax_code")
    found = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(missing.data)).active.iter_rows()]
    assert found[1:] == [[2, CODES[3], None]]
    made = send(writer, "/recipient_lists/new/", **facts | {"leave_out": "y"})
    assert made.status_code == 303, made.text
    page = writer.get(made.location).text
    assert "thêm 2 người" in page
    assert CODES[0] in page
    seen = viewer.get(made.location).text
    assert CODES[0] not in seen
    assert "Người 1" not in seen
    key = int(made.location.rsplit("/", 1)[1])

    def on_it() -> set[int]:
        with database.read() as session:
            return set(session.scalars(select(RecipientListEntry.contact_id).where(RecipientListEntry.list_id == key)))

    assert on_it() == {people[0], people[1]}
    said = writer.post("/audiences/count", topic="barcodes", **{"audience-lists": key, "part": "yes"}).text
    assert "2 người sẽ nhận được" in said
    fill = f"/recipient_lists/{key}/fill"
    phones = {"text": "0905 333 444", "kind": "phone", "mode": "replace"}
    looked = send(writer, fill, act="check", **phones).text
    assert send(writer, fill, act="save", looked_at=hidden(looked), **phones).status_code == 303
    assert on_it() == {people[3]}
    assert writer.post(f"/recipient_lists/{key}/take-off", contact=people[3]).status_code == 303
    assert on_it() == set()
    assert writer.post("/recipient_lists/add", list=key, contact=people[2]).status_code == 303
    assert on_it() == {people[2]}
    page = viewer.get(f"/contacts/details/?id={people[2]}").text
    assert f'/recipient_lists/{key}">Quý IV' in page
    assert "07:30–20:00" in page  # when messages come
    with database.read() as session:
        told = session.scalars(select(HistoryEvent.after).where(HistoryEvent.act == "imported").order_by(HistoryEvent.id)).all()
    assert told[0] == {"rows": 2, "left_out": 1, "added": 2, "removed": 0}
    assert told[1] == {"rows": 1, "left_out": 0, "added": 1, "removed": 2}
    many = "\n".join(f"{CODES[0]} {number}" for number in range(10_001))
    assert "hơn 10000 dòng" in send(writer, fill, text=many, act="check").text


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_count_follows_what_is_ticked_on_a_phone(
    address: str, hire: Hire, people: list[int], database: Database, now: datetime
) -> None:
    from playwright.sync_api import expect, sync_playwright

    hire(COMMUNICATIONS)
    with database.write() as session:
        session.add(SavedAudience(name="Thuận Hóa", audience={"communes": [THUAN_HOA]}, changed_at=now))
        for number in range(12):
            firm = Organisation(tax_code=f"04000000{number:02}", commune=f"Xã Số {number}", created_at=now, changed_at=now)
            session.add(firm)
            session.flush()
            session.add(OrganisationContact(organisation_id=firm.id, contact_id=people[3], status="claimed", since=now))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page: Any = browser.new_context(viewport=SIZES["phone"]).new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
        page.goto(f"{address}/audiences/new/")
        page.get_by_label("Thư điện tử").fill(of_role(COMMUNICATIONS))
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        reach = page.get_by_role("region", name="Số người nhận")
        expect(reach).to_contain_text("4 người hợp bộ lọc")
        page.get_by_label("Thử với chủ đề").select_option("barcodes")
        expect(reach).to_contain_text("2 người sẽ nhận được")
        page.locator("summary", has_text="Xã, phường, đặc khu của cơ sở").press("Enter")
        page.get_by_label("Tìm trong danh sách: Xã, phường, đặc khu của cơ sở").fill("so 3")
        expect(page.get_by_label(THUAN_HOA).first).to_be_hidden()
        page.get_by_label("Xã Số 3").first.check()
        expect(reach).to_contain_text("Trong số đó chưa ai chọn")
        expect(page.locator("[data-tally]")).to_contain_text("0 người sẽ nhận được")
        page.get_by_label("Bắt đầu từ bộ lọc đã lưu").select_option(label="Thuận Hóa")
        page.get_by_role("button", name="Dùng bộ lọc này").click()
        expect(reach).to_contain_text("Bộ lọc hợp với 3 người")
        reach.locator("summary").click()
        expect(reach.get_by_role("link", name="Người 2")).to_be_visible()
        page.get_by_role("button", name="Đếm lại và lấy mẫu khác").click()
        expect(reach.get_by_role("link", name="Người 2")).to_be_visible()
        check(page)
        page.get_by_label("Tên bộ lọc").fill("Của tôi")
        page.get_by_role("button", name="Lưu").click()
        expect(page.get_by_role("heading", name="Của tôi")).to_be_visible()
        browser.close()
    assert complaints == []
    with database.read() as session:
        kept = session.scalars(select(SavedAudience).where(SavedAudience.name == "Của tôi")).one()
    assert kept.audience == {"communes": [THUAN_HOA]}
