"""Quantity marks, as firm and officer may rely on them: the circular's clocks, a way that ends says why, one number one line, lần k."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from db.engine import Database
from db.models import Contact, Dossier, Group2Good, MarkEntry, MeasuringInstrument, OutboundMessage, Reminder, Staff, TimeLimit
from domain.dossiers import rows
from domain.dossiers.common import NEEDS_MORE, SUBMITTED
from domain.errors import (
    BadRow,
    BadRowQuantity,
    BadRowState,
    DossierMoved,
    DossierStopped,
    FirmHasTime,
    InstrumentExpired,
    NumberTaken,
    OfficeError,
    SecondPersonNeeded,
    SuspendedTooLong,
    WordsNeeded,
)
from tests.conftest import NOW
from tests.dossiers import an_officer
from tests.examples import a_dossier, a_draft
from tests.training import a_contact
from usecases import dossier_advice, dossier_forms, dossiers, mark_registers, mark_words, reminders, starter, time_limits

TODAY = date(2026, 11, 23)
"""A Monday; the 24th is a holiday."""
SIGNED: dict[str, Any] = {"received_on": TODAY, "signer": "Lê Văn An", "signer_title": "Chi cục trưởng"}
ROW = {"name": "Nước mắm", "brand": "Phú Thuận", "packaging": "chai", "state": "liquid", "quantity": "500 ml", "numeral_mm": "4"} | {
    "mark_mm": "4",
    "label": "V 500 ml",
    "nominal": "500",
    "unit": "mL",
}


@pytest.fixture(autouse=True)
def prepared(database: Database) -> None:
    with database.write() as session:
        starter.lay_down(session, NOW)


def announced(session: Any, contact: Contact | None = None, **answers: Any) -> Dossier:
    kind = "first" if "old_number" not in answers else "change"
    return a_dossier(session, NOW, "quantity_announcement", contact=contact, **{"announcement_kind": kind} | answers)


def enter(session: Any, dossier: Dossier, staff: Staff, number: str, **facts: Any) -> MarkEntry:
    return mark_registers.receive(session, dossier, number=number, staff=staff, now=NOW, **SIGNED | facts)


def heard(session: Any) -> str:
    return "\n".join(str(one.payload.get("text", "")) for one in session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)))


def test_limits_are_counted_in_their_own_unit(database: Database) -> None:
    with database.write() as session:
        ends = {
            name: time_limits.end(session, name, TODAY)
            for name in (
                "quantity_mark.completeness",
                "quantity_mark.receive",
                "quantity_mark.firm_completion",
                "quantity_certificate.firm_completion",
                "quantity_certificate.holds",
                "quantity_certificate.suspension",
            )
        }
        assert list(ends.values()) == [
            date(2026, 11, 27),  # three working days, a holiday among them
            date(2026, 12, 1),
            date(2026, 12, 23),  # thirty days as they come
            date(2027, 2, 22),  # the ninetieth is a Sunday
            date(2031, 11, 23),
            date(2027, 5, 23),
        ]
        assert time_limits.months_after(date(2026, 11, 30), 3) == date(2027, 2, 28)
        assert time_limits.months_after(date(2026, 1, 31), -2) == date(2025, 11, 30)
        rows_ = session.scalars(select(TimeLimit).where(TimeLimit.name.startswith("quantity_"))).all()
        assert all("21/2014" in row.source and "chưa được Chi cục đối chiếu" in row.source and row.verified_by is None for row in rows_)


def test_the_clock_of_an_announcement_begins_anew_with_the_complete_file(database: Database) -> None:
    with database.write() as session:
        officer = an_officer(session, NOW)
        one = announced(session, a_contact(session, NOW))
        assert (one.status, one.due_on) == (SUBMITTED, date(2026, 11, 27))
        dossiers.demand(session, one, [dossiers.Wanted("words", "", "Thiếu dấu.")], staff=officer, now=NOW)
        asked = dossiers.open_demand(session, one)
        assert asked is not None
        assert (one.due_on, asked.due_on) == (None, date(2026, 12, 23))
        assert "Hạn bổ sung: 23/12/2026" in heard(session)
        with pytest.raises(FirmHasTime):
            dossiers.move(session, one, "processing_cancelled", staff=officer, words="Không bổ sung.", now=NOW + timedelta(days=30))
        assert dossiers.alert_unfilled(session, NOW + timedelta(days=30)) == 0
        late = NOW + timedelta(days=31)
        assert [dossiers.alert_unfilled(session, late), dossiers.alert_unfilled(session, late)] == [1, 0]
        assert one.status == NEEDS_MORE, "nothing ends by itself"
        dossiers.fill_answer(session, one, asked.items[0], "Đã đóng dấu", NOW + timedelta(days=7))
        assert (one.status, one.due_on) == ("resubmitted", date(2026, 12, 7))
        other = announced(session)
        dossiers.move(session, other, "complete", staff=officer, now=NOW + timedelta(days=3))
        assert other.due_on == date(2026, 12, 1), "five working days from the day it came in, not from the click"
        third = announced(session)
        dossiers.demand(session, third, [dossiers.Wanted("words", "", "Thiếu dấu.")], staff=officer, now=NOW)
        dossiers.move(session, third, "processing_cancelled", staff=officer, words="Không bổ sung.", now=late)
        assert third.status == "processing_cancelled"


def test_a_way_that_ends_says_why_and_hands_nothing_in(database: Database) -> None:
    with database.write() as session:
        for name, choice in (("firm_kind", "seller"), ("scope", "medicine")):
            draft = a_draft(session, NOW, "quantity_announcement")
            whole = draft.answers
            draft.answers = whole | {name: choice}
            with pytest.raises(DossierStopped) as stopped:
                dossiers.submit(session, draft, source="chat", now=NOW)
            assert stopped.value.key == f"dossier.stop.{name}.{choice}"
            assert draft.status == "open"
            said = dossier_forms.missing(dossiers.dossiers.declared(draft.kind, 1), draft.answers, draft.papers, "vi")[name]
            assert "Thông tư 21/2014/TT-BKHCN" in said
            assert "xin chọn lại" in said
            draft.answers = whole
            assert dossiers.submit(session, draft, source="chat", now=NOW)[1]


def test_what_an_officer_turns_away_the_firm_reads_with_the_reason(database: Database) -> None:
    with database.write() as session:
        officer = an_officer(session, NOW)
        for target in ("out_of_scope", "wrong_office", "needs_certificate"):
            one = announced(session, a_contact(session, NOW))
            with pytest.raises(WordsNeeded):
                dossiers.move(session, one, target, staff=officer, now=NOW)
            dossiers.move(session, one, target, staff=officer, words=f"Lý do {target}.", now=NOW)
            assert f"Lý do {target}." in heard(session)
        with pytest.raises(DossierMoved):  # only with a line in the register
            dossiers.move(session, announced(session), "received", staff=officer, now=NOW)


def test_a_line_is_entered_once_and_the_next_takes_its_place(database: Database) -> None:
    with database.write() as session:
        officer, contact = an_officer(session, NOW), a_contact(session, NOW)
        first = announced(session, contact, packages=[ROW, ROW | {"quantity": "1 l", "nominal": "1", "unit": "L"}])
        assert mark_registers.suggested_number(session, "announcement", TODAY) == "01/2026/TB"
        entry = enter(session, first, officer, " 7/TB-TĐC ")
        assert (entry.number, entry.times, entry.status, entry.expires_on, first.status) == ("7/TB-TĐC", 1, "in_force", None, "received")
        assert [(one.quantity, one.nominal, one.unit) for one in entry.products] == [("500 ml", "500", "mL"), ("1 l", "1", "L")]
        assert entry.firm_kind == "producer"
        said = heard(session)
        assert "Đã tiếp nhận công bố, số 7/TB-TĐC" in said
        assert "cấp phép" not in said
        with pytest.raises(DossierMoved):
            enter(session, first, officer, "8")
        with pytest.raises(NumberTaken):
            enter(session, announced(session), officer, "7/TB-TĐC")
        again = announced(session, contact, old_number="7 / tb-tđc", packages=[ROW | {"label": "V 500 mL"}, ROW | {"name": "Mắm nêm"}])
        changes = mark_registers.compared(session, again)
        assert changes is not None
        assert [line.split(":")[0].split(" ")[0] for line in mark_words.changes(changes, "vi")] == ["Thêm", "Bỏ", "Đổi"]
        newer = enter(session, again, officer, "9/TB-TĐC")
        assert (newer.times, newer.previous_id) == (2, entry.id)
        assert (entry.status, first.status) == ("superseded", "superseded")
        assert "7/TB-TĐC đã được thay bằng số 9/TB-TĐC" in heard(session)
        instruments = session.scalars(select(MeasuringInstrument)).unique().all()
        assert [(one.number, one.valid_until, one.dossier_id) for one in instruments] == [("CB-01", date(2030, 12, 31), first.id)]
        with pytest.raises(WordsNeeded):
            mark_registers.revoke(session, newer, reason="whim", words="…", staff=officer, now=NOW)
        held = mark_registers.lock(session, newer.id)
        mark_registers.revoke(session, held, reason="by_request", words="Ngừng sản xuất.", staff=officer, now=NOW)
        assert (newer.status, newer.ended_reason, again.status) == ("revoked", "by_request", "revoked")


def test_two_officers_cannot_give_one_number_twice(database: Database) -> None:
    with database.write() as session:
        officers = [an_officer(session, NOW).id for _ in range(2)]
        keys = [announced(session, a_contact(session, NOW)).id for _ in range(2)]
    together = Barrier(2)

    def work(which: int) -> str:
        together.wait()
        try:
            with database.write() as session:
                dossier = dossiers.lock_for_staff(session, keys[which])
                enter(session, dossier, session.get_one(Staff, officers[which]), "1/TB")
        except OfficeError as refusal:
            return refusal.key
        return "entered"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == ["entered", "error.number_taken"]
    with database.read() as session:
        assert [one.number for one in session.scalars(select(MarkEntry)).unique()] == ["1/TB"]
        assert sorted(session.scalars(select(Dossier.status))) == ["received", "submitted"]


def test_a_certificate_takes_two_people_runs_five_years_and_can_be_suspended(database: Database) -> None:
    with database.write() as session:
        drafter, officer, contact = an_officer(session, NOW), an_officer(session, NOW), a_contact(session, NOW)
        one = a_dossier(session, NOW, "quantity_certificate", contact=contact, application_kind="first")
        assert one.due_on == date(2026, 12, 1)  # five working days to ask
        dossiers.move(session, one, "on_site", staff=officer, now=NOW)
        assert one.due_on == time_limits.end(session, "quantity_certificate.on_site", TODAY)
        dossiers.move(session, one, "complete", staff=officer, words="Đã đánh giá.", now=NOW)
        assert one.due_on == date(2026, 12, 15)
        line = {"number": "1/GCN", "received_on": "2026-11-23", "signer": "Lê Văn An", "signer_title": "Chi cục trưởng"}
        mark_registers.propose(session, one, line, staff=drafter, words="", now=NOW)
        with pytest.raises(SecondPersonNeeded):
            mark_registers.approve(session, one, staff=drafter, now=NOW)
        with pytest.raises(SecondPersonNeeded):
            enter(session, one, officer, "2/GCN")
        entry = mark_registers.approve(session, one, staff=officer, now=NOW)
        assert (one.status, entry.number, entry.expires_on) == ("certified", "1/GCN", date(2031, 11, 23))
        planned = session.scalars(select(Reminder).where(Reminder.kind == "certificate_expiry").order_by(Reminder.due_at)).all()
        assert [one.due_at.date() for one in planned] == [date(2031, 7, 24), date(2031, 8, 16)]  # before 23 August, three months ahead
        with pytest.raises(SuspendedTooLong):
            mark_registers.suspend(session, entry, until=date(2027, 5, 24), words="Lô không đạt.", staff=officer, now=NOW)
        mark_registers.suspend(session, entry, until=date(2027, 5, 23), words="Lô không đạt.", staff=officer, now=NOW)
        assert (entry.status, one.status) == ("suspended", "suspended")
        mark_registers.resume(session, entry, staff=officer, now=NOW)
        assert (entry.status, one.status, entry.suspended_until) == ("in_force", "certified", None)
        while reminders.send_due(session, datetime.fromisoformat("2031-08-20T03:00:00+00:00")):
            pass  # one a contact at a time
        assert "hết hiệu lực sau ngày 23/11/2031" in heard(session)
        assert mark_registers.expire(session, datetime.fromisoformat("2031-11-23T05:00:00+00:00")) == 0
        assert mark_registers.expire(session, datetime.fromisoformat("2031-11-24T05:00:00+00:00")) == 1
        assert (entry.status, one.status) == ("expired", "expired")


def test_rows_are_read_as_they_are_written_or_say_which_line(database: Database) -> None:
    whole = "Nước mắm; ; chai; lỏng; 200 g (10 gói x 20 g); 4; 4; V 200 g"
    [row] = rows.read_packages(whole, 5)
    assert (row["quantity"], row["nominal"], row["unit"]) == ("200 g (10 gói x 20 g)", "200", "g")
    for text, fault, line in (
        (f"{whole}\n\nNước mắm; chai", BadRow, 3),
        (f"{whole}\n{whole.replace('lỏng', 'loãng')}", BadRowState, 2),
        (whole.replace("200 g (10 gói x 20 g)", "1.000 g"), BadRowQuantity, 1),
        (whole.replace("200 g (10 gói x 20 g)", "500gr"), BadRowQuantity, 1),
    ):
        with pytest.raises(fault) as refused:
            rows.read_packages(text, 5)
        assert refused.value.facts["line"] == line
    declared = dossiers.dossiers.current("quantity_announcement")
    field, goods, head = declared.field("instruments"), declared.field("packages"), declared.field("address")
    assert field
    assert goods
    assert head
    with pytest.raises(InstrumentExpired):
        dossier_forms.read_box(field, "Cân; 1; 22/11/2026", "vi", TODAY)
    with database.write() as session:
        soon = dossier_forms.read_box(field, "Cân; 1; 22/12/2026", "vi", TODAY)
        assert "còn dưới 30 ngày" in dossier_advice.on(session, field, soon, "vi", TODAY)
        at = {"line": "1 Lê Duẩn, Đông Hà", "commune": "", "street": ""}
        assert "Tỉnh Quảng Trị" in dossier_advice.on(session, head, at | {"province": "Tỉnh Quảng Trị"}, "vi", TODAY)
        assert dossier_advice.on(session, head, at | {"province": "Thành phố Huế"}, "vi", TODAY) == ""
        assert dossier_advice.on(session, goods, [ROW], "vi", TODAY) == ""
        low = dossier_advice.on(session, goods, [ROW | {"label": "v500ml", "mark_mm": "2"}], "vi", TODAY)
        assert "nên ghi “V 500 ml”" in low
        assert "chưa được kiểm chứng" in low
        listed = Group2Good(name="Nước mắm", source="Danh mục thử", valid_from=TODAY, changed_at=NOW)
        session.add(listed)
        assert "nhóm 2" in dossier_advice.on(session, goods, [ROW], "vi", TODAY)
        assert "nhóm 2" not in dossier_advice.on(session, goods, [ROW | {"name": "Nước mắmmm"}], "vi", TODAY)
