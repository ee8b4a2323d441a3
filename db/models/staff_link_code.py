"""Staff link code (mã liên kết chat): what a member of staff writes to the counter to make that chat their own, once."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class StaffLinkCode(Base):
    """One for each person; a new one takes the place of the last. Only a keyed digest is here."""

    __tablename__ = "staff_link_codes"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    until: Mapped[datetime]
