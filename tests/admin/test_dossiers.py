"""Dossiers in the panel: an officer works one to its end, nobody decides alone or twice, and each sees what is theirs to see."""

import html
import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from admin import access
from admin.access import ADMINISTRATOR, BARCODES, VIEWER
from db.engine import Database
from db.files import FileStore
from db.models import (
    CompanyPrefix,
    Dossier,
    DossierDemand,
    DossierDraft,
    DossierEvent,
    HistoryEvent,
    OrganisationContact,
    OutboundMessage,
    Staff,
    StoredFile,
)
from tests.admin.conftest import ADMIN, Browser, of_role
from tests.admin.dossiers import ANSWERS, a_dossier
from tests.pictures import PDF, picture
from tests.training import a_contact

Hire = Callable[..., int]
Sign = Callable[[str], Browser]
OTHER = "thu@chuan.example"


@pytest.fixture
def reference(database: Database, now: datetime) -> str:
    with database.write() as session:
        return a_dossier(session, now, a_contact(session, now)).reference


@pytest.fixture
def officer(hire: Hire, signed_in: Sign) -> Browser:
    hire(BARCODES, name="Lê Mã Vạch")
    return signed_in(of_role(BARCODES))


@pytest.fixture
def other(hire: Hire, signed_in: Sign) -> Browser:
    hire(BARCODES, email=OTHER, name="Võ Thị Thu")
    return signed_in(OTHER)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"{name} is not on the page"
    return html.unescape(found[1])


def act(browser: Browser, reference: str, what: str, **fields: object) -> tuple[int, str]:
    """Open the page, press a button of it; the code, and the page that is then shown."""
    base = f"/dossiers/{reference}"
    page = browser.get(base).text
    opened = {"stand": hidden(page, "stand"), "had": hidden(page, "had"), "opened_marks": hidden(page, "opened_marks")}
    answer = browser.post(f"{base}/{what}", page=base, **(opened | {"token": what} | fields))
    return answer.status_code, html.unescape(browser.get(answer.location).text if answer.status_code == 303 else answer.text)


def dossier_of(database: Database, reference: str) -> Dossier:
    with database.read() as session:
        return session.scalars(select(Dossier).where(Dossier.reference == reference)).unique().one()


def notices(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "notice").order_by(OutboundMessage.id))
        return [row.payload.get("text", "") for row in rows]


def demand(browser: Browser, reference: str, **fields: object) -> tuple[int, str]:
    base = f"/dossiers/{reference}/demand"
    page = browser.get(base).text
    answer = browser.post(base, page=base, **({"stand": hidden(page, "stand")} | fields))
    return answer.status_code, html.unescape(browser.get(answer.location).text if answer.status_code == 303 else answer.text)


