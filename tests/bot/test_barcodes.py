"""The barcode service in the chat: its menu, labels as files that scan, "do I need a new GTIN?", fees, one's own prefixes."""

import io
from collections.abc import AsyncIterator

import pytest
import zxingcpp
from PIL import Image

from bot.counter import Counter
from db.models import CompanyPrefix, Organisation, OrganisationContact, OutboundMessage
from db.settings import Settings
from domain.gtin import check_digit
from domain.judgement import ASKED, Decision, Judgement
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, Said, open_counter


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), clock) as opened:
        yield opened


def files(counter: Counter, said: list[Said]) -> dict[str, bytes]:
    documents = [one.row.payload["document"] for one in said if one.row.method == "sendDocument"]
    return {one["name"]: counter.files.read(one["$file"]) for one in documents}


def scanned(content: bytes) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(content)))]


@pytest.mark.parametrize("channel", ["web", "telegram"])
async def test_a_label_comes_as_three_files_that_scan(counter: Counter, channel: str) -> None:
    citizen = Citizen(counter, channel)
    assert "không cấp mã" in (await citizen.say("/ma_vach"))[-1].text
    await citizen.press("🖨 In nhãn")
    asked = (await citizen.say("8 936003 721777"))[-1]
    assert "Ở 100 % nhãn rộng 37,29 mm" in asked.text
    said = await citizen.press("100 %")
    drawn = files(counter, said)
    assert list(drawn) == ["8936003721777-100.svg", "8936003721777-100.pdf", "8936003721777-100.png"]
    assert scanned(drawn["8936003721777-100.png"]) == ["8936003721777"]
    assert "X = 0,330 mm; vùng trống trái 3,63 mm, phải 2,31 mm" in said[0].text
    assert "cỡ thật là 102,6 %" in said[0].text
    again = await citizen.say("8936003721777")
    assert any(caption.startswith("🖨 In nhãn mã này") for caption in again[-1].buttons)


async def test_a_size_of_ones_own_a_case_and_a_digital_link(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("/ma_vach")
    await citizen.press("🖨 In nhãn mã vạch")
    await citizen.say("8936003721777")
    assert "từ 80 % đến 200 %" in (await citizen.say("75%"))[-1].text
    await citizen.say("130")
    assert "8936003721777-130.pdf" in files(counter, await citizen.press("In 130 %"))
    await citizen.press("🖨 In nhãn mã vạch")
    assert "từ 150" in (await citizen.say("18936003721774"))[-1].text
    await citizen.press("QR GS1")
    assert "không phải" not in (await citizen.say("congty.vn/tra/"))[-1].text
    drawn = files(counter, await citizen.press("Tạo mã QR"))
    assert scanned(drawn["18936003721774-qr.png"]) == ["https://congty.vn/tra/01/18936003721774"]


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("8936003721771", "số kiểm tra không khớp"),
        ("9521234567891", "chỉ dùng để minh họa"),
        ("2012345678903", "hạn chế trong một khu vực"),
        ("9780131103627", "ISBN"),
        ("12345", "8, 12, 13 hoặc 14 chữ số"),
    ],
)
async def test_what_must_not_stand_on_goods_gets_no_label(counter: Counter, number: str, reason: str) -> None:
    if number.startswith(("952", "201")):
        number = number[:-1] + check_digit(number[:-1])
    citizen = Citizen(counter)
    await citizen.say("ma vach")
    await citizen.press("🖨 In nhãn mã vạch")
    assert reason in (await citizen.say(number))[-1].text
    if len(number) == 13:
        said = await citizen.press_data(f"draw:{number}:100")
        assert reason in said[-1].text
        assert files(counter, said) == {}


async def test_the_wizard_and_the_fees_answer_with_their_source(counter: Counter) -> None:
    citizen = Citizen(counter)
    counter.knowledge.next = Judgement(Decision.START_BARCODE, ASKED)
    offered = (await citizen.say("Đăng ký giúp em mã vạch với ạ"))[-1]
    assert {"Cần mã mới không?", "💰 Phí mã số", "Làm cùng cán bộ"} <= set(offered.buttons)
    await citizen.press("Cần mã mới")
    await citizen.press("Thay đổi sản phẩm")
    await citizen.press("Kích thước")
    said = (await citizen.press("Trên 20"))[-1].text
    assert "Cần mã mới" in said
    assert "GS1 GTIN Management Standard; cần đối chiếu bản hiện hành" in said
    await citizen.press("📦")
    await citizen.press("💰")
    said = (await citizen.press("Mã doanh nghiệp 10 số"))[-1].text
    for part in ("1.250.000 đồng", "tính một nửa", "Thông tư 232/2016/TT-BTC", "cần đối chiếu văn bản hiện hành"):
        assert part in said


async def test_ones_own_prefix_its_room_and_its_reminders(counter: Counter) -> None:
    citizen, stranger = Citizen(counter), Citizen(counter)
    await citizen.say("/ma_vach")
    assert "Chưa có mã doanh nghiệp nào" in (await citizen.press("Mã doanh nghiệp của tôi"))[-1].text
    with counter.database.write() as session:
        firm = Organisation(tax_code="4000000000", name="Công ty Trà", created_at=NOW, changed_at=NOW)
        session.add(firm)
        session.flush()
        session.add(OrganisationContact(organisation_id=firm.id, contact_id=citizen.contact().id, status="confirmed", since=NOW))
        session.add(CompanyPrefix(organisation_id=firm.id, prefix="893600372", since=NOW))
    shown = (await citizen.press("Mã doanh nghiệp của tôi"))[-1]
    assert "Đã dùng 0/1.000 mã, còn 1.000" in shown.text
    assert "Sẽ nhắc trước hạn 30, 7 và 1 ngày" in (await citizen.press("🔔 Nhắc tôi"))[-1].text
    assert "Phí duy trì năm 2027" in (await citizen.press("Đã nộp phí năm 2026"))[-1].text
    await stranger.say("/ma_vach")
    refused = (await stranger.press_data("prefix:1:off"))[-1].text
    assert "Không có mã doanh nghiệp này" in refused
    with counter.database.read() as session:
        assert session.query(CompanyPrefix).one().wants_fee_reminders
        assert session.query(OutboundMessage).count()
