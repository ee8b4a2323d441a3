"""Revision (số lần sửa): counts the edits of something that processes keep in memory, whatever the clocks say."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Revision(Base):
    """One row a thing: `knowledge` for all that the search is built from."""

    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
