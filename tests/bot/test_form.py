"""The web form at a one-time link: the draft of the chat, with and without script; handed in once, with consent and all of its files."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.counter import Counter
from bot.pages import chat, form
from db.engine import Database
from db.models import Contact, Dossier, DossierDraft, OutboundMessage, StoredFile
from db.settings import Settings
from domain import dossiers as declarations
from tests.browser import OpenContext, sideways, violations
from tests.examples import a_draft
from tests.pictures import PDF
from tests.products import PREFIX, row, sheet
from tests.training import a_contact
from usecases import contacts, dossier_drafts


def pdf(number: int = 1) -> bytes:
    """Files that differ."""
    return PDF.replace(b"%PDF-1.4\n", b"%%PDF-1.4\n%% %d\n" % number)


@pytest.fixture
async def counter(settings: Settings, now: datetime) -> AsyncIterator[Counter]:
    made = Counter(settings.model_copy(update={"public_url": "https://quay.example"}), lambda: now)
    yield made
    made.taking.close()
    made.writer.close()
    made.database.close()


@pytest.fixture
async def client(counter: Counter) -> AsyncIterator[httpx.AsyncClient]:
    """Of the form alone."""
    transport = httpx.ASGITransport(Starlette(routes=[*form.routes(counter), *chat.routes(counter)]))
    async with httpx.AsyncClient(transport=transport, base_url="https://quay.example") as opened:
        yield opened


class Visitor:
    """Somebody with a link and a browser without script."""

    def __init__(self, client: httpx.AsyncClient, secret: str) -> None:
        self.client, self.here, self.page = client, f"/form/{secret}", ""

    async def open(self, where: str = "") -> str:
        answer = await self.client.get(self.here + where, follow_redirects=True)
        self.page = answer.text
        return self.page

    async def post(self, where: str = "", files: Any = None, **sent: Any) -> httpx.Response:
        found = re.search(r'name="form-token" value="([^"]+)"', self.page)
        data = {"form-token": found[1] if found else "", **sent}
        answer = await self.client.post(self.here + where, data=data, files=files)
        if answer.is_redirect:
            shown = await self.client.get(answer.headers["location"])
            self.page = shown.text
            return shown
        if answer.headers["content-type"].startswith("text/html"):
            self.page = answer.text
        return answer


@pytest.fixture
def invite(database: Database, client: httpx.AsyncClient, now: datetime) -> Callable[..., Awaitable[Visitor]]:
    """A draft's link, opened: `invite(filled=True)` for one in which everything is there."""

    async def one(*, kind: str = "barcode_registration", filled: bool = False, of: str = "contact", **more: Any) -> Visitor:
        with database.write() as session:
            owner = {"contact": a_contact(session, now)} if of == "contact" else {}
            draft = (
                a_draft(session, now, kind, **owner, **more)
                if filled
                else dossier_drafts.begin(session, kind, language="vi", now=now, **owner)
            )
            secret = dossier_drafts.new_link(draft, now)
        visitor = Visitor(client, secret)
        await visitor.open()
        return visitor

    return one


Invite = Callable[..., Awaitable[Visitor]]


def the_draft(database: Database) -> DossierDraft:
    with database.read() as session:
        return session.scalars(select(DossierDraft)).one()


async def test_a_firm_fills_in_the_form_without_script_and_hands_it_in_once(invite: Invite, database: Database, now: datetime):
    visitor = await invite()
    assert "chưa xác minh" in visitor.page
    assert "0/10 mục bắt buộc" in visitor.page
    typed = {"tax_code": "0100000000", "firm": "Mắm Ba Làng", "product_count": "vài", "uses_foreign_codes": "yes"}
    again = await visitor.post(**typed, **{"form-act": "check"})
    assert again.status_code == 422
    assert "Có 2 chỗ cần xem lại" in again.text
    assert 'href="#f-tax_code"' in again.text
    assert 'value="0100000000"' in again.text, "nothing typed is lost"
    assert the_draft(database).answers == {"firm": "Mắm Ba Làng", "uses_foreign_codes": "yes"}

    rest = {
        "tax_code": "0100233488",
        "address": "12 Lê Lợi, phường Thuận Hóa, thành phố Huế",
        "person": "Nguyễn Thị Hoa",
        "phone": "0905 111 222",
        "sector": "Nước mắm",
        "product_count": "12",
        "code_kind": "gln",
    }
    lacking = await visitor.post(**rest, **{"form-act": "check"})
    assert "Xin gửi “Giấy ủy quyền”" in lacking.text, "a paper that an answer asks for"
    papers = [("file-business_registration", ("a.pdf", pdf(), "x")), ("file-authorisation", ("giấy.exe", pdf(2), "x"))]
    summary = await visitor.post(files=papers, **{"form-act": "check"})
    assert "Xem lại trước khi nộp" in summary.text
    assert "Mã địa điểm toàn cầu (GLN)" in summary.text
    assert "giấy.exe.pdf" in summary.text
    assert "Nên có thêm" in summary.text

    refused = await visitor.post("/hand-in")
    assert refused.status_code == 422  # no consent
    await visitor.open("/summary")
    answers = await asyncio.gather(*(visitor.client.post(visitor.here + "/hand-in", data=_agreed(visitor)) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {303}
    page = await visitor.open()
    with database.write() as session:
        (dossier,) = session.scalars(select(Dossier)).all()
        assert dossier.source == "form"
        assert dossier.reference in page
        said = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.method == "sendMessage")).all()
        assert [dossier.reference in payload["text"] for payload in said] == [True]
        contact = session.scalars(select(Contact)).one()
        assert contacts.has_consented(session, contact, contacts.DOSSIERS)
        assert dossier.contact_id == contact.id
        assert dossier.answers["address"]["commune"] == "Phường Thuận Hóa"
        assert all(session.get_one(StoredFile, paper.sha256).pages == 1 for paper in dossier.papers)
    assert "receipt.pdf" in page
    assert "01/12/2026 (số ngày do quầy tự đặt, Chi cục chưa xác nhận)" in page
    late = await visitor.post(firm="Tên khác")
    assert dossier.reference in late.text
    assert dossier.firm == "Mắm Ba Làng"


