"""Inserting a row unless it is there, on either engine."""

from typing import Any, TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.base import Base

Row = TypeVar("Row", bound=Base)


def insert_if_absent(session: Session, model: type[Row], /, **values: Any) -> Row | None:
    """The row that was inserted; None when one with the same key is there (on PostgreSQL also after waiting for its commit).

    Asked by RETURNING: the row count of such an insert is unknown (-1) with psycopg.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return session.scalars(insert(model).values(**values).on_conflict_do_nothing().returning(model)).one_or_none()
