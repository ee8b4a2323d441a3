"""At the door with a phone: the camera reads, the network goes and comes. What a page of ours never sends is refused."""

import io
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from admin.access import TRAINING
from db.engine import Database
from db.models import Attendance, DoorScan, Participant, Registration
from domain import qr
from tests.admin.conftest import LAN, PASSWORD, Browser, csrf, of_role
from tests.admin.test_browser import check
from tests.browser import ARGUMENTS, chromium
from tests.training import a_class, a_contact, a_wish
from usecases import sign_up


@pytest.fixture
def mine(database: Database, now: datetime) -> Registration:
    """Two people in a class of three seats that begins this morning."""
    with database.write() as session:
        made = a_class(session, now, seats=3)
        wish = a_wish("Nguyễn Văn An", "Trần Thị Bé", token="t", firm="Cơ sở Mè xửng")
        registration = sign_up.sign_up(session, made.id, wish, contact=a_contact(session, now), source="chat", waits=False, now=now)
        (meeting,) = made.sessions
        meeting.starts_at, meeting.ends_at, made.starts_at = now, now.replace(hour=11), now
    return registration


@pytest.fixture
def trainer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(TRAINING)
    return signed_in(of_role(TRAINING))


def test_acts_of_a_device_count_once_and_each_fault_is_said(
    trainer: Browser, mine: Registration, database: Database, now: datetime
) -> None:
    door = f"/door/{mine.training_class.sessions[0].id}"
    token = csrf(trainer.get("/door/").text)
    assert "Đo lường đối với phương tiện đo nhóm 2" in trainer.get("/door/").text

    def send(*acts: dict[str, Any]) -> Any:
        return trainer.client.post(f"{door}/scans", json={"acts": list(acts)}, headers={"X-CSRFToken": token})

    scan = {"uid": "11111111-aaaa", "kind": "in", "ticket": mine.participants[0].ticket, "at": now.isoformat()}
    walk_in = {
        "uid": "22222222-bbbb",
        "kind": "walk-in",
        "name": "Hồ Văn Khách",
        "phone": "0935 111 222",
        "firm": "Gas",
        "at": now.isoformat(),
    }
    late = walk_in | {"uid": "33333333-cccc", "name": "Lê Thị Muộn", "phone": ""}
    nameless = walk_in | {"uid": "44444444-dddd", "name": "Gas"}
    merged = send(scan, scan, walk_in, walk_in, late, nameless, scan | {"uid": "55555555-eeee", "ticket": "x"}).json["merged"]
    assert [bool(one["fault"]) for one in merged] == [False, False, False, False, True, True, True]
    assert "không còn đủ" in merged[4]["fault"]
    listed = trainer.get(f"{door}/list").json
    assert sorted(one["name"] for one in listed["people"] if one["at"]) == ["Hồ Văn Khách", "Nguyễn Văn An"]
    assert listed["free"] == 0
    for nonsense in ({"acts": "x"}, {"acts": [1]}, {"acts": [scan | {"at": "2026-11-23T09:00:00"}]}, {"acts": [scan | {"kind": "out"}]}):
        assert trainer.client.post(f"{door}/scans", json=nonsense, headers={"X-CSRFToken": token}).status_code == 400
    assert trainer.client.post(f"{door}/scans", json={"acts": [scan]}).status_code == 400  # without a token
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(DoorScan)) == 2


def test_who_does_not_run_classes_sees_no_list(signed_in: Callable[[str], Browser], mine: Registration) -> None:
    assert signed_in(LAN).get(f"/door/{mine.training_class.sessions[0].id}/list").status_code == 403


@pytest.fixture
def page(address: str, mine: Registration, tmp_path: Path, now: datetime) -> Iterator[Any]:
    """A phone whose camera sees the first one's ticket."""
    from playwright.sync_api import sync_playwright

    picture = Image.new("RGB", (640, 480), "white")
    picture.paste(
        Image.open(io.BytesIO(qr.png(f"https://quay.example/tickets/{mine.participants[0].ticket}"))).resize((420, 420)), (110, 30)
    )
    film = tmp_path / "ticket.mjpeg"
    picture.save(film, "JPEG")
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *camera])
        context = browser.new_context(viewport={"width": 360, "height": 740}, permissions=["camera"], base_url=address)
        complaints: list[str] = []
        opened = context.new_page()
        opened.clock.install(time=now)
        opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
    assert [line for line in complaints if "Failed to load resource" not in line] == []


def until_sent(page: Any) -> None:
    """Wait until the phone keeps nothing that the panel has not got; what the page says of it may be from a moment ago."""
    for _ in range(300):
        if page.evaluate("Object.keys(localStorage).every((key) => !key.endsWith(':queue') || localStorage.getItem(key) === '[]')"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("not sent")


@pytest.mark.browser
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_door_goes_on_without_a_network(page: Any, hire: Callable[..., int], mine: Registration, database: Database) -> None:
    from playwright.sync_api import expect

    hire(TRAINING)
    page.goto("/login")
    page.get_by_label("Thư điện tử").fill(of_role(TRAINING))
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("header")
    page.goto(f"/door/{mine.training_class.sessions[0].id}")
    state, count = page.locator("#door-state"), page.locator("#door-count")
    expect(count).to_contain_text("0/2")
    check(page)
    page.get_by_role("button", name="Bật camera").click()
    expect(page.locator("#door-verdict")).to_contain_text("Nguyễn Văn An", timeout=20_000)
    expect(count).to_contain_text("1/2")
    expect(state).to_contain_text("đã gửi xong")

    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now through the worker, which keeps what it sees
    expect(count).to_contain_text("1/2")
    until_sent(page)
    page.context.set_offline(True)
    expect(state).to_contain_text("Mất mạng", timeout=20_000)  # by itself
    page.reload()
    expect(count).to_contain_text("1/2")  # the page and the list are in the phone
    page.get_by_label("Tìm theo tên").fill("tran thi be")
    page.get_by_role("button", name="Điểm danh: Trần Thị Bé").click()
    expect(count).to_contain_text("2/2")
    page.get_by_text("Người đến chưa đăng ký").click()
    page.get_by_label("Họ và tên").fill("Hồ Văn Khách")
    page.get_by_role("button", name="Ghi và điểm danh").click()
    expect(state).to_contain_text("2 lượt chờ gửi")
    check(page)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == 1

    page.context.set_offline(False)
    expect(state).to_contain_text("đã gửi xong", timeout=20_000)
    page.get_by_label("Tìm theo tên").fill("")
    expect(count).to_contain_text("3/3")
    with database.read() as session:
        there = select(Participant.full_name).join(Attendance, Attendance.participant_id == Participant.id)
        assert set(session.scalars(there)) == {"Nguyễn Văn An", "Trần Thị Bé", "Hồ Văn Khách"}

    page.get_by_role("button", name="Bỏ: Hồ Văn Khách").click()
    expect(count).to_contain_text("2/3")
    expect(state).to_contain_text("đã gửi xong")