def _agreed(visitor: Visitor) -> dict[str, str]:
    token = re.search(r'name="form-token" value="([^"]+)"', visitor.page)
    assert token
    return {"form-token": token[1], "consent": "yes"}


async def test_each_answer_is_kept_as_the_script_sends_it_and_the_chat_goes_on_with_it(invite: Invite, database: Database, now: datetime):
    visitor = await invite()
    kept = await visitor.post("/answers", tax_code="0100233488")
    assert kept.json()["faults"] == {}
    assert (kept.json()["done"], kept.json()["total"]) == (1, 10)
    visitor = Visitor(visitor.client, visitor.here.rsplit("/", 1)[1])
    assert (await visitor.post("/answers", firm="Người lạ")).status_code == 403, "not from our page"
    await visitor.open()
    wrong = await visitor.post("/answers", phone="123")
    assert "phone" in wrong.json()["faults"]
    sent = await visitor.post("/answers", files=[("file-application_form", ("đơn.pdf", pdf(), "x"))])
    assert [file["name"] for file in sent.json()["files"]["application_form"]] == ["đơn.pdf"]
    photo = await visitor.post("/answers", files=[("file-business_registration", ("a.jpg", b"MZ not a picture", "x"))])
    assert "business_registration" in photo.json()["faults"]
    draft = the_draft(database)
    assert draft.answers == {"tax_code": "0100233488"}
    assert dossier_drafts.is_asked(draft, declarations.current(draft.kind).part("application_form"))
    sha256 = draft.papers["application_form"][0]["sha256"]
    await visitor.post(**{"form-remove": f"application_form/{sha256}"})
    assert the_draft(database).papers["application_form"] == []


async def test_nothing_is_handed_in_while_a_file_arrives(invite: Invite, database: Database, now: datetime):
    visitor = await invite(filled=True)
    await visitor.open("/summary")
    begun, go_on = asyncio.Event(), asyncio.Event()
    token = _agreed(visitor)["form-token"]
    head = f'--b\r\nContent-Disposition: form-data; name="form-token"\r\n\r\n{token}\r\n--b\r\n'.encode()
    head += b'Content-Disposition: form-data; name="file-product_list"; filename="a.pdf"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    content = pdf(3)

    async def slowly() -> AsyncIterator[bytes]:
        yield head + content[:100]
        begun.set()
        await go_on.wait()
        yield content[100:] + tail

    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Length": str(len(head + content + tail))}
    sending = asyncio.create_task(visitor.client.post(visitor.here + "/answers", content=slowly(), headers=headers))
    await begun.wait()
    refused = await visitor.post("/hand-in", consent="yes")
    assert (refused.status_code, "Còn tệp đang được gửi" in refused.text) == (422, True)
    go_on.set()
    assert (await sending).json()["faults"] == {}
    handed_in = await visitor.post("/hand-in", consent="yes")
    assert "Đã nhận hồ sơ" in handed_in.text
    with database.read() as session:
        (dossier,) = session.scalars(select(Dossier)).all()
        assert "a.pdf" in {paper.name for paper in dossier.papers}


