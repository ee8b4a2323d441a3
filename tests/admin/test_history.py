"""The history: who, when, from where, before, after; of every write and every look at personal data; nobody can change it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import HistoryEvent, HistorySeal
from tests.admin.conftest import PASSWORD, Ask, Browser, contact_of
from usecases import history
from usecases.history import Actor

CLERK = Actor(None, "Người thử", "10.0.0.9")


def events(database: Database, **wanted: object) -> Sequence[HistoryEvent]:
    with database.read() as session:
        return session.scalars(select(HistoryEvent).filter_by(**wanted).order_by(HistoryEvent.id)).all()


def test_a_change_is_written_down_with_before_and_after(database: Database, lan: Browser) -> None:
    lan.post("/canned/new/", title="Mẫu", text_vi="một", text_en="")
    (made,) = events(database, noun="canned_replies", act="created")
    assert made.who == "Nguyễn Thị Lan"
    assert made.address == "127.0.0.1"
    assert made.after is not None
    assert made.after["text_vi"] == "một"
    page = lan.get(f"/canned/edit/?id={made.key}").text
    snapshot = page.split('name="opened"')[1].split('value="')[1].split('"')[0]
    lan.post("/canned/edit/", id=made.key, opened=snapshot, title="Mẫu", text_vi="hai", text_en="")
    (changed,) = events(database, noun="canned_replies", act="changed")
    assert (changed.before, changed.after) == ({"text_vi": "một"}, {"text_vi": "hai"})
    lan.post("/canned/delete/", id=made.key)
    lan.post("/canned/restore/", id=made.key)
    assert [one.act for one in events(database, noun="canned_replies")] == ["created", "changed", "deleted", "restored"]


def test_a_look_at_a_contact_is_written_down_and_a_list_is_not(database: Database, lan: Browser, ask: Ask) -> None:
    contact = contact_of(database, ask(name="Bà Ba")).id
    lan.get("/contacts/")
    assert not events(database, act="viewed")
    lan.get(f"/contacts/details/?id={contact}")
    (seen,) = events(database, act="viewed")
    assert (seen.noun, seen.key, seen.who) == ("contacts", str(contact), "Nguyễn Thị Lan")


def test_what_is_refused_or_rolled_back_leaves_no_trace_of_a_change(database: Database, lan: Browser) -> None:
    lan.post("/canned/new/", title="", text_vi="", text_en="")
    assert not events(database, noun="canned_replies")


def test_no_secret_is_ever_in_it(database: Database, lan: Browser) -> None:
    new = "một mật khẩu thật là mới 77"
    lan.post("/account/password", page="/account/", old=PASSWORD, new=new, again=new)
    kept = str([(one.before, one.after) for one in events(database)])
    assert "argon2" not in kept
    assert new not in kept


@pytest.mark.parametrize("table", [HistoryEvent, HistorySeal])
def test_the_database_itself_refuses_to_change_it(database: Database, now: datetime, table) -> None:
    with database.write() as session:
        _note(session, now - timedelta(hours=1))
        history.seal(session, now)
    for statement in (update(table).values(at=now), delete(table)):
        with pytest.raises(DBAPIError, match="append-only"), database.write() as session:
            session.execute(statement)


def test_an_event_that_is_altered_or_missing_breaks_the_seals(database: Database, now: datetime) -> None:
    with database.write() as session:
        for minutes in range(3):
            for _ in range(3):
                _note(session, now + timedelta(minutes=minutes))
            assert history.seal(session, now + timedelta(minutes=minutes) + history.SETTLED + timedelta(seconds=1)) == 3
        assert history.broken_seals(session) == []
    with database.write() as session:
        _unlock(session)
        session.execute(update(HistoryEvent).where(HistoryEvent.id == _ids(session)[4]).values(who="Kẻ khác"))
        assert len(history.broken_seals(session)) == 1
    with database.write() as session:
        session.execute(delete(HistoryEvent).where(HistoryEvent.id == _ids(session)[0]))
        assert len(history.broken_seals(session)) == 2


def test_only_what_is_settled_is_sealed_and_nothing_twice(database: Database, now: datetime) -> None:
    with database.write() as session:
        _note(session, now)
        assert history.seal(session, now + timedelta(seconds=30)) == 0
        assert history.seal(session, now + timedelta(minutes=3)) == 1
        assert history.seal(session, now + timedelta(minutes=3)) == 0


def test_an_administrator_reads_it_and_verifies_the_seals(database: Database, admin: Browser, lan: Browser) -> None:
    lan.post("/canned/new/", title="Mẫu", text_vi="một", text_en="")
    page = admin.get("/history/?noun=canned_replies").text
    assert "Tạo mới: Câu trả lời mẫu" in page
    (made,) = events(database, noun="canned_replies")
    details = admin.get(f"/history/details/?id={made.id}").text
    assert "một" in details
    admin.post("/history/verify", page="/history/")
    assert "còn nguyên vẹn" in admin.get("/history/").text


def _note(session: Session, at: datetime) -> None:
    history.note(session, CLERK, history.VIEWED, "contacts", 1, now=at, after={"why": "ữ"})


def _ids(session: Session) -> list[int]:
    return list(session.scalars(select(HistoryEvent.id).order_by(HistoryEvent.id)))


def _unlock(session: Session) -> None:
    """As somebody with the database's own password could."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER history_no_update"))
        session.execute(text("DROP TRIGGER history_no_delete"))
    else:
        session.execute(text("DROP TRIGGER history_append_only ON history"))


def test_the_history_of_one_person_is_asked_for_by_name(admin: Browser, lan: Browser) -> None:
    lan.post("/canned/new/", title="Mẫu của Lan", text_vi="một", text_en="")
    admin.post("/canned/new/", title="Mẫu của quản trị", text_vi="hai", text_en="")
    page = admin.get("/history/?noun=canned_replies&who=Nguyễn+Thị+Lan").text
    assert page.count("Tạo mới: Câu trả lời mẫu") == 1
    assert "Không có mục nào khớp" in admin.get("/history/?who=Người+lạ").text
