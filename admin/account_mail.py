"""Mail to one member of staff about their own account (thư về tài khoản), through the office's outbox."""

from typing import Any

from flask import Flask, current_app
from flask_security import url_for_security

from admin.database import actor, writing
from admin.language import now
from admin.passwords import digest, make_up
from db.models import Staff
from domain.messages import N_
from locales import moment, translate
from usecases import outbox, staff
from usecases.history import Actor

LINK_LASTS = 60
"""Minutes."""


def send_link(_app: Flask, user: Any, token: str, **_: Any) -> None:
    """Somebody forgot their password: a link that is good once, for an hour. ADMIN_URL is its address, whatever the request says."""
    link = current_app.extensions["settings"].admin_url + url_for_security("reset_password", token=token)
    facts = {"name": user.full_name or user.email, "link": link, "minutes": LINK_LASTS}
    text = translate(N_("alert.reset.text"), user.language, **facts)
    subject = translate(N_("alert.reset.subject"), user.language)
    with writing() as session:
        outbox.mail(session, session.get_one(Staff, user.id), subject, text, now(), is_personal=True)
    digest(make_up())  # an unknown address costs Flask-Security a hash, so that the clock tells nobody which are known


def end_everywhere(_app: Flask, user: Any, **_: Any) -> None:
    """A password was set by the link: every browser is signed out, and the person reads of it."""
    by = Actor(user.id, user.full_name or user.email, actor().address)
    with writing(by=by) as session:
        person = session.get_one(Staff, user.id)
        person.must_change_password = False
        staff.cut_off(session, person, by=by, now=now())
    tell(user, N_("alert.account.password"))


def tell_of_passkey(_app: Flask, user: Any, **_: Any) -> None:
    """A passkey was added."""
    tell(user, N_("alert.account.passkey"))


def warn_of_guessed_codes(user: Any) -> None:
    """Somebody who knows the password tries codes."""
    tell(user, N_("alert.account.codes"))


def tell(user: Any, key: str) -> None:
    """What was changed at the account, in the person's language; if it was not them, what to do."""
    said = translate(key, user.language, when=moment(now(), user.language))
    text = translate(N_("alert.account.text"), user.language, name=user.full_name or user.email, what=said)
    with writing() as session:
        outbox.mail(session, session.get_one(Staff, user.id), translate(N_("alert.account.subject"), user.language), text, now())
