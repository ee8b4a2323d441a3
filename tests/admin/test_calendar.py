"""The calendar and the office's settings are data: what staff write decides when answers are due, and says whether it is verified."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Holiday, OfficeSetting
from domain.worktime import ZONE
from tests.admin.conftest import Browser
from usecases import office


def opened(page: str) -> str:
    found = re.search(r'name="opened"[^>]*value="([^"]+)"', page)
    assert found
    return found.group(1)


def day(database: Database, when: date) -> Holiday | None:
    with database.read() as session:
        return session.get(Holiday, when)


def is_open(database: Database, *when: int) -> bool:
    with database.read() as session:
        return office.working_hours(session).is_open(datetime(*when, tzinfo=ZONE))


def test_a_day_of_tet_is_closed_until_it_is_removed_and_again_when_it_is_restored(database: Database, admin: Browser) -> None:
    fields = {"day": "2026-12-30", "name": "Nghỉ bù", "periods": "", "source": "Thông báo thử số 1"}
    assert admin.post("/calendar/day", page="/calendar/day", **fields).status_code == 303
    assert not is_open(database, 2026, 12, 30, 9)
    admin.post("/calendar/day/delete", page="/calendar/", key="2026-12-30")
    assert is_open(database, 2026, 12, 30, 9)
    assert "Nghỉ bù" in admin.get("/calendar/?year=2026").text
    admin.post("/calendar/day/restore", page="/calendar/", key="2026-12-30")
    assert not is_open(database, 2026, 12, 30, 9)


def test_a_swapped_saturday_has_mondays_hours_or_its_own(database: Database, admin: Browser) -> None:
    fields = {"day": "2026-12-05", "name": "Làm bù", "is_working": "y", "periods": "", "source": "Thông báo thử số 2"}
    admin.post("/calendar/day", page="/calendar/day", **fields)
    assert is_open(database, 2026, 12, 5, 14)
    snapshot = opened(admin.get("/calendar/day?key=2026-12-05").text)
    changed = {
        "key": "2026-12-05",
        "name": "Làm bù buổi sáng",
        "is_working": "y",
        "periods": "7h30 - 11h30",
        "source": "Thông báo thử số 2",
    }
    assert admin.post("/calendar/day", page="/calendar/", opened=snapshot, **changed).status_code == 303
    assert is_open(database, 2026, 12, 5, 9)
    assert not is_open(database, 2026, 12, 5, 14)


def test_a_day_counts_as_verified_until_it_is_changed(database: Database, admin: Browser) -> None:
    fields = {"day": "2026-12-30", "name": "Nghỉ bù", "periods": "", "source": "Thông báo thử số 1"}
    admin.post("/calendar/day", page="/calendar/day", **fields)
    admin.post("/calendar/day/confirm", page="/calendar/", key="2026-12-30")
    found = day(database, date(2026, 12, 30))
    assert found is not None
    assert found.verified_by == "Quản trị"
    snapshot = opened(admin.get("/calendar/day?key=2026-12-30").text)
    admin.post("/calendar/day", page="/calendar/", opened=snapshot, **(fields | {"key": "2026-12-30", "name": "Khác"}))
    found = day(database, date(2026, 12, 30))
    assert found is not None
    assert found.verified_by is None


@pytest.mark.parametrize("periods", ["sáng", "25:00-26:00", "11:30-07:30", "07:00-11:00, 10:00-12:00", "07:00"])
def test_hours_that_are_none_are_refused_beside_the_field(admin: Browser, periods: str) -> None:
    fields = {"day": "2026-12-05", "name": "Làm bù", "is_working": "y", "periods": periods, "source": "x"}
    answer = admin.post("/calendar/day", page="/calendar/day", **fields)
    assert answer.status_code == 422
    assert "Chưa đọc được giờ này" in answer.text
    assert periods in answer.text


def test_the_week_may_have_several_periods_a_day_but_must_have_one(database: Database, admin: Browser) -> None:
    page = admin.get("/calendar/week").text
    week = {f"day_{n}": "07:00-09:00, 09:15-11:30, 13:30-17:00" if n < 6 else "" for n in range(7)}
    assert admin.post("/calendar/week", page="/calendar/week", opened=opened(page), source="Quy chế thử", **week).status_code == 303
    assert is_open(database, 2026, 11, 28, 9, 30), "a Saturday"
    assert not is_open(database, 2026, 11, 28, 9, 10)
    snapshot = opened(admin.get("/calendar/week").text)
    closed = {f"day_{n}": "" for n in range(7)}
    admin.post("/calendar/week", page="/calendar/week", opened=snapshot, source="Quy chế thử", **closed)
    assert "ít nhất một buổi" in admin.get("/calendar/").text
    assert is_open(database, 2026, 11, 28, 9, 30)


def test_two_who_change_the_week_at_once_see_it(admin: Browser) -> None:
    first = opened(admin.get("/calendar/week").text)
    week = {f"day_{n}": "08:00-12:00" for n in range(7)}
    admin.post("/calendar/week", page="/calendar/week", opened=first, source="a", **week)
    answer = admin.post("/calendar/week", page="/calendar/week", opened=first, source="b", **(week | {"day_0": "09:00-12:00"}))
    assert answer.status_code == 409
    assert "08:00-12:00" in answer.text


def test_the_offices_name_is_data_that_is_unverified_until_confirmed(database: Database, admin: Browser) -> None:
    page = admin.get("/office/profile").text
    fields = {
        "name_vi": "Chi cục thử",
        "name_en": "Trial office",
        "short_vi": "CC thử",
        "short_en": "Trial",
        "address": "1 Lê Lợi",
        "phone": "",
        "email": "",
        "website": "",
        "source": "Quyết định thử",
    }
    assert admin.post("/office/profile", page="/office/", opened=opened(page), **fields).status_code == 303
    with database.read() as session:
        assert office.name(session, "vi") == "Chi cục thử"
        assert session.scalars(select(OfficeSetting).where(OfficeSetting.key == "profile")).one().verified_by is None
    admin.post("/office/profile/confirm", page="/office/")
    assert "Đã xác nhận: Quản trị" in admin.get("/office/").text


def test_a_promise_is_hours_of_work_within_reason(database: Database, admin: Browser) -> None:
    page = admin.get("/office/answer_within").text
    assert admin.post("/office/answer_within", page="/office/", opened=opened(page), hours="-3", source="x").status_code == 422
    assert admin.post("/office/answer_within", page="/office/", opened=opened(page), hours="16", source="x").status_code == 303
    with database.read() as session:
        assert office.setting(session, "answer_within") == 16 * 60


def test_an_officer_reads_the_calendar_and_changes_nothing(lan: Browser) -> None:
    assert "Thêm ngày" not in lan.get("/calendar/").text
    assert lan.post("/calendar/day/delete", page="/calendar/", key="2026-09-02").status_code == 403


@pytest.mark.parametrize("address", ["/calendar/?year=0", "/calendar/?year=99999", "/calendar/day?key=x", "/office/nothing"])
def test_nonsense_is_a_clear_page(admin: Browser, address: str) -> None:
    answer = admin.get(address)
    assert answer.status_code in {400, 404}
    assert "<h1" in answer.text


def test_a_day_that_is_known_is_not_a_conflict_but_a_page_to_change_it_on(database: Database, admin: Browser) -> None:
    fields = {"name": "Tết Dương lịch sửa", "periods": "", "source": "Thông báo thử"}
    answer = admin.post("/calendar/day", page="/calendar/day", day="2027-01-01", **fields)
    assert answer.status_code == 303
    assert "đã có trong lịch" in admin.get(answer.location).text
    found = day(database, date(2027, 1, 1))
    assert found is not None
    assert found.name != "Tết Dương lịch sửa"


@pytest.mark.parametrize(("field", "typed"), [("phone", "abc"), ("email", "x@"), ("website", "hue")])
def test_contact_data_that_are_none_are_refused_beside_the_field(admin: Browser, field: str, typed: str) -> None:
    names = dict.fromkeys(("name_vi", "name_en", "short_vi", "short_en"), "Chi cục thử")
    page = admin.get("/office/profile").text
    answer = admin.post("/office/profile", page="/office/", opened=opened(page), source="x", **names, **{field: typed})
    assert answer.status_code == 422
    assert f'id="{field}-bad"' in answer.text
