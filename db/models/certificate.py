"""Certificate (giấy chứng nhận tham gia lớp tập huấn): given to somebody who attended, and checked by anybody."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.base import Base, BigId
from db.models.registration import Participant
from db.models.training_class import TrainingClass


class Certificate(Base):
    """What is printed is kept as it was, whatever is corrected in the participant later."""

    __tablename__ = "certificates"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    serial: Mapped[str] = mapped_column(String(24), unique=True)
    secret: Mapped[str] = mapped_column(String(43), unique=True)
    """256 random bits: the address of its page under /verify."""
    class_id: Mapped[int] = mapped_column(BigId, ForeignKey("training_classes.id"), index=True)
    participant_id: Mapped[int] = mapped_column(BigId, ForeignKey("participants.id"), index=True)
    full_name: Mapped[str] = mapped_column(String(120))
    firm: Mapped[str] = mapped_column(String(200), default="")
    title: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("stored_files.sha256"))
    """The PDF, once it is made."""
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str] = mapped_column(String(300), default="")
    training_class: Mapped[TrainingClass] = relationship(lazy="joined")
    participant: Mapped[Participant] = relationship(lazy="joined")