def test_an_officer_works_a_dossier_to_its_end(database: Database, officer: Browser, other: Browser, reference: str) -> None:
    start = html.unescape(officer.get("/").text)
    assert "hồ sơ mới nộp" in start
    listed = html.unescape(officer.get("/dossiers/?search=nuoc+mam+ba+lang").text)
    assert reference in listed
    assert "Còn 5 ngày làm việc" in listed
    assert "Bạn đã nhận hồ sơ" in act(officer, reference, "take")[1]
    assert reference in officer.get("/dossiers/?queue=mine").text

    _, page = act(officer, reference, "check", mark_firm="right", mark_sector="wrong", words_sector="Ghi rõ ngành hàng")
    assert "1 mục đạt, 1 mục chưa đạt" in page
    page = html.unescape(officer.get(f"/dossiers/{reference}/demand").text)
    assert re.search(r'name="want_sector" value="1" checked', page), "what was ticked is asked for"
    assert "Ghi rõ ngành hàng" in page
    assert not re.search(r'name="want_firm" value="1" checked', page)
    code, page = demand(officer, reference, want_sector="1", words_sector=" ", want_authorisation="", other=["Mang theo mẫu nhãn", ""])
    assert code == 422
    assert "Mang theo mẫu nhãn" in page, "nothing that was typed is lost"
    demand(officer, reference, want_sector="1", words_sector="Ghi rõ ngành hàng", other=["Mang theo mẫu nhãn", ""])
    assert dossier_of(database, reference).status == "needs_more"
    (told,) = notices(database)
    assert "Ghi rõ ngành hàng" in told
    assert "Mang theo mẫu nhãn" in told
    page = html.unescape(officer.get(f"/dossiers/{reference}").text)
    assert "Tạm dừng, còn 5 ngày làm việc" in page

    items = re.findall(r"/items/(\d+)", page)
    assert act(officer, reference, f"items/{items[0]}", answer="")[0] == 422
    act(officer, reference, f"items/{items[0]}", answer="Nước mắm cốt, mắm tôm")
    act(officer, reference, f"items/{items[1]}", answer="Đã mang đến")
    kept = dossier_of(database, reference)
    assert (kept.status, kept.answers["sector"], kept.days_left) == ("in_review", "Nước mắm cốt, mắm tôm", None)
    page = html.unescape(officer.get(f"/dossiers/{reference}").text)
    assert "trước là Nước mắm" in page
    assert 'name="mark_firm" value="right" checked' in page, "what was right stays ticked"
    assert 'name="mark_sector" value="wrong" checked' not in page, "what came anew is to be looked at"

    code, page = act(officer, reference, "move", target="advised", words="")
    assert code == 422
    _, page = act(officer, reference, "move", target="advised", words="Nộp hồ sơ trực tuyến cho Trung tâm.")
    assert "chờ người khác duyệt" in page
    assert "Phê duyệt và gửi" not in page
    code, page = act(officer, reference, "approve")
    assert code == 422
    assert "một người trình, người khác phê duyệt" in page
    act(other, reference, "send-back", words="Thiếu đường dẫn")
    assert "Thiếu đường dẫn" in html.unescape(officer.get(f"/dossiers/{reference}").text)
    act(officer, reference, "move", target="advised", words="Nộp tại cổng của Trung tâm.")
    act(other, reference, "approve")
    assert dossier_of(database, reference).status == "advised"
    assert "Nộp tại cổng của Trung tâm." in notices(database)[-1]
    act(officer, reference, "note", words="Đã gọi điện")
    act(officer, reference, "move", target="closed", words="Đã xong")
    page = html.unescape(officer.get(f"/dossiers/{reference}").text)
    assert "Đã gọi điện" in page
    assert not any("Đã gọi điện" in one or "Thiếu đường dẫn" in one for one in notices(database)), "what is internal stays inside"
    assert reference in officer.get("/dossiers/?queue=finished").text


def test_in_a_trial_with_one_officer_they_approve_their_own_and_are_told_so(database: Database, officer: Browser, reference: str) -> None:
    with database.write() as session:
        for colleague in session.scalars(select(Staff).where(Staff.email != of_role(BARCODES))):
            colleague.active = False
    act(officer, reference, "move", target="in_review")
    _, page = act(officer, reference, "move", target="advised", words="Nộp tại cổng của Trung tâm.")
    assert "chỉ có một người được phê duyệt" in page
    act(officer, reference, "approve")
    assert dossier_of(database, reference).status == "advised"


