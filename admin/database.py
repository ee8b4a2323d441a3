"""The panel's sessions: pages read through one session a request; every write is a short transaction of its own.

So no page takes SQLite's write lock, and none is held while a password is hashed or a file is put on the disk.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from flask import Flask, abort, has_request_context, request
from flask_security import current_user
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.language import now
from db.engine import announce, configure, engine_options, normal_url
from db.settings import Settings
from usecases import history
from usecases.history import Actor

Row = TypeVar("Row")

db = SQLAlchemy()
"""`db.session` reads; Flask-Admin and Flask-Security find it here."""


def connect(app: Flask, settings: Settings) -> None:
    """Give the application its engine. Nothing is opened before the first query."""
    url = normal_url(settings.database)
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url} | engine_options(url)}
    db.init_app(app)
    # no asynchronous sessions here: closing them would start an event loop in every request
    app.teardown_appcontext_funcs = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]
    with app.app_context():
        engine = configure(db.engine)
        db.sessionmaker.configure(bind=engine.execution_options(reading=True), autoflush=False)


def actor() -> Actor:
    """Who acts in this request, and from where."""
    person = current_user if has_request_context() and current_user.is_authenticated else None
    address = (request.remote_addr or "") if has_request_context() else ""
    return Actor(person.id, person.full_name or person.email, address) if person else Actor(None, "", address)


def viewed(noun: str, key: object) -> None:
    """Write down that personal data of a record were looked at."""
    with writing() as session:
        history.note(session, actor(), history.VIEWED, noun, key, now=now())


@contextmanager
def writing(by: Actor | None = None) -> Iterator[Session]:
    """A transaction that is committed at the end, with its signals and what the history says of it, or rolled back whole.

    `by` is who acts where nobody is signed in yet.
    """
    with Session(db.engine, expire_on_commit=False) as session, session.begin():
        history.follow(session, by or actor(), now())
        yield session
        session.flush()
        announce(session)


def get_one_or_abort(session: Session, model: type[Row], key: str) -> Row:
    """The record of a key in an address or form."""
    found = session.get(model, int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
    return found if found is not None else abort(404)


def locked(session: Session, model: Any, key: int) -> Any:
    """A record, locked until the end of the transaction against other editors; rows that refer to it may still be added."""
    return session.scalars(select(model).where(model.id == key).with_for_update(key_share=True, of=model)).unique().one()
