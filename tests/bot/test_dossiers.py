"""Dossiers in the chat, as a firm meets them: one question a message, files, the summary, handing in once, completing what is asked for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

import pytest
from sqlalchemy import select

from bot.channels.web import Upload
from bot.counter import Counter
from bot.dossier_buttons import BeginDossier, FillIn, HandInDossier, ResumeDossier, ShowDossier, SpeakFor
from db.models import Consent, Dossier, DossierDraft, OrganisationContact, Staff
from db.models.organisation import CLAIMED, CONFIRMED
from db.settings import Settings
from domain import dossiers as declarations
from domain.dossiers.common import ADVISED, FILED, IN_REVIEW, NEEDS_MORE, SUBMITTED
from domain.dossiers.declaration import CHOICE, PACKAGES, PRODUCTS, YES_NO, DossierType, Field, Paper
from domain.judgement import NOT_FOUND, Decision, Judgement
from tests.conftest import NOW
from tests.pictures import PDF, excel, picture
from tests.talk import Citizen, FixedClock, Said, open_counter
from usecases import dossier_notices, dossier_words, dossiers

TAX_CODE = "0100233488"
REGISTRATION = BeginDossier(kind="barcode_registration").pack()
FIRM = (TAX_CODE, "Cong ty TNHH Nuoc mam Phu Thuan", "12 Lê Lợi, phường Thuận Hóa, TP Huế", "Nguyen Thi Hoa", "0905 111 222", "bo qua")
GOODS = ("nuoc mam", "khoang 12 ma", "→Mã doanh nghiệp", "ko", "khong", "bo qua")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def counter(settings: Settings, clock: FixedClock) -> AsyncIterator[Counter]:
    async with open_counter(settings, clock) as opened:
        yield opened


async def send(citizen: Citizen, *files: tuple[bytes, str, str]) -> list[Said]:
    """Files in one message, each as content, name, type."""
    references = [Upload(citizen.counter.files.put(content), name, kind, len(content)) for content, name, kind in files]
    return await citizen.say("", references=references)


async def talk(citizen: Citizen, *lines: str) -> Said:
    """Say or, with an arrow, press one after the other; the last that is heard."""
    heard: list[Said] = []
    for line in lines:
        heard = await (citizen.press(line[1:]) if line.startswith("→") else citizen.say(line))
    return heard[-1]


def all_dossiers(counter: Counter) -> Sequence[Dossier]:
    with counter.database.read() as session:
        return session.scalars(select(Dossier).order_by(Dossier.id)).unique().all()


def draft_of(counter: Counter) -> DossierDraft:
    with counter.database.read() as session:
        return session.scalars(select(DossierDraft).order_by(DossierDraft.id.desc()).limit(1)).unique().one()


async def filled(counter: Counter, **more: str) -> Citizen:
    """Somebody new who fills a registration in, up to its summary."""
    citizen = Citizen(counter, **more)
    await citizen.say("chao")
    await citizen.press_data(REGISTRATION)
    await talk(citizen, *FIRM, *GOODS)
    await send(citizen, (PDF, "giay dang ky.pdf", "application/pdf"))
    await talk(citizen, "xong", "bo qua", "bo qua", "→Đồng ý")
    return citizen


def first(counter: Counter) -> Dossier:
    [one] = all_dossiers(counter)
    return one


async def test_a_firm_hands_in_a_registration_and_nine_taps_are_one_dossier(counter: Counter) -> None:
    citizen = await filled(counter)
    data = HandInDossier(key=draft_of(counter).id).pack()
    await asyncio.gather(*(counter.process(citizen._pressed(data)) for _ in range(9)))
    heard = citizen.hear()
    one = first(counter)
    assert len(heard) == 9
    assert len({said.text.removeprefix("Dạ, ") for said in heard}) == 1
    assert f"Đã nhận hồ sơ {one.reference}" in heard[0].text
    assert one.reference.startswith("MV-2026-000001-")
    assert one.status == SUBMITTED
    assert one.due_on == date(2026, 12, 1)  # five working days, 24 November is a holiday
    assert "01/12/2026 (số ngày do quầy tự đặt, Chi cục chưa xác nhận)" in heard[0].text
    assert (one.firm, one.tax_code, one.phone) == ("Cong ty TNHH Nuoc mam Phu Thuan", TAX_CODE, "0905111222")
    assert one.answers["product_count"] == 12
    assert one.answers["uses_foreign_codes"] == "no"
    assert "email" not in one.answers
    assert one.answers["address"]["commune"] == "Phường Thuận Hóa"
    assert one.answers["address"]["province"] == "Thành phố Huế"
    assert [(paper.paper, paper.name) for paper in one.papers] == [("business_registration", "giay dang ky.pdf")]
    with counter.database.read() as session:
        assert [consent.purpose for consent in session.scalars(select(Consent)) if consent.granted] == ["dossiers"]
        assert session.scalars(select(OrganisationContact.status)).all() == [CLAIMED]


async def test_every_answer_survives_a_restart_and_any_of_them_can_be_changed(settings: Settings, clock: FixedClock) -> None:
    async with open_counter(settings, clock) as counter:
        citizen = Citizen(counter)
        await citizen.say("chao")
        await citizen.press_data(REGISTRATION)
        asked = await talk(citizen, "0905111222")  # a phone number is no tax code
        assert "chưa đúng" in asked.text
        assert "1/16" in asked.text
        assert "Hay nhầm: thiếu số 0 đầu" in (await talk(citizen, "?")).text
        assert "3/16" in (await talk(citizen, TAX_CODE, "Co so nuoc mam Me Gai")).text
        assert "2/16" in (await talk(citizen, "quay lai")).text
    async with open_counter(settings, clock) as counter:
        citizen.counter = counter
        again = await talk(citizen, "tiep tuc")
        assert "3/16" in again.text
        assert "Thuận Hòa" not in again.text
        which = await talk(citizen, "20 Dinh Bo Linh, phuong Vinh Ninh, TP Hue")
        assert "nay thuộc" in which.text
        assert "Địa chỉ: 20 Dinh Bo Linh, Phường Thuận Hóa, Thành phố Huế" in (await talk(citizen, "→Phường Thuận Hóa")).text
        await talk(citizen, "Le Thi Gai", "→Để sau", "→Bỏ qua", *GOODS, "→Để sau", "→Bỏ qua", "→Bỏ qua")
        summary = await talk(citizen, "dong y")
        assert "⚠️ Điện thoại: còn thiếu" in summary.text
        assert "Còn thiếu 2 mục bắt buộc" in summary.text
        assert not any(caption.startswith("Nộp hồ sơ") for caption in summary.buttons)
        assert "số điện thoại" in (await talk(citizen, "→Điền phần còn thiếu")).text.casefold()
        changed = await talk(citizen, "0905 111 222", "→Sửa: Số mã", "1.200")
        assert "Số mã sản phẩm dự kiến: 1.200" in changed.text
        assert "chọn: Mã doanh nghiệp 8 số" in changed.text
        assert "1.750.000 đồng (cấp 1.000.000, duy trì 750.000), theo Thông tư 232/2016/TT-BTC" in changed.text  # after 30 June: half
        assert "Chưa được cán bộ xác nhận" in changed.text
        assert all_dossiers(counter) == []
        assert "Bỏ hẳn hồ sơ nháp" in (await talk(citizen, "→Dừng", "→Xóa bản nháp")).text  # half an hour of typing is asked about once


async def test_files_are_taken_refused_and_sorted_with_one_answer_each(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("chao")
    await citizen.press_data(REGISTRATION)
    photo = (picture("JPEG"), "giay phep.jpg", "image/jpeg")
    asked = (await send(citizen, photo))[-1]  # nobody asked for it yet
    assert "giấy tờ nào" in asked.text
    assert "Đã nhận cho “Giấy đăng ký kinh doanh”: 1 tệp" in (await talk(citizen, "→Là: Giấy đăng ký")).text
    await talk(citizen, *FIRM, *GOODS)
    draft = draft_of(counter)
    assert [file["name"] for file in draft.papers["business_registration"]] == ["giay phep.jpg"]
    assert "unsorted" not in draft.papers
    sheets = [
        (excel(), "danh sach.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (PDF, "don.pdf", "application/pdf"),
    ]
    heard = await send(citizen, *sheets)
    assert len(heard) == 1
    assert "danh sach.xlsx” không dùng được cho “Đơn đăng ký”" in heard[0].text
    assert "“Đơn đăng ký” hiện có 1 tệp" in heard[0].text
    assert "đã có trong" in (await send(citizen, sheets[1]))[0].text


async def test_a_draft_moves_to_another_channel_by_six_digits_and_guessing_ends(settings: Settings, clock: FixedClock) -> None:
    token = type(settings.secret_key)("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), clock) as counter:
        web = await filled(counter)
        code = (await talk(web, "→Làm tiếp ở nơi khác")).text.split(": ")[1][:6]
        thief = Citizen(counter)
        for guess in range(5):
            assert "không đúng" in (await talk(thief, f"/tiep_tuc {(int(code) + guess + 1) % 1_000_000:06d}")).text
        assert "đợi 15 phút" in (await talk(thief, f"/tiep_tuc {code}")).text
        phone = Citizen(counter, channel="telegram")
        summary = await talk(phone, f"tiep tuc {code}")
        assert "Đã chuyển hồ sơ nháp về đây" in summary.text
        assert "không còn" in (await web.press_data(ResumeDossier(key=draft_of(counter).id).pack()))[-1].text
        assert "Đã nhận hồ sơ" in (await talk(phone, "→Đồng ý", "→Nộp")).text
        assert first(counter).contact_id == phone.contact().id
        late = await filled(counter)
        code = (await talk(late, "→Làm tiếp ở nơi khác")).text.split(": ")[1][:6]
        clock.move(minutes=16)
        assert "quá 15 phút" in (await talk(phone, f"/tiep_tuc {code}")).text


async def test_a_question_in_between_is_answered_and_the_draft_waits(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("chao")
    await citizen.press_data(REGISTRATION)
    counter.knowledge.next = Judgement(Decision.HANDOVER, NOT_FOUND)
    heard = await citizen.say("Phí hết bao nhiêu ạ?")
    assert "câu hỏi trước" in heard[0].text
    assert draft_of(counter).answers == {}
    assert "1/16" in (await talk(citizen, "→Làm tiếp")).text


async def test_what_is_missing_is_asked_at_once_filled_item_by_item_and_the_clock_pauses(counter: Counter, clock: FixedClock) -> None:
    citizen = await filled(counter)
    await talk(citizen, "→Nộp")
    clock.move(days=2)  # Wednesday: Tuesday was a holiday
    with counter.database.write() as session:
        officer = Staff(email="hoa@chuan.example", full_name="Lê Thị Hoa", fs_uniquifier="hoa", created_at=NOW)
        session.add(officer)
        session.flush()
        one = dossiers.lock(session, first(counter).id)
        wanted = [
            dossiers.Wanted("field", "product_count", "Bốn loại và ba dung tích là mười hai mã; ghi thêm mã thùng."),
            dossiers.Wanted("paper", "business_registration", "Ảnh mờ, xin chụp lại."),
            dossiers.Wanted("words", "", "Xin cho biết có dùng mã trên thùng không."),
        ]
        dossiers.demand(session, one, wanted, staff=officer, now=clock())
    told = citizen.hear()[-1]
    assert all(one.words in told.text for one in wanted)
    assert "Đang ở: cơ sở" in told.text
    one = first(counter)
    assert (one.status, one.due_on, one.days_left) == (NEEDS_MORE, None, 4)
    clock.move(days=20)
    listed = await talk(citizen, "→Bổ sung hồ sơ")
    assert listed.text.count("☐") == 3
    assert (await talk(citizen, "→☐ Số mã sản phẩm", "16")).text.count("☑") == 1
    await talk(citizen, "→☐ Giấy đăng ký")
    assert "cần một ảnh hoặc tệp" in (await talk(citizen, "dạ em gửi")).text
    await send(citizen, (picture("PNG"), "moi.png", "image/png"))
    assert (await talk(citizen, "→Xong")).text.count("☑") == 2
    done = await talk(citizen, "→☐ Mục khác", "Không dùng mã trên thùng")
    assert "Đã bổ sung đủ" in done.text
    one = first(counter)
    assert (one.status, one.days_left, one.due_on) == (IN_REVIEW, None, date(2026, 12, 21))  # four working days after the 15th
    assert one.answers["product_count"] == 16
    assert [(paper.name, paper.replaced_at is None) for paper in one.papers] == [("giay dang ky.pdf", False), ("moi.png", True)]


async def test_a_contact_sees_what_it_filed_and_no_more_until_it_is_confirmed_for_the_firm(counter: Counter, clock: FixedClock) -> None:
    owner = await filled(counter)
    await talk(owner, "→Nộp")
    one = first(counter)
    other = await filled(counter)  # types the same tax code: that proves nothing
    assert "Không tìm thấy hồ sơ" in (await talk(other, "/huy", f"hồ sơ {one.reference} đến đâu rồi")).text
    assert "Không tìm thấy hồ sơ" in (await other.press_data(ShowDossier(key=one.id).pack()))[-1].text
    with counter.database.write() as session:
        session.scalars(select(OrganisationContact)).one().status = CONFIRMED
    assert "Nguyen Thi Hoa" not in repr(owner.hear())
    clock.move(minutes=1)
    await talk(other, "→Nộp")
    assert "xin được xem và làm hồ sơ" in (asked := owner.hear()[-1]).text
    assert "Không tìm thấy hồ sơ" in (await other.press_data(next(iter(asked.buttons.values()))))[-1].text
    assert "Từ nay" in (await talk(owner, "→Đồng ý cho")).text
    assert one.reference in (await talk(other, f"hồ sơ {one.reference} đến đâu rồi")).text


async def test_the_firm_reports_what_the_national_centre_decided_and_confirms_before_it_counts(counter: Counter, clock: FixedClock) -> None:
    citizen = await filled(counter)
    await talk(citizen, "→Nộp")
    with counter.database.write() as session:
        one = dossiers.lock(session, first(counter).id)
        one.status = ADVISED
    shown = await talk(citizen, "ho so cua toi", "→MV", "→Đã nộp Trung tâm")
    assert "Xác nhận?" in shown.text
    assert first(counter).status == ADVISED
    assert "Đã nộp Trung tâm" in (await talk(citizen, "→Đã nộp Trung tâm")).text
    assert first(counter).status == FILED
    assert "cơ sở chuyển bước → Đã nộp Trung tâm" in (await talk(citizen, "→Nhật ký")).text


def test_the_buttons_of_notices_are_understood() -> None:
    assert ShowDossier.unpack(dossier_notices.show_dossier(7)).key == 7
    assert FillIn.unpack(dossier_notices.fill(7)).key == 7
    assert SpeakFor.unpack(dossier_notices.speak_for(7, yes=True)) == SpeakFor(key=7, yes=True)


@pytest.mark.parametrize("declared", declarations.current_types(), ids=lambda one: one.kind)
async def test_every_procedure_is_asked_to_its_end(counter: Counter, declared: DossierType) -> None:
    citizen = Citizen(counter)
    await citizen.say("chao")
    await citizen.press_data(BeginDossier(kind=declared.kind).pack())
    while (part := declared.part(draft_of(counter).at)) is not None:
        asked = part.name
        if isinstance(part, Paper):
            media_type = min(part.types, key=lambda one: (one != "application/pdf", one))
            await send(citizen, (PDF, f"{part.name}.pdf", media_type))
            await talk(citizen, "xong")
        elif part.kind == PRODUCTS:
            await talk(citizen, "→Kê từng sản phẩm", "8936003721777", "Tra tim sen", "Thai Bao", "hop 60 tui", "tra", "→Việt Nam", "xong")
        elif part.kind == PACKAGES:
            await talk(citizen, "Nuoc mam", "Phu Thuan", "chai thuy tinh", "→lỏng", "0,5 l", "4", "4 mm", "V 0,5 l")
            listed = await talk(citizen, "→Thêm lượng khác", "500gr")
            assert "500 g" in listed.text  # asked back, never taken for it
            assert "Hiểu là: 1 L" in (await talk(citizen, "1 l")).text
            listed = await talk(citizen, "6", "4", "→Không có", "→Thêm sản phẩm khác", "Mam ruoc; Phu Thuan; hu; set; 200 g; 3; 3; V 200 g")
            assert "Đã kê 3 dòng" in listed.text  # a whole line may stand in the midst of one that was begun
            await talk(citizen, "→Xong")
        elif part.kind in {CHOICE, YES_NO}:
            await talk(citizen, "→" + next(iter(dossier_words.captions(part, "vi").values())))
        else:
            await talk(citizen, dossier_words.example(part, "vi"))
        assert draft_of(counter).at != asked, f"{asked} was not answered by its own example"
    assert "Đã nhận hồ sơ" in (await talk(citizen, "→Đồng ý", "→Nộp hồ sơ")).text
    assert first(counter).kind == declared.kind
    assert set(first(counter).answers) == {field.name for field in declared.asked(first(counter).answers) if isinstance(field, Field)}


async def test_stop_without_its_marks_hands_nothing_in(counter: Counter) -> None:
    citizen = await filled(counter)
    assert "Đã dừng" in (await talk(citizen, "dung")).text
    assert all_dossiers(counter) == []
    await talk(citizen, "tiep tuc", "→Sửa: Địa chỉ")
    assert "tên đường" in (await talk(citizen, "0905111222")).text
    assert "Đã nhận hồ sơ" in (await talk(citizen, "tiep tuc", "→Nộp hồ sơ")).text


async def test_where_the_way_ends_the_reason_is_said_at_once_and_the_answer_can_be_changed(counter: Counter) -> None:
    citizen = Citizen(counter)
    await citizen.say("chao")
    await citizen.press_data(BeginDossier(kind="quantity_announcement").pack())
    stopped = await talk(citizen, "→Chỉ bán hàng")
    assert "khoản 17, 18 Điều 3" in stopped.text
    assert "1/" in stopped.text
    assert draft_of(counter).answers == {"firm_kind": "seller"}
    asked = await talk(citizen, "→Sản xuất", "tạm nhập, tái xuất")
    assert "khoản 2 Điều 1" in asked.text
    assert "3/" in (await talk(citizen, "→Không thuộc")).text
