"""Broadcast (tin gửi hàng loạt): one message to many, approved as it stands, sent to each recipient at most once."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

DRAFT, SUBMITTED, SCHEDULED, PLANNING, SENDING, PAUSED, DONE, CANCELLED = (
    "draft",
    "submitted",
    "scheduled",
    "planning",
    "sending",
    "paused",
    "done",
    "cancelled",
)
"""submitted: waits for a second person · scheduled: waits for its moment · planning: recipients are written down in chunks ·
sending · paused: by a person, or by itself with a reason · done: every recipient has an end · cancelled."""
EDITABLE = (DRAFT, SUBMITTED, SCHEDULED)
RUNNING = (PLANNING, SENDING)

PLANNED, HELD, QUEUED = "planned", "held", "queued"
"""planned: to be sent, not before `not_before` · held: over the day's cap, for a later day's digest · queued: in the outbox."""
SENT, FAILED, UNKNOWN, SKIPPED = "sent", "failed", "unknown", "skipped"
"""Ends. skipped: a rule forbade it at the moment of sending, `reason` says which; nothing was sent."""
ENDS = (SENT, FAILED, UNKNOWN, SKIPPED)


class Broadcast(Base):
    """`digest` is over content, audience and rules together: what is approved is exactly that."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index("ix_broadcasts_status", "status", "scheduled_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    """For staff, and for recipients where it comes inside a digest."""
    topic: Mapped[str] = mapped_column(String(20))
    """Of `domain.topics.TOPICS`, or `service`: about the recipient's own class or dossier."""
    is_urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it may come in quiet hours and above the daily cap."""
    status: Mapped[str] = mapped_column(String(12), default=DRAFT)
    content_number: Mapped[int] = mapped_column(default=0)
    """Number of the `BroadcastVersion` that is sent; an edit is a new version."""
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """As `domain.audiences.Audience` reads it."""
    digest: Mapped[str] = mapped_column(String(64), default="")
    is_trial: Mapped[bool] = mapped_column(default=False)
    """Sent in trial mode: to the contacts of staff only, marked."""
    scheduled_at: Mapped[datetime | None]
    window_from: Mapped[str] = mapped_column(String(5), default="")
    """HH:MM of the office's time from which it is sent on each day; empty: all day but quiet hours."""
    window_until: Mapped[str] = mapped_column(String(5), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    submitted_count: Mapped[int] = mapped_column(default=0)
    """How many the audience was when it was submitted: who approves sees this number."""
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_at: Mapped[datetime | None]
    approved_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of what was approved; another `digest` is another broadcast."""
    plan_cursor: Mapped[int] = mapped_column(BigId, default=0)
    """The last contact that the planning came to."""
    planned_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str] = mapped_column(String(300), default="")
    """Why it stands still: of a pause in somebody's words, or the key of a sentence where it paused by itself; of a draft, with which words
    a second person sent it back."""
    resumed_at: Mapped[datetime | None]
    """Failures of before do not pause it again."""
    finished_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(default=0)
    """Recipients that were planned. With the four below it is kept in the transactions that change the recipients."""
    sent: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    unknown: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class BroadcastVersion(Base):
    """Content as it was once written (phiên bản nội dung). Rows are added, never changed."""

    __tablename__ = "broadcast_versions"
    __table_args__ = (UniqueConstraint("broadcast_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(BigId, ForeignKey("broadcasts.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    """As `domain.broadcasts.Content` reads it, every language."""
    digest: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class BroadcastRecipient(Base):
    """One person of a broadcast (người nhận). Channel and account are the contact's, kept here to fill each account's queue apart."""

    __tablename__ = "broadcast_recipients"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "contact_id"),
        Index("ix_broadcast_recipients_due", "broadcast_id", "state", "channel", "account", "not_before", "id"),
        Index("ix_broadcast_recipients_contact", "contact_id", "state"),
        Index("ix_broadcast_recipients_ends", "broadcast_id", "settled_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(BigId, ForeignKey("broadcasts.id"))
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    channel: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10), default=PLANNED)
    reason: Mapped[str] = mapped_column(String(200), default="")
    not_before: Mapped[datetime]
    outbox_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("outbox.id"), unique=True)
    """Its one message; empty again when that was withdrawn before it was sent."""
    digest_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("outbox.id"), index=True)
    """The digest in which it was told, instead of a message of its own."""
    settled_at: Mapped[datetime | None]


class MessageTemplate(Base):
    """Template (mẫu tin) to begin a broadcast from."""

    __tablename__ = "message_templates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    topic: Mapped[str] = mapped_column(String(20))
    number: Mapped[int] = mapped_column(default=0)
    """Of its newest version."""
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class MessageTemplateVersion(Base):
    """A template as it was once written. Rows are added, never changed."""

    __tablename__ = "message_template_versions"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    template_id: Mapped[int] = mapped_column(BigId, ForeignKey("message_templates.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class SavedAudience(Base):
    """Saved filter (bộ lọc người nhận đã lưu)."""

    __tablename__ = "saved_audiences"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    audience: Mapped[dict[str, Any]]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class RecipientList(Base):
    """List of recipients (danh sách người nhận) that staff put together or read from a sheet."""

    __tablename__ = "recipient_lists"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    changed_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]


class RecipientListEntry(Base):
    """Somebody on a list. `value` is what the sheet said."""

    __tablename__ = "recipient_list_entries"

    list_id: Mapped[int] = mapped_column(BigId, ForeignKey("recipient_lists.id"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), primary_key=True, index=True)
    value: Mapped[str] = mapped_column(String(200), default="")


class TopicChoice(Base):
    """Whether a contact wants messages of a topic (chọn nhận tin theo chủ đề). Rows are added, never changed: the newest is in force."""

    __tablename__ = "topic_choices"
    __table_args__ = (Index("ix_topic_choices_contact", "contact_id", "topic", "id"), Index("ix_topic_choices_topic", "topic", "wanted"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"))
    topic: Mapped[str] = mapped_column(String(20))
    wanted: Mapped[bool]
    at: Mapped[datetime]
    text_version: Mapped[str] = mapped_column(String(80), default="")
    """Version and digest of the text that was shown, as a consent's."""
    broadcast_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("broadcasts.id"), index=True)
    """The broadcast whose button it was."""


class HsInterest(Base):
    """HS code (mã HS) or its beginning, of goods that a contact trades in and wants warnings about."""

    __tablename__ = "hs_interests"

    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(12), primary_key=True, index=True)
    since: Mapped[datetime]


class StaffContact(Base):
    """A member of staff's own contact on a channel (tài khoản chat của cán bộ): whom trial mode and test sends reach."""

    __tablename__ = "staff_contacts"

    contact_id: Mapped[int] = mapped_column(BigId, ForeignKey("contacts.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    since: Mapped[datetime]
