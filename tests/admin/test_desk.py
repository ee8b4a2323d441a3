"""The inbox as a workplace: filters, who sees what, assignment, notes, drafts, canned replies, answers that do not cross."""

import io
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, update

from admin.access import METROLOGY, VIEWER
from admin.commands import OPERATOR
from db.engine import Database
from db.models import (
    Attachment,
    CannedReply,
    Contact,
    Enquiry,
    HistoryEvent,
    InboundMessage,
    OutboundMessage,
    Presence,
    ReplyDraft,
    Staff,
    StoredFile,
    WebEvent,
)
from db.queries.transcripts import list_turns
from tests.admin.conftest import ADMIN, LAN, MINH, Ask, Browser, contact_of, csrf, enquiry_of
from tests.admin.test_inbox import PNG, outgoing
from tests.pictures import PDF
from usecases import enquiries, staff

Hire = Callable[[str, str], Browser]


@pytest.fixture
def hire(signed_in: Callable[[str], Browser], database: Database, hashed: str, now: datetime) -> Hire:
    """Somebody with another role, signed in."""

    def hired(email: str, role: str) -> Browser:
        with database.write() as session:
            staff.add(session, email, email.split("@")[0], [role], hashed, by=OPERATOR, now=now).must_change_password = False
        return signed_in(email)

    return hired


def key_of(database: Database, email: str) -> int:
    with database.read() as session:
        return session.scalars(select(Staff.id).where(Staff.email == email)).one()


def says(database: Database, reference: str, text: str) -> None:
    """The citizen writes something more."""
    with database.write() as session:
        contact_id = session.scalars(select(Enquiry.contact_id).where(Enquiry.reference == reference)).one()
        session.add(InboundMessage(contact_id=contact_id, kind="message", text=text, at=datetime.now().astimezone()))


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found.group(1)


def listed(browser: Browser, address: str) -> set[str]:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return set(re.findall(r'href="/inbox/(HD-[\d-]+)"', answer.text[answer.text.index('id="queue"') :]))


# ── filters and search ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def five(lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database, now: datetime) -> list[str]:
    """Late and free; Lan's, answered; Lan's, not answered; Minh's, in English on Telegram; closed."""
    late, answered, mine, theirs, closed = (
        ask(f"Câu hỏi {n}", chat_id=n, name=f"Người {n}", at=now - timedelta(days=40 if n == 0 else 0)) for n in range(5)
    )
    lan.post(f"/inbox/{answered}/reply", text="Xong", token="t1")
    lan.post(f"/inbox/{mine}/take")
    signed_in(MINH).post(f"/inbox/{theirs}/take")
    lan.post(f"/inbox/{closed}/close")
    with database.write() as session:
        session.execute(update(Contact).where(Contact.chat_id == 3).values(language="en", channel="telegram"))
    return [late, answered, mine, theirs, closed]


def test_filters_stand_in_the_address_and_narrow_together(lan: Browser, five: list[str], database: Database) -> None:
    late, answered, mine, theirs, closed = five
    me = key_of(database, LAN)
    for query, expected in {
        "queue=all": set(five),
        "queue=all&status=closed": {closed},
        "queue=open&overdue=1": {late},
        "queue=open&awaiting=1": {late, mine, theirs},
        "queue=all&channel=telegram": {theirs},
        "queue=open&language=en": {theirs},
        "queue=open&officer=nobody": {late},
        f"queue=open&officer={me}": {answered, mine},
        f"queue=open&officer={me}&awaiting=1": {mine},
        f"queue=open&officer={me}&language=en": set(),
        "queue=open&officer=&status=": {late, answered, mine, theirs},
        "queue=waiting&status=human": set(),
    }.items():
        assert listed(lan, f"/inbox/?{query}") == expected, query


def test_each_chip_takes_away_itself_and_nothing_else(lan: Browser, five: list[str]) -> None:
    page = lan.get("/inbox/?queue=open&officer=nobody&overdue=1&q=cau+hoi").text
    chips = [link.replace("&amp;", "&") for link in re.findall(r'class="chip on" href="([^"]+)"', page)]
    assert [set(chip.split("?")[1].split("&")) for chip in chips] == [
        {"queue=open", "q=cau+hoi", "overdue=1"},
        {"queue=open", "q=cau+hoi", "officer=nobody"},
    ]
    assert "Cán bộ: Chưa ai nhận" in page
    assert "Không có phiếu nào khớp" in lan.get("/inbox/?queue=closed&awaiting=1").text