def test_two_officers_at_once_move_it_once(database: Database, officer: Browser, other: Browser, reference: str) -> None:
    stale = officer.get(f"/dossiers/{reference}").text
    act(other, reference, "move", target="in_review")
    before = len(notices(database))
    answer = officer.post(
        f"/dossiers/{reference}/move", page=f"/dossiers/{reference}", stand=hidden(stale, "stand"), target="closed", words="Trùng hồ sơ"
    )
    assert answer.status_code == 409
    page = html.unescape(answer.text)
    assert "đã chuyển bước" in page
    assert "Trùng hồ sơ" in page
    assert len(notices(database)) == before
    assert dossier_of(database, reference).status == "in_review"
    lost = officer.post(f"/dossiers/{reference}/take", page=f"/dossiers/{reference}", had=hidden(stale, "had"))
    assert lost.status_code == 303
    with database.read() as session:
        kinds = session.scalars(select(DossierEvent.kind).order_by(DossierEvent.id)).all()
    assert kinds == ["submitted", "moved", "assigned"]
    # marks of two people come together
    for browser, name in ((officer, "firm"), (other, "person")):
        browser.post(
            f"/dossiers/{reference}/check", page=f"/dossiers/{reference}", json=True, opened_marks="{}", **{f"mark_{name}": "right"}
        )
    page = officer.get(f"/dossiers/{reference}").text
    assert 'name="mark_firm" value="right" checked' in page
    assert 'name="mark_person" value="right" checked' in page


def test_asking_a_second_time_needs_a_manager_and_a_reason(
    database: Database, officer: Browser, admin: Browser, reference: str, now: datetime
) -> None:
    demand(officer, reference, want_sector="1", words_sector="Ghi rõ")
    (item,) = re.findall(r"/items/(\d+)", officer.get(f"/dossiers/{reference}").text)
    act(officer, reference, f"items/{item}", answer="Nước mắm")
    page = html.unescape(officer.get(f"/dossiers/{reference}/demand").text)
    assert "lần yêu cầu bổ sung thứ 2" in page
    assert "Quản trị" in page
    assert "Gửi yêu cầu bổ sung" not in page
    stand = hidden(officer.get(f"/dossiers/{reference}").text, "stand")
    forced = officer.post(
        f"/dossiers/{reference}/demand", page=f"/dossiers/{reference}", stand=stand, want_firm="1", words_firm="Sai", reason="Quên"
    )
    assert forced.status_code == 422
    code, page = demand(admin, reference, want_firm="1", words_firm="Tên khác giấy phép")
    assert code == 422
    assert "Tên khác giấy phép" in page
    demand(admin, reference, want_firm="1", words_firm="Tên khác giấy phép", reason="Giấy mới gửi lại khác tên")
    with database.read() as session:
        second = session.scalars(select(DossierDemand).where(DossierDemand.number == 2)).one()
        assert (second.reason, second.allowed_by_id) == ("Giấy mới gửi lại khác tên", second.asked_by_id)


def test_a_late_dossier_explains_itself(database: Database, officer: Browser, other: Browser, reference: str, now: datetime) -> None:
    act(officer, reference, "move", target="in_review")
    with time_machine.travel(now + timedelta(days=14)):
        for browser, email in ((officer, of_role(BARCODES)), (other, OTHER)):
            browser.sign_in(email)
        page = html.unescape(officer.get("/dossiers/?queue=late").text)
        assert "Trễ 4 ngày làm việc" in page
        act(officer, reference, "move", target="advised", words="Nộp cho Trung tâm.")
        code, page = act(other, reference, "approve")
        assert code == 422
        assert "nêu lý do" in page
        act(officer, reference, "explain", words="Cán bộ đi công tác")
        assert "Cán bộ đi công tác" in notices(database)[-1]
        act(other, reference, "approve")
    assert dossier_of(database, reference).status == "advised"


