"""Rules of measurement as rows of staff: read as bands, written one band a line, refused with the row, open again once they change."""

import json
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from admin.access import METROLOGY
from db.engine import Database
from db.models import Group2Good, MeasurementTable
from domain.quantity_marks import table_text, tables
from domain.quantity_marks.tables import NAMES, BadTable
from tests.admin.conftest import Browser, of_role
from tests.admin.test_fees import hidden
from usecases import measurement_tables

DEFICIENCY = "tolerable_deficiency"


def row_of(database: Database, name: str) -> MeasurementTable:
    with database.read() as session:
        newest = select(MeasurementTable).where(MeasurementTable.name == name).order_by(MeasurementTable.valid_from.desc()).limit(1)
        return session.scalars(newest).one()


@pytest.fixture
def officer(hire: Callable[..., int], signed_in: Callable[[str], Browser]) -> Browser:
    hire(METROLOGY)
    return signed_in(of_role(METROLOGY))


def test_a_table_is_read_as_bands_confirmed_and_open_again_once_it_changes(database: Database, officer: Browser, lan: Browser) -> None:
    row = row_of(database, DEFICIENCY)
    page, edit = f"/measurement_tables/{row.id}", f"/measurement_tables/edit/?id={row.id}"
    shown = lan.get(page).text
    assert "&gt; 50; ≤ 100" in shown
    assert "Chưa cán bộ nào đối chiếu" in shown
    assert "Đã đối chiếu với bản của Chi cục" not in shown
    assert "OIML R 87:2004" in shown
    assert lan.get(edit).status_code == 403
    rounding = officer.get(f"/measurement_tables/{row_of(database, 'deficiency_rounding').id}").text
    assert "Luôn tính cả hai cách" in rounding
    assert "làm tròn lên theo bước" in rounding

    officer.post("/measurement_tables/confirm", page=page, id=row.id, seen=hidden(officer.get(page).text, "seen"))
    assert row_of(database, DEFICIENCY).verified_by == "Người metrology"
    with database.read() as session:
        assert DEFICIENCY not in measurement_tables.in_force(session, date(2026, 11, 23)).unverified
    opened = hidden(officer.get(edit).text, "opened")
    same = {"name": DEFICIENCY, "content": table_text.written(DEFICIENCY, row.content), "source": row.source, "valid_from": "2026-07-01"}
    assert officer.post("/measurement_tables/edit/", id=row.id, opened=opened, **same).status_code == 303
    assert row_of(database, DEFICIENCY).verified_by, "what is the same as before stays verified"
    changed = same | {"content": same["content"].replace("<= 50: 9 %", "<= 50: 8,5 %")}
    assert officer.post("/measurement_tables/edit/", id=row.id, opened=opened, **changed).status_code == 303
    now_open = row_of(database, DEFICIENCY)
    assert (now_open.verified_by, now_open.content["mass_volume"][0]) == (None, {"up_to": "50", "percent": "8.5"})


def test_a_bad_table_is_refused_with_the_row_and_a_new_version_waits_for_its_day(database: Database, officer: Browser) -> None:
    row = row_of(database, DEFICIENCY)
    begun = officer.get(f"/measurement_tables/new/?after={row.id}").text
    assert "&lt;= 100: 4,5" in begun
    text = table_text.written(DEFICIENCY, row.content)
    fields = {"name": DEFICIENCY, "source": "Thông tư mới", "valid_from": "2027-01-01"}
    for bad, said in (
        (text.replace("<= 100: 4,5", "<= 100; 4,5"), "Dòng 3 không đọc được"),
        (text.replace("<= 1000: 15", "<= 1.000: 15"), "Dòng 7 không đọc được"),
        (text.replace("<= 100: 4,5", "<= 40: 4,5"), "50 đứng trước 40"),
        (text.replace("<= 1000: 15", "<= 1000: 14"), "giảm sau mức 500"),
        (text.replace("[area]\n*: 3 %\n", ""), "Thiếu phần: area"),
        (text.replace("9 %", "109 %", 1), "Bảng không hợp lệ"),
    ):
        assert bad != text
        answer = officer.post("/measurement_tables/new/", **fields, content=bad)
        assert (answer.status_code, said in answer.text) == (422, True), said
        assert "[mass_volume]" in answer.text, "what was typed is not lost"
    taken = officer.post("/measurement_tables/new/", **fields | {"valid_from": "2026-07-01"}, content=text)
    assert (taken.status_code, "Đã có một dòng khác" in taken.text) == (422, True)
    assert officer.post("/measurement_tables/new/", **fields, content=text.replace("50: 9 %", "50: 8 %")).status_code == 303
    with database.read() as session:
        for day, verified in ((date(2026, 12, 31), "9"), (date(2027, 1, 1), "8")):
            kept = measurement_tables.rows_in_force(session, day)[DEFICIENCY].content
            assert kept["mass_volume"][0]["percent"] == verified
    assert officer.get("/measurement_tables/").text.count("Đang dùng") == len(NAMES)


def test_the_list_of_group_2_is_empty_and_says_why(database: Database, officer: Browser, lan: Browser) -> None:
    listed = lan.get("/group2_goods/").text
    assert "không tìm thấy danh mục hàng nhóm 2 trong văn bản nào" in listed
    fields = {"name": "Khí dầu mỏ hóa lỏng", "words": "LPG\ngas", "source": "Quyết định 1", "valid_from": "2026-12-01"}
    assert lan.post("/group2_goods/new/", **fields).status_code == 403
    assert officer.post("/group2_goods/new/", **fields).status_code == 303
    assert "Đã có một dòng khác" in officer.post("/group2_goods/new/", **fields).text
    with database.read() as session:
        kept = session.scalars(select(Group2Good)).one()
    assert (kept.words, kept.verified_by) == ("LPG\ngas", None)


def test_what_the_starter_lays_down_is_written_and_read_again() -> None:
    for row in measurement_tables.starter_rows():
        text = table_text.written(row["name"], row["content"])
        assert table_text.read(row["name"], text) == row["content"]
        tables.must_be_sound(row["name"], table_text.read(row["name"], text))
        assert table_text.shown(row["name"], row["content"]).sections


_LINES = st.lists(st.text("<=*:[]mass_volume plnk0123456789.,;% #", max_size=16), max_size=6)


@given(name=st.sampled_from(NAMES), lines=_LINES)
def test_any_text_is_a_table_or_is_refused(name: str, lines: list[str]) -> None:
    try:
        content = table_text.read(name, "\n".join(lines))
        tables.must_be_sound(name, content)
    except BadTable:
        return
    assert table_text.read(name, table_text.written(name, content)) == json.loads(json.dumps(content))
