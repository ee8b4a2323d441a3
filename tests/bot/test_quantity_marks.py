"""Quantity marks in the chat: label, lot and plan, walked as somebody types without diacritics; every unclear input makes a question."""

import io
from collections.abc import AsyncIterator
from datetime import date

import pypdfium2
import pytest
from openpyxl import Workbook, load_workbook
from PIL import Image
from sqlalchemy import func, select

from bot.counter import Counter
from db.models import Dossier, LotCheck, MeasurementTable, Reminder
from db.models.reminder import DROPPED, PLANNED
from db.settings import Settings
from domain.judgement import ASKED, Decision, Judgement
from tests.bot.test_dossiers import send, talk
from tests.conftest import NOW
from tests.pictures import picture
from tests.talk import Citizen, FixedClock, Said, open_counter
from usecases import instruments, reminders

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GOOD = [str(round(500.5 + (number % 7 - 3) * 0.5, 1)).replace(".", ",") for number in range(125)]
"""125 weights around 500.5 g."""


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    async with open_counter(settings, clock) as opened:
        yield opened


@pytest.fixture
def citizen(counter: Counter) -> Citizen:
    return Citizen(counter)


def contents(counter: Counter, said: list[Said]) -> dict[str, bytes]:
    """Pictures and documents that were sent, by the ending of their names."""
    sent = [one.row.payload.get("photo") or one.row.payload.get("document") for one in said]
    return {one["name"].rsplit(".", 1)[-1]: counter.files.read(one["$file"]) for one in sent if one}