@pytest.mark.parametrize(
    "query",
    [
        "queue=nope",
        "status=nope",
        "status=%27%20OR%201=1--",
        "channel=mail",
        "language=xx",
        "officer=-1",
        "officer=999999",
        "officer=x%00",
        "overdue=yes",
        "page=-5",
        "page=1e3",
        "page=%D9%A1",
        f"page={'9' * 40}",
    ],
)
def test_nonsense_in_the_address_is_a_clear_page(lan: Browser, query: str) -> None:
    answer = lan.get(f"/inbox/?{query}")
    assert answer.status_code == 400
    assert "<h1" in answer.text


def test_pages_and_searches_beyond_the_end_are_empty_not_broken(lan: Browser, ask: Ask) -> None:
    ask()
    for query in ("page=9999", "q=" + quote("x " * 300), "q=%00%25_%5C", "q=" + quote("😀 ' \" ; --")):
        assert listed(lan, f"/inbox/?{query}") == set(), query


def test_search_needs_no_diacritics_and_takes_signs_as_they_are(lan: Browser, ask: Ask) -> None:
    scales = ask("Cân đồng hồ lò xo phải kiểm định không?", chat_id=1, name="Đặng Thị Ngọc")
    fee = ask("Phí là 100% hay 50_000 đồng?", chat_id=2)
    for query, expected in {
        "dong ho lo xo": {scales},
        "KIỂM ĐỊNH": {scales},
        "dang ngoc can": {scales},
        "100%": {fee},
        "50_0": {fee},
        "5000": set(),
        scales.lower(): {scales},
        "dong": {scales, fee},
    }.items():
        assert listed(lan, "/inbox/?q=" + quote(query)) == expected, query


# ── who sees what ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_specialist_sees_what_was_assigned_and_for_the_rest_there_is_nothing(
    admin: Browser, hire: Hire, ask: Ask, database: Database
) -> None:
    given, other = ask("Về cân", chat_id=1), ask("Về cân khác", chat_id=2)
    vy = hire("vy@chuan.example", METROLOGY)
    assert vy.get(f"/inbox/{given}").status_code == 404
    admin.post(f"/inbox/{given}/assign", officer=key_of(database, "vy@chuan.example"))
    assert listed(vy, "/inbox/") == listed(vy, "/inbox/?queue=all") == listed(vy, "/inbox/?q=can") == {given}
    assert "queue=waiting" not in vy.get("/inbox/?queue=all").text
    assert vy.get("/inbox/?queue=waiting").status_code == vy.get("/inbox/?officer=nobody").status_code == 400
    assert vy.get(f"/inbox/{given}").status_code == 200
    for what in ("", "/turns", "/canned", "/canned/1", f"/files/{'0' * 64}", f"/pictures/{'0' * 64}"):
        assert vy.get(f"/inbox/{other}{what}").status_code == 404, what
    for what in ("reply", "draft", "presence", "notes", "take", "assign", "give-back", "close"):
        form = {"text": "x", "token": "t", "officer": key_of(database, ADMIN)}
        assert vy.post(f"/inbox/{other}/{what}", **form).status_code == 404, what
    assert vy.post(f"/inbox/{given}/take-over").status_code == 403


def test_a_specialist_passes_an_enquiry_on_and_sees_it_no_more(admin: Browser, hire: Hire, ask: Ask, database: Database) -> None:
    reference = ask()
    vy = hire("vy@chuan.example", METROLOGY)
    admin.post(f"/inbox/{reference}/assign", officer=key_of(database, "vy@chuan.example"))
    answer = vy.post(f"/inbox/{reference}/assign", officer=key_of(database, MINH))
    assert (answer.status_code, answer.location) == (303, "/inbox/")
    assert "Đã giao phiếu" in vy.get("/inbox/").text
    assert enquiry_of(database, reference).assigned_to.email == MINH
    assert vy.get(f"/inbox/{reference}").status_code == 404