def test_a_viewer_reads_without_personal_data_and_a_specialist_their_family(
    database: Database, officer: Browser, signed_in: Sign, hire: Hire, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    act(officer, reference, "note", words="Gọi 0905111222 gặp bà Mắm")
    hire(VIEWER)
    viewer = signed_in(of_role(VIEWER))
    for address in (f"/dossiers/{reference}", "/dossiers/?search=0905111222", "/organisations/", "/organisations/1"):
        page = html.unescape(viewer.get(address).text)
        for secret in ("0905111222</a>", "tel:", "Nguyễn Thị Mắm", "dang-ky.pdf", "Nước mắm</div>", "Gọi 0905111222"):
            assert secret not in page, address
    assert reference not in viewer.get("/dossiers/?search=0905111222").text, "nobody finds by what they may not read"
    assert reference in viewer.get("/dossiers/?search=ba+lang").text
    monkeypatch.setitem(access.FAMILIES, "barcodes", frozenset({ADMINISTRATOR}))
    assert reference not in officer.get("/dossiers/?queue=all").text
    assert officer.get(f"/dossiers/{reference}").status_code == 404
    assert officer.get("/organisations/1").status_code == 404


def test_every_family_of_procedures_has_people() -> None:
    from domain import dossiers

    assert {one.family for one in dossiers.DECLARED} == set(access.FAMILIES)


def test_papers_are_only_handed_out_with_care(database: Database, panel: Flask, officer: Browser, reference: str, now: datetime) -> None:
    store: FileStore = panel.extensions["files"]
    digest, preview = store.put(PDF), store.put(picture("JPEG"))
    with database.write() as session:
        session.add(
            StoredFile(sha256=digest, size=len(PDF), media_type="application/pdf", stored_at=now, preview_sha256=preview, scan="unscanned")
        )
        dossier = session.scalars(select(Dossier)).unique().one()
        dossier.papers[0].sha256 = digest
        dossier.receipt_sha256 = digest
        key = dossier.papers[0].id
    file = f"/dossiers/{reference}/files/{key}"
    assert officer.get(file).mimetype == "text/html", "a warning first"
    answer = officer.post(file, page=file)
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    answer.close()
    assert officer.get(f"/dossiers/{reference}/previews/{key}").mimetype == "image/jpeg"
    with database.read() as session:
        assert session.scalars(select(HistoryEvent).where(HistoryEvent.act == "viewed", HistoryEvent.noun == "dossiers")).first()
    assert officer.get(f"/dossiers/{reference}/receipt").mimetype == "application/pdf"
    for _ in range(2):
        act(officer, reference, "resend")
    with database.read() as session:
        sent = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.method == "sendDocument")).all()
    assert [one["document"]["name"] for one in sent] == [f"{reference}.pdf"]
    with database.write() as session:
        session.get_one(StoredFile, digest).scan = "threat"
    assert officer.get(file).status_code == 403


def test_staff_fill_in_for_a_visitor(database: Database, officer: Browser, panel: Flask, reference: str) -> None:
    begun = officer.post("/dossier_counter/", page="/dossier_counter/", kind="barcode_registration")
    form = begun.location
    fields = {name: str(value) for name, value in ANSWERS.items() if isinstance(value, str | int)} | {
        "address": "5 Lê Lợi, phường Hạc Thành"
    }
    known = officer.post(form, page=form, tax_code=ANSWERS["tax_code"], act="prefill")
    assert "Cơ sở nước mắm Ba Làng" in html.unescape(officer.get(known.location).text)
    bad = {"product_count": "nhiều", "phone": "12", "act": "submit"}
    exe = (io.BytesIO(b"MZ"), "virus.exe")
    refused = officer.post(form, page=form, **(fields | bad | {"file_business_registration": exe}))
    page = html.unescape(refused.text)
    assert refused.status_code == 422
    assert "Còn 3 mục cần xem lại" in page
    assert 'value="nhiều"' in page, "nothing that was typed is lost"
    assert '<a href="#file_business_registration">' in page
    assert page.index('href="#phone"') < page.index('href="#product_count"'), "in the order of the form"
    assert "Cơ sở nước mắm Ba Làng" in html.unescape(officer.get("/dossier_counter/").text), "the draft survives"

    kept = officer.post(form, page=form, act="save", file_business_registration=(io.BytesIO(PDF), "giấy phép.pdf"))
    assert "giấy phép.pdf" in html.unescape(officer.get(kept.location).text)
    for _ in range(2):
        done = officer.post(form, page="/dossiers/", **(fields | {"act": "submit"}))
        assert done.status_code == 303, html.unescape(done.text)
    with database.read() as session:
        made = session.scalars(select(Dossier).order_by(Dossier.id.desc())).unique().first()
        assert made is not None
        assert session.scalar(select(Dossier.id).where(Dossier.id > made.id)) is None
        assert (made.source, made.contact_id, made.answers["product_count"]) == ("counter", None, 12)
        assert made.entered_by_id is not None
        assert [paper.name for paper in made.papers] == ["giấy phép.pdf"]
        assert session.scalars(select(DossierDraft).where(DossierDraft.dossier_id == made.id)).one().status == "submitted"
    page = html.unescape(officer.get(done.location).text)
    assert "tại quầy · Lê Mã Vạch" in page
    demand(officer, made.reference, want_business_registration="1", words_business_registration="Mờ")
    (item,) = re.findall(r"/items/(\d+)", officer.get(f"/dossiers/{made.reference}").text)
    _, page = act(officer, made.reference, f"items/{item}", files=(io.BytesIO(PDF + b"\n%%EOF"), "rõ hơn.pdf"))
    assert "rõ hơn.pdf" in page
    assert "1 tệp đã được thay" in page
    assert dossier_of(database, made.reference).status == "in_review"


