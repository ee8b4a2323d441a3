"""Training classes in the chat, as a hurried citizen meets them: signing up, waiting, changing, the survey, beside an officer's talk."""

from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import select

from bot.channels.web import Upload
from bot.class_buttons import Mark, Seat, ShowClass, ShowMine
from bot.counter import Counter
from db.models import ClassInterest, ClassQuestion, Consent, Registration, Staff, SurveyAnswer, TrainingClass
from db.models.registration import CANCELLED, CONFIRMED, WAITING
from db.settings import Settings
from domain.judgement import ASKED, NOT_FOUND, Decision, Judgement
from tests.conftest import NOW
from tests.pictures import PDF
from tests.talk import Citizen, FixedClock, Said, open_counter
from tests.training import a_class
from usecases import class_notices, classes, enquiries

THREE = "1. Nguyễn Văn An - Kế toán - 0905 111 222\nTrần Thị Bé\nle van cuong 0914333444"
CAR = ClassQuestion(name="car", kind="choice", text="Có gửi ô tô không?", choices=["Có", "Không"])
PLATE = ClassQuestion(name="plate", kind="text", text="Biển số xe?", only_if="car", only_if_answer="Có")
PAPER = ClassQuestion(name="paper", kind="file", text="Ảnh giấy phép kinh doanh?", is_required=False)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), clock) as opened:
        yield opened


def open_class(counter: Counter, *questions: ClassQuestion, seats: int = 20, **facts: object) -> int:
    with counter.database.write() as session:
        made = a_class(session, NOW, seats=seats, **facts)
        copies = [ClassQuestion(**{name: getattr(one, name) for name in ("name", "kind", "text")}) for one in questions]
        for copy, one in zip(copies, questions, strict=True):
            copy.choices, copy.is_required = one.choices or [], one.is_required is not False
            copy.only_if, copy.only_if_answer = one.only_if or "", one.only_if_answer or ""
        classes.set_questions(session, made, copies)
        return made.id


def registrations(counter: Counter) -> Sequence[Registration]:
    with counter.database.read() as session:
        return session.scalars(select(Registration).order_by(Registration.id)).unique().all()


def names(registration: Registration) -> list[str]:
    return [person.full_name for person in class_notices.present(registration)]


async def talk(citizen: Citizen, *lines: str) -> Said:
    """Say or, with an arrow, press one after the other; the last that is heard."""
    heard: list[Said] = []
    for line in lines:
        heard = await (citizen.press(line[1:]) if line.startswith("→") else citizen.say(line))
    return heard[-1]


async def signed_up(counter: Counter, people: str, phone: str = "0905111222", **more: str) -> Citizen:
    """Somebody new who signs people up to the only class without further questions, up to the press on confirm."""
    citizen = Citizen(counter, **more)
    await talk(citizen, "lop", "→07/12", "→Đăng ký", people, phone, "bo qua", "dong y", "→Xác nhận")
    return citizen


async def test_three_people_are_signed_up_in_a_minute_and_confirming_twice_is_once(counter: Counter) -> None:
    open_class(counter, price=500_000, price_source="Quyết định 12/QĐ-SKHCN")
    citizen = Citizen(counter)
    counter.knowledge.next = Judgement(Decision.START_TRAINING, ASKED)
    listed = await talk(citizen, "cho em dang ky lop do luong")
    assert "Còn 20/20 chỗ · 500.000 đồng/người (theo Quyết định 12/QĐ-SKHCN)" in listed.text
    shown = await talk(citizen, "→07/12")
    assert "Thứ Hai, 07/12/2026, 08:00 – 11:30" in shown.text
    assert "1/5" in (await talk(citizen, "→Đăng ký")).text
    assert "Đã ghi 3 người: Nguyễn Văn An, Kế toán, 0905111222; Trần Thị Bé; Le Van Cuong" in (await talk(citizen, THREE)).text
    assert "Tên đơn vị" in (await talk(citizen, "→Dùng số 0905111222")).text
    assert "chưa đúng" in (await talk(citizen, "Công ty Hương Giang", "0100233489")).text
    assert "Đồng ý lưu thông tin?" in (await talk(citizen, "0100233488")).text, "the place was kept"
    assert "Trần Thị Bé" in (await talk(citizen, "đồng ý")).text
    summary = await talk(citizen, "→Sửa: Điện thoại", "0914 555 666")
    assert "Điện thoại: 0914555666" in summary.text
    done = await talk(citizen, "→Xác nhận")
    again = await talk(citizen, "→Xác nhận")
    [one] = registrations(counter)
    assert one.reference in done.text
    assert one.reference in again.text
    assert (one.status, one.phone, one.firm, one.tax_code) == (CONFIRMED, "0914555666", "Công ty Hương Giang", "0100233488")
    assert next((p.full_name, p.position, p.phone) for p in one.participants) == ("Nguyễn Văn An", "Kế toán", "0905111222")
    assert f"/tickets/{one.secret}" in done.text, "on this machine the link is text: Telegram takes it on no button"
    with counter.database.read() as session:
        assert session.scalars(select(Consent.granted).where(Consent.purpose == "classes")).all() == [True]
    citizen.turns()