def words_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def workbook(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.active.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def checks(counter: Counter) -> list[LotCheck]:
    with counter.database.read() as session:
        return list(session.scalars(select(LotCheck).order_by(LotCheck.id)))


async def test_a_lot_from_pasted_weights_with_every_unclear_number_asked_about(counter: Counter, citizen: Citizen) -> None:
    await citizen.say("kiem tra lo hang")
    asked = await talk(citizen, "1.000 g")
    assert "có thể hiểu là 1 g hoặc 1000 g" in asked.text
    assert {"1 g", "1000 g"} <= set(asked.buttons)
    asked = await talk(citizen, "500gr")
    assert "500 g" in asked.buttons
    assert "dấu trừ" in (await talk(citizen, "-500 g")).text
    assert "chưa phải là một lượng" in (await talk(citizen, "nua ky")).text
    asked = await talk(citizen, "0,5kg")
    assert "lượng danh định 0,5 kg" in asked.text
    assert "trong một giờ" in asked.text
    await talk(citizen, "quay lai", "→⚖️", "/kiem_tra_lo", "500 g")
    assert "chia thành ít nhất 3 lô" in (await talk(citizen, "250000")).text
    assert "dấu trừ" in (await talk(citizen, "-5")).text
    assert "chưa phải là số gói" in (await talk(citizen, "nhieu lam")).text
    assert {"1", "1000"} <= set((await talk(citizen, "1.000 goi")).buttons)
    assert "phá gói" in (await talk(citizen, "3500 goi")).text
    asked = await talk(citizen, "khong")
    for part in ("Cân 125 gói (n), hệ số k = 0,234", "nhiều nhất 7 gói", "T = 15 g", "Qmin = 485 g", "chưa được cán bộ kiểm chứng"):
        assert part in asked.text

    assert "Số liệu thứ 2, “abc”" in (await talk(citizen, "501,2 abc 499")).text
    assert "dấu trừ" in (await talk(citizen, "501,2; -3")).text
    assert "đơn vị khác" in (await talk(citizen, "501,2 g; 0,498 kg")).text
    assert "khác xa lượng danh định" in (await talk(citizen, "0,501 0,499")).text
    asked = await talk(citizen, "501,234 499,8")
    assert {"Là 501,234", "Là 501234"} <= set(asked.buttons)
    asked = await talk(citizen, "→Là 501,234")
    assert "Đã nhận 2 số: 501,234 · 499,8 g. Có 2/125 số cần cân, còn thiếu 123." in asked.text
    await talk(citizen, "→↩️")
    await talk(citizen, " ".join(GOOD[:60]))
    counter.knowledge.next = Judgement(Decision.SMALLTALK, "thanks")
    await citizen.say("cam on nhe")
    asked = await talk(citizen, "\n".join(GOOD[60:]))
    assert "Có 125 số, đủ 125 số cần cân" in asked.text

    told = await citizen.say("xong")
    assert told[0].text.startswith("ĐẠT")
    for part in ("Trung bình 500,", "≥ Qn − k·s = 500 − 0,234 ×", "0 gói dưới Qmin, cho phép nhiều nhất 7", "hai cách cho cùng một T"):
        assert part in told[0].text
    assert "không phải xác nhận của Chi cục" in told[0].text
    found = contents(counter, told)
    drawn = Image.open(io.BytesIO(found["png"]))
    assert drawn.width > 900
    assert len(drawn.convert("RGB").getcolors(1 << 24) or []) > 20
    written = words_of(found["pdf"])
    for part in ("Bản tính kiểm tra lô", "ĐẠT", "Qn − 2T = 470 g", "Trên 300 đến 500 g: T = 3 %", "chưa được kiểm chứng", "125 số"):
        assert part in written
    (kept,) = checks(counter)
    assert (kept.quantity, kept.lot_size, kept.verdict, len(kept.asked["weights"])) == ("500 g", 3500, "pass", 125)

    again = await citizen.press("✅ Xong, tính kết quả (125")
    assert again[-1].row.payload["document"]["$file"] == kept.pdf_sha256
    assert len(checks(counter)) == 1
    await citizen.press("🗂")
    assert "ĐẠT" in (await citizen.press("09:00"))[0].text
    stranger = Citizen(counter)
    await stranger.say("/kiem_tra_lo")
    assert "Không có lần kiểm tra" in (await stranger.press_data(f"lotcheck:{kept.id}"))[-1].text


async def test_a_sheet_names_the_cell_that_is_none_and_asks_which_column(counter: Counter, citizen: Citizen) -> None:
    await talk(citizen, "/kiem_tra_lo", "1,5 kg", "148", "→Không phá")
    lines: list[list[object]] = [["STT", "Cân lần 1 (kg)", "Cân lần 2 (kg)"], *([n, 1.5 + n / 1000, 1.49] for n in range(1, 51))]
    asked = (await send(citizen, (workbook(*lines), "can.xlsx", XLSX)))[-1]
    assert "2 cột có thể là số cân" in asked.text
    asked = await talk(citizen, "→Cân lần 1")
    assert "Đã nhận 50 số: 1,501 · 1,502 · 1,503 · … · 1,548 · 1,549 · 1,55 kg" in asked.text
    await talk(citizen, "→🗑")
    bad = workbook(["Cân (kg)"], *([1.5] for _ in range(10)), ["hỏng"], [1.51])
    assert "Dòng 12, cột “Cân (kg)”: “hỏng”" in (await send(citizen, (bad, "can.xlsx", XLSX)))[-1].text
    summed = workbook(["goi", "can"], ["1", 1.5], ["2", 1.52], ["Trung bình", 1.51])
    assert "Dòng 4 là dòng tổng hợp" in (await send(citizen, (summed, "can.xlsx", XLSX)))[-1].text
    unclear = b"stt,can\r\n1,1,51\r\n2,1,49\r\n"
    assert "dấu phẩy" in (await send(citizen, (unclear, "can.csv", "text/csv")))[-1].text
    assert "không đọc được số từ ảnh" in (await send(citizen, (picture(), "anh.png", "image/png")))[-1].text
    formula = b"can\r\n1.5\r\n=HYPERLINK(1)\r\n"
    assert "macro" in (await send(citizen, (formula, "can.csv", "text/csv")))[0].text
    grams = ("Khoi luong (g)\r\n" + "".join(f'"{1500 + n},5"\r\n' for n in range(50))).encode()
    asked = (await send(citizen, (grams, "can.csv", "text/csv")))[-1]
    assert "Tất cả tính bằng g" in asked.buttons
    asked = await talk(citizen, "→Tất cả tính bằng g")
    assert "Đã nhận 50 số: 1500,5 · 1501,5" in asked.text
    told = await citizen.press("✅ Xong")
    assert told[0].text.startswith("ĐẠT")
    assert "T = 0,023 kg" in told[0].text


async def test_too_few_weighed_goes_on_and_a_fault_is_already_one(counter: Counter, citizen: Citizen) -> None:
    await talk(citizen, "/kiem_tra_lo", "750 ml", "130", "→Không phá", "752 751 750")
    told = await citizen.say("xong")
    assert told[0].text.startswith("CHƯA KẾT LUẬN ĐƯỢC: đã cân 3/50 gói, cần cân thêm 47")
    assert "0 gói dưới Qmin, cho phép nhiều nhất 3: chưa vượt, nhưng chưa cân đủ" in told[0].text
    asked = await talk(citizen, "752 x 46")  # no button is needed to go on
    assert "Có 49/50" in asked.text
    await talk(citizen, "719")
    told = await citizen.say("xong")
    assert told[0].text.startswith("KHÔNG ĐẠT")
    assert "1 gói dưới Qn − 2T" in told[0].text
    assert [one.verdict for one in checks(counter)] == ["insufficient_sample", "fail"]


async def test_an_answer_may_hold_more_than_was_asked_for(counter: Counter, citizen: Citizen) -> None:
    asked = await talk(citizen, "/kiem_tra_lo", "nuoc mam 500 ml", "3500", "→Không phá")
    assert "Đừng lấy 1 g = 1 mL" in asked.text
    await citizen.press("Chỉ có số tổng hợp")
    told = [one.text for one in await citizen.say("n=125 tb=500,3 s=4,2")]
    assert "cân 125 gói, trung bình 500,3 mL, s = 4,2 mL" in told[0]
    assert "Qmin" in told[-1]
    await talk(citizen, "1")
    assert "s = 4,2" in (await talk(citizen, "0")).text
    told = [one.text for one in await citizen.press("✅ Đúng")]
    assert told[0].startswith("ĐẠT: lô hàng đáp ứng yêu cầu về lượng (tạm tính")


async def test_a_verdict_that_hangs_on_the_rounding_is_said_to(counter: Counter, citizen: Citizen) -> None:
    await talk(citizen, "/kiem_tra_lo", "184 g", "30", "184,4 x 29 175,71")
    told = await citizen.say("xong")
    assert "Kết quả phụ thuộc cách làm tròn T – cần cán bộ xác nhận" in told[0].text
    assert "Làm tròn lên (OIML R 87): T = 8,3 g, đạt. Không làm tròn: T = 8,28 g, không đạt." in told[0].text
    assert any("cán bộ" in caption for caption in told[0].buttons)
    with counter.database.write() as session:
        for row in session.scalars(select(MeasurementTable)):
            row.verified_by = "Lê Thị Hoa"
    told = await citizen.say("/kiem_tra_lo")
    asked = await talk(citizen, "60 kg")
    assert "cán bộ Chi cục sẽ quyết định" in asked.text


async def test_a_summary_is_asked_piece_by_piece_and_shown_back(counter: Counter, citizen: Citizen) -> None:
    await talk(citizen, "/kiem_tra_lo", "500 g", "3500", "ko", "→Chỉ có số tổng hợp")
    assert "ít nhất một gói" in (await talk(citizen, "0")).text
    assert "Lô chỉ có 3500 gói" in (await talk(citizen, "4000")).text
    assert "số nguyên" in (await talk(citizen, "12,5")).text
    await talk(citizen, "125")
    assert "Số đúng, đơn vị là g" in (await talk(citizen, "0,501")).buttons
    assert {"499,125", "499125"} <= set((await talk(citizen, "499.125")).buttons)
    await talk(citizen, "→499,125")
    assert "dấu trừ" in (await talk(citizen, "-1")).text
    await talk(citizen, "6,87")
    assert "nhiều hơn số gói đã cân (125)" in (await talk(citizen, "126")).text
    await talk(citizen, "2")
    assert "nhiều hơn số gói dưới Qmin (2)" in (await talk(citizen, "3")).text
    asked = await talk(citizen, "→0 –")
    assert "n = 125; trung bình 499,125 g; s = 6,87; dưới Qmin: 2 gói" in asked.text
    told = await citizen.press("✅ Đúng")
    assert told[0].text.startswith("ĐẠT")
    assert "png" not in contents(counter, told)
    assert "số tổng hợp" in words_of(contents(counter, told)["pdf"])


async def test_a_plan_with_its_sheet_goes_back_into_the_check(counter: Counter, citizen: Citizen) -> None:
    asked = await talk(citizen, "/ke_hoach_can", "250 g", "355", "→Không phá")
    assert "Cân 50 gói (n), hệ số k = 0,379" in asked.text
    said = await citizen.press("🖨")
    found = contents(counter, said)
    written = words_of(found["pdf"])
    assert "Phiếu ghi số cân" in written
    assert "Qmin = 241 g" in written
    rows = list(load_workbook(io.BytesIO(found["xlsx"])).active.iter_rows(values_only=True))
    packages = [row[1] for row in rows[1:]]
    assert (rows[0], len(packages), max(packages) <= 355) == (("STT", "Gói số", "Số cân (g)"), 50, True)
    assert packages == sorted(set(packages))
    assert str(packages[-1]) in written
    filled = workbook(list(rows[0]), *([*row[:2], 250.5] for row in rows[1:]))
    await talk(citizen, "→📦 Nhập số cân")
    assert "đủ 50 số" in (await send(citizen, (filled, "phieu.xlsx", XLSX)))[-1].text
    assert (await citizen.say("xong"))[0].text.startswith("ĐẠT")


async def test_the_dialogue_lives_through_a_restart_and_a_question_between(settings: Settings, clock: FixedClock) -> None:
    async with open_counter(settings, clock) as counter:
        citizen = Citizen(counter)
        await talk(citizen, "/kiem_tra_lo", "500 g", "50", "500 501 499")
    async with open_counter(settings, clock) as counter:
        citizen.counter = counter
        clock.move(hours=3)
        counter.knowledge.next = Judgement(Decision.SMALLTALK, "thanks")
        assert "Không có gì" in (await talk(citizen, "the phi bao nhieu")).text
        await talk(citizen, "/dau_dinh_luong")
        assert "Gửi tiếp số cân (g)" in (await talk(citizen, "→▶️")).text
        assert "Có 4/50" in (await talk(citizen, "502")).text


LABELS = [
    ("V800g", ["cần đúng một dấu cách", "giữa số và đơn vị", "Dạng đúng: V 800 g"]),
    ("v 800 g", ["chữ V in hoa", "Dạng đúng: V 800 g"]),
    ("800 g V", ["ngay trước lượng danh định"]),
    ("V 1000 g", ["không dùng đơn vị g; dùng kg", "Dạng đúng: V 1 kg"]),
    ("V 500 gr", ["“gr” không phải đơn vị đo pháp định; có thể là “g”"]),
    ("khoang V 500 g", ["ước chừng “khoang”", "điểm d"]),
    ("V 210 g (10 goi x 20 g)", ["tổng các gói là 200 g, nhãn ghi 210 g"]),
    ("V 1,5 L", ["Không thấy lỗi"]),
    ("500 g", ["không có dấu V", "Lưu ý (không phải lỗi)"]),
]


async def test_a_label_line_by_line(counter: Counter, citizen: Citizen) -> None:
    await citizen.say("kiem tra nhan")
    for line, parts in LABELS:
        told = await talk(citizen, line)
        for part in [*parts, "Chưa kiểm tra", "chưa được cán bộ kiểm chứng"]:
            assert part in told.text, (line, part, told.text)
    asked = await talk(citizen, "V 1.000 g")
    assert {"1", "1000"} <= set(asked.buttons)
    told = await talk(citizen, "→1000")
    assert "Đã hiểu: 1000 g" in told.text
    assert "Dạng đúng: V 1 kg" in told.text
    kept = (await send(citizen, (picture(), "nhan.png", "image/png")))[-1]
    assert "không tự đọc chữ trên ảnh" in kept.text
    told = await talk(citizen, "V 200 ml", "→Rắn")
    assert "trạng thái này ghi theo khối lượng" in told.text
    assert "chưa rõ" in (await talk(citizen, "→📏", "3 cm")).text
    told = await talk(citizen, "2,5 va 2")
    assert "chữ số cao 2,5 mm, cần ít nhất 3 mm" in told.text
    assert "chữ V cao 2 mm, cần ít nhất 3 mm" in told.text
    assert "nhập số mm" not in told.text


async def test_the_menu_and_the_wish_to_announce(counter: Counter, citizen: Citizen) -> None:
    counter.knowledge.next = Judgement(Decision.START_QUANTITY_MARK, ASKED)
    offered = await talk(citizen, "cong bo giup em dau dinh luong")
    assert {"🏷 Kiểm tra nhãn", "📦 Kiểm tra lô hàng", "🗂 Các lô đã kiểm tra", "Làm cùng cán bộ"} <= set(offered.buttons)
    assert "không thay cho việc tiếp nhận" in (await talk(citizen, "dau dinh luong")).text


async def test_instruments_are_named_on_a_line_and_reminded_of(counter: Counter, citizen: Citizen, clock: FixedClock) -> None:
    await talk(citizen, "/phuong_tien_do", "→➕")
    assert "mã số thuế" in (await talk(citizen, "cong ty tra hue")).text
    await talk(citizen, "0100233488 Cong ty Tra Hue")
    assert "chưa rõ là phương tiện đo nào" in (await talk(citizen, "123")).text
    told = await talk(citizen, "Can ban 30 kg; so 1234; han 31/12/2026")
    assert "hạn đến hết 31/12/2026" in told.text
    told = await talk(citizen, "→Can ban", "→✅ Đã kiểm định lại")
    assert "đã qua" in (await talk(citizen, "1/1/2026")).text
    assert "hạn đến hết 30/11/2027" in (await talk(citizen, "da kiem dinh lai, han moi 30/11/2027")).text
    with counter.database.read() as session:
        count = select(Reminder.state, func.count()).where(Reminder.kind == "instrument").group_by(Reminder.state)
        assert dict(session.execute(count).all()) == {PLANNED: 3, DROPPED: 3}
    clock.at = NOW.replace(year=2027, month=11, day=23, hour=10)
    with counter.database.write() as session:
        while reminders.send_due(session, clock()):
            pass  # one a contact at a time
    heard = citizen.hear()
    assert len(heard) == 1, "of two that were due only the newest is sent"
    assert "Can ban 30 kg (số 1234) của Cong ty Tra Hue: hạn đến hết 30/11/2027" in heard[0].text
    assert "Đang tắt nhắc hạn" in (await talk(citizen, "→Không nhắc nữa")).text
    stranger = Citizen(counter)
    await talk(stranger, "/phuong_tien_do", "→➕", "0100233488 Cong ty Tra Hue")
    assert "người khác của cơ sở khai" in (await talk(stranger, "Can ban 30 kg; 1234; 31/12/2028")).text
    assert "Không có phương tiện đo này" in (await stranger.press_data("instrument:1:off"))[-1].text


async def test_a_dossier_hands_its_instruments_over(counter: Counter, citizen: Citizen) -> None:
    await citizen.say("xin chao")
    rows = [
        {"name": "Cân bàn", "number": "12", "valid_until": "2026-12-31"},
        {"name": "Ca đong", "number": "", "valid_until": ""},
        {"name": ""},
    ]
    with counter.database.write() as session:
        firm = instruments.firm_named(session, citizen.contact(), "0100233488", "Công ty Trà", NOW)
        dossier = Dossier(organisation_id=firm.id, contact_id=citizen.contact().id)
        for _ in range(2):
            taken = instruments.take_over(session, dossier, rows, NOW)
        assert [(one.name, one.valid_until) for one in taken] == [("Cân bàn", date(2026, 12, 31)), ("Ca đong", None)]
    shown = await talk(citizen, "can cua toi")
    assert "Cân bàn · 12 – Công ty Trà: hạn đến hết 31/12/2026" in shown.text
    assert "chưa có hạn" in shown.text
    with counter.database.read() as session:
        assert session.scalar(select(func.count(Reminder.id)).where(Reminder.kind == "instrument")) == 3
