"""News by topic in the chat: choosing topics, ending one by button or in words while its message waits, replies that follow a broadcast."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.counter import Counter
from db.models import Broadcast, BroadcastRecipient, Contact, Enquiry, InboundMessage, OutboundMessage, TopicChoice, WebEvent
from db.models.broadcast import QUEUED, SKIPPED
from db.queries import audience
from db.settings import Settings
from domain.audiences import Audience
from domain.judgement import UNCLEAR, Decision, Judgement
from tests import broadcasts as made
from tests.conftest import NOW
from tests.talk import Citizen, FixedClock, Judge, candidates, open_counter
from usecases import broadcast_progress, broadcast_sending, outbox, topics


@pytest.fixture
async def counter(settings: Settings) -> AsyncIterator[Counter]:
    token = SecretStr("42:TEST-token-of-the-tests-only")
    async with open_counter(settings.model_copy(update={"telegram_bot_token": token}), FixedClock(NOW)) as opened:
        yield opened


def queue_one(counter: Counter, **more: str) -> int:
    """A broadcast to everybody who wants barcodes, in the outbox; its key."""
    with counter.database.write() as session:
        lan = made.officer(session, NOW)
        key = made.let_go(session, NOW, lan, lan, **more).id
        made.plan(session, key, NOW)
        made.feed(session, key, NOW)
    return key


def standing(counter: Counter) -> list[tuple[str, str]]:
    with counter.database.read() as session:
        return [(one.state, one.reason) for one in session.scalars(select(BroadcastRecipient))]


async def test_a_topic_is_chosen_told_of_answered_and_ended_by_its_button(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    (confirmed,) = await thu.press("Nhận: Mã số mã vạch")
    assert confirmed.text.startswith("Anh/chị sẽ nhận tin về Mã số mã vạch")
    key = queue_one(counter)
    (told,) = thu.hear()
    assert told.text == "Kính gửi Mệ Gái: mức phí mới"
    with counter.database.write() as session:
        made.deliver(session, NOW)
        broadcast_sending.settle(session, key, NOW)
    await thu.press("Ngừng nhận tin: Mã số")
    with counter.database.read() as session:
        replies = broadcast_progress.count_replies(session, key), broadcast_progress.replies(session, key)
        assert replies == (0, []), "who leaves by the button has said nothing"
        assert session.scalars(select(InboundMessage.broadcast_id).order_by(InboundMessage.id.desc())).first() == key
        assert topics.of(session, session.get_one(Contact, thu.contact().id)) == {"barcodes": False}


async def test_a_refusal_in_words_takes_back_what_waits_in_the_outbox(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    await thu.press("Nhận: Mã số mã vạch")
    queue_one(counter)
    assert standing(counter) == [(QUEUED, "")]
    said = await thu.say("ngung nhan tin ma vach")
    assert any(one.text.startswith("Đã ngừng: anh/chị không nhận tin về Mã số mã vạch") for one in said)
    assert standing(counter) == [(SKIPPED, "refused")]
    with counter.database.read() as session:
        assert session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "broadcast")).all() == []


def told(counter: Counter, key: int) -> None:
    """The deliverer took what waits."""
    with counter.database.write() as session:
        made.deliver(session, NOW)
        broadcast_sending.settle(session, key, NOW)


def wanted(counter: Counter, citizen: Citizen) -> list[str]:
    with counter.database.read() as session:
        return [topic for topic, wants in topics.of(session, session.get_one(Contact, citizen.contact().id)).items() if wants]


async def test_stop_after_a_broadcast_ends_its_topic_and_one_press_takes_it_back(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    await thu.press("Nhận: Mã số mã vạch")
    await thu.say("stop")
    assert wanted(counter, thu) == ["barcodes"], "after anything else it only ends what is being done"
    told(counter, queue_one(counter))
    thu.hear()
    said = (await thu.say("thôi ạ"))[-1]
    assert "không nhận tin về Mã số mã vạch nữa" in said.text
    assert wanted(counter, thu) == []
    await thu.press("↩ Nhận lại: Mã số")
    assert wanted(counter, thu) == ["barcodes"]
    assert "Đang nhận: Mã số mã vạch." in (await thu.say("chu de"))[-1].text
    assert "nào nữa" in (await thu.press("Ngừng tất cả"))[-1].text
    asked = (await thu.say("cho em dang ky nhan tin ve do luong"))[-1]
    assert "đồng ý nhận tin" in asked.text
    assert wanted(counter, thu) == [], "said in words it is not agreed to yet"
    await thu.press("Nhận: Đo lường")
    assert wanted(counter, thu) == ["measurement"]
    with counter.database.read() as session:
        row = session.scalars(select(TopicChoice).where(TopicChoice.topic == "barcodes").order_by(TopicChoice.id)).all()[1]
        assert (row.wanted, row.broadcast_id) == (False, 1), "the refusal names the broadcast"


async def test_a_reply_to_a_broadcast_goes_to_people_with_it_and_a_mere_receipt_does_not(counter: Counter) -> None:
    thu, lan = Citizen(counter, channel="telegram"), Citizen(counter, channel="telegram")
    for one in (thu, lan):
        await one.say("/chu_de")
        await one.press("Nhận: Mã số mã vạch")
    told(counter, queue_one(counter))
    assert [len(one.hear()) for one in (thu, lan)] == [1, 1]
    assert isinstance(counter.knowledge, Judge)
    counter.knowledge.always = Judgement(Decision.ASK_BACK, UNCLEAR)
    assert "cán bộ" not in (await lan.say("dạ em đã nhận được thông tin"))[-1].text
    said = (await thu.say("mức này bên em có phải nộp lại không"))[-1]
    assert "Đã chuyển lời của bạn cho cán bộ, kèm tin bạn vừa nhận" in said.text
    with counter.database.read() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        assert (enquiry.reason, enquiry.question) == ("broadcast", "mức này bên em có phải nộp lại không")
        titles = select(Broadcast.title).join(InboundMessage, InboundMessage.broadcast_id == Broadcast.id)
        assert session.scalars(titles.where(InboundMessage.enquiry_id == enquiry.id)).all() == ["Mức phí mới"]


async def test_what_is_said_to_something_urgent_is_for_people_however_sure_the_machine_is(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("xin chào")
    told(counter, queue_one(counter, urgent_reason="Thu hồi sản phẩm"))
    thu.hear()
    assert isinstance(counter.knowledge, Judge)
    counter.knowledge.next = Judgement(Decision.ANSWER, "sure", candidates(counter.database, "tbt-la-gi"))
    assert "Đã chuyển lời của bạn cho cán bộ" in (await thu.say("lô nhà em có bị thu hồi không"))[-1].text


async def test_a_reply_that_the_machine_answers_for_sure_reaches_the_officer_all_the_same(counter: Counter) -> None:
    thu = Citizen(counter, channel="telegram")
    await thu.say("/chu_de")
    await thu.press("Nhận: Mã số mã vạch")
    key = queue_one(counter)
    told(counter, key)
    thu.hear()
    assert isinstance(counter.knowledge, Judge)
    counter.knowledge.next = Judgement(Decision.ANSWER, "sure", candidates(counter.database, "tbt-la-gi"))
    answer = (await thu.say("TBT là gì"))[-1]
    assert "Đây là trả lời tự động. Cán bộ gửi tin cũng đọc được lời của anh/chị" in answer.text
    assert "Gặp cán bộ" in answer.buttons
    with counter.database.read() as session:
        assert [message.text for message, _ in broadcast_progress.replies(session, key)] == ["TBT là gì"]
        assert broadcast_progress.count_replies(session, key) == 1
    await thu.press("Gặp cán bộ")
    with counter.database.read() as session:
        enquiry = session.scalars(select(Enquiry)).one()
        followed = select(InboundMessage.broadcast_id).where(InboundMessage.id >= enquiry.transcript_from)
        assert enquiry.question == "TBT là gì"
        assert key in session.scalars(followed).all(), "the officer sees what it was said to"


async def test_two_topics_in_one_sentence_are_both_taken_and_what_one_has_is_shown(counter: Counter) -> None:
    thu = Citizen(counter)
    asked = (await thu.say("cho toi nhan tin ve do luong va chat luong san pham"))[-1]
    assert [caption for caption in asked.buttons if caption.startswith("Nhận: ")] == [
        "Nhận: Đo lường",
        "Nhận: Chất lượng sản phẩm, hàng hóa",
    ]
    for data in list(asked.buttons.values())[:2]:
        await thu.press_data(data)
    assert "Đang nhận: Đo lường, Chất lượng sản phẩm, hàng hóa." in (await thu.say("toi dang theo doi nhung gi"))[-1].text
    said = (await thu.say("ngung nhan tin do luong, chat luong san pham"))[-1]
    assert "không nhận tin về Đo lường, Chất lượng sản phẩm, hàng hóa nữa" in said.text
    assert wanted(counter, thu) == []
    assert len([caption for caption in said.buttons if caption.startswith("↩ Nhận lại")]) == 2


async def test_in_the_web_chat_the_office_speaks_to_many_in_its_own_name(counter: Counter) -> None:
    thu = Citizen(counter)
    await thu.say("menu")
    with counter.database.write() as session:
        contact = session.get_one(Contact, thu.contact().id)
        for kind in ("broadcast", "digest", "reminder"):
            row = outbox.send(session, contact, "sendMessage", {"text": kind}, kind=kind, now=NOW)
            counter.web.post(session, row, None)
    with counter.database.read() as session:
        bodies = session.scalars(select(WebEvent.body).order_by(WebEvent.id)).all()
    assert [(body["runs"][0]["text"], body["from"]) for body in bodies[-3:]] == [
        ("broadcast", "office"),
        ("digest", "office"),
        ("reminder", "bot"),
    ]


async def test_hs_codes_are_followed_left_and_put_right_and_it_is_said_that_they_are_not_looked_up(counter: Counter) -> None:
    thu = Citizen(counter)
    said = (await thu.say("theo doi ma hs 1604, 0306.17"))[-1]
    assert "Đã ghi mã HS: 1604, 0306.17" in said.text
    assert "chưa kiểm tra mã có trong biểu thuế" in said.text
    assert "chưa nhận tin về “Cảnh báo xuất nhập khẩu (TBT)”" in said.text
    assert "Mã HS quan tâm (2)" in (await thu.press("Nhận: Cảnh báo xuất nhập khẩu"))[-1].buttons
    await thu.press("Mã HS quan tâm (2)")
    await thu.press("➕ Thêm mã HS")
    assert "Chưa thấy mã HS nào" in (await thu.say("tôm đông lạnh"))[-1].text
    wrong = (await thu.say("30617; 98"))[-1].text
    assert "30617: mã HS có số chữ số chẵn" in wrong
    assert "98: hai số đầu là chương" in wrong
    assert "Đã ghi mã HS: 0306.17" in (await thu.press("Ý tôi là 0306.17"))[-1].text
    assert "Đã bỏ mã HS: 1604" in (await thu.say("bo theo doi 1604"))[-1].text
    await thu.press("↩ Theo dõi lại 1604")
    many = ", ".join(f"20{number:02d}" for number in range(29))
    assert "Tối đa 30 mã HS" in (await thu.say(f"/ma_hs {many}"))[-1].text
    assert "Mã HS anh/chị quan tâm (2): 0306.17, 1604" in (await thu.say("mã HS của tôi"))[-1].text
    with counter.database.read() as session:
        fitting = audience.fitting(Audience(hs_codes=("160419",)), NOW)
        assert session.scalars(select(Contact.id).where(*fitting)).all() == [thu.contact().id]
    await thu.say("bỏ theo dõi tất cả mã HS")
    assert "mã HS nào" in (await thu.say("/ma_hs"))[-1].text
