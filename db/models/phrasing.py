"""Alternative phrasing (cách hỏi khác): another way in which people ask for a knowledge entry."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId


class Phrasing(Base):
    """In the language of its entry. `origin`: starter (came with the product), staff (written), question (a citizen's question)."""

    __tablename__ = "phrasings"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("knowledge_entries.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