def test_a_viewer_reads_no_name_no_number_no_file_and_may_do_nothing(lan: Browser, hire: Hire, ask: Ask, database: Database) -> None:
    reference = ask("Gọi em 0905123456, CCCD 046099001234", name="Trần Thị Cúc")
    lan.post(f"/inbox/{reference}/reply", text="Đã gọi 0905123456", token="t1", files=[(io.BytesIO(PNG), "ảnh của Cúc.png")])
    lan.post(f"/inbox/{reference}/notes", text="Số khác: 0912345678", token="n1")
    viewer = hire("xem@chuan.example", VIEWER)
    for address in ("/inbox/?queue=all", f"/inbox/{reference}", f"/inbox/{reference}/turns"):
        page = viewer.get(address).text
        assert "‹số điện thoại …456›" in page
        for hidden in ("Cúc", "0905123456", "046099001234", "0912345678", "ảnh của", "<textarea", "/reply", "/notes", "/take", "/close"):
            assert hidden not in page, (address, hidden)
    assert "1 tệp, không hiện" in viewer.get(f"/inbox/{reference}").text
    assert viewer.get(f"/inbox/{reference}/files/{'0' * 64}").status_code == 403
    for what in ("reply", "draft", "presence", "notes", "take", "assign", "take-over", "give-back", "close"):
        assert viewer.post(f"/inbox/{reference}/{what}", text="x", token="t").status_code == 403, what


def test_a_viewer_finds_nothing_by_what_is_hidden_from_them(hire: Hire, ask: Ask) -> None:
    reference = ask("Cân của em, gọi 0905123456", name="Trần Thị Cúc")
    viewer = hire("xem@chuan.example", VIEWER)
    assert listed(viewer, "/inbox/?q=cuc") == listed(viewer, "/inbox/?q=0905123456") == listed(viewer, "/inbox/?q=0905") == set()
    assert listed(viewer, "/inbox/?q=can") == listed(viewer, f"/inbox/?q={reference}") == {reference}


