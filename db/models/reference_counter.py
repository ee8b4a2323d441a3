"""Reference counter: the last number given for a prefix in a year. References are unique for ever."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class ReferenceCounter(Base):
    """Raised in the transaction that uses the number."""

    __tablename__ = "reference_counters"

    prefix: Mapped[str] = mapped_column(String(2), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]
