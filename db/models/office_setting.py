"""Office setting (thông tin cơ quan): facts of the office that staff edit, each with its source."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class OfficeSetting(Base):
    """Keys: `profile`, `working_hours`, `answer_within` and `escalate_after` (working minutes), `quiet_hours`, `answering` (thresholds)."""

    __tablename__ = "office_settings"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    source: Mapped[str] = mapped_column(Text)
    verified_by: Mapped[str | None] = mapped_column(String(200))
    """Empty while no officer has confirmed it: then it is shown as unverified."""
    updated_at: Mapped[datetime]
