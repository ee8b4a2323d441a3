"""The registers of quantity marks in the panel: found, ended with words, filled from paper; instruments whose time is up."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from admin.access import METROLOGY, VIEWER
from db.engine import Database
from db.models import MarkEntry, MeasuringInstrument, Organisation
from db.models.quantity_mark import ANNOUNCEMENT, CERTIFICATE, SUPERSEDED, SUSPENDED
from db.settings import Settings
from tests.admin.conftest import Browser, of_role
from tests.admin.test_tasks import Bench, checked, counts, export, imported
from tests.conftest import NOW
from tests.quantity_marks import a_firm, an_entry, goods

LINE = {
    "register": ANNOUNCEMENT,
    "number": "05/2019/TB",
    "firm": "Cơ sở Mè xửng Thiên Hương",
    "tax_code": "0100233488",
    "firm_kind": "producer",
    "times": "1",
    "received_on": "2019-05-06",
    "status": "in_force",
    "products": "Mè xửng; Thiên Hương; hộp giấy; 200 g (10 gói x 20 g)\nMè xửng đen;; hộp; 0,5 kg",
}


@pytest.fixture
def officer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(METROLOGY)
    return signed_in(of_role(METROLOGY))


def entry(database: Database, number: str) -> MarkEntry:
    with database.read() as session:
        return session.scalars(select(MarkEntry).where(MarkEntry.number == number)).unique().one()


def test_a_certificate_is_found_suspended_and_withdrawn_with_words(
    database: Database, officer: Browser, hire: Callable[..., int], signed_in: Callable[[str], Browser]
) -> None:
    today = NOW.date()
    with database.write() as session:
        firm = a_firm(session, name="Công ty Gas Huế")
        soon = {"expires_on": today + timedelta(days=60), "organisation_id": firm.id, "firm": firm.name}
        old = an_entry(session, register=CERTIFICATE, number="01/GCN", status=SUPERSEDED, **soon)
        gas = goods("12 kg", name="Khí dầu mỏ hóa lỏng", brand="Sông Hương")
        key = an_entry(session, gas, register=CERTIFICATE, number="02/GCN", previous_id=old.id, times=2, **soon).id
        an_entry(session, number="09/TB", firm="Cơ sở khác")

    for address in ("search=gas+hue", "search=song+huong+02", "search=3300100005", "expires=soon&status=in_force", "register=certificate"):
        listed = officer.get(f"/mark_register/?{address}").text
        assert ("02/GCN" in listed, "09/TB" in listed) == (True, False), address
    assert officer.get("/mark_register/?register=khac").status_code == 400
    page = f"/mark_register/{key}"
    shown = officer.get(page).text
    assert all(text in shown for text in ("Khí dầu mỏ hóa lỏng", "01/GCN", "Đình chỉ", "Thu hồi giấy chứng nhận", "không có hồ sơ"))

    far = str(today + timedelta(days=400))
    for fields in (
        {"until": far, "words": "Sai"},
        {"until": str(today), "words": "Sai"},
        {"until": "2027-01-15", "words": " "},
        {"until": "x", "words": "Sai"},
    ):
        refused = officer.post(f"{page}/suspend", page=page, **fields)
        assert refused.status_code == 422, fields
        assert 'role="alert"' in refused.text
    assert officer.post(f"{page}/suspend", page=page, until="2027-01-15", words="Cân chưa kiểm định").status_code == 303
    assert (entry(database, "02/GCN").status, entry(database, "02/GCN").suspended_until) == (SUSPENDED, date(2027, 1, 15))
    assert "02/GCN" in officer.get("/mark_register/?status=suspended").text
    assert officer.post(f"{page}/resume", page=page, words="").status_code == 303
    assert officer.post(f"{page}/revoke", page=page, words="Gian lận").status_code == 422  # for what reason?
    assert officer.post(f"{page}/revoke", page=page, reason="violation", words="Gian lận").status_code == 303
    ended = officer.get(page).text
    assert "Vi phạm nghiêm trọng" in ended
    assert "Đã thu hồi" in ended
    assert ended.count("Nguyễn") + ended.count("Người metrology") >= 3, "who did what"
    assert '<button type="submit" class="button danger">' not in ended

    hire(VIEWER)
    viewer = signed_in(of_role(VIEWER))
    assert "02/GCN" in viewer.get("/mark_register/").text
    assert viewer.post(f"{page}/revoke", page="/mark_register/", reason="violation", words="x").status_code == 403
    assert "Nhập một dòng" not in viewer.get("/mark_register/").text


def test_a_line_of_the_paper_register_is_written_down_once(database: Database, officer: Browser) -> None:
    new = "/mark_register/new/"
    assert "Không ai nhận được thông báo" in officer.get(new).text
    for wrong, said in (
        ({"products": "Mè xửng; 200 g"}, "Dòng 1"),
        ({"products": "a; b; c; 200 g\nb; b; c; 1.000 g"}, "Dòng 2"),
        ({"tax_code": "0100233480"}, "0100233480"),
        ({"register": CERTIFICATE}, "phải có ngày hết hạn"),
        ({"status": "expired"}, "không có trạng thái"),
    ):
        answer = officer.post(new, page=new, **LINE | wrong)
        assert (answer.status_code, said in answer.text) == (422, True), wrong
    assert officer.post(new, page=new, **LINE).status_code == 303
    twice = officer.post(new, page=new, **LINE)
    assert (twice.status_code, "05/2019/TB" in twice.text) == (422, True)
    first = entry(database, "05/2019/TB")
    assert [(one.name, one.nominal, one.unit) for one in first.products] == [("Mè xửng", "200", "g"), ("Mè xửng đen", "0.5", "kg")]
    assert (first.organisation.tax_code, first.organisation.name) == ("0100233488", "Cơ sở Mè xửng Thiên Hương")
    assert len(first.secret) == 43
    again = LINE | {"number": "01/2024/TB", "replaces": "05/2019/TB", "times": "2", "received_on": "2024-02-01"}
    assert officer.post(new, page=new, **again).status_code == 303
    assert (entry(database, "05/2019/TB").status, entry(database, "05/2019/TB").status_since) == (SUPERSEDED, date(2024, 2, 1))
    assert "05/2019/TB" in officer.get(f"/mark_register/{entry(database, '01/2024/TB').id}").text


def test_the_paper_register_comes_as_a_sheet_and_goes_out_as_one(
    panel: Flask, settings: Settings, database: Database, officer: Browser
) -> None:
    with database.write() as session:
        an_entry(session, number="01/2020/TB")
    bench = Bench(panel, settings)
    heads = ["Sổ", "Số trong sổ", "Cơ sở", "Mã số thuế", "Ngày tiếp nhận hoặc ngày cấp", "Hết hạn", "Hàng đóng gói sẵn", "Lần"]
    good = "Nước mắm; A; chai; 500 ml\nNước mắm; A; chai; 1 l"
    sheet = [
        heads,
        ["Công bố (nhóm 1)", "02/2020/TB", "Cơ sở A", "", "06/05/2020", "", good, "2"],
        ["announcement", "01/2020/TB", "Cơ sở B", "", "06/05/2020", "", good, ""],
        ["certificate", "01/GCN", "Cơ sở C", "", "06/05/2020", "", good, ""],
        ["certificate", "02/GCN", "Cơ sở C", "0100233488", "06/05/2020", "05/05/2025", good, ""],
        ["announcement", "03/2020/TB", "Cơ sở D", "", "06/05/2020", "", "Nước mắm; 500gr", ""],
    ]
    key = checked(officer, bench, "mark_register", sheet)
    assert counts(database, key) == (2, 0, 0, 3)
    imported(officer, bench, key)
    assert [one.quantity for one in entry(database, "02/2020/TB").products] == ["500 ml", "1 l"]
    with database.read() as session:
        assert session.scalar(select(Organisation.name).where(Organisation.tax_code == "0100233488")) == "Cơ sở C"
    out = export(officer, bench, "mark_register", register=CERTIFICATE, search="co so c")
    assert [(row[1], row[4], row[9]) for row in out[1:]] == [("02/GCN", "0100233488", "Hết hạn")]
    assert out[1][15].splitlines()[1] == "Nước mắm; A; chai; 1 l"


def test_instruments_whose_verification_ends_are_found(database: Database, officer: Browser) -> None:
    with database.write() as session:
        firm = a_firm(session, name="Cơ sở Thiên Hương")
        for name, days in (("Cân quá hạn", -1), ("Cân sắp hết", 10), ("Cân còn lâu", 200)):
            until = NOW.date() + timedelta(days=days)
            session.add(MeasuringInstrument(organisation_id=firm.id, name=name, number=name[-3:], valid_until=until, since=NOW))
        gone = {"name": "Cân đã bỏ", "since": NOW, "ended_at": NOW}
        session.add(MeasuringInstrument(organisation_id=firm.id, **gone))
    every = officer.get("/instruments/").text
    assert [every.count(text) for text in ("Cân quá hạn", "Cân sắp hết", "Cân còn lâu", "Cân đã bỏ")] == [1, 1, 1, 0]
    assert "đã hết hạn" in every
    over, soon = officer.get("/instruments/?ends=over").text, officer.get("/instruments/?ends=soon").text
    assert ("Cân quá hạn" in over, "Cân sắp hết" in over, "Cân sắp hết" in soon, "Cân còn lâu" in soon) == (True, False, True, False)
    assert "Cân còn lâu" in officer.get("/instruments/?search=can+con+lau").text
    assert "Cân quá hạn" in officer.get("/instruments/?search=thien+huong").text
