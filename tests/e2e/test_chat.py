"""The web chat in a real browser on the real counter: what a citizen on an old phone, or at a desk with a screen reader, meets."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page
from sqlalchemy import func, select

from db.engine import Database
from db.models import Enquiry, InboundMessage, KnowledgeEntry
from db.queries.transcripts import list_turns
from db.settings import Settings
from tests.browser import OpenContext, sideways, until, violations
from tests.live import ONE_ENGINE, Live, unlike_any
from tests.officers import NAME, answer_enquiry
from tests.pictures import PDF, picture
from usecases import uploads
from usecases.enquiries import FileToSend

pytestmark = [pytest.mark.browser, ONE_ENGINE]

LOOKS = pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark")])

Shoot = Callable[[Page, str], Any]


@pytest.fixture
def shoot(request: pytest.FixtureRequest, tmp_path: Path) -> Shoot:
    """Keep a picture of a page: in SCREENSHOTS where that is set, for a person to look at."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)

    async def shot(page: Page, name: str) -> None:
        await page.screenshot(path=folder / f"{name}.png")

    return shot


async def open_chat(context: BrowserContext, live: Live, query: str = "") -> Page:
    page = await context.new_page()
    await page.goto(f"{live.url}/chat{query}")
    await page.wait_for_selector("#empty:visible, .msg")
    return page


