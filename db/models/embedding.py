"""Embedding (véc-tơ nghĩa): the meaning of a text of the knowledge, computed once and kept."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base


class Embedding(Base):
    """`digest` is the SHA-256 of the text as embedded; `vector` is little-endian float16, of unit length."""

    __tablename__ = "embeddings"

    model: Mapped[str] = mapped_column(String(40), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
