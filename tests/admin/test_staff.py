"""Accounts and rights: nobody edits their own, two administrators stay, a closed account is out at once."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from admin.access import ADMINISTRATOR, ENQUIRIES, VIEWER
from db.engine import Database
from db.models import HistoryEvent, Staff
from tests.admin.conftest import ADMIN, LAN, MINH, Browser
from usecases import staff


def person(database: Database, email: str) -> Staff:
    with database.read() as session:
        return session.scalars(select(Staff).where(Staff.email == email)).one()


def roles(database: Database, email: str) -> frozenset[str]:
    with database.read() as session:
        return staff.roles_of(session, person(database, email))


def test_an_account_is_made_and_its_password_shown_once(database: Database, admin: Browser) -> None:
    answer = admin.post(
        "/staff/new/", page="/staff/new/", full_name="Phạm Thu", email="Thu@Hue.GOV.vn", language="vi", receives_alerts="y", roles=ENQUIRIES
    )
    assert answer.status_code == 200
    shown = re.search(r'<p class="secret"><code>([^<]+)</code>', answer.text)
    assert shown
    made = person(database, "thu@hue.gov.vn")
    assert made.must_change_password
    assert shown.group(1) not in admin.get("/staff/").text
    assert roles(database, "thu@hue.gov.vn") == {ENQUIRIES}


def test_an_account_without_a_role_is_not_made(database: Database, admin: Browser) -> None:
    answer = admin.post("/staff/new/", page="/staff/new/", full_name="Phạm Thu", email="thu@hue.gov.vn", language="vi")
    assert answer.status_code == 422
    assert "ít nhất một vai trò" in answer.text
    with database.read() as session:
        assert session.scalars(select(Staff).where(Staff.email == "thu@hue.gov.vn")).one_or_none() is None


def test_an_address_has_one_account(admin: Browser) -> None:
    answer = admin.post("/staff/new/", page="/staff/new/", full_name="Lan hai", email=LAN.upper(), language="vi", roles=ENQUIRIES)
    assert answer.status_code == 303
    assert "đã có tài khoản" in admin.get("/staff/new/").text


@pytest.mark.parametrize("deed", ["roles", "disable", "enable"])
def test_nobody_edits_their_own_rights(database: Database, admin: Browser, hire: Callable[..., int], deed: str) -> None:
    hire(ADMINISTRATOR, email="hai@chuan.example")
    hire(ADMINISTRATOR, email="ba@chuan.example")
    admin.post(f"/staff/{deed}/", page="/staff/", id=person(database, ADMIN).id, roles=VIEWER)
    assert "Không ai tự đổi quyền" in admin.get("/staff/").text
    assert roles(database, ADMIN) == {ADMINISTRATOR}
    assert person(database, ADMIN).active


@pytest.mark.parametrize("deed", ["roles", "disable"])
def test_two_administrators_stay(database: Database, admin: Browser, hire: Callable[..., int], deed: str) -> None:
    other = hire(ADMINISTRATOR, email="hai@chuan.example")
    admin.post(f"/staff/{deed}/", page="/staff/", id=other, roles=VIEWER)
    assert "ít nhất 2 quản trị viên" in admin.get("/staff/").text
    assert roles(database, "hai@chuan.example") == {ADMINISTRATOR}
    hire(ADMINISTRATOR, email="ba@chuan.example")
    admin.post(f"/staff/{deed}/", page="/staff/", id=other, roles=VIEWER)
    assert roles(database, "hai@chuan.example") == {VIEWER} or not person(database, "hai@chuan.example").active


def test_a_closed_account_is_out_at_the_next_click(database: Database, admin: Browser, signed_in: Callable[[str], Browser]) -> None:
    minh = signed_in(MINH)
    assert minh.get("/inbox/").status_code == 200
    admin.post("/staff/disable/", page="/staff/", id=person(database, MINH).id)
    assert minh.get("/inbox/").status_code == 302
    assert signed_in_status(minh) == 200, "the sign-in page, not the panel"
    admin.post("/staff/enable/", page="/staff/", id=person(database, MINH).id)
    assert minh.sign_in(MINH).status_code == 302


def signed_in_status(browser: Browser) -> int:
    return browser.sign_in(MINH).status_code


def test_rights_that_are_taken_are_gone_at_the_next_click(database: Database, admin: Browser, signed_in: Callable[[str], Browser]) -> None:
    minh = signed_in(MINH)
    admin.post("/staff/roles/", page="/staff/", id=person(database, MINH).id, roles=VIEWER)
    assert minh.get("/inbox/").status_code == 302
    (noted,) = _noted(database, person(database, MINH).id)
    assert (noted.before, noted.after) == ({"roles": [ENQUIRIES]}, {"roles": [VIEWER]})
    assert noted.who == "Quản trị"


def test_a_role_that_does_not_exist_is_refused(database: Database, admin: Browser) -> None:
    assert admin.post("/staff/roles/", page="/staff/", id=person(database, MINH).id, roles="root").status_code == 400
    assert roles(database, MINH) == {ENQUIRIES}


def test_who_lost_the_second_factor_gets_a_new_start(database: Database, admin: Browser) -> None:
    key = person(database, MINH).id
    with database.write() as session:
        minh = session.get_one(Staff, key)
        minh.tf_primary_method, minh.tf_totp_secret, minh.mf_recovery_codes = "authenticator", "x", ["a"]
    admin.post("/staff/reset-second-factor/", page="/staff/", id=key)
    after = person(database, MINH)
    assert (after.tf_primary_method, after.tf_totp_secret, after.mf_recovery_codes) == (None, None, [])


def test_colleagues_are_looked_up_without_diacritics(admin: Browser) -> None:
    found = admin.get("/staff/lookup?q=nguyen lan").json
    assert [one["name"] for one in found["found"]] == ["Nguyễn Thị Lan"]


def _noted(database: Database, key: int) -> list[HistoryEvent]:
    with database.read() as session:
        wanted = select(HistoryEvent).where(HistoryEvent.noun == "staff_roles", HistoryEvent.key == str(key))
        return [one for one in session.scalars(wanted) if one.before != {"roles": []}]