def views(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as session:
        rows = session.execute(
            select(HistoryEvent.who, HistoryEvent.noun, HistoryEvent.key).where(HistoryEvent.act == "viewed").order_by(HistoryEvent.id)
        )
        return [(who, noun, key) for who, noun, key in rows]


def test_the_history_shows_who_opened_a_conversation_or_a_file(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    lan.get("/inbox/")
    lan.get(f"/inbox/{reference}/turns")
    assert views(database) == []
    lan.get(f"/inbox/{reference}")
    one = ("Nguyễn Thị Lan", "enquiries", reference)
    assert views(database) == [one]
    lan.post(f"/inbox/{reference}/reply", text="", token="t1", files=[(io.BytesIO(PNG), "a.png")])
    digest = outgoing(database)[0].payload["photo"]["$file"]
    lan.get(f"/inbox/{reference}/pictures/{digest}")
    assert views(database) == [one], "the picture came with the page"
    lan.get(f"/inbox/{reference}/files/{digest}")
    assert views(database) == [one], "the warning shows nothing of the file"
    lan.post(f"/inbox/{reference}/files/{digest}")
    assert views(database) == [one, one]


def test_a_picture_that_is_opened_by_itself_is_written_down(lan: Browser, admin: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    lan.post(f"/inbox/{reference}/reply", text="", token="t1", files=[(io.BytesIO(PNG), "a.png")])
    admin.get(f"/inbox/{reference}/pictures/{outgoing(database)[0].payload['photo']['$file']}")
    assert views(database) == [("Quản trị", "enquiries", reference)]


# ── assignment ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_given_an_enquiry_gets_a_mail_and_finds_it_under_mine_and_the_history_knows(
    lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database
) -> None:
    reference = ask()
    assert f'value="{key_of(database, MINH)}">Trần Minh' in lan.get(f"/inbox/{reference}").text
    for _ in range(2):
        assert lan.post(f"/inbox/{reference}/assign", officer=key_of(database, MINH)).status_code == 303
    assert f"Đã giao phiếu {reference} cho Trần Minh" in lan.get("/").text
    assert listed(signed_in(MINH), "/inbox/?queue=mine") == {reference}
    mails = [row.payload for row in outgoing(database, "alert") if "giao cho bạn" in row.payload["subject"]]
    assert [mail["to"] for mail in mails] == [MINH]
    assert "Nguyễn Thị Lan đã giao" in mails[0]["text"]
    assert len(outgoing(database, "notice")) == 1
    with database.read() as session:
        change = session.scalars(select(HistoryEvent).where(HistoryEvent.noun == "enquiries", HistoryEvent.act == "changed")).one()
    assert (change.who, change.after["assigned_to_id"]) == ("Nguyễn Thị Lan", key_of(database, MINH))


def test_an_officer_takes_over_from_a_colleague(lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database) -> None:
    reference = ask()
    signed_in(MINH).post(f"/inbox/{reference}/take")
    page = lan.get(f"/inbox/{reference}").text
    assert "Phiếu chuyển từ Trần Minh sang bạn" in page
    assert lan.post(f"/inbox/{reference}/take-over").status_code == 303
    assert enquiry_of(database, reference).assigned_to.email == LAN


def test_nobody_is_given_an_enquiry_who_may_not_answer(lan: Browser, hire: Hire, ask: Ask, database: Database) -> None:
    reference = ask()
    hire("xem@chuan.example", VIEWER)
    lan.post(f"/inbox/{reference}/assign", officer=key_of(database, "xem@chuan.example"))
    assert "Không giao được: xem" in lan.get("/").text
    for nonsense in ("", "x", "-1", "9" * 30, "٣"):
        assert lan.post(f"/inbox/{reference}/assign", officer=nonsense).status_code == 400
    assert enquiry_of(database, reference).status == "waiting"


# ── notes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_note_is_shown_to_colleagues_and_goes_nowhere_else(
    lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database
) -> None:
    reference = ask()
    with database.read() as session:
        before = session.scalar(select(func.count()).select_from(OutboundMessage))
    for _ in range(2):  # a double click
        assert lan.post(f"/inbox/{reference}/notes", text="Khách quen, <b>hồ sơ</b> ở tủ 3", token="n1").status_code == 303
    page = signed_in(MINH).get(f"/inbox/{reference}").text
    assert page.count("Khách quen, &lt;b&gt;hồ sơ&lt;/b&gt; ở tủ 3") == 1
    assert "Ghi chú nội bộ – người hỏi không thấy" in page
    lan.post(f"/inbox/{reference}/reply", text="Có ạ", token="t1")
    lan.post(f"/inbox/{reference}/close")
    with database.read() as session:
        sent = session.scalars(select(OutboundMessage)).all()
        assert len(sent) == (before or 0) + 2
        assert "tủ 3" not in str([row.payload for row in sent])
        assert session.scalars(select(WebEvent)).all() == []
        turns = list_turns(session, enquiry_of(database, reference).contact_id)
        assert "tủ 3" not in str(turns), "the transcript that the counter reads holds no notes"


def test_a_refused_note_is_shown_again(lan: Browser, ask: Ask) -> None:
    reference = ask()
    answer = lan.post(f"/inbox/{reference}/notes", text="x" * 10_001, token="n1")
    assert answer.status_code == 422
    assert "x" * 10_001 + "</textarea>" in answer.text
    answer = lan.post(f"/inbox/{reference}/notes", text=" ", token="n1", json=True)
    assert (answer.status_code, answer.json["sentence"]) == (422, "Ghi chú chưa có chữ nào.")


# ── drafts and presence ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_draft_comes_back_on_another_computer_and_goes_with_the_answer(
    lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database
) -> None:
    reference = ask()
    minh = signed_in(MINH)
    assert lan.post(f"/inbox/{reference}/draft", text="Đang viết <dở>", json=True).json == {"saved": True}
    minh.post(f"/inbox/{reference}/draft", text="Của Minh")
    assert "Đang viết &lt;dở&gt;</textarea>" in signed_in(LAN).get(f"/inbox/{reference}").text
    assert "Của Minh</textarea>" in minh.get(f"/inbox/{reference}").text
    lan.post(f"/inbox/{reference}/reply", text="Đang viết xong", token="t1")
    assert "Đang viết" not in lan.get(f"/inbox/{reference}").text.split("<textarea")[1]
    with database.read() as session:
        assert session.scalars(select(ReplyDraft.text)).all() == ["Của Minh"]


def test_a_refused_answer_keeps_its_draft(lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database) -> None:
    reference = ask()
    signed_in(MINH).post(f"/inbox/{reference}/take")
    lan.post(f"/inbox/{reference}/draft", text="Câu dài mất công viết")
    assert lan.post(f"/inbox/{reference}/reply", text="Câu dài mất công viết", token="t1").status_code == 422
    assert "Câu dài mất công viết</textarea>" in lan.get(f"/inbox/{reference}").text