async def test_on_a_public_address_ticket_and_calendar_are_buttons_and_last_time_is_proposed(settings: Settings, clock: FixedClock) -> None:
    async with open_counter(settings.model_copy(update={"public_url": "https://chuan.example"}), clock) as counter:
        open_class(counter)
        citizen = await signed_up(counter, "Nguyễn Văn An")
        [one] = registrations(counter)
        shown = await talk(citizen, "lớp của tôi", "→DK-")
        links = [button["url"] for row in shown.row.payload["reply_markup"]["inline_keyboard"] for button in row if "url" in button]
        assert links == [f"https://chuan.example/{page}" for page in (f"tickets/{one.secret}", f"calendar/{one.secret}.ics")]
        proposed = await talk(citizen, "/lop", "→07/12", "→Đăng ký", "Trần Thị Bé")
        assert "Như lần trước: điện thoại 0905111222" in proposed.text
        assert "Kiểm tra lại" in (await talk(citizen, "→Như lần trước")).text, "consent was given before"
        assert "→" not in (await talk(citizen, "→Xác nhận")).text
        assert [row.phone for row in registrations(counter)] == ["0905111222"] * 2


async def test_a_restart_in_the_middle_loses_nothing_and_a_question_is_nobodys_name(settings: Settings, clock: FixedClock) -> None:
    async with open_counter(settings, clock) as counter:
        key = open_class(counter)
        citizen = Citizen(counter)
        await talk(citizen, "/lop", "→07/12", "→Đăng ký")
        about = await talk(citizen, "phi bao nhieu")
        assert "Phí: miễn phí" in about.text, "a bare question is about this class"
        for text in ("300 người", "cho em dang ky lop nay", "bỏ qua", "Nguyễn"):
            assert "Đã ghi" not in (await talk(citizen, text)).text
        many = await talk(citizen, "\n".join(f"Nguyễn Văn Số{'abcdefghij'[n % 10] * (n // 10 + 1)}" for n in range(300)))
        assert "Danh sách có 300 người" in many.text
        await talk(citizen, "Nguyễn Văn An")
        assert "Đã ghi 2 người" in (await talk(citizen, "Trần Thị Bé")).text, "some write one name a message"
        await talk(citizen, "so cua em 0905 111 222")
    async with open_counter(settings, clock) as counter:
        citizen.counter = counter
        counter.knowledge.next = Judgement(Decision.ASK_BACK, "unclear")
        heard = [said.text for said in await citizen.say("Mã vạch xin ở đâu?")]
        assert "Bản đăng ký vẫn chờ" in heard[0]
        assert len(heard) == 2, "and it is answered"
        clock.move(hours=3)
        counter.knowledge.next = Judgement(Decision.ASK_BACK, "unclear")
        assert "Đã ghi" not in (await talk(citizen, "nuoc mam")).text, "after hours a text is no answer any more"
        menu = await talk(citizen, "menu")
        assert "Tiếp tục đăng ký lớp" in menu.buttons
        assert "Tên đơn vị" in (await talk(citizen, "tiep tuc")).text
        await talk(citizen, "→Bỏ qua", "→Đồng ý", "vâng")
        [one] = registrations(counter)
        assert (names(one), one.class_id) == (["Nguyễn Văn An", "Trần Thị Bé"], key)
        citizen.turns()