async def say(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.click("#send")


def reference(database: Database) -> str:
    with database.read() as session:
        return session.scalars(select(Enquiry.reference).order_by(Enquiry.id.desc()).limit(1)).one()


@LOOKS
async def test_a_question_without_diacritics_gets_a_sourced_answer(
    open_context: OpenContext, live: Live, shoot: Shoot, size: str, scheme: str
):
    page = await open_chat(await open_context(size, scheme), live)
    await shoot(page, f"1-empty-{size}-{scheme}")
    assert await violations(page) == []
    await say(page, "dang ky ma vach o dau")
    await page.wait_for_selector(".bot >> text=Nguồn:")
    await page.wait_for_selector(".mine:not(.pending) >> text=dang ky ma vach o dau")
    assert await page.locator(".bot >> text=trợ lý tự động").count() >= 1
    await shoot(page, f"2-answer-{size}-{scheme}")
    await page.evaluate("document.getElementById('scroller').scrollTop = 0")
    await shoot(page, f"3-greeting-{size}-{scheme}")
    assert await violations(page) == []
    assert await sideways(page) <= 0


@LOOKS
async def test_what_nobody_knows_goes_to_an_officer_whose_answer_appears_by_itself(
    open_context: OpenContext, live: Live, database: Database, shoot: Shoot, size: str, scheme: str
):
    page = await open_chat(await open_context(size, scheme), live)
    await say(page, unlike_any("Quy định nhập khẩu"))
    await page.wait_for_selector(".bot >> text=HD-")
    assert await page.locator(f".bot >> text={reference(database)}").count()
    await shoot(page, f"4-handed-over-{size}-{scheme}")
    words = "Chào anh/chị, mặt hàng này theo QCVN 4:2009 (https://vanban.example/qcvn-4).\nAnh/chị gửi thêm ảnh nhãn nhé."
    answer_enquiry(database, reference(database), words)
    await page.wait_for_selector(".officer >> text=QCVN 4:2009")
    assert NAME in await page.inner_text(".officer .who")
    assert NAME not in await page.inner_text(".officer .body")
    link = page.locator(".officer .body a")
    assert (await link.get_attribute("href"), await link.inner_text()) == ("https://vanban.example/qcvn-4",) * 2
    await shoot(page, f"5-officer-{size}-{scheme}")
    assert await violations(page) == []
    await say(page, "Dạ đây ạ")
    await page.wait_for_selector(".mine:not(.pending) >> text=Dạ đây ạ")
    assert await sideways(page) <= 0


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_english_on_the_vietnamese_page_is_answered_in_english_and_stays_when_it_is_chosen(
    open_context: OpenContext, live: Live, shoot: Shoot, size: str
):
    page = await open_chat(await open_context(size), live)
    await say(page, "What is TBT (technical barriers to trade)?")
    await page.wait_for_selector(".bot >> text=Source:")
    await shoot(page, f"13-english-{size}")
    assert await violations(page) == []
    assert await sideways(page) <= 0
    await page.click(".bot .press >> text=Always answer in English")
    await page.wait_for_selector(".bot >> text=From now on I speak English")
    await say(page, "menu")
    await page.wait_for_selector(".bot >> text=What would you like to ask")


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_many_questions_at_once_become_choices_and_the_rest_goes_to_a_person(
    open_context: OpenContext, live: Live, database: Database, shoot: Shoot, size: str
):
    page = await open_chat(await open_context(size), live)
    with database.read() as session:
        of_office = select(KnowledgeEntry.question).where(KnowledgeEntry.language == "vi", KnowledgeEntry.status == "published")
        questions = session.scalars(of_office.order_by(KnowledgeEntry.id).limit(20)).all()
    await say(page, "\n".join(f"{number}. {question}" for number, question in enumerate(questions, start=1)))
    await page.wait_for_selector(".bot >> text=20 câu")
    assert 1 < await page.locator(".bot .press").count() - await page.locator(".bot .press >> text=ồng ý").count() <= 5
    await shoot(page, f"14-many-questions-{size}")
    assert await violations(page) == []
    assert await sideways(page) <= 0
    await page.click(".bot .press >> text=Gửi cả tin cho cán bộ")
    await page.wait_for_selector(".bot >> text=HD-")


async def test_what_is_written_offline_arrives_once_and_is_there_after_a_reload(
    open_context: OpenContext, live: Live, database: Database, shoot: Shoot
):
    context = await open_context("phone")
    page = await open_chat(context, live)
    await say(page, "menu")
    await page.wait_for_selector(".bot .buttons")
    await live.stop()
    await page.wait_for_selector("#state >> text=Mất kết nối")
    await say(page, "viết khi mất mạng")
    await page.wait_for_selector(".pending >> text=viết khi mất mạng")
    await shoot(page, "6-offline-phone")
    assert await violations(page) == []
    await live.start()
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await page.wait_for_selector(".mine:not(.pending) >> text=viết khi mất mạng")
    assert await page.locator("text=viết khi mất mạng").count() == 1
    shown = await page.locator(".msg .body").all_inner_texts()
    await page.reload()
    await page.wait_for_selector("text=viết khi mất mạng")
    await until(page, "count => document.querySelectorAll('.msg').length >= count", len(shown))
    assert (await page.locator(".msg .body").all_inner_texts())[: len(shown)] == shown
    with database.read() as session:
        assert session.scalar(select(func.count()).where(InboundMessage.text == "viết khi mất mạng")) == 1


async def test_a_page_closed_before_it_could_send_sends_when_it_is_opened_again(open_context: OpenContext, live: Live, database: Database):
    context = await open_context()
    page = await open_chat(context, live)
    await say(page, "menu")
    await page.wait_for_selector(".bot .buttons")
    await live.stop()
    await page.wait_for_selector("#state >> text=Mất kết nối")
    await say(page, "viết rồi đóng trang")
    await page.close()
    await live.start()
    first, second = await context.new_page(), await context.new_page()
    await asyncio.gather(first.goto(f"{live.url}/chat"), second.goto(f"{live.url}/chat"))
    for page in (first, second):
        await page.wait_for_selector(".mine:not(.pending) >> text=viết rồi đóng trang")
        assert await page.locator("text=viết rồi đóng trang").count() == 1
    with database.read() as session:
        assert session.scalar(select(func.count()).where(InboundMessage.text == "viết rồi đóng trang")) == 1


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_a_photo_goes_to_the_officer_and_a_file_comes_back(
    open_context: OpenContext, live: Live, database: Database, shoot: Shoot, size: str
):
    page = await open_chat(await open_context(size), live)
    await page.set_input_files("#pick", [{"name": "cân của tôi.jpg", "mimeType": "image/jpeg", "buffer": picture("JPEG", (1200, 900))}])
    await page.wait_for_selector("#tray li >> text=cân của tôi.jpg")
    await shoot(page, f"7-tray-{size}")
    assert await violations(page) == []
    await say(page, "Cân này có phải kiểm định không, nhờ cán bộ xem ảnh")
    await page.wait_for_selector(".mine:not(.pending) .picture img")
    await until(page, "document.querySelector('.mine .picture img').naturalWidth > 0")
    await page.wait_for_selector(".bot >> text=HD-")
    with database.read() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        assert [file.name for turn in list_turns(session, enquiry.contact_id) for file in turn.files] == ["cân của tôi.jpg"]
    digest = live.counter.files.put(PDF)
    with database.write() as session:
        uploads.note(session, digest, len(PDF), "application/pdf", live.counter.now())
    answer_enquiry(database, enquiry.reference, "Có ạ, xem công văn kèm theo.", [FileToSend(digest, "Công văn 12.pdf", "application/pdf")])
    await page.wait_for_selector(".officer >> text=Công văn 12.pdf")
    await shoot(page, f"8-file-back-{size}")
    assert await violations(page) == []
    async with page.expect_download() as download:
        await page.click(".officer .files a.name")
    saved = await (await download.value).path()
    assert saved.read_bytes() == PDF
    assert (await download.value).suggested_filename == "Công văn 12.pdf"


async def test_a_file_that_is_not_taken_is_said_at_its_own_line(open_context: OpenContext, live: Live, shoot: Shoot):
    page = await open_chat(await open_context("phone"), live)
    files: Any = [
        {"name": "chương trình.pdf", "mimeType": "application/pdf", "buffer": b"MZ" * 500},
        {"name": "trống.pdf", "mimeType": "application/pdf", "buffer": b""},
    ]
    await page.set_input_files("#pick", files)
    await page.wait_for_selector("#tray .error:visible")
    assert "chương trình.pdf" in await page.inner_text("#tray .error")
    assert "trống" in await page.inner_text("#toast")
    assert await page.locator("#tray .act:visible").all_inner_texts() == ["Bỏ"]
    await shoot(page, "9-refused-file-phone")
    assert await violations(page) == []


async def test_everything_is_reached_by_keyboard_alone(open_context: OpenContext, live: Live):
    page = await open_chat(await open_context(), live)
    await page.focus("#text")
    await page.keyboard.type("menu")
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".bot .press >> text=Cách dùng")
    await page.focus("#scroller")
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent.includes('Cách dùng')"):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".bot >> text=/nguoi_that")
    assert await page.evaluate("document.activeElement !== document.body")
    await page.keyboard.press("Control+Home")
    await page.reload()
    await page.wait_for_selector(".bot >> text=/nguoi_that")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "text"


