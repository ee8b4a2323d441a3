from collections.abc import Callable

from sqlalchemy import select

from db.engine import Database
from db.models import Staff
from tests.admin.conftest import LAN, PASSWORD, Ask, Browser


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
    long, other = "mới mới mới mới", "khác khác khác"
    for old, new, again in (("sai", long, long), (PASSWORD, "ngắn", "ngắn"), (PASSWORD, long, other)):
        lan.post("/account/password", old=old, new=new, again=again)
    assert outsider.sign_in(LAN, PASSWORD).status_code == 302


def test_contacts_lead_to_their_enquiries(lan: Browser, ask: Ask) -> None:
    reference = ask(name="Trần Thị Mỹ Duyên")
    page = lan.get("/contacts/?search=my duyen").text
    assert "Trần Thị Mỹ Duyên" in page
    assert reference in lan.get("/contacts/details/?id=1").text