async def test_who_comes_too_late_reads_the_rule_waits_and_takes_the_seat_that_is_given_back(counter: Counter, clock: FixedClock) -> None:
    key = open_class(counter, seats=2, online_link="https://hop.example/lop")
    first = await signed_up(counter, "Nguyễn Văn An\nTrần Thị Bé")
    second = await signed_up(counter, "Lê Văn Cường\nPhạm Thị Dung", "0914333444", channel="telegram")
    assert (await talk(second, "→Chọn lớp khác")).buttons
    offered = await talk(second, "tiếp tục", "→Xác nhận")
    assert "vị trí 1" in offered.text
    assert "giữ chỗ cho bạn 24 giờ" in offered.text
    assert "nhóm nhỏ hơn phía sau được mời trước" in offered.text
    assert "Đang chờ, vị trí 1" in (await talk(second, "→Vào danh sách chờ")).text
    assert [row.status for row in registrations(counter)] == [CONFIRMED, WAITING]
    mine = await talk(second, "/lop_cua_toi", "→DK-")
    assert "hop.example" not in mine.text, "the link of an online class is for those with a seat"
    third = Citizen(counter)
    told = await talk(third, "lop", "→07/12", "→Đăng ký", "NGUYỄN VĂN AN", "0905 111 222", "bo qua", "dong y", "→Xác nhận")
    assert "Nguyễn Văn An đã đăng ký lớp" in told.text, "the same person twice is told, and may be put right"
    assert "Ai đi học?" in told.text
    assert "Chỗ được chuyển ngay" in (await talk(first, "lop cua toi", "→DK-", "→Hủy đăng ký")).text
    assert "Đã hủy đăng ký" in (await talk(first, "→Có, hủy")).text
    notice = second.hear()[-1]
    assert "Có chỗ cho bạn" in notice.text
    taken = await talk(second, "nhan cho")
    assert "Đã có chỗ" in taken.text
    assert "hop.example" in taken.text
    assert [row.status for row in registrations(counter)] == [CANCELLED, CONFIRMED]
    assert "Đã có chỗ" in (await talk(second, "→Nhận chỗ")).text, "taking them twice is no fault"
    others = registrations(counter)[1].id
    for data in (class_notices.show_registration(others), class_notices.take_seat(others, take=False), f"chg:{others}:cancel_surely:0"):
        assert "Không có đăng ký này của bạn" in (await first.press_data(data))[-1].text
    assert [row.status for row in registrations(counter)] == [CANCELLED, CONFIRMED]
    assert "Còn 0/2 chỗ" in (await first.press_data(class_notices.show_class(key)))[-1].text


async def test_questions_follow_from_answers_and_are_changed_later_with_people(counter: Counter, clock: FixedClock) -> None:
    key = open_class(counter, CAR, PLATE, PAPER)
    citizen = Citizen(counter)
    asked = await talk(citizen, "/lop", "→07/12", "→Đăng ký", "Nguyễn Văn An\nTrần Thị Bé", "0905111222", "→Bỏ qua", "co")
    assert "Biển số xe?" in asked.text
    assert "cần một ảnh hoặc tệp" in (await talk(citizen, "75A 123.45", "đây ạ nhé anh")).text
    digest = counter.files.put(PDF)
    await citizen.say("", references=[Upload(digest, "giay-phep.pdf", "application/pdf", len(PDF))])
    assert "Biển số xe?" not in (await talk(citizen, "→Đồng ý", "→Sửa: Có gửi", "khong")).text
    await talk(citizen, "→Xác nhận")
    [one] = registrations(counter)
    assert one.answers == {"car": "Không", "paper": {"sha256": digest, "name": "giay-phep.pdf"}}
    assert "Biển số xe?" in (await talk(citizen, "/lop_cua_toi", "→DK-", "→Sửa câu", "→Có gửi", "→Có")).text
    assert "Biển số xe?: 43C-678" in (await talk(citizen, "43C-678")).text
    assert "Mỗi lần thay một người" in (await talk(citizen, "→Thay người", "→Trần Thị Bé", "Lê A B\nLê C D")).text
    assert "đã đăng ký lớp" in (await talk(citizen, "Nguyễn Văn An")).text
    assert "Nguyễn Văn An, Le Van Cuong" in (await talk(citizen, "le van cuong")).text
    assert "Người học (1): Le Van Cuong" in (await talk(citizen, "→Bớt người", "→Nguyễn Văn An")).text
    assert one.reference in (await talk(citizen, f"{one.reference} cua em sao roi")).text
    clock.move(days=13, hours=1)
    assert "nay đã quá giờ" in (await talk(citizen, "→Hủy đăng ký")).text
    assert names(registrations(counter)[0]) == ["Le Van Cuong"]
    with counter.database.write() as session:
        classes.cancel(session, key, reason="Bão", now=clock())
    assert "hiện không nhận đăng ký" in (await citizen.press_data(f"join:{key}"))[-1].text