async def test_the_first_page_offers_questions_to_press(open_context: OpenContext, live: Live):
    page = await open_chat(await open_context("phone"), live)
    await page.click("#empty .press >> nth=0")
    await page.wait_for_selector(".bot >> text=Nguồn:")
    assert await page.locator("#empty").is_hidden()


async def test_a_text_too_long_stays_in_the_box_and_says_why(open_context: OpenContext, live: Live):
    page = await open_chat(await open_context(), live)
    await say(page, "x" * 20_001)
    await page.wait_for_selector("#toast >> text=20001")
    assert len(await page.input_value("#text")) == 20_001
    await say(page, "menu")
    await page.wait_for_selector(".bot .buttons")


@pytest.mark.parametrize("width", [640, 320])
async def test_at_twice_the_size_nothing_runs_out_of_the_window(open_context: OpenContext, live: Live, shoot: Shoot, width: int):
    """A window of 1280 at 200 % is 640 wide to the page, a small laptop at 400 % is 320."""
    context = await open_context(viewport={"width": width, "height": width * 5 // 8}, device_scale_factor=2)
    page = await open_chat(context, live)
    await say(page, "nhãn hàng hóa phải ghi những gì https://" + "dài" * 60)
    await page.wait_for_selector(".bot .buttons")
    await page.set_input_files("#pick", [{"name": "tên rất dài " * 12 + ".png", "mimeType": "image/png", "buffer": picture()}])
    await page.wait_for_selector("#tray li")
    await shoot(page, f"10-zoom-{width}")
    assert await sideways(page) <= 0
    assert await violations(page) == []
    await page.click("#send")
    await page.wait_for_selector(".mine:not(.pending) .picture")
    assert await sideways(page) <= 0


FOREIGN_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Cổng</title>
<meta name="viewport" content="width=device-width"></head>
<body><main><h1>Cổng thông tin</h1><p><a href="#x">Liên kết</a></p></main><script src="WIDGET" async></script></body></html>"""


@pytest.fixture
async def host() -> AsyncIterator[str]:
    """Somebody else's site, at another name and port; behind its `?` stands the address of the widget that it embeds."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        body = FOREIGN_PAGE.replace("WIDGET", request.split(b" ")[1].partition(b"?")[2].decode()).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://localhost:{server.sockets[0].getsockname()[1]}/"
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_the_widget_opens_on_a_foreign_page_and_gives_the_focus_back(
    open_context: OpenContext, settings: Settings, database: Database, host: str, shoot: Shoot, size: str
):
    live = await Live(settings, embed_origins=host.rstrip("/")).start()
    page = await (await open_context(size)).new_page()
    await page.goto(f"{host}?{live.url}/widget.js")
    await page.wait_for_selector("[data-chuan-widget]", state="attached")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    frame = await _frame(page)
    await frame.wait_for_selector("#empty:visible")
    await until(frame, "document.activeElement !== document.body")
    await frame.fill("#text", unlike_any())
    await frame.click("#send")
    await frame.wait_for_selector(".bot >> text=HD-")
    await shoot(page, f"11-widget-{size}")
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await until(page, "document.activeElement.hasAttribute('data-chuan-widget')")
    answer_enquiry(database, reference(database), "Cán bộ trả lời khi khung đóng.")
    await frame.wait_for_selector(".officer >> text=khi khung đóng", state="attached")
    await shoot(page, f"12-widget-closed-{size}")
    await page.keyboard.press("Enter")
    await frame.wait_for_selector(".officer:visible")
    await live.stop()


async def test_a_site_that_was_not_allowed_gets_a_tab_instead_of_a_frame(open_context: OpenContext, live: Live, host: str):
    page = await (await open_context()).new_page()
    await page.goto(f"{host}?{live.url}/widget.js")
    await page.wait_for_selector("[data-chuan-widget]", state="attached")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    async with page.expect_event("frameattached") as attached:
        await page.keyboard.press("Enter")
    await (await (await attached.value).frame_element()).wait_for_element_state("hidden")
    async with page.context.expect_page() as opened:
        await page.keyboard.press("Enter")
    assert (await opened.value).url == f"{live.url}/chat?lang=vi"


async def _frame(page: Page) -> Any:
    frame = next((frame for frame in page.frames if "embed=1" in frame.url), None)
    return frame or await page.wait_for_event("framenavigated", predicate=lambda frame: "embed=1" in frame.url)
