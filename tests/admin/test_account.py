import re
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from db.engine import Database
from db.models import Contact, HistoryEvent, OutboundMessage, Staff
from db.settings import Settings
from tests.admin.conftest import LAN, PASSWORD, Ask, Browser
from usecases import staff_contacts

GOOD = "bốn con vịt qua cầu tre"


def test_the_name_that_citizens_read_is_the_officers_own_to_set(lan: Browser, database: Database) -> None:
    lan.post("/account/", full_name="  Nguyễn Thị Ngọc Lan ")
    with database.read() as session:
        person = session.scalars(select(Staff).where(Staff.email == LAN)).one()
    assert (person.full_name, person.receives_alerts) == ("Nguyễn Thị Ngọc Lan", False)
    lan.post("/account/", full_name="  ")
    assert "Cần có họ tên" in lan.get("/account/").text


def test_a_new_password_ends_the_other_sign_ins(signed_in: Callable[[str], Browser], outsider: Browser) -> None:
    here, elsewhere = signed_in(LAN), signed_in(LAN)
    new = "một mật khẩu khác hẳn"
    assert here.post("/account/password", old=PASSWORD, new=new, again=new).status_code == 303
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert outsider.sign_in(LAN, PASSWORD).status_code == 200
    assert outsider.sign_in(LAN, new).status_code == 302


def test_a_password_is_not_changed_without_the_old_one(lan: Browser, outsider: Browser) -> None:
    for old, new, again, said in (
        ("sai", GOOD, GOOD, "hiện nay không đúng"),
        (PASSWORD, "ngắn", "ngắn", "ít nhất 12 ký tự"),
        (PASSWORD, GOOD, "khác khác khác", "không giống nhau"),
        (PASSWORD, PASSWORD, PASSWORD, "Đây là mật khẩu hiện nay"),
        (PASSWORD, "Nguyễn Thị Lan 1985", "Nguyễn Thị Lan 1985", "tên hoặc thư điện tử của bạn"),
        (PASSWORD, "chuẩn đo lường 2026", "chuẩn đo lường 2026", "từ quen thuộc của cơ quan"),
        (PASSWORD, "x" * 10_000, "x" * 10_000, "dài quá 1000"),
        ("x" * 10_000, GOOD, GOOD, "hiện nay không đúng"),
    ):
        refused = lan.post("/account/password", page="/account/", old=old, new=new, again=again)
        assert refused.status_code == 422
        assert said in refused.text
    assert outsider.sign_in(LAN, PASSWORD).status_code == 302


def test_a_password_may_be_long_and_of_any_signs(lan: Browser, outsider: Browser) -> None:
    new = "🐟 " * 64 + "…và một câu rất dài, có dấu"
    assert lan.post("/account/password", page="/account/", old=PASSWORD, new=new, again=new).status_code == 303
    assert outsider.sign_in(LAN, new).status_code == 302


def test_the_old_password_cannot_be_guessed_here_either(lan: Browser) -> None:
    for _ in range(5):
        assert lan.post("/account/password", page="/account/", old="đoán", new=GOOD, again=GOOD).status_code == 422
    assert lan.post("/account/password", page="/account/", old=PASSWORD, new=GOOD, again=GOOD).status_code == 429


def test_who_changed_the_password_reads_of_it_in_a_mail(lan: Browser, database: Database) -> None:
    lan.post("/account/password", page="/account/", old=PASSWORD, new=GOOD, again=GOOD)
    with database.read() as session:
        mail = session.scalars(select(OutboundMessage.payload).where(OutboundMessage.channel == "mail")).one()
    assert mail["to"] == LAN
    assert "mật khẩu của tài khoản này đã được đổi" in mail["text"]
    assert GOOD not in mail["text"]


def test_contacts_lead_to_their_enquiries(lan: Browser, ask: Ask) -> None:
    reference = ask(name="Trần Thị Mỹ Duyên")
    page = lan.get("/contacts/?search=my duyen").text
    assert "Trần Thị Mỹ Duyên" in page
    assert reference in lan.get("/contacts/details/?id=1").text


def test_a_chat_is_linked_by_a_code_shown_once_and_unlinked_by_its_owner_or_an_administrator(
    lan: Browser, admin: Browser, ask: Ask, database: Database, settings: Settings, now: datetime
) -> None:
    ask(name="Lan ở nhà")
    key = settings.signing_key().encode()

    def link() -> None:
        page = lan.post("/account/chats/code", page="/account/").text
        shown = re.search(r"/lien_ket ([A-Z0-9]{4}-[A-Z0-9]{4})<", page)
        assert shown is not None
        assert shown[1] not in lan.get("/account/").text
        with database.write() as session:
            staff_contacts.link(session, session.get_one(Contact, 1), shown[1], key, now + timedelta(minutes=2))

    link()
    assert "Lan ở nhà" in lan.get("/account/").text
    admin.post("/account/chats/unlink", page="/account/", id=1)
    assert "Lan ở nhà" in lan.get("/account/").text, "nobody unlinks another's chat by its number"
    lan.post("/account/chats/unlink", page="/account/", id=1)
    assert "Chưa có chat nào" in lan.get("/account/").text
    link()
    with database.read() as session:
        person = session.scalars(select(Staff.id).where(Staff.email == LAN)).one()
    assert "Chat web" in admin.get(f"/staff/edit/?id={person}").text
    admin.post("/staff/unlink-chat/", id=person, contact=1)
    assert "Chưa liên kết chat nào" in admin.get(f"/staff/edit/?id={person}").text
    with database.read() as session:
        written = select(HistoryEvent.act, HistoryEvent.who).where(HistoryEvent.noun == "staff_contacts").order_by(HistoryEvent.id)
        lan_linked = ("created", "Nguyễn Thị Lan")
        assert [tuple(one) for one in session.execute(written)] == [
            lan_linked,
            ("deleted", "Nguyễn Thị Lan"),
            lan_linked,
            ("deleted", "Quản trị"),
        ]