def test_twenty_thousand_and_one_characters_are_refused_with_all_of_them(lan: Browser, ask: Ask) -> None:
    reference = ask()
    answer = lan.post(f"/inbox/{reference}/draft", text="x" * 20_001, json=True)
    assert (answer.status_code, "20000" in answer.json["sentence"]) == (422, True)
    answer = lan.post(f"/inbox/{reference}/reply", text="x" * 20_001, token="t1")
    assert answer.status_code == 422
    assert "x" * 20_001 + "</textarea>" in answer.text


def test_colleagues_see_who_looks_and_who_writes(lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database) -> None:
    reference = ask()
    minh = signed_in(MINH)
    minh.post(f"/inbox/{reference}/presence", json=True)
    assert "Trần Minh đang xem" in lan.get(f"/inbox/{reference}/turns").text
    assert "đang xem" not in minh.get(f"/inbox/{reference}/turns").text
    minh.post(f"/inbox/{reference}/draft", text="Chào")
    assert "Trần Minh đang viết" in lan.get(f"/inbox/{reference}").text
    with database.write() as session:
        session.execute(update(Presence).values(seen_at=datetime.now().astimezone() - timedelta(seconds=31)))
    assert "Trần Minh đang" not in lan.get(f"/inbox/{reference}/turns").text
    minh.post(f"/inbox/{reference}/presence")
    minh.post(f"/inbox/{reference}/presence", leaves="1")
    assert "Trần Minh đang" not in lan.get(f"/inbox/{reference}/turns").text


