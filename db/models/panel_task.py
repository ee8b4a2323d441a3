"""Panel task (tác vụ): work that takes more than a second, done in the background in short transactions, with its progress."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"


class PanelTask(Base):
    """`kind` is export or import; `view` names the list it is of. An interrupted one goes on where it stood."""

    __tablename__ = "panel_tasks"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    view: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    parameters: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(12), index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None]
    """Of an export the file (sha256, name, size); of an import the counts and the errors by row."""
    incident: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    """When its worker last wrote; a running task without a beat for a minute is taken over."""
    finished_at: Mapped[datetime | None]
