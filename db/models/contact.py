"""Contact (người liên hệ): somebody on one channel, not yet a proven person or firm."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.searched import Searched


class Contact(Searched, Base):
    """`chat_id` is the inner language's chat; `external_id` is the platform's own id where that is no 64-bit number."""

    __tablename__ = "contacts"
    __table_args__ = (UniqueConstraint("channel", "account", "chat_id"), Index("ix_contacts_last_seen", "last_seen_at", "id"))
    searched = ("display_name",)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(60))
    chat_id: Mapped[int] = mapped_column(BigInteger)
    external_id: Mapped[str | None] = mapped_column(String(80))
    display_name: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(5), default="vi")
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    hours_from: Mapped[str] = mapped_column(String(5), default="", server_default="")
    """Personal hours (giờ nhận tin riêng): from when, HH:MM local time, what nobody waits for may come; empty: the office's own."""
    hours_until: Mapped[str] = mapped_column(String(5), default="", server_default="")
    suppressed_at: Mapped[datetime | None]
    """Since when the platform refuses what we send (blocked, deleted); cleared when the contact writes again."""
    suppressed_reason: Mapped[str | None] = mapped_column(String(200))
