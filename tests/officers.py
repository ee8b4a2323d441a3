"""An officer at work, for tests: answers an enquiry by the use case that the panel calls."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select

from db.engine import Database
from db.models import Enquiry, Staff
from usecases import enquiries
from usecases.enquiries import FileToSend

NAME = "Nguyễn Thị Hường"


def answer_enquiry(database: Database, reference: str, text: str, files: Sequence[FileToSend] = ()) -> None:
    """Answer, in a transaction of its own."""
    now = datetime.now(UTC)
    with database.write() as session:
        officer = session.scalars(select(Staff).where(Staff.email == "huong@chuan.example")).one_or_none()
        if officer is None:
            officer = Staff(email="huong@chuan.example", full_name=NAME, fs_uniquifier="huong", created_at=now, receives_alerts=False)
            session.add(officer)
            session.flush()
        enquiry = session.scalars(select(Enquiry).where(Enquiry.reference == reference)).one()
        enquiries.reply(session, enquiry, officer, text=text, files=files, now=now)