async def test_links_that_are_old_unknown_or_of_no_contact_hand_nothing_in(
    invite: Invite, database: Database, client: httpx.AsyncClient, now: datetime, counter: Counter
):
    assert (await client.get("/form/unknown")).status_code == 404
    at_the_counter = await invite(filled=True, of="nobody")
    await at_the_counter.open("/summary")
    assert "báo cán bộ để nộp" in at_the_counter.page
    await at_the_counter.open()
    assert (await at_the_counter.post("/hand-in", consent="yes")).status_code == 422
    with database.write() as session:
        draft = session.scalars(select(DossierDraft)).one()
        dossier_drafts.throw_away(session, draft, now)
    assert (await client.get(at_the_counter.here)).status_code == 404
    assert (await at_the_counter.post(firm="x")).status_code == 404
    with database.read() as session:
        assert session.scalar(select(func.count(Dossier.id))) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_too_much_is_refused_before_it_is_read(invite: Invite):
    visitor = await invite()
    huge = await visitor.client.post(visitor.here, content=b"x", headers={"Content-Length": str(200 * 1024 * 1024)})
    assert huge.status_code == 413
    unknown = await visitor.client.post(visitor.here + "/answers", data={"form-token": "x"})
    assert unknown.status_code == 403


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_on_an_old_phone_answers_and_files_are_kept_at_once(invite: Invite, open_context: OpenContext, database: Database):
    from playwright.async_api import expect

    visitor = await invite()
    context = await open_context("phone")
    page = await context.new_page()
    await page.route("https://quay.example/**", lambda route: _serve(visitor.client, route))
    await page.goto(f"https://quay.example{visitor.here}")
    assert await violations(page) == []
    assert await sideways(page) <= 0

    authorisation = page.locator('[data-box="authorisation"]')
    await expect(authorisation).to_be_hidden()
    await page.get_by_label("Mã số thuế").fill("0100000000")
    await page.get_by_label("Tên cơ sở").focus()
    await expect(page.locator("#e-tax_code")).to_contain_text("Lỗi:")
    await page.get_by_label("Mã số thuế").fill("0100233488")
    await page.get_by_role("group", name="Có dùng mã nước ngoài").get_by_label("Có").check()
    await expect(authorisation).to_be_visible()
    await expect(page.get_by_text("Đã xong 2/11 mục bắt buộc")).to_be_visible()
    await expect(page.locator("#e-tax_code")).to_be_empty()
    files = [{"name": f"trang {number}.pdf", "mimeType": "application/pdf", "buffer": pdf(number)} for number in (1, 2)]
    await page.get_by_label("Giấy đăng ký kinh doanh").set_input_files(files)
    await expect(page.locator("#l-business_registration button")).to_have_count(2)
    await page.get_by_role("button", name="Bỏ tệp: trang 1.pdf").click()
    await expect(page.locator("#l-business_registration button")).to_have_count(1)
    assert the_draft(database).answers == {"tax_code": "0100233488", "uses_foreign_codes": "yes"}

    await page.get_by_role("button", name="Kiểm tra và nộp").click()
    await expect(page.locator("#errors")).to_be_focused()
    assert await violations(page) == []
    await page.locator("#errors a").first.click()
    await expect(page.get_by_label("Tên cơ sở")).to_be_in_viewport()
    await page.set_viewport_size({"width": 180, "height": 320})  # 200 %
    assert await sideways(page) <= 0


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_pages_around_handing_in_are_plain_and_readable(invite: Invite, open_context: OpenContext):
    from playwright.async_api import expect

    visitor = await invite(filled=True, firm="Cơ sở " + "Ữ" * 120)

    async def readable(where: str = "") -> None:
        """To axe, which needs script."""
        scripted = await (await open_context("phone", "dark")).new_page()
        await scripted.route("https://quay.example/**", lambda route: _serve(visitor.client, route))
        await scripted.goto(f"https://quay.example{visitor.here}{where}")
        assert await violations(scripted) == []

    context = await open_context("phone", "dark", java_script_enabled=False)
    page = await context.new_page()
    await page.route("https://quay.example/**", lambda route: _serve(visitor.client, route))
    await page.goto(f"https://quay.example{visitor.here}?lang=en")
    await page.get_by_role("button", name="Check and hand in").click()
    await expect(page.get_by_role("heading", name="Check before handing in")).to_be_visible()
    assert await sideways(page) <= 0
    await readable("/summary")
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Hand in").click()
    await expect(page.get_by_role("heading", name="The dossier has arrived")).to_be_visible()
    assert await sideways(page) <= 0
    await readable()


async def _serve(client: httpx.AsyncClient, route: Any) -> None:
    request = route.request
    headers = {name: value for name, value in (await request.all_headers()).items() if name.lower() in {"content-type"}}
    answer = await client.request(request.method, request.url, content=request.post_data_buffer, headers=headers)
    await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


async def test_a_product_list_is_sent_as_a_sheet_and_its_faults_are_said(invite: Invite, database: Database):
    visitor = await invite(filled=True, kind="barcode_products", company_prefix=PREFIX)
    await visitor.open()
    template = await visitor.client.get(visitor.here + "/products.xlsx")
    assert template.content.startswith(b"PK")
    sent = {"sheet-products": ("danh muc.xlsx", sheet([row(1), row(2), row(3, code="8936003720037")]))}
    answer = await visitor.post(files=sent, **{"form-act": "save"})
    assert answer.status_code == 422
    assert "Đã nhận 2 sản phẩm; 1 dòng chưa nhận" in visitor.page
    with database.read() as session:
        answers = session.scalars(select(DossierDraft)).unique().one().answers
    assert (answers["products"]["count"], answers["products"]["faulty"]) == (2, 1)
    assert "2 sản phẩm" in await visitor.open()
    refused = await visitor.post(files={"sheet-products": ("anh.pdf", pdf())}, **{"form-act": "save"})
    assert "Excel" in refused.text
