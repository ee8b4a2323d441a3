"""Attendance (điểm danh): what was scanned at the door, as it came, and what it says."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

IN, UNDO = "in", "undo"


class DoorScan(Base):
    """One act at the door, under the number that the device gave it: sent again after a lost network, it counts once. Never changed."""

    __tablename__ = "door_scans"
    __table_args__ = (Index("ix_door_scans_person", "session_id", "participant_id"),)

    uid: Mapped[str] = mapped_column(String(40), primary_key=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("class_sessions.id"))
    participant_id: Mapped[int] = mapped_column(BigId, ForeignKey("participants.id"))
    kind: Mapped[str] = mapped_column(String(6))
    at: Mapped[datetime]
    """By the clock of the device."""
    received_at: Mapped[datetime]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class Attendance(Base):
    """Who was there: follows from the scans, whatever their order of arrival. No row is not there."""

    __tablename__ = "attendances"

    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("class_sessions.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(BigId, ForeignKey("participants.id"), primary_key=True)
    first_at: Mapped[datetime]
