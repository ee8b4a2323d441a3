"""Tickets, calendar files and certificates over HTTP: who holds the address sees it, nobody else, and what no longer holds says so."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import icalendar
import pytest
import zxingcpp
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.counter import Counter
from bot.pages import chat, tickets, verify
from db.engine import Database
from db.models import Certificate, Registration, Staff
from db.settings import Settings
from domain.training import Person
from tests.browser import OpenContext, sideways, violations
from tests.training import a_class, a_contact, a_wish
from usecases import certificates, classes, door, sign_up, waiting_list


@pytest.fixture
async def client(settings: Settings, now: datetime) -> AsyncIterator[httpx.AsyncClient]:
    """Of the public pages alone: nothing is delivered, so the counter need not be started."""
    counter = Counter(settings.model_copy(update={"public_url": "https://quay.example"}), lambda: now)
    routes: list[BaseRoute] = [*tickets.routes(counter), *verify.routes(counter), *chat.routes(counter)]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="https://quay.example") as opened:
        yield opened
    counter.writer.close()
    counter.database.close()


@pytest.fixture
def mine(database: Database, now: datetime) -> Registration:
    """Two people of a firm in a class of two sessions' length, online as well."""
    with database.write() as session:
        class_id = a_class(session, now, online_link="https://meet.example/lop").id
        wish = a_wish("Nguyễn Văn <An>", "Trần Thị Bé", token="t", firm="Cơ sở Mè xửng")
        contact = a_contact(session, now)
        made = sign_up.sign_up(session, class_id, wish, contact=contact, source="chat", waits=False, now=now)
        assert made.training_class.sessions  # and so read while the session is there
    return made


async def test_a_ticket_is_shown_to_who_holds_its_address(client: httpx.AsyncClient, mine: Registration, database: Database, now: datetime):
    page = await client.get(f"/tickets/{mine.secret}")
    assert page.status_code == 200
    assert "Nguyễn Văn &lt;An&gt;" in page.text
    assert "https://meet.example/lop" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text

    only = await client.get(f"/tickets/{mine.participants[1].ticket}?lang=en")
    assert "Trần Thị Bé" in only.text
    assert "Nguyễn Văn" not in only.text
    assert "Your seats are confirmed" in only.text
    printed = await client.get(f"/tickets/{mine.participants[1].ticket}/ticket.pdf")
    assert printed.content.startswith(b"%PDF")
    assert (await client.get(f"/tickets/{mine.secret}/ticket.pdf")).status_code == 404  # two people, which one?
    nothing = await client.get(f"/tickets/{mine.secret[:-1]}x")
    assert nothing.status_code == 404
    assert "Không có trang này" in nothing.text

    with database.write() as session:
        registration = sign_up.locked(session, mine.id)
        sign_up.replace(session, registration, mine.participants[1].id, Person("Lê Thị Hoa"), now)
    gone = await client.get(f"/tickets/{mine.participants[1].ticket}")
    assert "đã có người khác đi thay" in gone.text
    assert "<svg" not in gone.text
    assert (await client.get(f"/tickets/{mine.participants[1].ticket}/ticket.pdf")).status_code == 404