def test_neither_drafts_nor_presence_fill_the_history(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    lan.post(f"/inbox/{reference}/draft", text="Chào")
    lan.post(f"/inbox/{reference}/presence")
    with database.read() as session:
        assert set(session.scalars(select(HistoryEvent.noun).where(HistoryEvent.staff_id.is_not(None)))) <= {"staff"}


# ── answers that do not cross ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_waits_where_the_citizen_wrote_meanwhile_and_goes_when_it_was_read(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    known = seen(lan.get(f"/inbox/{reference}").text)
    says(database, reference, "À, cân bàn chứ không phải cân treo")
    answer = lan.post(f"/inbox/{reference}/reply", text="Cân treo thì có.", token="t1", seen=known)
    assert answer.status_code == 409
    assert outgoing(database) == []
    for shown in ("À, cân bàn chứ không phải cân treo", "Cân treo thì có.</textarea>", "Gửi dù vậy", "đã có tin mới"):
        assert shown in answer.text
    assert lan.post(f"/inbox/{reference}/reply", text="Cân treo thì có.", token="t1", seen=known, json=True).status_code == 409
    assert lan.post(f"/inbox/{reference}/reply", text="Cân treo thì có.", token="t1", seen=seen(answer.text)).status_code == 303
    assert len(outgoing(database)) == 1


@pytest.mark.parametrize("officers", [(LAN, LAN), (LAN, MINH)], ids=["two tabs", "two officers"])
def test_who_answer_at_the_same_moment_send_one_answer(
    panel: object, signed_in: Callable[[str], Browser], ask: Ask, database: Database, officers: tuple[str, str]
) -> None:
    reference = ask()
    browsers = [signed_in(email) for email in officers]
    known = seen(browsers[0].get(f"/inbox/{reference}").text)
    tokens = [csrf(browser.get("/").text) for browser in browsers]
    start, codes = threading.Barrier(2), []

    def send(browser: Browser, token: str, number: int) -> None:
        start.wait()
        form = {"text": f"Trả lời {number}", "token": f"t{number}", "seen": known, "csrf_token": token}
        codes.append(browser.client.post(f"/inbox/{reference}/reply", data=form).status_code)

    threads = [threading.Thread(target=send, args=(*pair, n)) for n, pair in enumerate(zip(browsers, tokens, strict=True))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.count(303) == 1
    assert set(codes) <= {303, 409, 422}
    assert len(outgoing(database)) == 1


def test_an_enquiry_that_closes_while_one_writes_gives_the_text_back(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    lan.post(f"/inbox/{reference}/draft", text="Viết dở")
    with database.write() as session:
        enquiries.close(session, session.merge(enquiry_of(database, reference)), by="citizen", now=datetime.now().astimezone())
    answer = lan.post(f"/inbox/{reference}/reply", text="Viết xong", token="t1")
    assert answer.status_code == 422
    assert "đã đóng" in answer.text
    assert "Viết xong</textarea>" in answer.text
    assert "Viết dở</textarea>" in lan.get(f"/inbox/{reference}").text
    assert outgoing(database) == []


def test_forged_forms_are_a_clear_page(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    for form in ({"text": "x"}, {"text": "x", "token": "t", "seen": "1"}, {"text": "x", "token": "t", "seen": "-1--1"}):
        assert lan.post(f"/inbox/{reference}/reply", **form).status_code == 400, form
    assert lan.client.post(f"/inbox/{reference}/reply", data={"text": "x", "token": "t"}).status_code == 400
    assert lan.post(f"/inbox/{reference}/notes", text="x").status_code == 400
    for address in ("/inbox/%00", f"/inbox/{reference}%00", "/inbox/" + "x" * 500, "/inbox/HD-2026-999999-9", "/inbox/é"):
        assert lan.get(address).status_code == 404, address
    assert outgoing(database) == []


def test_a_second_tab_that_is_signed_out_is_told_so(lan: Browser, ask: Ask) -> None:
    reference = ask()
    token = csrf(lan.get("/").text)
    lan.post("/logout")
    for what in ("reply", "draft", "presence", "notes"):
        form = {"text": "x", "token": "t", "csrf_token": token}
        answer = lan.client.post(f"/inbox/{reference}/{what}", data=form, headers={"Accept": "application/json"})
        assert answer.status_code == 401, what
        assert answer.json["sentence"]


# ── canned replies, files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_canned_replies_come_filled_and_what_is_left_open_is_not_sent(lan: Browser, ask: Ask, database: Database, now: datetime) -> None:
    reference = ask(name="Trần Thị Cúc")
    with database.write() as session:
        row = CannedReply(title="Chào hẹn", text_vi="Chào {citizen}, {officer} sẽ trả lời. Gọi {phone}.", text_en="", updated_at=now)
        session.add(row)
    text = "Chào Trần Thị Cúc, Nguyễn Thị Lan sẽ trả lời. Gọi {phone}."
    assert lan.get(f"/inbox/{reference}/canned?q=chao").json == [{"key": row.id, "title": "Chào hẹn", "text": text}]
    assert lan.get(f"/inbox/{reference}/canned?q=khong+co").json == []
    assert lan.get(f"/inbox/{reference}/canned/{row.id}").json == {"text": text, "language": "vi", "open": ["phone"]}
    answer = lan.post(f"/inbox/{reference}/reply", text=text, token="t1")
    assert answer.status_code == 422
    assert "còn chỗ chưa điền {phone}" in answer.text
    assert lan.post(f"/inbox/{reference}/reply", text=text.replace("{phone}", "1022"), token="t1").status_code == 303


@pytest.mark.parametrize("key", ["999999", "x", "-1", "9" * 40, "%00"])
def test_a_canned_reply_that_is_gone_is_said_so(lan: Browser, ask: Ask, key: str) -> None:
    answer = lan.client.get(f"/inbox/{ask()}/canned/{key}", headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert "không còn nữa" in answer.json["sentence"]


def test_files_say_what_they_are_and_how_large(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    lan.post(f"/inbox/{reference}/reply", text="", token="t1", files=[(io.BytesIO(PNG), "a.png"), (io.BytesIO(PDF), "mẫu đơn.pdf")])
    digest = outgoing(database)[1].payload["document"]["$file"]
    with database.write() as session:
        session.execute(update(StoredFile).where(StoredFile.sha256 == digest).values(size=1_600_000))
    page = lan.get(f"/inbox/{reference}").text
    assert "Ảnh · 1 KB" in page
    assert "Tệp PDF · 1 trang · 1,53 MB" in page
    saved = lan.post(f"/inbox/{reference}/files/{digest}")
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_files_of_before_the_transcript_are_no_part_of_it(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    contact = contact_of(database, reference)
    with database.write() as session:
        session.add(StoredFile(sha256="a" * 64, size=1, media_type="application/pdf", stored_at=contact.first_seen_at))
        session.flush()
        old = session.scalars(select(InboundMessage).where(InboundMessage.contact_id == contact.id)).one()
        session.add(Attachment(inbound_message_id=old.id, sha256="a" * 64, name="cũ.pdf", media_type="application/pdf", size=1))
        session.execute(update(Enquiry).values(transcript_from=old.id + 1))
    assert lan.get(f"/inbox/{reference}/files/{'a' * 64}").status_code == 404
