"""Training classes in the panel: an officer writes a class, opens it, signs people up, moves and cancels it; nobody is told twice."""

import html
import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from admin.access import TRAINING, VIEWER
from db.engine import Database
from db.models import ClassQuestion, HistoryEvent, OutboundMessage, Registration, TrainingClass
from domain.worktime import ZONE
from tests.admin.conftest import Browser, of_role
from tests.pictures import PDF
from tests.training import a_class, a_contact, a_wish
from usecases import certificates, class_survey, classes, door, sign_up

FACTS = {
    "title": "Tập huấn đo lường xăng dầu",
    "topic": "Xăng dầu",
    "language": "vi",
    "sessions_day": ["2026-12-07", "2026-12-08", ""],
    "sessions_from": ["08:00", "08:00", ""],
    "sessions_to": ["11:30", "11:30", ""],
    "place": "Hội trường Sở",
    "seats": "2",
    "sign_up_from": "2026-11-20T08:00",
    "sign_up_until": "2026-12-06T17:00",
    "changes_until": "2026-12-06T17:00",
    "price": "0",
    "price_source": "",
    "waiting_rule": "skip",
    "offer_hours": "24",
    "reminders": ["1440"],
    "reminders_hours": "48; 1,5",
    "gives_certificate": "y",
    "sessions_needed": "0",
    "pass_mark": "",
    "questions_name": ["", ""],
    "questions_kind": ["choice", "text"],
    "questions_text": ["Đơn vị có cột đo không?", "Bao nhiêu cột?"],
    "questions_choices": ["Có\nKhông", ""],
    "questions_required": ["yes", "no"],
    "questions_only_if": ["", "1"],
    "questions_only_if_answer": ["", "Có"],
}


@pytest.fixture
def trainer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(TRAINING)
    return signed_in(of_role(TRAINING))


def key(location: str) -> int:
    found = re.search(r"\d+", location)
    assert found, location
    return int(found.group())


def note_of(browser: Browser, location: str) -> str:
    return html.unescape(" ".join(re.findall(r'<p class="note[^>]*>(.*?)</p>', browser.get(location).text, re.DOTALL)))


