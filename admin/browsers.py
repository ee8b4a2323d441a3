"""The browser of this request (phiên đăng nhập): its token in the cookie, its row in the database, and its name in words."""

import logging
import secrets
from typing import Any

from flask import Flask, request, session
from flask_security import current_user

from admin.database import actor, db, writing
from admin.language import now, say
from db.models import StaffSession
from domain.messages import N_
from usecases import history, staff_sessions
from usecases.history import Actor

log = logging.getLogger("admin.login")

_WAYS = {
    "security.login": "password",
    "security.two_factor_token_validation": "code",
    "security.mf_recovery": "recovery_code",
    "security.wan_signin_response": "passkey",
}
_BRANDS = {
    "Edg": "Edge", "OPR/": "Opera", "coc_coc": "Cốc Cốc", "SamsungBrowser/": "Samsung Internet", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "Chrome/": "Chrome", "CriOS/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
"""Marks that browsers leave in their description, the telling ones first: most claim to be Chrome and Safari too."""
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def begin(_app: Flask, user: Any, **_: Any) -> None:
    """Somebody signed in: from now on this browser is theirs, until it is ended."""
    token = secrets.token_urlsafe(32)
    person = Actor(user.id, user.full_name or user.email, request.remote_addr or "")
    with writing() as writer:
        staff_sessions.end_by_token(writer, session.get("browser", ""), now())  # a passkey may be shown where somebody is signed in
        staff_sessions.begin(writer, user.id, token, address=person.address, browser=request.user_agent.string, now=now())
        way = {"way": _WAYS.get(request.endpoint or "", "")}
        history.note(writer, person, history.SIGNED_IN, "staff", user.id, now=now(), after=way)
    session["browser"] = token
    session.permanent = True
    log.info("login.succeeded", extra={"staff": user.id, "way": way["way"]})


def find() -> StaffSession | None:
    """The open session of this browser. That it was here is noted once a minute."""
    found = staff_sessions.find(db.session, current_user.id, session.get("browser", ""), now())
    if found is not None and found.last_seen_at < now().replace(second=0, microsecond=0):
        with writing() as writer:
            staff_sessions.see(writer, found.id, now())
    return found


def digest() -> str:
    """What the database holds of this browser's token."""
    return staff_sessions.digest(session.get("browser", ""))


def end() -> None:
    """The person signs out here."""
    found = staff_sessions.find(db.session, current_user.id, session.pop("browser", ""), now())
    if found is None:
        return
    with writing() as writer:
        staff_sessions.end(writer, found.staff_id, found.id, now())
        history.note(writer, actor(), history.SIGNED_OUT, "staff", found.staff_id, now=now())


def described(agent: str) -> str:
    """A browser in words: Chrome · Windows."""
    named = [next((name for mark, name in table.items() if mark in agent), None) for table in (_BRANDS, _SYSTEMS)]
    return " · ".join(name for name in named if name) or say(N_("panel.session.unknown"))
