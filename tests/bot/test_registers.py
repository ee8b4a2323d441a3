"""The public registers over HTTP: found as people type, true to the day, and without what is nobody's business."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as configured
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.counter import Counter
from bot.pages import chat, registers
from db.engine import Database
from db.models import MarkEntry
from db.models.quantity_mark import CERTIFICATE, REVOKED, SUPERSEDED, SUSPENDED
from db.settings import Settings
from tests.browser import OpenContext, sideways, violations
from tests.quantity_marks import a_firm, an_entry, goods
from usecases import public_registers


@pytest.fixture
async def client(settings: Settings, now: datetime) -> AsyncIterator[httpx.AsyncClient]:
    """Of the public pages alone."""
    counter = Counter(settings.model_copy(update={"public_url": "https://quay.example"}), lambda: now)
    routes: list[BaseRoute] = [*registers.routes(counter), *chat.routes(counter)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="https://quay.example") as opened:
        yield opened
    counter.writer.close()
    counter.database.close()


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_a_register_is_searched_as_people_type_and_says_where_a_line_stands(client: httpx.AsyncClient, database: Database):
    with database.write() as session:
        firm = a_firm(session)
        old = an_entry(session, organisation_id=firm.id, number="01/2025/TB", status=SUPERSEDED, status_since=date(2026, 3, 2))
        two = (goods("500 ml"), goods("1 l", name="Mắm <ruốc> Huế", brand="Cô Ri"))
        new = an_entry(session, *two, organisation_id=firm.id, number="02/2026/TB", times=2, previous_id=old.id)
        an_entry(
            session, firm="Hộ kinh doanh Lê Thị Bé", number="03/2026/TB", status=REVOKED, status_since=date(2026, 5, 4), words="Bí mật"
        )
        over = date(2026, 11, 22)
        an_entry(session, register=CERTIFICATE, number="01/GCN", firm="Công ty Gas Huế", expires_on=over)
        until = {"status": SUSPENDED, "status_since": date(2026, 10, 1), "suspended_until": date(2026, 12, 1)}
        an_entry(session, register=CERTIFICATE, number="02/GCN", firm="Công ty Gas Huế", expires_on=date(2027, 11, 23), **until)

    page = "/registers/announcements"
    for words in ("nuoc mam phu thuan", "NƯỚC MẮM", "02/2026", "co ri", "mam ruoc co ri 02/2026"):
        found = (await client.get(page, params={"q": words})).text
        assert "02/2026/TB" in found, words
    found = (await client.get(page, params={"q": "mam co ri phuong"})).text
    assert "Không tìm thấy dòng nào" in found
    assert "không có nghĩa là cơ sở vi phạm" in found
    both = (await client.get(page, params={"q": "cong ty co ri"})).text  # a word of the firm and one of its goods
    assert "02/2026/TB" in both
    assert "Mắm &lt;ruốc&gt; Huế" in both
    assert "lần 2" in both
    assert "Đã tiếp nhận công bố ngày 02/03/2026" in both
    assert "không phải giấy phép" in both
    everything = (await client.get(page)).text
    assert "Đã hủy bỏ công bố từ ngày 04/05/2026" in everything
    assert "Bí mật" not in everything
    assert "02/2026/TB" not in (await client.get(page, params={"status": "superseded"})).text
    assert "Không tìm thấy" in (await client.get(page, params={"since": "2026-03-03"})).text
    assert "Announcement received on 2 Mar 2026" in (await client.get(page, params={"lang": "en"})).text

    certificates = (await client.get("/registers/certificates")).text
    assert "Hết hạn sau ngày 22/11/2026" in certificates  # though no clock was by since midnight
    assert "Bị đình chỉ từ ngày 01/10/2026" in certificates
    assert "(đến hết ngày 01/12/2026)" in certificates
    assert "01/GCN" in (await client.get("/registers/certificates?status=expired")).text
    assert "01/GCN" not in (await client.get("/registers/certificates?status=in_force")).text

    told = await client.get(f"/registers/entry/{old.secret}")
    assert "Dòng đang được ghi nhận là số 02/2026/TB" in told.text
    assert "0905111222" not in told.text
    shown = (await client.get(f"/registers/entry/{new.secret}")).text
    assert "Đã tiếp nhận công bố" in shown
    assert "được cấp phép" not in shown
    for nothing in ("entry/" + "x" * 43, "entry/%00", f"entry/{new.number}", "others", "others.csv"):
        assert (await client.get(f"/registers/{nothing}")).status_code == 404, nothing
    counted = (await client.get("/registers")).text
    assert "Đã hủy bỏ công bố: 1" in counted
    assert "Hết hạn: 1" in counted


@pytest.mark.parametrize("words", ["%", "_", "\\", "'; drop table mark_entries; --", "\x00", "<script>alert(1)</script>", "a" * 5000])
async def test_hostile_words_find_nothing_and_break_nothing(client: httpx.AsyncClient, database: Database, words: str):
    with database.write() as session:
        an_entry(session, number="01/2026/TB")
    hostile = {"q": words, "status": words, "page": words, "since": "", "lang": words}
    answer = await client.get("/registers/announcements", params=hostile)
    assert answer.status_code == 200
    assert "<script>" not in answer.text
    assert ("01/2026/TB" in answer.text) is (words == "\x00")  # which is no word at all
    bad_day = await client.get("/registers/announcements", params={"since": words or "x"})
    assert (bad_day.status_code, "không đọc được" in bad_day.text) == (200, True)
    assert (await client.get("/registers/announcements.csv", params={"until": words or "x"})).status_code == 400


async def test_pages_hold_twenty_and_lead_on_with_what_was_sought(client: httpx.AsyncClient, database: Database):
    with database.write() as session:
        for number in range(45):
            an_entry(session, number=f"{number:02d}/TRANG")
    first = await client.get("/registers/announcements", params={"q": "trang", "lang": "en"})
    assert (first.text.count("/TRANG"), "q=trang&amp;lang=en&amp;page=2" in first.text) == (20, True)
    last = await client.get("/registers/announcements", params={"q": "trang", "page": "3"})
    assert (last.text.count("/TRANG"), "page=2" in last.text, "page=4" in last.text) == (5, True, False)
    assert len(rows(await client.get("/registers/announcements.csv"))) == 45
    assert [(await client.get("/registers/announcements.csv")).status_code for _ in range(6)][-1] == 429


NAMES = st.text(st.sampled_from("aáđ=+-@ \"'\n,;<"), min_size=1, max_size=12)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is written asks no database
@configured(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    firm=NAMES,
    product=NAMES,
    brand=NAMES,
    phone=st.from_regex(r"0[35789]\d{8}", fullmatch=True),
    identity=st.from_regex(r"0\d{11}", fullmatch=True),
)
def test_open_data_hold_no_number_of_a_person_and_no_formula(
    database: Database, firm: str, product: str, brand: str, phone: str, identity: str
):
    with database.write() as session:
        private = a_firm(session, tax_code=identity, name=firm, phone=phone)
        typed = goods(name=f"{product} {phone}", brand=brand)
        facts = {"organisation_id": private.id, "signer": "Lê Hồng Phong", "words": f"gọi {phone}"}
        entry = an_entry(session, typed, firm=f"{firm} {identity} a@mam.example", **facts)
        written = [cell for row in public_registers.rows(public_registers.line(entry, date(2026, 11, 23))) for cell in row]
        session.rollback()
    text = registers.csv_lines([written])
    for secret in (phone, identity, private.street, private.email, "a@mam.example", "Lê Hồng Phong", entry.secret):
        assert secret not in text
    (read,) = csv.reader(io.StringIO(text))
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in read)
    assert len(read) == len(public_registers.COLUMNS)


async def test_open_data_are_one_row_a_product_and_may_be_kept_a_while(client: httpx.AsyncClient, database: Database):
    with database.write() as session:
        an_entry(session, goods("0,5 l"), goods("200 g (10 gói x 20 g)", name="=cmd|' /C calc'!A0"), number="07/2026/TB")
        session.add(MarkEntry(register=CERTIFICATE, number="x", secret="s" * 43, firm="f", **_days()))
    answer = await client.get("/registers/announcements.csv")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="announcements-2026-11-23.csv"' in answer.headers["content-disposition"]
    one, other = rows(answer)
    assert tuple(one) == public_registers.COLUMNS
    assert (one["quantity"], one["nominal"], one["unit"], one["received_on"]) == ("0,5 l", "0.5", "L", "2026-03-02")
    assert other["product"].startswith("'=cmd")
    (bare,) = rows(await client.get("/registers/certificates.csv"))
    assert (bare["number"], bare["product"]) == ("x", "")
    help_page = (await client.get("/registers")).text
    assert all(f"<code>{column}</code>" in help_page for column in public_registers.COLUMNS)


def _days() -> dict[str, object]:
    at = datetime.fromisoformat("2026-11-23T09:00:00+07:00")
    return {"received_on": at.date(), "status_since": at.date(), "changed_at": at}


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_registers_are_read_on_a_phone(client: httpx.AsyncClient, open_context: OpenContext, database: Database):
    with database.write() as session:
        secret = an_entry(session, *[goods(f"{size} ml", name="Nước mắm nhỉ hảo hạng " * 3) for size in (100, 250, 500)]).secret
        an_entry(session, status=REVOKED, number="rat-dai-" * 7, firm="Hộ kinh doanh " + "Nguyễn Thị Bé Năm " * 6)
    for scheme in ("light", "dark"):
        context = await open_context("phone", scheme)
        page = await context.new_page()
        await page.route("https://quay.example/**", lambda route: _serve(client, route))
        for address in ("", "/announcements", "/announcements?q=khong+co&since=x", "/certificates?lang=en", f"/entry/{secret}"):
            await page.goto(f"https://quay.example/registers{address}")
            assert await violations(page) == [], address
            assert await sideways(page) <= 0, address
    await page.goto("https://quay.example/registers/announcements")
    await page.get_by_label("Tìm trong sổ").fill("nuoc mam nhi 250")
    await page.get_by_role("button", name="Tìm").click()
    await page.get_by_text("Không tìm thấy").wait_for()
    await page.get_by_label("Tìm trong sổ").fill("nuoc mam nhi")
    await page.get_by_role("button", name="Tìm").click()
    await page.get_by_text("250 ml").wait_for()


async def _serve(client: httpx.AsyncClient, route) -> None:
    answer = await client.get(route.request.url)
    await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)