async def test_a_calendar_follows_the_class_and_strikes_it_out_when_it_ends(
    client: httpx.AsyncClient, mine: Registration, database: Database, now: datetime
):
    async def event() -> tuple[str, icalendar.Event]:
        answer = await client.get(f"/calendar/{mine.secret}.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        calendar = icalendar.Calendar.from_ical(answer.content)
        (one,) = calendar.events
        return str(calendar["METHOD"]), one

    method, first = await event()
    start = mine.training_class.starts_at
    assert (method, first["STATUS"], first["SEQUENCE"], first.start) == ("PUBLISH", "CONFIRMED", 0, start)
    with database.write() as session:
        facts = {name: getattr(mine.training_class, name) for name in ("sign_up_from", "sign_up_until", "changes_until")}
        later = [(start + timedelta(days=1), start + timedelta(days=1, hours=3))]
        classes.change(session, mine.class_id, facts, later, reason="Hội trường bận", now=now)
    _, moved = await event()
    assert (moved["UID"], moved.start) == (first["UID"], start + timedelta(days=1))
    assert moved["SEQUENCE"] > first["SEQUENCE"]
    with database.write() as session:
        classes.cancel(session, mine.class_id, reason="Giảng viên ốm", now=now)
    method, cancelled = await event()
    assert (method, cancelled["STATUS"], cancelled["UID"]) == ("CANCEL", "CANCELLED", first["UID"])
    assert cancelled["SEQUENCE"] > moved["SEQUENCE"]
    assert "Giảng viên ốm" in (await client.get(f"/tickets/{mine.secret}")).text


async def test_who_waits_sees_the_place_and_no_ticket(client: httpx.AsyncClient, database: Database, now: datetime):
    with database.write() as session:
        class_id = a_class(session, now, seats=1, online_link="https://meet.example/lop").id
        for number, name in enumerate(("Nguyễn Văn An", "Lê Thị Hoa")):
            wish = a_wish(name, token=f"t{number}")
            waiting = sign_up.sign_up(session, class_id, wish, contact=None, source="counter", waits=True, now=now)
        secret = waiting.secret
    page = (await client.get(f"/tickets/{secret}")).text
    assert "danh sách chờ, vị trí 1" in page
    assert "<svg" not in page
    assert "meet.example" not in page


async def test_a_certificate_is_verified_by_anybody_until_it_is_revoked(
    client: httpx.AsyncClient, mine: Registration, database: Database, now: datetime
):
    given = _certified(database, mine, now)
    page = (await client.get(f"/verify/{given.secret}")).text
    assert "Giấy chứng nhận có hiệu lực" in page
    assert given.serial in page
    assert "Trần Thị Bé" in page
    assert "0905111222" not in page  # nothing but what the paper says
    assert (await client.get(f"/verify/{given.serial}")).status_code == 404  # numbers can be guessed
    with database.write() as session:
        certificates.revoke(session, session.get_one(Certificate, given.id), reason="In sai tên", now=now)
    revoked = (await client.get(f"/verify/{given.secret}")).text
    assert "đã bị thu hồi" in revoked
    assert "In sai tên" in revoked
    assert "có hiệu lực" not in revoked


def _certified(database: Database, mine: Registration, now: datetime) -> Certificate:
    with database.write() as session:
        officer = Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=now)
        session.add(officer)
        session.flush()
        training_class = waiting_list.lock(session, mine.class_id)
        (meeting,) = training_class.sessions
        scan = door.Scan("s1", mine.participants[1].ticket, door.IN, meeting.starts_at)
        door.merge(session, meeting, [scan], staff_id=officer.id, now=meeting.ends_at)
        classes.hold(session, mine.class_id, meeting.ends_at)
        (given,) = certificates.issue(session, mine.class_id, None, by=officer, now=meeting.ends_at)
    return given


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_code_on_a_phone_is_read_by_a_scanner(
    client: httpx.AsyncClient, mine: Registration, open_context: OpenContext, tmp_path, database: Database, now: datetime
):
    given = _certified(database, mine, now)
    context = await open_context("phone", "dark")
    page = await context.new_page()
    await page.route("https://quay.example/**", lambda route: _serve(client, route))
    await page.goto(f"https://quay.example/tickets/{mine.participants[1].ticket}")
    picture = tmp_path / "ticket.png"
    await page.screenshot(path=picture, full_page=True)
    (code,) = zxingcpp.read_barcodes(Image.open(picture))
    assert code.text == f"https://quay.example/tickets/{mine.participants[1].ticket}"
    for address in (f"/tickets/{mine.secret}", f"/verify/{given.secret}", "/verify/nothing"):
        await page.goto(f"https://quay.example{address}")
        assert await violations(page) == []
        assert await sideways(page) <= 0
    assert re.search("Không có giấy chứng nhận", await page.inner_text("main"))


async def _serve(client: httpx.AsyncClient, route) -> None:
    answer = await client.get(route.request.url)
    await route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)