async def test_an_officers_talk_is_not_swallowed_by_a_step_that_waits(counter: Counter, clock: FixedClock) -> None:
    open_class(counter)
    citizen = Citizen(counter)
    await citizen.say("menu")
    counter.knowledge.next = Judgement(Decision.HANDOVER, NOT_FOUND)
    await citizen.say("cái cân của tiệm bị lệch thì làm sao")
    with counter.database.write() as session:
        officer = Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=NOW)
        session.add(officer)
        session.flush()
        enquiry = enquiries.current(session, session.merge(citizen.contact()))
        enquiries.reply(session, enquiry, officer, text="Cân loại nào ạ?", now=clock())
    clock.move(minutes=1)
    await talk(citizen, "/lop", "→07/12", "→Đăng ký", "Nguyễn Văn An", "0905111222")
    assert await citizen.say("cân đồng hồ thì kiểm định ở đâu?") == [], "a question is the officer's"
    clock.move(minutes=1)
    with counter.database.write() as session:
        enquiry = enquiries.current(session, session.merge(citizen.contact()))
        enquiries.reply(session, enquiry, session.get_one(Staff, officer.id), text="Tiệm mình tên chi?", now=clock())
    citizen.hear()
    assert await citizen.say("Tiệm vàng Kim Long") == [], "who spoke last is answered"
    assert "Tên đơn vị" in (await talk(citizen, "/tiep_tuc")).text
    assert "Đã ghi: Tiệm Kim Long" in (await talk(citizen, "Tiệm Kim Long")).text
    assert await citizen.say("cảm ơn anh nhiều nhé, còn phí kiểm định bao nhiêu?") == []


async def test_the_survey_is_three_taps_and_a_sentence_and_followers_are_told(counter: Counter, clock: FixedClock) -> None:
    key = open_class(counter)
    citizen = await signed_up(counter, "Nguyễn Văn An")
    assert "Đã ghi" in (await talk(citizen, "/lop", "→07/12", "→Báo tôi khi có lớp: Đo lường")).text
    clock.move(days=15)
    with counter.database.write() as session:
        classes.hold(session, key, clock())
        draft = classes.copy(session, key, clock().date().replace(year=2027), clock())
        classes.publish(session, draft.id, clock(), trial=False)
        second = draft.id
    heard = citizen.hear()
    assert any("Có lớp mới thuộc lĩnh vực bạn theo dõi (Đo lường)" in said.text for said in heard)
    assert "từ 1 đến 5" in (await talk(citizen, "7")).text
    assert "2/3" in (await talk(citizen, "4")).text, "a number does as well as a button"
    assert "3/3" in (await citizen.press_data(class_notices.mark(registrations(counter)[0].id, "organisation", 2)))[-1].text
    assert "Cảm ơn bạn" in (await talk(citizen, "thêm giờ thực hành")).text
    with counter.database.read() as session:
        answer = session.scalars(select(SurveyAnswer)).one()
        assert (answer.content, answer.organisation, answer.words) == (4, 2, "thêm giờ thực hành")
    with counter.database.write() as session:
        classes.close(session, second, clock())
    assert "Thôi báo lớp: Đo lường" in (await talk(citizen, "các lớp")).buttons, "no class is open: the fields are offered"
    await talk(citizen, "→Thôi báo")
    with counter.database.read() as session:
        assert session.scalars(select(ClassInterest)).all() == []
        assert session.scalars(select(TrainingClass.status).where(TrainingClass.id == key)).one() == "held"
    stranger = Citizen(counter)
    assert "Không có đăng ký này" in (await stranger.press_data(class_notices.mark(1, "content", 5)))[-1].text


def test_the_buttons_of_notices_are_understood() -> None:
    assert ShowClass(key=7).pack() == class_notices.show_class(7)
    assert ShowMine(key=7).pack() == class_notices.show_registration(7)
    assert [Seat(key=7, take=take).pack() for take in (True, False)] == [class_notices.take_seat(7, take=take) for take in (True, False)]
    assert Mark(key=7, question="content", points=5).pack() == class_notices.mark(7, "content", 5)
