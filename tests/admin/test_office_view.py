"""What every list inherits: a bin, conflicts shown field by field, a search without diacritics, pages that count no large table."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import insert, select

from db.engine import Database
from db.models import CannedReply, Contact
from tests.admin.conftest import Browser

OPENED = re.compile(r'name="opened"[^>]*value="([^"]+)"')


def opened(page: str) -> str:
    """The snapshot of the record that a form carries."""
    found = OPENED.search(page)
    assert found, page[:3000]
    return found.group(1)


@pytest.fixture
def reply(database: Database, lan: Browser) -> int:
    """A canned reply, made in the panel."""
    answer = lan.post("/canned/new/", title="Hẹn kiểm tra", text_vi="Chào {citizen}, chúng tôi sẽ trả lời trước {due}.", text_en="")
    assert answer.status_code == 303
    with database.read() as session:
        return session.scalars(select(CannedReply.id)).one()


def kept(database: Database, key: int) -> CannedReply:
    with database.read() as session:
        return session.get_one(CannedReply, key)


def test_two_people_who_edit_the_same_field_see_both_texts_and_lose_neither(
    database: Database, lan: Browser, admin: Browser, reply: int
) -> None:
    mine = opened(lan.get(f"/canned/edit/?id={reply}").text)
    theirs = opened(admin.get(f"/canned/edit/?id={reply}").text)
    saved = admin.post("/canned/edit/", id=reply, opened=theirs, title="Hẹn kiểm tra", text_vi="Bản của quản trị", text_en="")
    assert saved.status_code == 303
    answer = lan.post("/canned/edit/", id=reply, opened=mine, title="Hẹn kiểm tra", text_vi="Bản của Lan", text_en="")
    assert answer.status_code == 409
    assert "Bản của quản trị" in answer.text
    assert "Bản của Lan" in answer.text
    assert "Quản trị vừa lưu mục này" in answer.text
    assert "Chào {citizen}" in answer.text, "what it was when it was opened"
    assert kept(database, reply).text_vi == "Bản của quản trị"
    again = lan.post("/canned/edit/", id=reply, opened=opened(answer.text), title="Hẹn kiểm tra", text_vi="Bản của Lan", text_en="")
    assert again.status_code == 303
    assert kept(database, reply).text_vi == "Bản của Lan"


def test_a_field_that_only_the_other_changed_is_taken_over(database: Database, lan: Browser, admin: Browser, reply: int) -> None:
    mine = opened(lan.get(f"/canned/edit/?id={reply}").text)
    theirs = opened(admin.get(f"/canned/edit/?id={reply}").text)
    first = kept(database, reply).text_vi
    admin.post("/canned/edit/", id=reply, opened=theirs, title="Tên mới", text_vi=first, text_en="")
    answer = lan.post("/canned/edit/", id=reply, opened=mine, title="Hẹn kiểm tra", text_vi=first, text_en="English now")
    assert answer.status_code == 409
    assert 'value="Tên mới"' in answer.text
    assert "English now" in answer.text


def test_a_form_without_its_snapshot_overwrites_nothing_unseen(database: Database, lan: Browser, reply: int) -> None:
    before = kept(database, reply).text_vi
    for forged in ("", "nonsense", opened(lan.get(f"/canned/edit/?id={reply}").text)[:-3]):
        answer = lan.post("/canned/edit/", id=reply, opened=forged, title="Hẹn kiểm tra", text_vi="ghi đè", text_en="")
        assert answer.status_code == 409
    assert kept(database, reply).text_vi == before


def test_what_goes_into_the_bin_comes_back_whole(database: Database, lan: Browser, reply: int) -> None:
    assert lan.post("/canned/delete/", id=reply).status_code == 303
    assert "Hẹn kiểm tra" not in lan.get("/canned/").text.split("<main")[1].split("</div>", 1)[1]
    assert "Hẹn kiểm tra" in lan.get("/canned/?bin=1").text
    assert lan.post("/canned/restore/", id=reply).status_code == 303
    assert kept(database, reply).deleted_at is None
    assert "Hẹn kiểm tra" in lan.get("/canned/").text


def test_ten_thousand_characters_are_refused_beside_the_field_and_stay_there(lan: Browser, reply: int) -> None:
    long = "ă" * 10_000
    snapshot = opened(lan.get(f"/canned/edit/?id={reply}").text)
    answer = lan.post("/canned/edit/", id=reply, opened=snapshot, title="Hẹn kiểm tra", text_vi=long, text_en="")
    assert answer.status_code == 422
    assert long in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("typed", ["nuoc mam", "NƯỚC MẮM", "mam nuoc", "nước"])
def test_people_are_found_without_diacritics(admin: Browser, ask: Callable[..., str], typed: str) -> None:
    ask(chat_id=1, name="Cơ sở nước mắm Phú Thuận")
    ask(chat_id=2, name="Trần Thị Bé")
    page = admin.get(f"/contacts/?search={typed}").text
    assert "Phú Thuận" in page
    assert "Trần Thị Bé" not in page


def test_signs_of_a_pattern_are_searched_as_they_are(admin: Browser, ask: Callable[..., str]) -> None:
    ask(name="Cửa hàng 100% cotton")
    assert "cotton" in admin.get("/contacts/?search=100%25").text
    assert "cotton" not in admin.get("/contacts/?search=1_0").text


def test_a_large_table_is_paged_without_being_counted(database: Database, admin: Browser, now) -> None:
    people = [
        {
            "channel": "web",
            "account": "main",
            "chat_id": n,
            "display_name": f"Dân {n}",
            "folded": f"dan {n}",
            "language": "vi",
            "first_seen_at": now,
            "last_seen_at": now,
        }
        for n in range(1, 1102)
    ]
    with database.write() as session:
        session.execute(insert(Contact), people)
    page = admin.get("/contacts/").text
    assert "Hơn 1000 mục" in page
    assert 'rel="next"' in page
    last = admin.get("/contacts/?page=22").text
    assert last.count("<tr>") == 2
    assert 'rel="next"' not in last
    assert "Trang 23" in last


@pytest.mark.parametrize(
    "address", ["?page=-5", "?page=abc", "?page=99999999999999999999", "?search=%00%FF", "?flt1_0=x", "?sort=9&desc=q", "?bin=zz"]
)
def test_nonsense_in_the_address_is_no_fault(admin: Browser, address: str) -> None:
    assert admin.get(f"/canned/{address}").status_code == 200
    assert admin.get(f"/contacts/{address}").status_code == 200


def test_an_unknown_filter_value_is_a_clear_page(admin: Browser) -> None:
    for address in ("/contacts/?channel=fax", "/history/?act=x", "/knowledge/?status=%27"):
        answer = admin.get(address)
        assert answer.status_code == 400
        assert "<h1" in answer.text


def test_a_place_that_no_enquiry_has_is_refused_when_it_is_written_not_when_it_is_sent(lan: Browser) -> None:
    answer = lan.post("/canned/new/", page="/canned/new/", title="Mẫu", text_vi="Gọi {so_dien_thoai}", text_en="")
    assert answer.status_code == 422
    assert "{so_dien_thoai}" in answer.text