def fields_of(page: str) -> dict[str, list[str]]:
    """What a form would send as it stands, as far as these tests need it."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] in {"opened", "questions_name", "token"}:
            found.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    return found


def counter(browser: Browser, class_id: int, people: str, **more: str) -> object:
    address = f"/registrations/counter/{class_id}"
    token = fields_of(browser.get(address).text)["token"][0]
    return browser.post(address, page=address, **{"people": people, "phone": "0905111222", "token": token, **more})


def statuses(database: Database) -> list[str]:
    with database.read() as session:
        return [row.status for row in session.scalars(select(Registration).order_by(Registration.id))]


def texts(database: Database, kind: str) -> list[str]:
    with database.read() as session:
        rows = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == kind).order_by(OutboundMessage.id))
        return [row.payload.get("text", "") for row in rows]


def test_from_draft_to_a_seat_that_moves_on(database: Database, trainer: Browser) -> None:
    made = trainer.post("/classes/new/", page="/classes/new/", **FACTS)
    assert made.status_code == 303, made.text
    number = key(made.location)
    with database.read() as session:
        row = session.get_one(TrainingClass, number)
        assert row.starts_at == datetime(2026, 12, 7, 8, tzinfo=ZONE)
        assert row.reminders == [2880, 1440, 90]
        assert [(one.name, one.only_if, one.choices) for one in row.questions] == [
            ("don-vi-co-cot-do-khong", "", ["Có", "Không"]),
            ("bao-nhieu-cot", "don-vi-co-cot-do-khong", []),
        ]
    assert "Bản nháp" in trainer.get("/classes/?state=draft&search=do+luong+xang").text
    trainer.post(f"/classes/{number}/publish", page=f"/classes/{number}")
    first = counter(trainer, number, "Nguyễn Văn An, Kế toán\nTrần Thị Bé - 0914333444")
    assert "2/2" in trainer.get(f"/classes/{number}").text

    full = counter(trainer, number, "Lê Văn Cường", firm="Công ty Hương Giang")
    assert full.status_code == 422
    assert "Đưa vào danh sách chờ?" in full.text
    assert "Công ty Hương Giang" in full.text, "nothing that was typed is lost"
    waits = counter(trainer, number, "Lê Văn Cường", firm="Công ty Hương Giang", waits="yes")
    assert statuses(database) == ["confirmed", "waiting"]
    assert "2/2 (+1 chờ)" in trainer.get("/classes/?state=full").text
    assert "Tập huấn đo lường xăng dầu" not in trainer.get("/classes/?state=open").text

    trainer.post(f"{first.location}/cancel", page=first.location)
    assert statuses(database) == ["cancelled", "offered"]
    live = trainer.get(f"/classes/{number}/live")
    assert "Được mời nhận chỗ" in live.text
    assert trainer.client.get(f"/classes/{number}/live", headers={"If-None-Match": live.headers["ETag"]}).status_code == 304
    trainer.post(f"{waits.location}/take", page=waits.location)
    assert statuses(database) == ["cancelled", "confirmed"]

    page = trainer.get(waits.location).text
    trainer.post(waits.location, page=waits.location, opened=fields_of(page)["opened"][0], receipt_number="BL 0012", note="Đã gọi")
    person = re.search(r'name="person" value="(\d+)"', page)[1]
    refused = trainer.post(f"{waits.location}/replace", page=waits.location, person=person, full_name="Võ Thị Dung", phone="12")
    assert refused.status_code == 422
    assert 'value="Võ Thị Dung"' in refused.text
    trainer.post(f"{waits.location}/replace", page=waits.location, person=person, full_name="Võ Thị Dung")
    page = trainer.get(waits.location).text
    for said in ("Ghi tên tại quầy", "Vào danh sách chờ", "Có chỗ", "– → BL 0012", "Lê Văn Cường không dự nữa", "Võ Thị Dung đi thay"):
        assert said in page, said
    with database.read() as session:
        kept = session.scalars(select(HistoryEvent).where(HistoryEvent.noun == "participants", HistoryEvent.act == "created")).all()
    assert {event.after["ticket"] for event in kept} == {"•••"}, "no ticket can be read in the history"


def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(database: Database, trainer: Browser) -> None:
    overlapping = FACTS | {"sessions_day": ["2026-12-07", "2026-12-07", ""], "sessions_from": ["08:00", "09:00", ""]}
    for wrong, field, said in (
        (overlapping, "sessions", "Có hai buổi học trùng giờ nhau."),
        (FACTS | {"price": "500000"}, "price_source", "phải ghi văn bản quy định mức thu"),
        (FACTS | {"sign_up_until": "2026-12-07T09:00"}, "sign_up_until", "Thời gian đăng ký phải"),
        (FACTS | {"sessions_from": ["8 giờ", "08:00", ""]}, "sessions", "Có buổi chưa đủ ngày"),
        (FACTS | {"questions_only_if": ["2", ""]}, "questions", "chỉ có thể phụ thuộc vào câu đứng trước"),
        (FACTS | {"questions_only_if": ["", "5"]}, "questions", "chỉ có thể phụ thuộc vào câu đứng trước"),
        (FACTS | {"questions_only_if_answer": ["", ""]}, "questions", "cần cả hai ô"),
        (FACTS | {"questions_only_if_answer": ["", "Có lẽ"]}, "questions", "phải là một lựa chọn"),
        (FACTS | {"reminders_hours": "mai"}, "reminders", "Có số giờ chưa đọc được"),
    ):
        answer = trainer.post("/classes/new/", page="/classes/new/", **wrong)
        assert answer.status_code == 422, said
        assert re.search(rf'id="{field}-bad">[^<]*{said}', answer.text), said
        for typed in ("Tập huấn đo lường xăng dầu", "Đơn vị có cột đo không?", wrong["sessions_from"][0]):
            assert typed in answer.text
    with database.read() as session:
        assert session.scalars(select(TrainingClass)).all() == []


def test_the_counter_asks_what_the_class_asks_and_answers_can_be_mended(database: Database, trainer: Browser, now: datetime) -> None:
    with database.write() as session:
        made = a_class(session, now)
        plain = {"is_required": True, "choices": [], "only_if": "", "only_if_answer": ""}
        questions = [
            ClassQuestion(**(plain | {"name": "cot", "kind": "choice", "text": "Có cột đo?", "choices": ["Có", "Không"]})),
            ClassQuestion(**(plain | {"name": "han", "kind": "date", "text": "Hạn kiểm định?", "only_if": "cot", "only_if_answer": "Có"})),
        ]
        classes.set_questions(session, made, questions)
    refused = counter(trainer, made.id, "Lê Thị Hoa", answer_cot="Có", answer_han="31/2/2027")
    assert refused.status_code == 422
    assert 'value="31/2/2027"' in refused.text
    location = counter(trainer, made.id, "Lê Thị Hoa", answer_cot="co", answer_han="5/3/2027").location
    page = trainer.get(location).text
    assert "05/03/2027" in page
    assert trainer.post(f"{location}/answers", page=location, answer_cot="Không", answer_han="5/3/2027").status_code == 303
    with database.read() as session:
        assert session.scalars(select(Registration.answers)).all() == [{"cot": "Không"}]  # what is no longer asked is no longer kept


def test_a_draft_goes_into_the_bin_and_comes_back_but_a_published_class_is_cancelled(trainer: Browser) -> None:
    number = key(trainer.post("/classes/new/", page="/classes/new/", **FACTS).location)
    trainer.post("/classes/delete/", page="/classes/", id=str(number))
    assert trainer.get(f"/classes/{number}").status_code == 404
    assert f'name="id" value="{number}"' in trainer.get("/classes/?bin=1").text
    trainer.post("/classes/restore/", page="/classes/?bin=1", id=str(number))
    trainer.post(f"/classes/{number}/publish", page=f"/classes/{number}")
    trainer.post("/classes/delete/", page="/classes/", id=str(number))
    assert trainer.get(f"/classes/{number}").status_code == 200


def test_a_published_class_moves_with_a_reason_that_is_told_once(database: Database, trainer: Browser, now: datetime) -> None:
    number = key(trainer.post("/classes/new/", page="/classes/new/", **FACTS).location)
    trainer.post(f"/classes/{number}/publish", page=f"/classes/{number}")
    with database.write() as session:
        contact = a_contact(session, now)
        sign_up.sign_up(session, number, a_wish("Nguyễn Văn An", token="a"), contact=contact, source="chat", waits=False, now=now)
    address = f"/classes/edit/?id={number}"
    shown = fields_of(trainer.get(address).text)
    moved = FACTS | {"id": str(number), "place": "Khách sạn Hương Giang", "opened": shown["opened"][0]}
    moved |= {"questions_name": shown["questions_name"][:2], "questions_text": ["Có cột đo không?", "Mấy cột?"]}
    refused = trainer.post("/classes/edit/", page=address, **moved)
    assert refused.status_code == 422
    assert "cần ghi lý do" in refused.text
    assert "Khách sạn Hương Giang" in refused.text
    told = moved | {"reason": "Hội trường sửa chữa"}
    assert trainer.post("/classes/edit/", page=address, **told).status_code == 303
    stale = told | {"place": "Nơi khác", "reminders_hours": "5"}
    other = FACTS | {"id": str(number), "place": "Khách sạn Hương Giang", "sign_up_until": "2026-12-05T16:30", "reminders_hours": ""}
    other |= {"questions_name": moved["questions_name"], "questions_text": moved["questions_text"]}
    fresh = fields_of(trainer.get(address).text)["opened"][0]
    assert trainer.post("/classes/edit/", page=address, **(other | {"opened": fresh})).status_code == 303
    conflicting = trainer.post("/classes/edit/", page=address, **stale)
    assert conflicting.status_code == 409, "opened before the other saved"
    for said in ("Nơi khác", "Khách sạn Hương Giang", "16:30, 05/12/2026", "24 giờ trước"):
        assert said in conflicting.text, said
    assert len([text for text in texts(database, "notice") if "Hội trường sửa chữa" in text]) == 1
    with database.read() as session:
        names = [(one.name, one.text) for one in session.get_one(TrainingClass, number).questions]
    assert names == [("don-vi-co-cot-do-khong", "Có cột đo không?"), ("bao-nhieu-cot", "Mấy cột?")]

    assert "Cần ghi lý do hủy" in note_of(trainer, trainer.post(f"/classes/{number}/cancel", page=f"/classes/{number}").location)
    trainer.post(f"/classes/{number}/cancel", page=f"/classes/{number}", reason="Bão số 12")
    assert len([text for text in texts(database, "notice") if "Bão số 12" in text]) == 1
    again = trainer.post(f"/classes/{number}/publish", page=f"/classes/{number}")
    assert "“Đã hủy”" in note_of(trainer, again.location), "why it cannot be, in words"


def test_a_viewer_reads_without_names_and_writes_nothing(
    database: Database, hire: Callable[..., int], signed_in: Callable[[str], Browser], now: datetime
) -> None:
    with database.write() as session:
        number = a_class(session, now).id
        sign_up.sign_up(session, number, a_wish("Nguyễn Văn An", token="a"), contact=None, source="counter", waits=False, now=now)
    hire(VIEWER)
    viewer = signed_in(of_role(VIEWER))
    for address in (f"/classes/{number}", "/registrations/1", f"/class_results/{number}", "/classes/", "/class_calendar/?month=2026-12"):
        page = viewer.get(address)
        assert page.status_code == 200, address
        assert "Nguyễn Văn An" not in page.text
        assert "0905111222" not in page.text
    assert viewer.get(f"/classes/{number}").text.count('<form method="post" action="/classes') == 0
    assert viewer.post("/registrations/1", page="/classes/", note="x").status_code == 403
    assert viewer.post(f"/classes/{number}/cancel", page="/classes/", reason="x").status_code == 403
    with database.read() as session:
        looked = session.scalars(select(HistoryEvent.noun).where(HistoryEvent.act == "viewed")).all()
    assert {"training_classes", "registrations"} <= set(looked), "looking at people is written down"


def test_a_series_shows_its_faults_and_makes_each_draft_once(database: Database, trainer: Browser, now: datetime) -> None:
    with database.write() as session:
        number = a_class(session, now, days=32).id  # Friday 25 December; a week later is New Year
    page = trainer.get(f"/classes/{number}/series?every=week&interval=1&count=3").text
    boxes = dict(re.findall(r'name="day" value="([\d-]+)"( checked)?', page))
    assert boxes == {"2027-01-01": "", "2027-01-08": " checked", "2027-01-15": " checked"}
    assert "ngày văn phòng nghỉ" in page
    days = {"day": ["2027-01-08", "2027-01-15"]}
    for _ in range(2):
        trainer.post(f"/classes/{number}/series/create", page=f"/classes/{number}", **days)
    trainer.post(f"/classes/{number}/copy", page=f"/classes/{number}", day="2027-02-22")
    with database.read() as session:
        drafts = session.scalars(select(TrainingClass).where(TrainingClass.status == "draft").order_by(TrainingClass.starts_at)).all()
        starts = [row.starts_at.astimezone(ZONE).date() for row in drafts]
    assert starts == [date(2027, 1, 8), date(2027, 1, 15), date(2027, 2, 22)]
    assert "08:00–11:30" in trainer.get("/class_calendar/?month=2027-01").text
    assert trainer.get("/class_calendar/?month=x").status_code == 400


def test_a_message_is_sent_once_and_says_whom_to_ring(database: Database, trainer: Browser, now: datetime) -> None:
    with database.write() as session:
        number = a_class(session, now).id
        for place in range(2):
            contact = a_contact(session, now, 20 + place)
            wish = a_wish(("Nguyễn Văn An", "Nguyễn Văn Bình")[place], token=f"{place}")
            sign_up.sign_up(session, number, wish, contact=contact, source="chat", waits=False, now=now)
        wish = a_wish("Trần Thị Bé", token="c", phone="0914333444")
        sign_up.sign_up(session, number, wish, contact=None, source="counter", waits=False, now=now)
    address = f"/class_messages/{number}"
    form = {"text": "Lớp có <giữ xe> miễn phí", "who": "seated", "token": fields_of(trainer.get(address).text)["token"][0]}
    preview = trainer.post(address, page=address, act="preview", **form).text
    assert "cho 2 đăng ký" in preview
    assert "0914333444" in preview
    assert texts(database, "officer") == []
    for _ in range(2):
        assert trainer.post(address, page=address, act="send", **form).status_code == 303
    sent = texts(database, "officer")
    assert len(sent) == 2, "once to each of the two"
    for text in sent:
        assert text.startswith("<b>Người training</b>")
        assert "Về lớp Đo lường" in text
        assert text.endswith("\nLớp có &lt;giữ xe&gt; miễn phí")
    assert trainer.post(address, page=address, act="send", **(form | {"text": "", "token": "b"})).status_code == 422


def test_results_become_certificates_that_can_be_revoked(database: Database, trainer: Browser, now: datetime) -> None:
    with database.write() as session:
        row = a_class(session, now - timedelta(days=20), days=19, pass_mark=50)
        people = a_wish("Nguyễn Văn An", "Trần Thị Bé", token="a")
        contact = a_contact(session, now)
        made = sign_up.sign_up(session, row.id, people, contact=contact, source="chat", waits=False, now=now - timedelta(days=3))
        number, meeting = row.id, row.sessions[0]
        scans = [door.Scan(f"s{place}", person.ticket, "in", meeting.starts_at) for place, person in enumerate(made.participants)]
        door.merge(session, meeting, scans, staff_id=1, now=now)
        class_survey.mark(session, made, "content", 4, now)
        keys = [person.id for person in made.participants]
    address = f"/class_results/{number}"
    assert "sau khi lớp ghi là đã tổ chức" in note_of(trainer, trainer.post(f"{address}/issue", page=address).location)
    wrong = trainer.post(f"{address}/scores", page=address, **{f"score_{keys[0]}": "80", f"score_{keys[1]}": "bốn"})
    assert wrong.status_code == 422
    assert 'value="bốn"' in wrong.text
    assert 'value="80"' in wrong.text
    trainer.post(f"{address}/scores", page=address, **{f"score_{keys[0]}": "80", f"score_{keys[1]}": "40"})
    trainer.post(f"/classes/{number}/hold", page=f"/classes/{number}")
    for _ in range(2):
        trainer.post(f"{address}/issue", page=address)
    page = trainer.get(address).text
    assert page.count("Chưa đạt bài kiểm tra") == 1
    assert 'aria-label="1 trên 1"' in page, "the survey"
    assert "Nguyễn Văn An đã đến" in trainer.get(f"/registrations/{made.id}").text
    with database.read() as session:
        (given,) = [one.certificate for one in certificates.results(session, session.get_one(TrainingClass, number)) if one.certificate]
    trainer.post(f"{address}/revoke", page=address, certificate=str(given.id), reason="")
    assert "Cần ghi lý do thu hồi" in trainer.get(address).text
    trainer.post(f"{address}/revoke", page=address, certificate=str(given.id), reason="Cấp nhầm tên")
    trainer.get(address)
    assert f"{given.serial}: thu hồi lúc" in trainer.get(address).text
    assert "Cấp nhầm tên" in trainer.get(f"/registrations/{made.id}").text


def test_documents_are_checked_and_fetched_again(database: Database, trainer: Browser, now: datetime) -> None:
    with database.write() as session:
        number = a_class(session, now).id
    page = f"/classes/{number}"
    trainer.post(f"{page}/documents", page=page, files=(io.BytesIO(b"MZ"), "vi-rut.pdf"))
    assert "Chưa có tài liệu" in trainer.get(page).text
    trainer.post(f"{page}/documents", page=page, files=(io.BytesIO(PDF), "Chương trình.pdf"))
    address = re.search(rf'href="({page}/documents/\d+)"', trainer.get(page).text)[1]
    assert "chưa được quét" in trainer.get(address).text
    assert trainer.post(address).data == PDF
    with database.read() as session:
        assert [one.name for one in classes.get_published(session, number).documents] == ["Chương trình.pdf"]
    trainer.post(f"{address}/remove", page=page)
    assert trainer.get(address).status_code == 404
