"""Alembic's environment: the URL comes from the caller (`db.migrate`) or from the settings."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, create_engine

import db.models  # noqa: F401 - fills the metadata
from db.base import Base, Moment
from db.engine import configure, engine_options, normal_url
from db.settings import load_settings


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own column type as what it is on both engines."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _migrate(given)
else:
    url = normal_url(load_settings().database)
    with configure(create_engine(url, **engine_options(url))).begin() as connection:
        _migrate(connection)