def test_an_officer_says_who_speaks_for_a_firm_and_what_prefix_it_holds(database: Database, officer: Browser, reference: str) -> None:
    page = officer.get(f"/dossiers/{reference}").text
    link = hidden(page, "link")
    firm = re.search(r"/organisations/(\d+)/decide", page)[1]
    assert "chờ xác nhận" in html.unescape(officer.get("/organisations/?speaker=claimed").text)
    officer.post(f"/organisations/{firm}/decide", page=f"/dossiers/{reference}", link=link, answer="yes")
    with database.read() as session:
        decided = session.scalars(select(OrganisationContact)).one()
        assert (decided.status, decided.decided_by_id is not None) == ("confirmed", True)
    base = f"/organisations/{firm}"
    refused = officer.post(f"{base}/prefixes", page=base, prefix="12", issued_on="hôm qua", certificate_number="MSMV 1")
    assert refused.status_code == 422
    assert refused.text.count('aria-invalid="true"') == 2
    assert "MSMV 1" in refused.text
    for _ in range(2):
        officer.post(f"{base}/prefixes", page=base, prefix="893 600 372", issued_on="5/3/2024", certificate_number="MSMV 1")
    with database.read() as session:
        (prefix,) = session.scalars(select(CompanyPrefix)).all()
    officer.post(f"{base}/prefixes/{prefix.id}/verify", page=base)
    assert "Lê Mã Vạch đã xem giấy chứng nhận" in html.unescape(officer.get(base).text)
    officer.post(f"{base}/prefixes/{prefix.id}/end", page=base)
    with database.read() as session:
        assert session.scalars(select(CompanyPrefix.ended_at)).one() is not None


@pytest.mark.parametrize("email", [ADMIN, of_role(VIEWER)])
def test_an_export_holds_the_answers_of_its_type(
    database: Database, panel: Flask, hire: Hire, signed_in: Sign, reference: str, email: str
) -> None:
    if email != ADMIN:
        hire(VIEWER)
    browser = signed_in(email)
    task = browser.post("/exports/dossiers", page="/dossiers/", form="xlsx", kind="barcode_registration", queue="new")
    panel.extensions["background"].work_off()
    book = load_workbook(io.BytesIO(browser.get(f"{task.location}/file").data), read_only=True)
    head, row = list(book.active.iter_rows(values_only=True))[:2]
    shown = dict(zip(head, row, strict=True))
    assert shown["Mã hồ sơ"] == reference
    assert shown["Điện thoại"] == ("0905111222" if email == ADMIN else "(không được xem)")
    assert shown["Ngành hàng chính"] == ("Nước mắm" if email == ADMIN else "(không được xem)")
    assert ("Nguyễn Thị Mắm" in row) is (email == ADMIN)
