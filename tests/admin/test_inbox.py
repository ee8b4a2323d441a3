import io
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.engine import Database
from db.models import Claim, OutboundMessage
from tests.admin.conftest import LAN, MINH, Ask, Browser, csrf, enquiry_of
from tests.pictures import picture
from usecases import enquiries

PNG = picture(size=(60, 40))


def outgoing(database: Database, kind: str = "officer") -> list[OutboundMessage]:
    with database.read() as session:
        return list(session.scalars(select(OutboundMessage).where(OutboundMessage.kind == kind).order_by(OutboundMessage.id)))


def test_a_reply_reaches_the_outbox_and_takes_the_enquiry(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    answer = lan.post(f"/inbox/{reference}/reply", text="Có, mỗi năm một lần.", token="t1")
    assert answer.status_code == 303
    enquiry = enquiry_of(database, reference)
    assert (enquiry.status, enquiry.assigned_to.full_name) == ("human", "Nguyễn Thị Lan")
    (message,) = outgoing(database)
    assert message.state == "waiting"
    assert "Có, mỗi năm một lần." in message.payload["text"]
    page = lan.get(f"/inbox/{reference}").text
    assert "Chờ gửi" in page


def test_a_double_click_sends_once(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    for _ in range(2):
        assert lan.post(f"/inbox/{reference}/reply", text="Một lần thôi.", token="t1").status_code == 303
    assert len(outgoing(database)) == 1
    lan.post(f"/inbox/{reference}/reply", text="Một lần thôi.", token="t2")
    assert len(outgoing(database)) == 2


def test_the_same_form_at_the_same_moment_sends_once(
    panel: object, signed_in: Callable[[str], Browser], ask: Ask, database: Database
) -> None:
    reference = ask()
    browsers = [signed_in(LAN) for _ in range(3)]
    tokens = [csrf(browser.get("/").text) for browser in browsers]
    start, codes = threading.Barrier(3), []

    def send(browser: Browser, token: str) -> None:
        start.wait()
        form = {"text": "Cùng lúc.", "token": "same", "csrf_token": token}
        codes.append(browser.client.post(f"/inbox/{reference}/reply", data=form).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [303, 303, 303]
    assert len(outgoing(database)) == 1


def test_a_refused_reply_keeps_its_text_and_claims_nothing(
    lan: Browser, signed_in: Callable[[str], Browser], ask: Ask, database: Database
) -> None:
    reference = ask()
    signed_in(MINH).post(f"/inbox/{reference}/take")
    answer = lan.post(f"/inbox/{reference}/reply", text="Câu dài <b>mất công</b> viết", token="t1")
    assert answer.status_code == 422
    assert "Câu dài &lt;b&gt;mất công&lt;/b&gt; viết</textarea>" in answer.text
    assert "Trần Minh" in answer.text
    assert outgoing(database) == []
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0


def test_a_script_is_told_why_in_words(lan: Browser, ask: Ask) -> None:
    answer = lan.post(f"/inbox/{ask()}/reply", json=True, text="  ", token="t1")
    assert answer.status_code == 422
    assert "Chưa có nội dung" in answer.json["sentence"]


def test_what_a_citizen_writes_is_never_markup(lan: Browser, ask: Ask) -> None:
    reference = ask('<img src=x onerror="alert(1)"> hỏi về cân', name="<script>tên</script>")
    for url in ("/inbox/", f"/inbox/{reference}", f"/inbox/{reference}/turns", "/contacts/", "/inbox/?q=<script>"):
        text = lan.get(url).text
        assert "<img src=x" not in text
        assert "<script>t" not in text


def test_our_own_markup_is_shown_as_what_it_means(lan: Browser, ask: Ask) -> None:
    reference = ask()
    lan.post(f"/inbox/{reference}/reply", text="1 < 2", token="t1")
    page = lan.get(f"/inbox/{reference}/turns").text
    assert "<strong>Nguyễn Thị Lan</strong>" in page
    assert "1 &lt; 2" in page


def test_turns_are_not_sent_again_while_nothing_is_new(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    first = lan.get(f"/inbox/{reference}/turns")
    headers = {"If-None-Match": first.headers["ETag"]}
    assert lan.client.get(f"/inbox/{reference}/turns", headers=headers).status_code == 304
    lan.post(f"/inbox/{reference}/take")
    assert lan.client.get(f"/inbox/{reference}/turns", headers=headers).status_code == 200


def test_taking_giving_back_and_closing(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    for act, status in (("take", "human"), ("give-back", "bot"), ("take", "human"), ("close", "closed")):
        assert lan.post(f"/inbox/{reference}/{act}").status_code == 303
        assert enquiry_of(database, reference).status == status
    refused = lan.post(f"/inbox/{reference}/take")
    assert refused.status_code == 303
    assert "đã đóng" in lan.get("/").text
    assert 'id="reply"' not in lan.get(f"/inbox/{reference}").text
    assert len(outgoing(database, "notice")) == 4


def test_every_queue_lists_its_own(lan: Browser, signed_in: Callable[[str], Browser], ask: Ask) -> None:
    waiting, mine, theirs, given_back, closed = (ask(f"Câu hỏi số {n}", chat_id=n) for n in range(5))
    lan.post(f"/inbox/{mine}/take")
    signed_in(MINH).post(f"/inbox/{theirs}/take")
    lan.post(f"/inbox/{given_back}/give-back")
    lan.post(f"/inbox/{closed}/close")
    expected = {"waiting": {waiting}, "mine": {mine}, "open": {waiting, mine, theirs}, "given_back": {given_back}, "closed": {closed}}
    for queue, references in expected.items():
        page = lan.get(f"/inbox/?queue={queue}").text
        assert {reference for reference in (waiting, mine, theirs, given_back, closed) if f">{reference}<" in page} == references
    assert lan.get("/inbox/?queue=nope").status_code == 400
    found = lan.get(f"/inbox/?q={closed.lower()}").text
    assert f">{closed}<" in found
    assert f">{waiting}<" not in found


def test_overdue_is_said_in_words_and_comes_first(lan: Browser, ask: Ask, now: datetime) -> None:
    fresh, late = ask("Mới hỏi", chat_id=1), ask("Hỏi tuần trước", chat_id=2, at=now - timedelta(days=40))
    page = lan.get("/inbox/").text
    assert page.index(late) < page.index(fresh)
    queue = page[page.index('id="queue"') :]
    assert queue.count("Quá hẹn") == 1
    assert "quá 216 giờ làm việc" in queue
    assert "còn 7 giờ làm việc" in queue
    assert ">1</span> <span>phiếu đã quá hẹn" in lan.get("/").text


def test_long_queues_come_in_pages(lan: Browser, ask: Ask) -> None:
    for n in range(31):
        ask(f"Câu {n}", chat_id=n)
    first, second = lan.get("/inbox/").text, lan.get("/inbox/?page=1").text
    assert first.count('scope="row"') == 30
    assert ("Trang 1" in first, 'rel="next"' in first, 'rel="prev"' in first) == (True, True, False)
    assert second.count('scope="row"') == 1
    assert ("Trang 2" in second, 'rel="next"' in second, 'rel="prev"' in second) == (True, False, True)
    assert "Tìm thấy hơn 30 phiếu" in lan.get("/inbox/?q=cau").text
    assert "Tìm thấy 31 phiếu" in lan.get("/inbox/?q=cau&page=1").text


def test_files_go_out_with_the_reply(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    answer = lan.post(f"/inbox/{reference}/reply", text="", token="t1", files=[(io.BytesIO(PNG), "mẫu phiếu.png")])
    assert answer.status_code == 303
    (message,) = outgoing(database)
    assert message.method == "sendPhoto"
    digest = message.payload["photo"]["$file"]
    seen = lan.get(f"/inbox/{reference}/pictures/{digest}")
    assert (seen.data[:3], seen.mimetype) == (b"\xff\xd8\xff", "image/jpeg")
    assert "sandbox" in seen.headers["Content-Security-Policy"]
    saved = lan.post(f"/inbox/{reference}/files/{digest}?original=1")
    assert saved.data == PNG
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_file_is_handed_out_only_with_its_own_conversation(lan: Browser, ask: Ask, database: Database) -> None:
    reference, other = ask(chat_id=1), ask(chat_id=2)
    lan.post(f"/inbox/{reference}/reply", text="", token="t1", files=[(io.BytesIO(PNG), "a.png")])
    digest = outgoing(database)[0].payload["photo"]["$file"]
    assert lan.get(f"/inbox/{other}/files/{digest}").status_code == 404
    for nothing in ("0" * 64, "x" * 64, "%00" * 64, "abc"):
        assert lan.get(f"/inbox/{reference}/files/{nothing}").status_code == 404
    assert lan.get(f"/inbox/{reference}/files/..%2f..%2fetc").status_code == 404


def test_a_refused_file_sends_nothing_and_keeps_the_text(lan: Browser, ask: Ask, database: Database) -> None:
    reference = ask()
    files = [(io.BytesIO(b"MZ\x90\x00"), "hoa-don.pdf")]
    answer = lan.post(f"/inbox/{reference}/reply", text="Gửi kèm mẫu", token="t1", files=files)
    assert answer.status_code == 422
    assert "hoa-don.pdf" in answer.text
    assert "Gửi kèm mẫu</textarea>" in answer.text
    assert outgoing(database) == []


def test_an_unexpected_fault_is_a_page_with_a_number_and_nothing_changes(
    lan: Browser, ask: Ask, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reference = ask()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("số điện thoại 0905123456")

    monkeypatch.setattr(enquiries, "reply", fail)
    answer = lan.post(f"/inbox/{reference}/reply", text="x", token="t1")
    assert answer.status_code == 500
    assert "SC-" in answer.text
    assert "0905123456" not in answer.text
    assert "Traceback" not in answer.text
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 0
