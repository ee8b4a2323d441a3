"""Company prefixes: whose they are to see, how full they are, and the reminders of their yearly fee."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.barcode_buttons import PrefixAct
from db.engine import Database
from db.models import CompanyPrefix, Contact, DeclaredProduct, Fee, Organisation, OrganisationContact, OutboundMessage, Reminder, Staff
from db.models.organisation import CLAIMED, CONFIRMED
from db.models.product import DECLARED
from db.models.reminder import DROPPED, PLANNED, SENT
from domain.errors import NoSuchPrefix
from domain.fees import first_year
from domain.worktime import ZONE
from usecases import company_prefixes, contacts, fees, figures, reminders


def a_contact(session: Session, now: datetime, chat_id: int = 7) -> Contact:
    return contacts.meet(session, "web", "web", chat_id, now=now, name="Mệ Gái", language="vi")[0]


def a_prefix(session: Session, now: datetime, contact: Contact, status: str = CONFIRMED, digits: str = "8936003721") -> CompanyPrefix:
    firm = Organisation(tax_code=f"4000{contact.id:06d}", name="Công ty Trà", created_at=now, changed_at=now)
    session.add(firm)
    session.flush()
    session.add(OrganisationContact(organisation_id=firm.id, contact_id=contact.id, status=status, since=now))
    prefix = CompanyPrefix(organisation_id=firm.id, prefix=digits, since=now)
    session.add(prefix)
    session.flush()
    return prefix


def declare(session: Session, now: datetime, prefix: CompanyPrefix, *gtins: str) -> None:
    for gtin in gtins:
        facts = {"organisation_id": prefix.organisation_id, "declared_at": now, "name": gtin, "status": DECLARED}
        session.add(DeclaredProduct(gtin=gtin, held_gtin=gtin, **facts))
    session.flush()


def notices(session: Session) -> list[str]:
    wanted = select(OutboundMessage).where(OutboundMessage.kind == "reminder").order_by(OutboundMessage.id)
    return [row.payload["text"] for row in session.scalars(wanted)]


def test_a_prefix_is_seen_by_confirmed_contacts_alone_and_cases_use_no_number_of_their_own(database: Database, now: datetime) -> None:
    with database.write() as session:
        contact, stranger = a_contact(session, now), a_contact(session, now, 8)
        prefix = a_prefix(session, now, contact)
        a_prefix(session, now, stranger, CLAIMED, "893600399")
        declare(session, now, prefix, "08936003721005", "08936003721012", "18936003721002")
        assert company_prefixes.capacity(session, prefix) == company_prefixes.Capacity(2, 100)
        assert [one.prefix for one in company_prefixes.of_contact(session, contact)] == ["8936003721"]
        assert company_prefixes.of_contact(session, stranger) == []
        with pytest.raises(NoSuchPrefix):
            company_prefixes.get_own(session, stranger, prefix.id)


def test_four_fifths_are_told_once(database: Database, now: datetime) -> None:
    with database.write() as session:
        prefix = a_prefix(session, now, a_contact(session, now))
        declare(session, now, prefix, *(f"08936003721{number:02d}0" for number in range(79)))
        assert company_prefixes.warn_nearly_full(session, now) == 0
        declare(session, now, prefix, "08936003721990")
        assert company_prefixes.warn_nearly_full(session, now) == 1
        assert company_prefixes.warn_nearly_full(session, now) == 0
        (told,) = notices(session)
        assert "đã dùng 80/100, còn 20" in told


def test_the_fee_is_reminded_of_three_times_a_year_until_it_is_paid(database: Database) -> None:
    start = datetime(2026, 5, 1, 9, 0, tzinfo=ZONE)
    with database.write() as session:
        contact = a_contact(session, start)
        prefix = a_prefix(session, start, contact)
        company_prefixes.remind(session, prefix, contact, start)
        company_prefixes.remind(session, prefix, contact, start)
        planned = session.scalars(select(Reminder).order_by(Reminder.due_at)).all()
        assert [one.due_at.astimezone(ZONE).date() for one in planned] == [date(2026, 5, 31), date(2026, 6, 23), date(2026, 6, 29)]
        reminders.send_due(session, datetime(2026, 5, 31, 9, 0, tzinfo=ZONE))
        (said,) = notices(session)
        assert "500.000 đồng" in said
        assert "cần đối chiếu văn bản hiện hành" in said
        row = session.scalars(select(OutboundMessage).where(OutboundMessage.kind == "reminder")).one()
        data = [line[0]["callback_data"] for line in row.payload["reply_markup"]["inline_keyboard"]]
        assert data == [PrefixAct(key=prefix.id, act="paid2026").pack(), PrefixAct(key=prefix.id, act="off").pack()]
        company_prefixes.note_paid(session, prefix, contact, 2026, start + timedelta(days=40))
        states = [(one.due_at.astimezone(ZONE).year, one.state) for one in session.scalars(select(Reminder).order_by(Reminder.due_at))]
        assert states == [(2026, SENT), (2026, DROPPED), (2026, DROPPED), *[(2027, PLANNED)] * 3]
        reminders.send_due(session, datetime(2026, 6, 30, 9, 0, tzinfo=ZONE))
        assert len(notices(session)) == 1, "what is paid is not reminded of"
        company_prefixes.remind_no_more(session, prefix, start)
        assert reminders.send_due(session, datetime(2027, 5, 31, 9, 0, tzinfo=ZONE)) == 0


def test_after_the_last_reminder_the_next_year_is_planned_and_a_trial_tells_staff_only(database: Database) -> None:
    start = datetime(2026, 6, 28, 9, 0, tzinfo=ZONE)
    with database.write() as session:
        session.add(
            Staff(email="lan@chuan.example", full_name="Lan", password="x", fs_uniquifier="x", created_at=start, receives_alerts=True)
        )
        contact = a_contact(session, start)
        company_prefixes.remind(session, a_prefix(session, start, contact), contact, start)
        assert reminders.tell_staff_of_due(session, datetime(2026, 6, 29, 9, 0, tzinfo=ZONE)) == 1
        assert notices(session) == []
        mails = session.scalars(select(OutboundMessage).where(OutboundMessage.channel == "mail")).all()
        assert ["8936003721" in mail.payload["subject"] for mail in mails] == [True]
        ahead = session.scalars(select(Reminder).where(Reminder.state == PLANNED).order_by(Reminder.due_at)).all()
        assert [one.due_at.astimezone(ZONE).date() for one in ahead] == [date(2027, 5, 31), date(2027, 6, 23), date(2027, 6, 29)]


def test_fees_come_from_the_newest_row_in_force_and_half_counts_from_the_first_of_july(database: Database, now: datetime) -> None:
    assert (first_year(1_000_000, 500_000, date(2026, 6, 30)).total, first_year(1_000_000, 500_000, date(2026, 7, 1)).total) == (
        1_500_000,
        1_250_000,
    )
    with database.write() as session:
        old = fees.get(session, "gcp10", now.date())
        assert (old.issue, old.yearly, old.verified_by, old.certainty) == (1_000_000, 500_000, None, "read")
        facts = {"kind": "gcp10", "issue": 900_000, "yearly": 450_000, "source": "Thông tư mới", "certainty": "read", "changed_at": now}
        session.add(Fee(**facts, valid_from=date(2027, 1, 1)))
        session.flush()
        assert fees.get(session, "gcp10", date(2026, 12, 31)).issue == 1_000_000
        new = fees.get(session, "gcp10", date(2027, 1, 1))
        figures.confirm(new, "Lan", now)
        figures.change(new, {"issue": 900_000}, now)
        assert new.verified_by == "Lan", "the same figure stays confirmed"
        figures.change(new, {"issue": 950_000}, now)
        assert new.verified_by is None
